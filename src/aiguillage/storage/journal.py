"""The ordered record of every change, account by account: audit trail, undo and replication feed in one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from aiguillage.storage.schema import LARGEST_ID, accounts, journal

SINCE = "since"
AT_ONCE = 500
"""Entries that one statement names."""

NONE: Mapping[str, object] = {}
ERASED: Mapping[str, bool] = {"erased": True}
"""What stands in the journal for what was kept about somebody who had it erased."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change: what an entity was and what it became, as JSON objects; None where it did not exist."""

    seq: int
    at: int
    actor: str
    action: str
    entity: str
    entity_id: int
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


def take_seqs(connection: Connection, account_id: int, count: int = 1) -> int:
    """Takes the account's next numbers under its row's lock; the first of them."""
    statement = (
        update(accounts).where(accounts.c.id == account_id).values(seq=accounts.c.seq + count).returning(accounts.c.seq)
    )
    return int(connection.execute(statement).scalar_one()) - count + 1


def last_seq(connection: Connection, account_id: int) -> int:
    """The number of the account's last change."""
    return int(connection.execute(select(accounts.c.seq).where(accounts.c.id == account_id)).scalar_one())


def raise_facts_version(connection: Connection, account_id: int) -> None:
    """Tells every worker that what it remembers of the account is out of date."""
    statement = update(accounts).where(accounts.c.id == account_id)
    connection.execute(statement.values(facts_version=accounts.c.facts_version + 1))


def as_json(value: object) -> str:
    """A value as the journal keeps it."""
    return msgspec.json.encode(value).decode()


def record(connection: Connection, account_id: int, entries: Iterable[Entry]) -> None:
    """Adds entries whose numbers were taken before."""
    rows = [
        {
            "account_id": account_id,
            **{name: getattr(entry, name) for name in ("seq", "at", "actor", "action", "entity", "entity_id")},
            "before": None if entry.before is None else as_json(entry.before),
            "after": None if entry.after is None else as_json(entry.after),
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(journal), rows)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        entity=row.entity,
        entity_id=row.entity_id,
        before=None if row.before is None else msgspec.json.decode(row.before),
        after=None if row.after is None else msgspec.json.decode(row.after),
    )


def first_since(connection: Connection, account_id: int, moment: int) -> int:
    """The first of the account's changes at or after a moment; what comes after all of them if there is none."""
    mine = select(func.min(journal.c.seq)).where(journal.c.account_id == account_id, journal.c.at >= moment)
    return connection.execute(mine).scalar() or LARGEST_ID


def read_entry(connection: Connection, account_id: int, seq: int) -> Entry | None:
    """One of the account's changes."""
    row = connection.execute(select(journal).where(journal.c.account_id == account_id, journal.c.seq == seq)).first()
    return None if row is None else _entry(row)


def read_entries(connection: Connection, account_id: int, seqs: Iterable[int]) -> Iterator[Entry]:
    """Some of the account's changes, oldest first."""
    wanted = sorted(set(seqs))
    for start in range(0, len(wanted), AT_ONCE):
        mine = (journal.c.account_id == account_id) & journal.c.seq.in_(wanted[start : start + AT_ONCE])
        for row in connection.execute(select(journal).where(mine).order_by(journal.c.seq)):
            yield _entry(row)


def read_between(connection: Connection, account_id: int, first: int, last: int) -> Iterator[Entry]:
    """The account's changes from one to another, newest first."""
    mine = select(journal).where(journal.c.account_id == account_id, journal.c.seq.between(first, last))
    for row in connection.execute(mine.order_by(journal.c.seq.desc())):
        yield _entry(row)


def next_change(connection: Connection, account_id: int, entry: Entry) -> Entry | None:
    """The next change of the same entity."""
    later = select(journal).where(journal.c.account_id == account_id, journal.c.seq > entry.seq)
    same = later.where(journal.c.entity == entry.entity, journal.c.entity_id == entry.entity_id)
    row = connection.execute(same.order_by(journal.c.seq).limit(1)).first()
    return None if row is None else _entry(row)


def read_down_to(connection: Connection, account_id: int, seq: int) -> Iterator[Entry]:
    """The account's changes from the newest down to that one, which is the last."""
    mine = select(journal).where(journal.c.account_id == account_id, journal.c.seq >= seq)
    for row in connection.execute(mine.order_by(journal.c.seq.desc()), execution_options={"yield_per": 1000}):
        yield _entry(row)


def read(
    connection: Connection, account_id: int, before_seq: int | None, limit: int, values: Mapping[str, object] = NONE
) -> Iterator[Entry]:
    """The account's changes, newest first: those that have these values in these columns, or are SINCE a moment."""
    statement = select(journal).where(journal.c.account_id == account_id)
    if before_seq is not None:
        statement = statement.where(journal.c.seq < before_seq)
    for name, value in values.items():
        statement = statement.where(journal.c.at >= value if name == SINCE else journal.c[name] == value)
    for row in connection.execute(statement.order_by(journal.c.seq.desc()).limit(limit)):
        yield _entry(row)


def read_about(
    connection: Connection, account_id: int, entity: str, entity_id: int, *, last: int, limit: int
) -> Iterator[Entry]:
    """What happened to an entity whose id is the number of its first change, up to its last one, newest first."""
    mine = select(journal).where(journal.c.account_id == account_id, journal.c.seq.between(entity_id, last))
    same = mine.where(journal.c.entity == entity, journal.c.entity_id == entity_id)
    for row in connection.execute(same.order_by(journal.c.seq.desc()).limit(limit)):
        yield _entry(row)


def read_together(connection: Connection, account_id: int, entry: Entry, limit: int) -> list[Entry]:
    """The changes that were made together with one, by the same actor at the same moment, newest first; it too."""
    mine = select(journal).where(journal.c.account_id == account_id, journal.c.at == entry.at)
    same = mine.where(journal.c.actor == entry.actor).order_by(journal.c.seq.desc()).limit(limit)
    return [_entry(row) for row in connection.execute(same)]


def last_at(connection: Connection, account_id: int, moment: int, actor: str) -> int | None:
    """The number of the last change of an actor at a moment; None for none."""
    mine = select(func.max(journal.c.seq)).where(journal.c.account_id == account_id, journal.c.at == moment)
    return connection.execute(mine.where(journal.c.actor == actor)).scalar()


def read_after(
    connection: Connection, account_id: int, seq: int, entities: Iterable[str], limit: int
) -> list[Row[Any]]:
    """The account's next changes to such entities after one, oldest first: seq, at, action, entity, entity_id."""
    columns = (journal.c.seq, journal.c.at, journal.c.action, journal.c.entity, journal.c.entity_id)
    mine = select(*columns).where(journal.c.account_id == account_id, journal.c.seq > seq)
    return list(connection.execute(mine.where(journal.c.entity.in_(entities)).order_by(journal.c.seq).limit(limit)))


def moment_of(connection: Connection, account_id: int, seq: int) -> int:
    """When the change of that number was made, in microseconds since 1970 UTC; 0 for none."""
    mine = select(journal.c.at).where(journal.c.account_id == account_id, journal.c.seq == seq)
    return connection.execute(mine).scalar() or 0
