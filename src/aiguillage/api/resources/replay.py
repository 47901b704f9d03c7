"""Replay: logged calls decided again by other facts, in a job where that takes long."""

from typing import Any, cast

import msgspec

from aiguillage.api.jobs import AT_ONCE, Job, Tell, Work
from aiguillage.api.operations import Asked, Operation
from aiguillage.api.resources import samples
from aiguillage.api.resources.calls import TAG
from aiguillage.api.resources.shared import BASE, Body
from aiguillage.api.shown import BLOCKED_FIRST
from aiguillage.desk.held_replays import HeldReplay, hold_replay, show_replay
from aiguillage.desk.past import Past, facts_before, facts_in, facts_now
from aiguillage.domain.accounts import Role
from aiguillage.domain.documents import decode_document
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import WEEK, iso, parse_moment

PATH = f"{BASE}/replay"
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


class ReplayProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How many calls are decided, of how many."""

    done: int
    total: int


class ReplayJobShown(msgspec.Struct, frozen=True, kw_only=True):
    """A replay that takes long.

    `state` is `deciding`, then `decided`, `refused` or `interrupted`: `trouble` says why. `result` is what a short one
    is answered.
    """

    id: int
    state: str
    at: str | None
    actor: str
    progress: ReplayProgress | None
    result: ReplayShown | None
    trouble: str | None
    customer_id: int


def _replay(asked: Asked) -> ReplayShown | Job[ReplayJobShown]:
    work = Work(lambda tell: _decided(asked, tell))
    if work.ends_within(AT_ONCE):
        return work.outcome()
    replaying = hold_replay(asked.db, asked.actor, asked.account)
    work.listener = replaying.tell
    return Job(_held(replaying.replay), lambda _db: replaying.end(work.outcome))


def _show(asked: Asked) -> ReplayJobShown:
    return _held(show_replay(asked.db, asked.actor, asked.account, asked.id()))


def _held(held: HeldReplay) -> ReplayJobShown:
    about, progress = held.about, held.progress
    is_counted = progress.state == "deciding" and progress.total > 0
    return ReplayJobShown(
        id=held.id,
        state=progress.state,
        at=iso(about.at),
        actor=about.actor,
        progress=ReplayProgress(done=progress.done, total=progress.total) if is_counted else None,
        # As it is kept: a ReplayShown, encoded once.
        result=None if held.outcome is None else cast("ReplayShown", msgspec.Raw(held.outcome)),
        trouble=progress.trouble,
        customer_id=about.account_id,
    )


def _decided(asked: Asked, tell: Tell) -> ReplayShown:
    body: ReplayBody = asked.body
    since = asked.actor.at - WEEK if body.since is None else parse_moment(body.since, "since")
    who = (asked.db, asked.actor, asked.account)
    done = asked.replay(*who, since=since, past=_facts(asked, body), limit=MOST_CALLS, tell=tell)
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
        *("POST", PATH, "replayCalls", "Decide logged calls again", TAG, _replay),
        body=ReplayBody,
        answer=ReplayShown,
        answered=samples.DECIDING,
        reaches_out=True,
        needs=Role.READ,
        longest=LONGEST_DOCUMENT,
        apart=0,
        description=(
            f"The calls since a moment, of the last week without one, {MOST_CALLS:,} of the newest at most. `document` "
            "is what `aiguillage facts export` prints, changed. What takes longer than "
            f"{AT_ONCE:.0f} seconds goes on after the answer (202): `GET /replay/{{id}}` tells how far it is, and what "
            "came of it."
        ),
        example={"since": "2026-11-24T00:00:00+01:00", "journal_before": BLOCKED_FIRST},
    ),
    Operation(
        *("GET", f"{PATH}/{{id}}", "showReplay", "Show a replay that takes long, and what came of it", TAG, _show),
        answer=ReplayJobShown,
        needs=Role.READ,
        refuses=(404,),
        description="It is kept for an hour.",
    ),
)
