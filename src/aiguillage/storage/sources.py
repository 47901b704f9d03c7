"""Beside a source of contacts: when it is imported next, whether it is right now, what came of it last."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from aiguillage.domain.sources import Run
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import accounts, source_runs

UNSCHEDULED = 0
"""When a source is due that was just written: at once, so that whoever looks next reads its schedule."""

_decode = msgspec.json.Decoder(Run).decode


class Runs(NamedTuple):
    """When a source is due (None: never by itself), since when it is being imported, how often it failed in a row.

    Moments in microseconds since 1970 UTC.
    """

    due_at: int | None
    running_at: int | None = None
    tries: int = 0
    last: Run | None = None


class DueSource(NamedTuple):
    """A source that is to be looked at: its account, by id and code, and its own id."""

    account_id: int
    code: str
    id: int


def place_source(connection: Connection, account_id: int, source_id: int) -> None:
    """Has the schedule of a source that was written read by whoever looks next; what came of it last stays."""
    if read_runs(connection, account_id, source_id) is None:
        new = {"account_id": account_id, "id": source_id, "due_at": UNSCHEDULED, "tries": 0}
        connection.execute(insert(source_runs).values(new))
    else:
        _set(connection, account_id, source_id, due_at=UNSCHEDULED)


def read_runs(connection: Connection, account_id: int, source_id: int) -> Runs | None:
    """How a source stands; None where there is no such source."""
    mine = (source_runs.c.account_id == account_id) & (source_runs.c.id == source_id)
    row = connection.execute(select(source_runs).where(mine)).first()
    if row is None:
        return None
    return Runs(row.due_at, row.running_at, row.tries, None if row.last is None else _decode(row.last))


def schedule(connection: Connection, account_id: int, source_id: int, due_at: int | None) -> None:
    """Says when a source is imported next."""
    _set(connection, account_id, source_id, due_at=due_at)


def begin_run(connection: Connection, account_id: int, source_id: int, at: int) -> None:
    """Says that a source is being imported since then."""
    _set(connection, account_id, source_id, running_at=at)


def end_run(
    connection: Connection, account_id: int, source_id: int, run: Run, *, tries: int, due_at: int | None
) -> None:
    """Says what came of it, how often it failed in a row by now, and when it is imported next."""
    _set(connection, account_id, source_id, running_at=None, last=as_json(run), tries=tries, due_at=due_at)


def _set(connection: Connection, account_id: int, source_id: int, **values: object) -> None:
    mine = (source_runs.c.account_id == account_id) & (source_runs.c.id == source_id)
    connection.execute(update(source_runs).where(mine).values(values))


def erase_runs(connection: Connection, account_id: int, source_ids: list[int]) -> None:
    """Forgets how sources stood that are gone."""
    mine = (source_runs.c.account_id == account_id) & source_runs.c.id.in_(source_ids)
    connection.execute(delete(source_runs).where(mine))


def sources_due(connection: Connection, at: int) -> list[DueSource]:
    """The sources of all accounts that are to be looked at by a moment, the longest due first."""
    statement = (
        select(source_runs.c.account_id, accounts.c.code, source_runs.c.id)
        .join(accounts, accounts.c.id == source_runs.c.account_id)
        .where(source_runs.c.due_at <= at)
        .order_by(source_runs.c.due_at, source_runs.c.account_id)
    )
    return [DueSource(*row) for row in connection.execute(statement)]
