"""Where an account's contacts come from: an address that is fetched by a schedule, and what columns of files mean."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import HOUR, in_zone, moment_of

SOURCE, COLUMN_MAP = "source", "column_map"
BY_HAND, HOURLY, DAILY = "by_hand", "hourly", "daily"
SCHEDULES = (BY_HAND, HOURLY, DAILY)
MOST_COLUMN_MAPS = 50
MOST_COLUMNS, LONGEST_COLUMN = 200, 200
"""Columns that are said to mean something, characters of a name."""

MOST_RETRIES = 3
"""How often a daily source that fails is tried again before its next time."""

_URL = re.compile(r"https://[!-~]{1,1990}", re.IGNORECASE)


def parse_schedule(text: str, field: str) -> str:
    """One of SCHEDULES. Raises Refusal(invalid)."""
    if text.strip() not in SCHEDULES:
        raise invalid(f"'{text[:20]}' is not a schedule. Choose one of: {', '.join(SCHEDULES)}.", field)
    return text.strip()


class ContactSource(msgspec.Struct, frozen=True, kw_only=True):
    """An address whose file is imported when somebody asks for it, each hour or each day.

    `columns` are those of the file that are read otherwise than their names say. `trouble` says why the last run
    failed, `failing_since` (microseconds since 1970 UTC) when that began.
    """

    url: Annotated[
        str, means("The https address of a CSV, XLSX or JSON file.", "https://crm.example.org/export/contacts.csv")
    ]
    schedule: Annotated[
        str, means("When it is imported: `by_hand`, `hourly` or `daily`.", "daily", parse=parse_schedule)
    ] = BY_HAND
    time_of_day: Annotated[
        time,
        means(
            "When a daily import begins, `HH:MM` or `HH:MM:SS` in the account's time zone.",
            "04:00",
            shown=means("When a daily import begins, `HH:MM:SS` in the account's time zone.", "04:00:00"),
        ),
    ] = time(4)
    active: Annotated[bool, means("Whether the schedule is followed; by hand it can be run all the same.", True)] = True
    delete_missing: Annotated[
        bool, means("Whether contacts that the file lacks are removed. More than a fifth are never.", False)
    ] = False
    partial: Annotated[bool, means("Whether refused rows are left out and the others imported.", False)] = False
    columns: Annotated[
        dict[str, str],
        means("Columns that are read otherwise than their names say: each with a heading, empty for not read.", {}),
    ] = {}
    failing_since: int | None = None
    trouble: str = ""

    @property
    def host(self) -> str:
        """Where it is, without what may be secret in its address."""
        return self.url.partition("://")[2].partition("/")[0].partition("?")[0]

    @property
    def is_scheduled(self) -> bool:
        """Whether it is imported without anybody asking."""
        return self.active and self.schedule != BY_HAND


class ColumnMap(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said that columns of a file with these headings mean: headings of ours, empty for not read."""

    headings: tuple[str, ...]
    columns: dict[str, str]


def check_source(
    fact: ContactSource,
    fact_id: int | None,
    by_kind: Mapping[str, Mapping[int, Any]],
    account: Account,  # noqa: ARG001 - every check takes the same arguments
) -> ContactSource:
    """The source as it is kept; an account has one. Raises Refusal(invalid, conflict)."""
    if any(other_id != fact_id for other_id in by_kind.get(SOURCE, {})):
        raise conflict("The account already has a source of its contacts. Change that one.")
    if not _URL.fullmatch(fact.url):
        raise invalid(
            "This is not an address of a file. Write it as in https://example.org/contacts.csv, with %20 for a space.",
            "url",
        )
    parse_schedule(fact.schedule, "schedule")
    _check_columns(fact.columns)
    return msgspec.structs.replace(fact, time_of_day=fact.time_of_day.replace(microsecond=0, tzinfo=None))


def check_column_map(
    fact: ColumnMap,
    fact_id: int | None,
    by_kind: Mapping[str, Mapping[int, Any]],
    account: Account,  # noqa: ARG001 - same
) -> ColumnMap:
    """The map as it is kept; there is one for some headings. Raises Refusal(invalid, conflict)."""
    fact = msgspec.structs.replace(fact, headings=headings_of(fact.headings))
    others = {id_: one for id_, one in by_kind.get(COLUMN_MAP, {}).items() if id_ != fact_id}
    if any(other.headings == fact.headings for other in others.values()):
        raise conflict("The meaning of these columns is remembered already. Change that.")
    _check_columns(fact.columns)
    return fact


def headings_of(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The headings by which a file of the same kind is known again: in whatever order they stand."""
    return tuple(sorted({column.strip()[:LONGEST_COLUMN] for column in columns}))


def _check_columns(columns: Mapping[str, str]) -> None:
    if len(columns) > MOST_COLUMNS or any(len(word) > LONGEST_COLUMN for one in columns.items() for word in one):
        raise invalid(
            f"Say of at most {MOST_COLUMNS} columns what they mean, with names of at most {LONGEST_COLUMN} characters.",
            "columns",
        )


def next_run(source: ContactSource, after: int, time_zone: str) -> int | None:
    """When the source is imported next after a moment; None where nobody but a person begins it.

    Moments in microseconds since 1970 UTC. A time of day that is no time on the day when clocks go forward is that
    much later.
    """
    if not source.is_scheduled:
        return None
    if source.schedule == HOURLY:
        return after + HOUR
    zone = ZoneInfo(time_zone)
    today = in_zone(after, zone).date()
    first = _moment(today, source.time_of_day, zone)
    return first if first > after else _moment(today + timedelta(days=1), source.time_of_day, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> int:
    return moment_of(datetime.combine(day, at, zone))


def next_try(source: ContactSource, tries: int, after: int, time_zone: str) -> int | None:
    """When a source that failed so many times one after the other is tried again: in an hour, then at its next time."""
    due = next_run(source, after, time_zone)
    return due if due is None or tries > MOST_RETRIES else min(due, after + HOUR)


class RefusedRow(msgspec.Struct, frozen=True):
    """A row that was refused in a run: its line, its column and value, what to do."""

    line: int
    column: str
    value: str
    message: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What came of importing from the source last: IMPORTED, UNCHANGED (nothing was new) or FAILED.

    `at` is when it began (microseconds since 1970 UTC). The counts are those of an import; `refusals` are the first
    refused rows.
    """

    at: int
    state: str
    import_id: int | None = None
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    deleted: int = 0
    refusals: tuple[RefusedRow, ...] = ()


IMPORTED, UNCHANGED, FAILED = "imported", "unchanged", "failed"
