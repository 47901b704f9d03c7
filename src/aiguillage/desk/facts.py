"""Facts of an account beside its contacts: queues, hours, rotas, zones and the rest, all kept and changed alike."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from aiguillage.desk.change import Change, change_facts, read_facts, require_unchanged
from aiguillage.desk.quotas import Quotas
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.beside import reference_key
from aiguillage.domain.errors import about_row, conflict, invalid, missing
from aiguillage.domain.facts import BY_NAME, BY_TYPE, KINDS, Fact, kind_named
from aiguillage.domain.problems import Code
from aiguillage.domain.remarks import Remark
from aiguillage.domain.unfit import unfit
from aiguillage.storage.fact_keys import ids_having
from aiguillage.storage.facts import (
    Kept,
    KeptFacts,
    by_kind,
    erase_facts,
    kept_facts,
    kind_of,
    no_fact,
    require_fact,
    words_of,
    write_fact,
    write_new_facts,
)
from aiguillage.storage.facts import read_facts as read_kept
from aiguillage.storage.schema import can_be_id
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.surveys import has_records

NAMES = ("code", "number", "name", "label", "nickname")
"""The values by which people name a fact, the most exact first."""

MOST_LISTED = 12
Changes = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]
"""Some of a fact's values, or what makes them of the fact as it is."""


class Done(msgspec.Struct, frozen=True):
    """A fact that was added or changed, and what the person should know of it."""

    kept: Kept
    remarks: tuple[Remark, ...] = ()


def add_fact(db: Database, actor: Actor, code: str, fact: Fact) -> Done:
    """A new fact of any kind. Raises Refusal."""
    return add_facts(db, actor, code, [fact])[0]


def add_facts(db: Database, actor: Actor, code: str, facts: Iterable[Fact]) -> list[Done]:
    """New facts in their order, all or none. Raises Refusal."""
    new = list(facts)
    role = max((BY_TYPE[type(fact)].role for fact in new), default=Role.EDIT)
    with change_facts(db, actor, code, role) as change:
        kept = add_in_change(change, new)
    return _remarked(db, change.account_id, kept)


def set_fact(
    db: Database,
    actor: Actor,
    code: str,
    kind: str,
    fact_id: int,
    changes: Changes,
    *,
    expected: int | None = None,
) -> Done:
    """Changes some of a fact's values, named as its struct names them. Raises Refusal.

    Stale when the fact's seq is not the `expected` one.
    """
    with change_facts(db, actor, code, kind_named(kind).role) as change:
        require_unchanged(require_fact(change.connection, change.account_id, kind, fact_id).seq, expected)
        kept = replace_fact(change, kind, fact_id, changes).kept
    return _remarked(db, change.account_id, [kept])[0]


def place_fact(change: Change, fact: Fact) -> Done:
    """A new fact inside a change that has begun; nothing is remarked. Raises Refusal."""
    return Done(_write(change, kind_of(fact), None, fact))


def replace_fact(change: Change, kind: str, fact_id: int, changes: Changes) -> Done:
    """Changes some of a fact's values inside a change that has begun; nothing is remarked. Raises Refusal."""
    before = require_fact(change.connection, change.account_id, kind_named(kind).name, fact_id)
    changes = changes(before.fact) if callable(changes) else changes
    names = type(before.fact).__struct_fields__
    unknown = changes.keys() - set(names)
    if unknown:
        raise invalid(f"A {words_of(kind)} has no '{min(unknown)[:40]}'. It has: {', '.join(names)}.")
    return Done(_write(change, kind, before, msgspec.structs.replace(before.fact, **changes)))


def restore_fact(change: Change, kind: str, fact_id: int, fact: Fact) -> Done:
    """A fact that was removed, under its former id, inside a change that has begun; nothing is remarked.

    Raises Refusal.
    """
    return Done(_write(change, kind, None, fact, former_id=fact_id))


def add_in_change(change: Change, new: Sequence[Fact]) -> list[Kept]:
    """New facts inside a change that has begun, each checked beside the ones before it, and written together.

    Nothing is remarked. Raises Refusal.
    """
    known, quotas = by_kind(change.connection, change.account_id), Quotas(change)
    first = change.take_seqs(len(new))
    kept = []
    for seq, fact in enumerate(new, start=first):
        kind = kind_of(fact)
        with about_row(seq - first):
            one = Kept(kind, seq, seq, _checked(change, kind, None, fact, known, quotas))
        known.note(one, change.account)
        kept.append(one)
    write_new_facts(change.connection, change.account_id, kept, change.account)
    change.record_all(change.entry(one.seq, "add", one.kind, one.id, None, one.fact) for one in kept)
    return kept


