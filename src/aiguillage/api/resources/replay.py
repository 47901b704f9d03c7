"""Replay: logged calls decided again by other facts, in a job where that takes long."""

from typing import Annotated, Any, cast

import msgspec

from aiguillage.api.jobs import AT_ONCE, Job, Tell, Work
from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations
from aiguillage.api.resources.calls import TAG
from aiguillage.api.resources.shared import BASE, Body
from aiguillage.api.shown import BLOCKED_FIRST
from aiguillage.desk.held_replays import HeldReplay, hold_replay, show_replay
from aiguillage.desk.past import Past, facts_before, facts_in, facts_now
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.documents import decode_document
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import WEEK, iso, parse_moment

OPERATIONS = Operations(TAG, needs=Role.READ)
PATH = f"{BASE}/replay"
MOST_CALLS = 100_000
LONGEST_DOCUMENT = 16 << 20
"""Bytes."""


class ReplayBody(Body, frozen=True):
    """Which calls are decided again, and by what: today's facts, those before a change, or those of a document."""

    since: Annotated[str | None, means("From this moment on, ISO 8601 with an offset. A week ago if left out.")] = None
    journal_before: Annotated[int | None, means("By the facts before this change, by its number in the journal.")] = (
        None
    )
    document: Annotated[
        dict[str, Any] | None, means("By the facts of this document, as `aiguillage facts export` prints it.")
    ] = None


class MoveShown(msgspec.Struct, frozen=True, kw_only=True):
    """So many calls went one way and would go another; null is nowhere."""

    went: Annotated[str | None, means("Where these calls went; null for nowhere.", "207")]
    would_go: Annotated[str | None, means("Where they would go; null for nowhere.", "209")]
    calls: Annotated[int, meanings.CALLS]


class ReplayShown(msgspec.Struct, frozen=True, kw_only=True):
    """How many calls were decided again, and how many of them would go elsewhere.

    `skipped` are those whose numbers are no longer kept, `left_out` those that an older release logged.
    """

    calls: Annotated[int, meanings.CALLS]
    skipped: Annotated[int, means("How many were left out because their numbers are no longer kept.", 0)]
    left_out: Annotated[int, means("How many were left out because an older release logged them.", 0)]
    moved: Annotated[int, means("How many would go elsewhere.", 42)]
    moves: Annotated[list[MoveShown], means("From where to where.")]


class ReplayProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How many calls are decided, of how many."""

    done: Annotated[int, means("How many calls are decided.", 4000)]
    total: Annotated[int, means("How many there are to decide.", 100000)]


class ReplayJobShown(msgspec.Struct, frozen=True, kw_only=True):
    """A replay that takes long.

    `state` is `deciding`, then `decided`, `refused` or `interrupted`: `trouble` says why. `result` is what a short one
    is answered.
    """

    id: Annotated[int, meanings.ID]
    state: Annotated[str, means("`deciding`, then `decided`, `refused` or `interrupted`.", "decided")]
    at: Annotated[str | None, meanings.ASKED_AT]
    actor: Annotated[str, meanings.ACTOR]
    progress: Annotated[
        ReplayProgress | None, means("How far it is; null before its calls are counted, and when it has ended.", None)
    ]
    result: Annotated[ReplayShown | None, means("What came of it; null while it is not decided.")]
    trouble: Annotated[str | None, means("Why it was refused or interrupted; null unless it was.")]
    customer_id: Annotated[int, meanings.CUSTOMER_ID]


DECIDING: dict[str, Any] = {"state": "deciding", "progress": {"done": 4_000, "total": 100_000}, "result": None}
"""What is answered of a replay that goes on."""


@OPERATIONS.post(
    PATH,
    "replayCalls",
    answered=DECIDING,
    reaches_out=True,
    longest=LONGEST_DOCUMENT,
    apart=0,
    description=f"The calls since a moment, of the last week without one, {MOST_CALLS:,} of the newest at most. "
    "`document` is what `aiguillage facts export` prints, changed. What takes longer than "
    f"{AT_ONCE:.0f} seconds goes on after the answer (202): `GET /replay/{{id}}` tells how far it is, and what "
    "came of it.",
    example={"since": "2026-11-24T00:00:00+01:00", "journal_before": BLOCKED_FIRST},
)
def _replay(asked: Asked[Nothing, ReplayBody]) -> ReplayShown | Job[ReplayJobShown]:
    """Decide logged calls again."""
    work = Work(lambda tell: _decided(asked, tell))
    if work.ends_within(AT_ONCE):
        return work.outcome()
    replaying = hold_replay(asked.db, asked.actor, asked.account)
    work.listener = replaying.tell
    return Job(_held(replaying.replay), lambda _db: replaying.end(work.outcome))


@OPERATIONS.get(f"{PATH}/{{id}}", "showReplay", refuses=(404,))
def _show(asked: Asked[Nothing, None]) -> ReplayJobShown:
    """Show a replay that takes long, and what came of it.

    It is kept for an hour.
    """
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


def _decided(asked: AnyAsked, tell: Tell) -> ReplayShown:
    body: ReplayBody = asked.body
    since = asked.actor.at - WEEK if body.since is None else parse_moment(body.since, "since")
    who = (asked.db, asked.actor, asked.account)
    done = asked.replay(*who, since=since, past=_facts(asked, body), limit=MOST_CALLS, tell=tell)
    moves = [MoveShown(went=move.went, would_go=move.would_go, calls=move.calls) for move in done.moves]
    counts = {"calls": done.calls, "skipped": done.skipped, "left_out": done.left_out}
    return ReplayShown(**counts, moved=len(done.moved), moves=moves)


def _facts(asked: AnyAsked, body: ReplayBody) -> Past:
    who = (asked.db, asked.actor, asked.account)
    now = facts_now(*who)
    if body.journal_before is not None and body.document is not None:
        raise invalid("Send journal_before or document, not both: each says which facts to decide by.", "document")
    if body.document is not None:
        return facts_in(*who, decode_document(msgspec.json.encode(body.document)))
    return now if body.journal_before is None else facts_before(*who, body.journal_before)
