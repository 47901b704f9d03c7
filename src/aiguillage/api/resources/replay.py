"""Replay: logged calls decided again by other facts."""

from typing import Any

import msgspec

from aiguillage.api.moments import parse_moment
from aiguillage.api.operations import Asked, Operation
from aiguillage.api.resources.calls import TAG
from aiguillage.api.resources.shared import BASE, Body
from aiguillage.desk.past import Past, facts_before, facts_in, facts_now
from aiguillage.domain.accounts import Role
from aiguillage.domain.documents import decode_document
from aiguillage.domain.errors import invalid

A_WEEK = 7 * 86_400 * 1_000_000
MOST_CALLS = 100_000
LONGEST_DOCUMENT = 16 << 20
"""Bytes."""


class ReplayBody(Body, frozen=True):
    """Which calls are decided again, and by what: today's facts, those before a change, or those of a document."""

    since: str | None = None
    journal_before: int | None = None
    document: dict[str, Any] | None = None


class MoveShown(msgspec.Struct, frozen=True, kw_only=True):
    """So many calls went one way and would go another; null is nowhere."""

    went: str | None
    would_go: str | None
    calls: int


class ReplayShown(msgspec.Struct, frozen=True, kw_only=True):
    """How many calls were decided again, and how many of them would go elsewhere.

    `skipped` are those whose numbers are no longer kept, `left_out` those that an older release logged.
    """

    calls: int
    skipped: int
    left_out: int
    moved: int
    moves: list[MoveShown]


def _replay(asked: Asked) -> ReplayShown:
    body: ReplayBody = asked.body
    since = asked.actor.at - A_WEEK if body.since is None else parse_moment(body.since, "since")
    who = (asked.db, asked.actor, asked.account)
    done = asked.replay(*who, since=since, past=_facts(asked, body), limit=MOST_CALLS)
    moves = [MoveShown(went=move.went, would_go=move.would_go, calls=move.calls) for move in done.moves]
    counts = {"calls": done.calls, "skipped": done.skipped, "left_out": done.left_out}
    return ReplayShown(**counts, moved=len(done.moved), moves=moves)


def _facts(asked: Asked, body: ReplayBody) -> Past:
    who = (asked.db, asked.actor, asked.account)
    now = facts_now(*who)
    if body.journal_before is not None and body.document is not None:
        raise invalid("Send journal_before or document, not both: each names the facts to decide by.", "document")
    if body.document is not None:
        return facts_in(*who, decode_document(msgspec.json.encode(body.document)))
    return now if body.journal_before is None else facts_before(*who, body.journal_before)


OPERATIONS = (
    Operation(
        *("POST", f"{BASE}/replay", "replayCalls", "Decide logged calls again", TAG, _replay),
        body=ReplayBody,
        answer=ReplayShown,
        needs=Role.READ,
        longest=LONGEST_DOCUMENT,
        apart=0,
        description=(
            f"The calls since a moment, of the last week without one, {MOST_CALLS:,} of the newest at most. `document` "
            "is what `aiguillage facts export` prints, changed."
        ),
        example={"since": "2026-11-24T00:00:00+01:00", "journal_before": 120},
    ),
)
