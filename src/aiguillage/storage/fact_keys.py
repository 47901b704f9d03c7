"""The keys that an account's facts are found by without reading them (domain/beside.py says what they are)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select

from aiguillage.domain.beside import AFTER_OWN, OWN
from aiguillage.storage.schema import fact_keys, facts

AT_ONCE = 500
"""Keys that one statement asks for."""


def keep_keys(connection: Connection, account_id: int, kind: str, fact_id: int, keys: Collection[str]) -> None:
    """A fact has these keys from now on, and no others: only what is different is written."""
    mine = _of_kind(account_id, kind) & (fact_keys.c.fact_id == fact_id)
    before = set(connection.execute(select(fact_keys.c.key).where(mine)).scalars())
    for some in _some(before.difference(keys)):
        connection.execute(delete(fact_keys).where(mine, fact_keys.c.key.in_(some)))
    add_keys(connection, account_id, [(kind, fact_id, set(keys) - before)])


def add_keys(connection: Connection, account_id: int, new: Iterable[tuple[str, int, Collection[str]]]) -> None:
    """Facts, each by its kind and id, have these keys besides those that they have."""
    rows = [
        {"account_id": account_id, "kind": kind, "key": key, "fact_id": fact_id}
        for kind, fact_id, keys in new
        for key in keys
    ]
    if rows:
        connection.execute(insert(fact_keys), rows)


def erase_keys(connection: Connection, account_id: int, kind: str, fact_ids: Sequence[int]) -> None:
    """Removes the keys of some facts of a kind."""
    connection.execute(delete(fact_keys).where(_of_kind(account_id, kind), fact_keys.c.fact_id.in_(fact_ids)))


def ids_having(connection: Connection, account_id: int, kind: str, keys: Collection[str]) -> list[int]:
    """The facts of a kind that have one of some keys, by id, each once."""
    found: set[int] = set()
    for some in _some(keys):
        statement = select(fact_keys.c.fact_id).where(_of_kind(account_id, kind), fact_keys.c.key.in_(some))
        found.update(connection.execute(statement).scalars())
    return sorted(found)


def count_facts(connection: Connection, account_id: int, kind: str) -> int:
    """How many facts of a kind the account has."""
    return _count(connection, select(func.count()).where(facts.c.account_id == account_id, facts.c.kind == kind))


def count_having(connection: Connection, account_id: int, kind: str, key: str) -> int:
    """How many facts of a kind have a key."""
    return _count(connection, select(func.count()).where(_of_kind(account_id, kind), fact_keys.c.key == key))


def count_own(connection: Connection, account_id: int, kind: str) -> int:
    """How many keys the facts of a kind have that no other fact may have."""
    own = (fact_keys.c.key >= OWN) & (fact_keys.c.key < AFTER_OWN)
    return _count(connection, select(func.count()).where(_of_kind(account_id, kind), own))


def _count(connection: Connection, statement: Select[Any]) -> int:
    found: int = connection.execute(statement).scalar_one()
    return found


def _of_kind(account_id: int, kind: str) -> ColumnElement[bool]:
    return (fact_keys.c.account_id == account_id) & (fact_keys.c.kind == kind)


def _some(keys: Collection[str]) -> Iterator[list[str]]:
    """All of them, a bounded number at a time."""
    listed = list(keys)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