def _write(change: Change, kind: str, before: Kept | None, fact: Fact, former_id: int | None = None) -> Kept:
    """Checks the fact beside the account's others, and writes it with its journal row, unless it is as it was."""
    known = by_kind(change.connection, change.account_id)
    fact = _checked(change, kind, before, fact, known, Quotas(change), former_id)
    if before is not None and fact == before.fact:
        return before
    seq = change.take_seqs()
    fact_id = former_id if before is None else before.id
    kept = Kept(kind, seq if fact_id is None else fact_id, seq, fact)
    write_fact(change.connection, change.account_id, kept, change.account)
    change.record(seq, "add" if before is None else "set", kind, kept.id, before and before.fact, fact)
    return kept


def _checked(
    change: Change,
    kind: str,
    before: Kept | None,
    fact: Fact,
    known: KeptFacts,
    quotas: Quotas,
    former_id: int | None = None,
) -> Any:  # noqa: ANN401 - of the same kind
    """The fact as it is kept. Raises Refusal for one that makes no sense beside the others, or is one too many."""
    fact = BY_NAME[kind].check(_typed(fact), former_id if before is None else before.id, known, change.account)
    for named in BY_NAME[kind].references(fact):
        if known.one(named.kind, named.id) is None:
            raise no_fact(named.kind, named.id)
    quotas.require_room(kind, before and before.fact, fact)
    return fact


def _remarked(db: Database, account_id: int, kept: Sequence[Kept]) -> list[Done]:
    """Facts that were written, and what is worth a remark of them: looked for once for all, and no lock is held."""
    told: dict[int, Sequence[Remark]] = {}
    for kind in {one.kind for one in kept}:
        if (remarks := BY_NAME[kind].remarks) is not None:
            of_kind = {one.id: one.fact for one in kept if one.kind == kind}
            with db.read() as connection:
                told |= remarks(of_kind, by_kind(connection, account_id))
    return [Done(one, tuple(told.get(one.id, ()))) for one in kept]


def _typed(fact: Fact) -> Any:  # noqa: ANN401 - of the same kind
    """The fact, each value of the type that its struct names: structs do not look themselves. Raises Refusal(invalid).

    What JSON has as text or as a list becomes the date or the tuple that it stands for.
    """
    try:
        return msgspec.convert(msgspec.json.decode(msgspec.json.encode(fact)), type(fact))
    except msgspec.ValidationError as error:
        raise unfit(error) from None
    except (msgspec.MsgspecError, OverflowError, UnicodeEncodeError) as error:
        raise invalid(f"{error}. Give a value of that type.") from None


def remove_fact(
    db: Database, actor: Actor, code: str, kind: str, fact_id: int, *, expected: int | None = None
) -> list[Remark]:
    """Removes a fact and all that belongs to it. Raises Refusal(conflict) while another needs it.

    Returns what the person should know of what is left.
    """
    with change_facts(db, actor, code, kind_named(kind).role) as change:
        kept = require_fact(change.connection, change.account_id, kind, fact_id)
        require_unchanged(kept.seq, expected)
        discard_fact(change, kind, fact_id)
    return _parting(db, change.account_id, kind, [kept])


def remove_facts(db: Database, actor: Actor, code: str, kind: str, fact_ids: Iterable[int]) -> list[Remark]:
    """Removes facts of a kind and all that belongs to them, all or none. Raises Refusal.

    Returns what the person should know of what is left.
    """
    with change_facts(db, actor, code, Role.EDIT) as change:
        gone = discard_facts(change, kind, fact_ids)
    return _parting(db, change.account_id, kind, gone)


def _parting(db: Database, account_id: int, kind: str, gone: Iterable[Kept]) -> list[Remark]:
    """What is worth a remark now that some facts of a kind are gone: looked for without a lock, as in _remarked."""
    parting = kind_named(kind).parting
    if parting is None:
        return []
    with db.read() as connection:
        return parting([one.fact for one in gone], by_kind(connection, account_id))


def discard_fact(change: Change, kind: str, fact_id: int) -> None:
    """Removes a fact inside a change that has begun. Raises Refusal(conflict) while another needs it."""
    discard_facts(change, kind, [fact_id])


