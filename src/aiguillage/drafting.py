"""A draft tried: the calls of the last days decided by it, and by what is live, and which of them go elsewhere."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from aiguillage.desk.calls import list_calls
from aiguillage.desk.change import read_facts
from aiguillage.desk.documents import read_document
from aiguillage.desk.drafts import Compared, Difference, DraftReplay, in_draft, keep_replay
from aiguillage.desk.past import Past, facts_now
from aiguillage.domain.accounts import Actor
from aiguillage.domain.documents import check_facts
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import DAY
from aiguillage.replaying import Replay, replay_calls
from aiguillage.settings import Settings
from aiguillage.storage.calls import Call
from aiguillage.storage.sqlite.engine import Database

MOST_CALLS = 20_000
LONGEST = 31
"""Days."""

MOST_LISTED, EXAMPLES = 50, 3
Way = str | None


def replay_draft(db: Database, settings: Settings, actor: Actor, code: str, draft_id: int, days: int) -> None:
    """Decides the newest MOST_CALLS of the last days' calls by an open draft, and keeps with it what is different.

    Raises Refusal.
    """
    if not 0 < days <= LONGEST:
        raise invalid(f"Choose from 1 to {LONGEST} days.", "days")
    since = actor.at - days * DAY
    seq, past = _facts_of(db, actor, code, draft_id)
    who = (db, actor, code)
    there = list_calls(db, settings.calls, actor, code, since=since, limit=MOST_CALLS + 1)
    then, now = (replay_calls(settings, *who, since=since, past=by, limit=MOST_CALLS) for by in (past, facts_now(*who)))
    oldest = there[:MOST_CALLS][-1].at if there else None
    found = _compared(then, now)
    about = DraftReplay(
        at=actor.at, seq=seq, since=since, oldest=oldest, older=len(there) > MOST_CALLS, **msgspec.structs.asdict(found)
    )
    keep_replay(*who, draft_id, about)


def _facts_of(db: Database, actor: Actor, code: str, draft_id: int) -> tuple[int, Past]:
    """The number of the draft's last change, and the facts with the draft laid over them. Raises Refusal."""
    with in_draft(db, actor, code, draft_id) as drafted, read_facts(drafted, actor, code) as view:
        document = read_document(view)
        facts = check_facts(document.facts, document.account)
        return drafted.draft.seq, Past(view.account_id, msgspec.structs.replace(document, facts=facts))


def _compared(then: Replay, now: Replay) -> Compared:
    """Which calls the two send different ways."""
    ways_then, ways_now = _ways(then), _ways(now)
    counts: Counter[tuple[Way, Way]] = Counter()
    examples: dict[tuple[Way, Way], list[int]] = {}
    anyhow = 0
    for call in {**ways_now, **ways_then}:
        went = (ways_then.get(call) or ways_now[call])[0]
        ways = ways_now.get(call, (went, went))[1], ways_then.get(call, (went, went))[1]
        if ways[0] == ways[1]:
            anyhow += 1
            continue
        counts[ways] += 1
        examples.setdefault(ways, []).append(call.at)
    listed = counts.most_common(MOST_LISTED)
    differences = tuple(
        Difference(now=ways[0], then=ways[1], calls=calls, examples=tuple(examples[ways][:EXAMPLES]))
        for ways, calls in listed
    )
    beyond = counts.total() - sum(calls for _, calls in listed)
    return Compared(
        calls=then.calls,
        skipped=then.skipped,
        left_out=then.left_out,
        anyhow=anyhow,
        moved=counts.total(),
        differences=differences,
        beyond=beyond,
    )


def _ways(replay: Replay) -> Mapping[Call, tuple[Way, Way]]:
    """The calls that did not go where the facts of the replay send them: where they went, and where they would go."""
    return {one.call: (one.went, one.would_go) for one in replay.moved}
