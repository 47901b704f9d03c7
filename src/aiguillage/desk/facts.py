"""Facts of an account beside its contacts: queues, hours, rotas, zones and the rest, all kept and changed alike."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from aiguillage.desk.change import Change, change_facts, read_facts, require_unchanged
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import conflict, invalid, missing
from aiguillage.domain.facts import BY_NAME, BY_TYPE, KINDS, Fact, kind_named
from aiguillage.storage.engine import Database
from aiguillage.storage.facts import Kept, by_kind, erase_fact, kind_of, require_fact, words_of, write_fact
from aiguillage.storage.facts import read_facts as read_kept

NAMES = ("code", "number", "name", "label", "nickname")
"""The values by which people name a fact, the most exact first."""

MOST_LISTED = 12


class Done(msgspec.Struct, frozen=True):
    """A fact that was added or changed, and what the person should know of it."""

    kept: Kept
    remarks: tuple[str, ...] = ()


def add_fact(db: Database, actor: Actor, code: str, fact: Fact) -> Done:
    """A new fact of any kind. Raises Refusal."""
    return add_facts(db, actor, code, [fact])[0]


def add_facts(db: Database, actor: Actor, code: str, facts: Iterable[Fact]) -> list[Done]:
    """New facts in their order, all or none. Raises Refusal."""
    new = list(facts)
    role = max((BY_TYPE[type(fact)].role for fact in new), default=Role.EDIT)
    with change_facts(db, actor, code, role) as change:
        return [place_fact(change, fact) for fact in new]


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
    with change_facts(db, actor, code, kind_named(kind).role) as change:
        require_unchanged(require_fact(change.connection, change.account_id, kind, fact_id).seq, expected)
        return replace_fact(change, kind, fact_id, changes)


def place_fact(change: Change, fact: Fact) -> Done:
    """A new fact inside a change that has begun. Raises Refusal."""
    return _write(change, kind_of(fact), None, fact)


def replace_fact(change: Change, kind: str, fact_id: int, changes: Mapping[str, Any]) -> Done:
    """Changes some of a fact's values inside a change that has begun. Raises Refusal."""
    before = require_fact(change.connection, change.account_id, kind_named(kind).name, fact_id)
    names = type(before.fact).__struct_fields__
    unknown = changes.keys() - set(names)
    if unknown:
        raise invalid(f"A {words_of(kind)} has no '{min(unknown)[:40]}'. It has: {', '.join(names)}.")
    return _write(change, kind, before, msgspec.structs.replace(before.fact, **changes))


def _write(change: Change, kind: str, before: Kept | None, fact: Fact) -> Done:
    """Checks the fact beside all others, and writes it with its journal row, unless it is as it was."""
    known, account = by_kind(change.connection, change.account_id), change.account
    fact_id = None if before is None else before.id
    fact = BY_NAME[kind].check(_typed(fact), fact_id, known, account)
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


def _typed(fact: Fact) -> Any:  # noqa: ANN401 - of the same kind
    """The fact, each value of the type that its struct names: structs do not look themselves. Raises Refusal(invalid).

    What JSON has as text or as a list becomes the date or the tuple that it stands for.
    """
    try:
        return msgspec.convert(msgspec.json.decode(msgspec.json.encode(fact)), type(fact))
    except (msgspec.MsgspecError, OverflowError, UnicodeEncodeError) as error:
        raise invalid(f"{error}. Give a value of that type.") from None


def remove_fact(db: Database, actor: Actor, code: str, kind: str, fact_id: int, *, expected: int | None = None) -> None:
    """Removes a fact and all that belongs to it. Raises Refusal(conflict) while another needs it."""
    with change_facts(db, actor, code, kind_named(kind).role) as change:
        kept = require_fact(change.connection, change.account_id, kind, fact_id)
        require_unchanged(kept.seq, expected)
        discard_fact(change, kind, fact_id)


def discard_fact(change: Change, kind: str, fact_id: int) -> None:
    """Removes a fact inside a change that has begun. Raises Refusal(conflict) while another needs it."""
    kept = require_fact(change.connection, change.account_id, kind_named(kind).name, fact_id)
    _refuse_while_named(change, kept)
    for one in (*_belongings(change, kept), kept):
        erase_fact(change.connection, change.account_id, one)
        change.record(change.take_seqs(), "remove", one.kind, one.id, one.fact, None)


def _refuse_while_named(change: Change, kept: Kept) -> None:
    if getattr(change.account, kept.kind, None) == kept.id:
        raise conflict(f"The account itself names this {words_of(kept.kind)}. Set another one, or none, there first.")
    for other, belongs in _naming(change, kept):
        if not belongs:
            raise conflict(f"The {words_of(other.kind)} {name_of(other)} names it. Change or remove that one first.")


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
