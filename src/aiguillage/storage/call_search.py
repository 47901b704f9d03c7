"""Calls looked for in the call log, newest first and page behind page; and counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from aiguillage.storage.calls import COLUMNS, LATEST, Call, rows_of

SOME = 1_000
"""Calls that are read at a time."""

CALLS = """
    SELECT id, {columns} FROM calls
    WHERE account_id = ? AND at >= ? AND (at, id) < (?, ?) {conditions} ORDER BY at DESC, id DESC LIMIT ?"""
SENT_TO = "(destination = ? OR ',' || destinations || ',' LIKE '%,' || ? || ',%')"
CONDITIONS = {
    "number": "number = ?",
    "contact_id": "contact_id = ?",
    "outcome": "outcome = ?",
    "dialect": "dialect = ?",
    "reason": "reason = ?",
    "call_id": "call_id = ?",
    "destination": SENT_TO,
}


class Wanted(NamedTuple):
    """Which calls: from a moment on and before another (microseconds since 1970), with these values."""

    account_id: int
    since: int = 0
    until: int = LATEST
    values: tuple[tuple[str, str | int], ...] = ()


class Place(NamedTuple):
    """A place in the log: behind it, newest first, comes what is older."""

    at: int = LATEST
    id: int = 0


class Found(NamedTuple):
    """A call and its place."""

    place: Place
    call: Call


def find_calls(path: Path, wanted: Wanted, behind: Place, limit: int) -> list[Found]:
    """Some of the calls, newest first. Raises Refusal."""
    begin = min(behind, Place(wanted.until, 0))
    conditions = "".join(f" AND {CONDITIONS[name]}" for name, _ in wanted.values)
    statement = CALLS.format(columns=COLUMNS, conditions=conditions)
    values = [value for name, value in wanted.values for _ in range(CONDITIONS[name].count("?"))]
    rows = rows_of(path, statement, (wanted.account_id, wanted.since, *begin, *values, limit))
    return [Found(Place(row[1], row[0]), Call(*row[1:])) for row in rows]


def all_calls(path: Path, wanted: Wanted) -> Iterator[Call]:
    """All of the calls, newest first; read piece by piece, however slowly somebody takes them. Raises Refusal."""
    behind = Place()
    while found := find_calls(path, wanted, behind, SOME):
        for one in found:
            yield one.call
        behind = found[-1].place
