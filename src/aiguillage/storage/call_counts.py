"""The call log in figures: how many calls, how many of them known, asked how, sent where, when."""

from pathlib import Path
from typing import NamedTuple

from aiguillage.domain.moments import MINUTE
from aiguillage.storage.calls import rows_of

BY_TEN_MINUTES = """
    SELECT at / 600000000, count(*), sum(outcome = 'known') FROM calls
    WHERE account_id = ? AND at >= ? AND at < ? GROUP BY 1 ORDER BY 1"""
BY_DIALECT = """
    SELECT dialect, count(*), sum(outcome = 'known') FROM calls
    WHERE account_id = ? AND at >= ? AND at < ? GROUP BY dialect ORDER BY 2 DESC, 1"""
BY_DESTINATION = """
    SELECT destination, count(*), sum(outcome = 'known') FROM calls
    WHERE account_id = ? AND at >= ? AND at < ? GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?"""
LAST = "SELECT coalesce(max(id), 0) FROM calls"
OF_DAY = """
    SELECT at / 600000000, destination, outcome = 'known', count(*) FROM calls
    WHERE account_id = ? AND at >= ? AND id <= ? GROUP BY 1, 2, 3"""
AFTER = """
    SELECT at / 600000000, destination, outcome = 'known', count(*) FROM calls
    WHERE id > ? AND id <= ? AND +account_id = ? AND +at >= ? GROUP BY 1, 2, 3"""
"""The rows themselves are read: few have come since, and the account's index would have all of its day."""

TEN_MINUTES = 10 * MINUTE
"""Microseconds. Every time zone's hours and days begin on such a moment."""


class Period(NamedTuple):
    """An account's calls from a moment on and before another, in microseconds since 1970."""

    account_id: int
    since: int
    until: int


class Count(NamedTuple):
    """So many calls, and so many of known callers among them; `value` is what they have in common."""

    value: str | None
    calls: int
    known: int


class Told(NamedTuple):
    """So many calls of ten minutes, which begin at a moment, that were sent to one destination."""

    begin: int
    destination: str | None
    known: bool
    calls: int


def last_call(path: Path) -> int:
    """The id of the newest call of the log, 0 for none. Raises Refusal."""
    return next((row[0] for row in rows_of(path, LAST, ())), 0)


def count_after(path: Path, account_id: int, since: int, after: int, last: int) -> list[Told]:
    """An account's calls since a moment, of the log's rows after one, 0 for all, up to another. Raises Refusal."""
    if after:
        rows = rows_of(path, AFTER, (after, last, account_id, since))
    else:
        rows = rows_of(path, OF_DAY, (account_id, since, last))
    return [Told(begin * TEN_MINUTES, destination, bool(known), calls) for begin, destination, known, calls in rows]


def count_by_time(path: Path, period: Period) -> list[tuple[int, int, int]]:
    """Calls by ten minutes: when these begin, all calls, known callers'. Raises Refusal."""
    return [(row[0] * TEN_MINUTES, row[1], row[2]) for row in rows_of(path, BY_TEN_MINUTES, tuple(period))]


def count_by_dialect(path: Path, period: Period) -> list[Count]:
    """Calls by how they asked, the most frequent first. Raises Refusal."""
    return [Count(*row) for row in rows_of(path, BY_DIALECT, tuple(period))]


def count_by_destination(path: Path, period: Period, limit: int) -> list[Count]:
    """Calls by where they were sent, the most frequent first; None for nowhere. Raises Refusal."""
    return [Count(*row) for row in rows_of(path, BY_DESTINATION, (*period, limit))]