def discard_facts(change: Change, kind: str, fact_ids: Iterable[int]) -> list[Kept]:
    """Removes facts of a kind inside a change that has begun, as discard_fact one; these, without what went with them.

    Raises Refusal.
    """
    name = kind_named(kind).name
    going = _require_facts(change, name, fact_ids)
    belongings: dict[int, list[Kept]] = {fact_id: [] for fact_id in going}
    for fact_id, other, belongs in _naming(change, name, going):
        if belongs:
            belongings[fact_id].append(other)
        elif other.kind != name or other.id not in going:
            raise conflict(
                f"The {words_of(other.kind)} {name_of(other)} refers to it. Change or remove that one first.",
                Code.IN_USE,
            )
    for fact_id, kept in going.items():
        if getattr(change.account, name, None) == fact_id:
            raise conflict(
                f"The account's settings refer to this {words_of(name)}. Choose another one, or none, there first.",
                Code.IN_USE,
            )
        if name == "survey" and has_records(change.connection, change.account_id, fact_id):
            raise conflict(f"The survey {kept.fact.name} has records. Remove them first.", Code.IN_USE)
    gone = [one for fact_id, kept in going.items() for one in (*belongings[fact_id], kept)]
    erase_facts(change.connection, change.account_id, gone)
    first = change.take_seqs(len(gone))
    change.record_all(
        change.entry(seq, "remove", one.kind, one.id, one.fact, None) for seq, one in enumerate(gone, start=first)
    )
    return list(going.values())


def _require_facts(change: Change, kind: str, fact_ids: Iterable[int]) -> dict[int, Kept]:
    """Facts by their ids, in that order. Raises Refusal(missing) for one that is not there."""
    wanted = list(dict.fromkeys(fact_ids))
    ids = [fact_id for fact_id in wanted if can_be_id(fact_id)]
    there = {kept.id: kept for kept in kept_facts(change.connection, change.account_id, kind, ids)}
    for fact_id in wanted:
        if fact_id not in there:
            raise no_fact(kind, fact_id)
    return {fact_id: there[fact_id] for fact_id in wanted}


def belongings(change: Change, kept: Kept) -> Iterator[Kept]:
    """The facts that go with this one."""
    yield from [other for _, other, belongs in _naming(change, kept.kind, [kept.id]) if belongs]


def _naming(change: Change, name: str, going: Collection[int]) -> Iterator[tuple[int, Kept, bool]]:
    """The facts that name one of those of a kind: the id of that one, the fact, and whether it belongs to it."""
    keys = [reference_key(name, fact_id) for fact_id in going]
    for kind in KINDS:
        ids = ids_having(change.connection, change.account_id, kind.name, keys)
        for other in kept_facts(change.connection, change.account_id, kind.name, ids):
            for named in kind.references(other.fact):
                if named.kind == name and named.id in going:
                    yield named.id, other, named.belongs


def show_fact(db: Database, actor: Actor, code: str, kind: str, fact_id: int) -> Kept:
    """One fact. Raises Refusal."""
    with read_facts(db, actor, code, kind_named(kind).seen_by) as (connection, account_id, _):
        return require_fact(connection, account_id, kind, fact_id)


def list_facts(db: Database, actor: Actor, code: str, kind: str) -> list[Kept]:
    """The facts of a kind, oldest first. Raises Refusal."""
    with read_facts(db, actor, code, kind_named(kind).seen_by) as (connection, account_id, _):
        return list(read_kept(connection, account_id, kind))


def find_fact(db: Database, actor: Actor, code: str, kind: str, text: str) -> Kept:
    """The one fact that people mean by a code, a number, a name or an id, in this order. Raises Refusal."""
    with read_facts(db, actor, code, kind_named(kind).seen_by) as (connection, account_id, _):
        return _named(list(read_kept(connection, account_id, kind)), words_of(kind), text)


def _named(all_kept: list[Kept], words: str, text: str) -> Kept:
    wanted = text.strip().casefold()
    for name in NAMES:
        alike = [kept for kept in all_kept if str(getattr(kept.fact, name, None)).casefold() == wanted]
        if len(alike) == 1:
            return alike[0]
        if alike:
            ids = ", ".join(str(kept.id) for kept in alike)
            raise conflict(f"Several are called '{text[:40]}'. Name the {words} by its id, one of: {ids}.")
    for kept in all_kept:
        if str(kept.id) == wanted:
            return kept
    there = ", ".join(str(name_of(kept)) for kept in all_kept[:MOST_LISTED])
    advice = f"There is: {there}{', ...' if len(all_kept) > MOST_LISTED else ''}." if there else "There is none yet."
    raise missing(f"There is no {words} '{text[:40]}' on this account. {advice}")


def name_of(kept: Kept) -> str | int:
    """What people call a fact: its code, number, name or label; its id where it has none of them."""
    return next((getattr(kept.fact, name) for name in NAMES if getattr(kept.fact, name, None)), kept.id)
