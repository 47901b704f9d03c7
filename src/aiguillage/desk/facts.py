"""Facts of an account beside its contacts: queues, hours, rotas, zones and the rest, all kept and changed alike."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from aiguillage.desk.change import Change, change_facts, read_facts, require_unchanged
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.facts import BY_NAME, KINDS, Fact, kind_named
from aiguillage.storage.engine import Database
from aiguillage.storage.facts import Kept, by_kind, erase_fact, kind_of, require_fact, words_of, write_fact
from aiguillage.storage.facts import read_facts as read_kept


class Done(msgspec.Struct, frozen=True):
    """A fact that was added or changed, and what the person should know of it."""

    kept: Kept
    remarks: tuple[str, ...] = ()


def add_fact(db: Database, actor: Actor, code: str, fact: Fact) -> Done:
    """A new fact of any kind. Raises Refusal."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        return _write(change, kind_of(fact), None, fact, None)


def set_fact(
    db: Database,
    actor: Actor,
    code: str,
    kind: str,
    fact_id: int,
    changes: Mapping[str, Any],
    *,
    expected: int | None = None,
) -> Done:
    """Changes some of a fact's values, named as its struct names them. Raises Refusal.

    Stale when the fact's seq is not the `expected` one.
    """
    with change_facts(db, actor, code, Role.EDIT) as change:
        require_unchanged(require_fact(change.connection, change.account_id, kind, fact_id).seq, expected)
        return replace_fact(change, kind, fact_id, changes)


def replace_fact(change: Change, kind: str, fact_id: int, changes: Mapping[str, Any]) -> Done:
    """The same inside a change that has begun. Raises Refusal."""
    before = require_fact(change.connection, change.account_id, kind_named(kind).name, fact_id)
    names = type(before.fact).__struct_fields__
    unknown = changes.keys() - set(names)
    if unknown:
        raise invalid(f"A {words_of(kind)} has no '{min(unknown)[:40]}'. It has: {', '.join(names)}.")
    return _write(change, kind, fact_id, msgspec.structs.replace(before.fact, **changes), before)


def _write(change: Change, kind: str, fact_id: int | None, fact: Fact, before: Kept | None) -> Done:
    """Checks the fact beside all others, and writes it with its journal row, unless it is as it was."""
    known, account = by_kind(change.connection, change.account_id), change.account
    _require_types(fact)
    fact = BY_NAME[kind].check(fact, fact_id, known, account)
    for named in BY_NAME[kind].references(fact):
        require_fact(change.connection, change.account_id, named.kind, named.id)
    remarks = tuple(BY_NAME[kind].remarks(fact, fact_id, known))
    if before is not None and fact == before.fact:
        return Done(before, remarks)
    seq = change.take_seqs()
    kept = Kept(kind, seq if fact_id is None else fact_id, seq, fact)
    write_fact(change.connection, change.account_id, kept, account)
    change.record(seq, "add" if before is None else "set", kind, kept.id, before and before.fact, fact)
    return Done(kept, remarks)


def _require_types(fact: Fact) -> None:
    """Raises Refusal(invalid) unless every value has the type that its struct names: structs do not look."""
    try:
        msgspec.convert(msgspec.to_builtins(fact), type(fact))
    except msgspec.ValidationError as error:
        raise invalid(f"{error}. Give a value of that type.") from None


def remove_fact(db: Database, actor: Actor, code: str, kind: str, fact_id: int, *, expected: int | None = None) -> None:
    """Removes a fact and all that belongs to it. Raises Refusal(conflict) while another needs it."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = require_fact(change.connection, change.account_id, kind_named(kind).name, fact_id)
        require_unchanged(kept.seq, expected)
        _refuse_while_named(change, kept)
        for one in (*_belongings(change, kept), kept):
            erase_fact(change.connection, change.account_id, one)
            change.record(change.take_seqs(), "remove", one.kind, one.id, one.fact, None)


def _refuse_while_named(change: Change, kept: Kept) -> None:
    if getattr(change.account, kept.kind, None) == kept.id:
        raise conflict(f"The account itself names this {words_of(kept.kind)}. Set another one, or none, there first.")
    for other, belongs in _naming(change, kept):
        if not belongs:
            name = getattr(other.fact, "name", other.id)
            raise conflict(f"The {words_of(other.kind)} {name} names it. Change or remove that one first.")


def _belongings(change: Change, kept: Kept) -> Iterator[Kept]:
    yield from [other for other, belongs in _naming(change, kept) if belongs]


def _naming(change: Change, kept: Kept) -> Iterator[tuple[Kept, bool]]:
    """The facts that name this one, and whether each belongs to it."""
    for kind in KINDS:
        for other in read_kept(change.connection, change.account_id, kind.name):
            for named in kind.references(other.fact):
                if (named.kind, named.id) == (kept.kind, kept.id):
                    yield other, named.belongs


def show_fact(db: Database, actor: Actor, code: str, kind: str, fact_id: int) -> Kept:
    """One fact. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return require_fact(connection, account_id, kind_named(kind).name, fact_id)


def list_facts(db: Database, actor: Actor, code: str, kind: str) -> list[Kept]:
    """The facts of a kind, oldest first. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return list(read_kept(connection, account_id, kind_named(kind).name))
