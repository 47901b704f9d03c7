"""Publishing a draft: all that is in it becomes live in one transaction, or nothing does, and why not is said."""

from collections.abc import Sequence
from typing import Any

import msgspec

from aiguillage.desk.change import Change, change_facts, require_unchanged
from aiguillage.desk.drafts import ENTITY, line_of, require_open
from aiguillage.desk.facts import discard_fact, place_fact, replace_fact, restore_fact
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Refusal, conflict, invalid
from aiguillage.domain.facts import BY_NAME
from aiguillage.storage import drafts
from aiguillage.storage.drafts import FIRST, Drafted
from aiguillage.storage.facts import kept_fact
from aiguillage.storage.journal import last_seq
from aiguillage.storage.sqlite.engine import Database

ACTION = "publish"
OVERTAKEN = (
    "Somebody changed it since it was put into the draft. Look at both versions, and keep one of them: publish yours, "
    "or take it out."
)


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal keeps of a publication: the draft's name, and the first and last of its changes."""

    name: str
    first: int
    last: int


def place_named(one: Drafted) -> str:
    """What a refusal calls a fact of a draft."""
    return f"{one.kind}/{one.fact_id}"


def publish_draft(db: Database, actor: Actor, code: str, draft_id: int, *, expected: int | None = None) -> int:
    """Makes all live that is in a draft; the number of its entry in the journal, by which it can be reverted.

    Raises Refusal: stale when the draft's last change is not the `expected` one; conflict, with what stands in the way
    of each fact as `errors` by place_named, where facts were changed since or make no sense beside the others.
    """
    with change_facts(db, actor, code, Role.EDIT) as change:
        draft = require_open(change.connection, change.account_id, draft_id)
        require_unchanged(draft.seq, expected)
        drafted = list(drafts.read_drafted(change.connection, change.account_id, draft_id))
        if not drafted:
            raise invalid("Nothing is changed in this draft. Change something there first, or discard it.")
        _require_current(change, drafted)
        before = last_seq(change.connection, change.account_id)
        change.action = ACTION
        _apply(change, drafted)
        about = Publication(name=draft.name, first=before + 1, last=last_seq(change.connection, change.account_id))
        seq = change.take_seqs()
        change.record(seq, ACTION, ENTITY, draft_id, None, about)
        drafts.erase_drafted(change.connection, change.account_id, draft_id)
        draft = msgspec.structs.replace(draft, published_at=actor.at, published_seq=seq)
        drafts.write_draft(change.connection, change.account_id, draft)
    return seq


def _require_current(change: Change, drafted: Sequence[Drafted]) -> None:
    """Raises Refusal(conflict) for facts that are not any more those that the draft began from."""
    lines = [line_of(change.connection, change.account_id, one) for one in drafted]
    overtaken = {place_named(one.drafted): [conflict(OVERTAKEN).message] for one in lines if one.overtaken}
    if overtaken:
        raise _in_the_way(overtaken)


def _in_the_way(errors: dict[str, list[str]]) -> Refusal:
    refusal = conflict("The draft is not published: see what is said at each fact, and settle that first.")
    refusal.errors = errors
    return refusal


def _apply(change: Change, drafted: Sequence[Drafted]) -> None:
    """Changes each fact; what another one of the draft has to make way for waits for that. Raises Refusal(conflict)."""
    ids: dict[int, int] = {}
    waiting = sorted(drafted, key=lambda one: one.fact is None)
    while waiting:
        errors: dict[str, list[str]] = {}
        left: list[Drafted] = []
        for one in waiting:
            try:
                _make_live(change, one, ids)
            except Refusal as refusal:
                left.append(one)
                errors[place_named(one)] = [refusal.message]
        if len(left) == len(waiting):
            raise _in_the_way(errors)
        waiting = left


def _make_live(change: Change, one: Drafted, ids: dict[int, int]) -> None:
    """Changes one fact; `ids` are the live ones of what was new in the draft. Raises Refusal."""
    kind, fact_id = one.place
    if one.fact is None:
        if kept_fact(change.connection, change.account_id, kind, fact_id) is not None:
            discard_fact(change, kind, fact_id)
        return
    fact = _with_live_ids(one, ids)
    if one.base is not None:
        replace_fact(change, kind, fact_id, msgspec.structs.asdict(fact))
    elif fact_id < FIRST:
        restore_fact(change, kind, fact_id, fact)
    else:
        ids[fact_id] = place_fact(change, fact).kept.id


def _with_live_ids(one: Drafted, ids: dict[int, int]) -> Any:  # noqa: ANN401 - of any kind
    """The fact, naming what was new in the draft by its live id: such numbers are ids and nothing else."""
    named = {reference.id for reference in BY_NAME[one.kind].references(one.fact)} & ids.keys()
    values = msgspec.structs.asdict(one.fact)
    return msgspec.structs.replace(
        one.fact, **{name: ids[value] for name, value in values.items() if isinstance(value, int) and value in named}
    )
