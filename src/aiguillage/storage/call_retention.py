"""How long the call log keeps what: old calls lose their numbers, older ones go; a few at a time, so nobody waits."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from aiguillage.domain.pseudonyms import is_pseudonym
from aiguillage.storage.calls import open_log, rows_of, unusable_log
from aiguillage.storage.sqlite.library import library

AT_ONCE = 1_000
"""Calls in one transaction: a few milliseconds, while the workers' own calls wait in their memory."""

DONE = "SELECT account_id, forgotten_until, pseudonymised_until FROM retention"
NOTE = """
    INSERT INTO retention (account_id, forgotten_until, pseudonymised_until) VALUES (?, ?, ?)
    ON CONFLICT (account_id) DO UPDATE SET
        forgotten_until = max(forgotten_until, excluded.forgotten_until),
        pseudonymised_until = max(pseudonymised_until, excluded.pseudonymised_until)"""
FORGET = """
    DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE account_id = ? AND at < ? ORDER BY at LIMIT ?)"""
READABLE = """
    SELECT id, at, number, asked FROM calls
    WHERE account_id = ? AND (at, id) > (?, ?) AND at < ? ORDER BY at, id LIMIT ?"""
REPLACE = "UPDATE calls SET number = ?, asked = ? WHERE id = ?"
TYPED = ("code", "value")
"""What callers type, of all that can be asked beside the number."""

Replace = Callable[[str], str]


class Done(NamedTuple):
    """Until when an account's calls have been looked after, in microseconds since 1970."""

    forgotten: int = 0
    pseudonymised: int = 0


def retention_done(path: Path) -> dict[int, Done]:
    """How far each account's calls have been looked after, by its id. Raises Refusal."""
    return {row[0]: Done(row[1], row[2]) for row in rows_of(path, DONE, ())}


def forget_before(path: Path, account_id: int, moment: int) -> Iterator[int]:
    """Removes an account's calls before a moment, some with each step; how many. Raises Refusal."""
    with writing(path) as connection:
        while count := connection.execute(FORGET, (account_id, moment, AT_ONCE)).rowcount:
            yield count
        connection.execute(NOTE, (account_id, moment, 0))


def pseudonymise_before(path: Path, account_id: int, begin: int, moment: int, replace: Replace) -> Iterator[int]:
    """Replaces numbers and typed codes in an account's calls from `begin` until a moment, some with each step."""
    behind = (begin, -1)
    with writing(path) as connection:
        while rows := connection.execute(READABLE, (account_id, *behind, moment, AT_ONCE)).fetchall():
            changes = [(*_replaced(number, asked, replace), id_) for id_, _, number, asked in rows]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(REPLACE, changes)
            connection.execute("COMMIT")
            behind = (rows[-1][1], rows[-1][0])
            yield len(rows)
        connection.execute(NOTE, (account_id, 0, moment))


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the log. Raises Refusal(unavailable) for a file that SQLite cannot use."""
    try:
        with closing(open_log(path)) as connection:
            yield connection
    except library.DatabaseError as error:
        raise unusable_log(path, error) from error


def _replaced(number: str | None, asked: str | None, replace: Replace) -> tuple[str | None, str | None]:
    return _hidden(number, replace), None if asked is None else _asked(asked, number, replace)


def _asked(asked: str, number: str | None, replace: Replace) -> str:
    """What else was asked, without what the caller typed, and without their number wherever it stands."""
    values: dict[str, str] = json.loads(asked)
    hidden = {name: _hidden(value, replace) for name, value in values.items() if name in TYPED or value == number}
    return json.dumps(values | hidden)


def _hidden(text: str | None, replace: Replace) -> str | None:
    """A pseudonym in its place; what nobody gave stays nothing."""
    return text if not text or is_pseudonym(text) else replace(text)
