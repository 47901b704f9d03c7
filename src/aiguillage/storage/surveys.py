"""Survey records: a row each, searched and paged by the database, for there may be hundreds of thousands."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, func, insert, or_, select, update

from aiguillage.domain.surveys import SurveyRecord
from aiguillage.storage.schema import survey_records as table
from aiguillage.storage.sqlite.alike import BEGINNING, alike

TEXTS = ("caller", "score_1", "score_2", "score_3", "agent_extension", "agent_name")
COLUMNS = ("id", "survey_id", *TEXTS, "moment")
"""What records can be filtered and sorted by."""

AT_ONCE = 500
"""Ids in one statement."""


class KeptRecord(msgspec.Struct, frozen=True):
    """A record as it is kept: with its id and the number of the change that made it so."""

    id: int
    seq: int
    record: SurveyRecord


class RecordSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which records, in which order: `filters` by column, `words` that a text begins with, changed at `since` or later.

    `sort` is a column, with a minus in front for the other way round. Without a limit all are found.
    """

    filters: Mapping[str, Any] = {}
    words: str = ""
    since: int | None = None
    sort: str = "id"
    offset: int = 0
    limit: int | None = None


def find_records(connection: Connection, account_id: int, search: RecordSearch) -> Iterator[KeptRecord]:
    """The records of one page."""
    column = table.c[search.sort.removeprefix("-")]
    order = column.desc() if search.sort.startswith("-") else column.asc()
    found = _found(account_id, search).order_by(order, table.c.id).offset(search.offset).limit(search.limit)
    for row in connection.execution_options(yield_per=1000).execute(found):
        yield kept_of(row)


def count_records(connection: Connection, account_id: int, search: RecordSearch) -> int:
    """How many records there are on all pages."""
    return connection.execute(select(func.count()).select_from(_found(account_id, search).subquery())).scalar_one()


def _found(account_id: int, search: RecordSearch) -> Select[Any]:
    wanted: list[ColumnElement[bool]] = [table.c.account_id == account_id]
    for name, value in search.filters.items():
        column = table.c[name]
        wanted.append(alike(column, value) if isinstance(value, str) else column == value)
    if search.words:
        wanted.append(or_(*(alike(table.c[name], search.words, BEGINNING) for name in TEXTS)))
    if search.since is not None:
        wanted.append(table.c.seq >= search.since)
    return select(table).where(*wanted)


def read_records(connection: Connection, account_id: int, record_ids: Iterable[int]) -> dict[int, KeptRecord]:
    """Those of an account's records that have these ids, by id."""
    found: dict[int, KeptRecord] = {}
    rest = iter(record_ids)
    while some := list(islice(rest, AT_ONCE)):
        mine = select(table).where(table.c.account_id == account_id, table.c.id.in_(some))
        found.update((row.id, kept_of(row)) for row in connection.execute(mine))
    return found


def kept_of(row: Row[Any]) -> KeptRecord:
    """The record in a row."""
    return KeptRecord(row.id, row.seq, SurveyRecord(**{name: getattr(row, name) for name in COLUMNS[1:]}))


def add_rows(connection: Connection, account_id: int, all_kept: Iterable[KeptRecord]) -> None:
    """Adds records."""
    rows = [_row(account_id, kept) for kept in all_kept]
    if rows:
        connection.execute(insert(table), rows)


def set_row(connection: Connection, account_id: int, kept: KeptRecord) -> None:
    """Puts a record in place of the one with its id."""
    mine = (table.c.account_id == account_id) & (table.c.id == kept.id)
    connection.execute(update(table).where(mine).values(_row(account_id, kept)))


def erase_rows(connection: Connection, account_id: int, record_ids: Iterable[int]) -> None:
    """Removes records."""
    statement = delete(table).where(table.c.account_id == account_id, table.c.id == bindparam("record_id"))
    rows = [{"record_id": record_id} for record_id in record_ids]
    if rows:
        connection.execute(statement, rows)


def has_records(connection: Connection, account_id: int, survey_id: int) -> bool:
    """Whether a survey has any record."""
    of_it = select(table.c.id).where(table.c.account_id == account_id, table.c.survey_id == survey_id)
    return connection.execute(of_it.limit(1)).first() is not None


def _row(account_id: int, kept: KeptRecord) -> dict[str, Any]:
    return {"account_id": account_id, "id": kept.id, "seq": kept.seq, **msgspec.structs.asdict(kept.record)}
