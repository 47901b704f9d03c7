"""The call log's file, `calls.db`: what was answered to which call."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any, cast

import msgspec

from aiguillage.domain.errors import Refusal, invalid, unavailable
from aiguillage.domain.pseudonyms import SIGN, is_pseudonym
from aiguillage.storage.private import make_private
from aiguillage.storage.sqlite.library import full, library, open_read_only, tells_damage, unusable, write_ahead
from aiguillage.storage.sqlite.room import lacks_room

BUSY_SECONDS = 5.0
LATEST = 2**62
"""Behind every moment."""


class Call(msgspec.Struct, frozen=True):
    """One answered call; `at` in microseconds since 1970, `own_us` our own time in microseconds.

    `asked` is what else was asked than the number (JSON), `seq` the account's last change that the decision knew of.
    `destination` is where the call was sent, `destinations` are all that its call flow was told, `unknown` is what it
    would have got of an unknown caller: 404, empty or default.
    """

    at: int
    number: str | None
    known_by: str | None
    contact_id: int | None
    dialect: str
    outcome: str
    destinations: str | None
    own_us: int
    worker: str
    call_id: str | None = None
    asked: str | None = None
    destination: str | None = None
    reason: str | None = None
    seq: int | None = None
    unknown: str | None = None


COLUMNS = ", ".join(Call.__struct_fields__)
"""What a call is read from, in its order."""

SCHEMA = """
    CREATE TABLE IF NOT EXISTS calls (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        account_id INTEGER NOT NULL,
        number TEXT,
        known_by TEXT,
        contact_id INTEGER,
        dialect TEXT NOT NULL,
        outcome TEXT NOT NULL,
        destinations TEXT,
        own_us INTEGER NOT NULL,
        worker TEXT NOT NULL,
        call_id TEXT,
        asked TEXT,
        destination TEXT,
        reason TEXT,
        seq INTEGER,
        unknown TEXT
    ) STRICT;
    DROP TABLE IF EXISTS tallies;
    CREATE INDEX IF NOT EXISTS calls_of_account ON calls (account_id, at);
    CREATE TABLE IF NOT EXISTS retention (
        account_id INTEGER PRIMARY KEY,
        forgotten_until INTEGER NOT NULL,
        pseudonymised_until INTEGER NOT NULL
    ) STRICT;"""
LATER_COLUMNS = {
    "call_id": "TEXT",
    "asked": "TEXT",
    "destination": "TEXT",
    "reason": "TEXT",
    "seq": "INTEGER",
    "unknown": "TEXT",
}
"""What the first release's log did not have."""

REVISION = 1
"""Of the log, as its user_version; what is older has rows that UPGRADE brings up to date."""

UPGRADE = """
    UPDATE calls SET
        unknown = CASE
            WHEN dialect = 'v2' AND NOT (outcome = 'unknown' AND reason = 'unknown_caller') THEN 'default'
            ELSE '404' END,
        destination = CASE
            WHEN dialect <> 'v2' THEN nullif(substr(destinations, 1, instr(destinations || ',', ',') - 1), '')
            WHEN outcome = 'unknown' AND reason = 'unknown_caller' THEN NULL
            ELSE destination END
    WHERE id > ? AND id <= ? AND unknown IS NULL"""
"""Rows from before the log kept where a call was sent, and what unknown callers got.

Where V2 found nobody and no other rule decided, it is taken that the call flow was told so, as tokens have it unless
they are set otherwise.
"""

UPGRADED_AT_ONCE = 20_000
"""Rows in one transaction: calls come in between."""

CALLS_OF_ACCOUNT = f"""
    SELECT {COLUMNS} FROM calls
    WHERE account_id = ? AND at >= ? AND (? IS NULL OR outcome = ?) ORDER BY at DESC LIMIT ?"""  # noqa: S608 - names of ours
STRANGERS_OF_ACCOUNT = """
    SELECT coalesce(number, '') AS caller, count(*), max(at) FROM calls
    WHERE account_id = ? AND at >= ? AND at < ? AND outcome = 'unknown'
    GROUP BY caller ORDER BY 2 DESC, 3 DESC LIMIT ?"""
GUESSES_ON_ACCOUNT = """
    SELECT at / ?, coalesce(number, '') AS caller, count(*), max(at) FROM calls
    WHERE account_id = ? AND at >= ? AND at < ? AND outcome = 'unknown' AND asked LIKE '{"code": %'
    GROUP BY 1, caller ORDER BY 1, 3 DESC"""
ROWS_AT_ONCE = 200
KEEP_CALLS = """
    INSERT INTO calls (at, account_id, number, known_by, contact_id, dialect, outcome, destinations, own_us, worker,
        call_id, asked, destination, reason, seq, unknown)
    VALUES """
ONE_CALL = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def is_readable(call: Call) -> bool:
    """Whether it still says who called: in old calls pseudonyms stand for numbers and typed codes."""
    return not is_pseudonym(call.number) and (call.asked is None or f'"{SIGN}' not in call.asked)


class Stranger(msgspec.Struct, frozen=True):
    """A number that nobody knows, how often it called and when last; the number is empty for callers without one.

    In old calls a pseudonym stands for it (domain/pseudonyms.py).
    """

    number: str
    calls: int
    last_at: int


def open_log(path: Path) -> sqlite3.Connection:
    """A connection that adds to the log; it is lost a second's calls at most by a power cut. Raises Refusal.

    What it removes is overwritten: an erased number must not stay in the file.
    """
    if lacks_room(path):
        raise full(path)
    make_private(path)
    try:
        connection = library.connect(str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    except library.DatabaseError as error:
        raise unusable_log(path, error) from error
    try:
        write_ahead(connection, BUSY_SECONDS)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(SCHEMA)
        _upgrade(connection)
    except library.DatabaseError as error:
        connection.close()
        raise unusable_log(path, error) from error
    return cast("sqlite3.Connection", connection)


def _upgrade(connection: sqlite3.Connection) -> None:
    """Brings the log of an older release up to date, some rows at a time; goes on where an earlier try was ended."""
    (revision,) = connection.execute("PRAGMA user_version").fetchone()
    if revision >= REVISION:
        return
    _add_missing_columns(connection)
    (newest,) = connection.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()
    for before in range(0, newest, UPGRADED_AT_ONCE):
        connection.execute(UPGRADE, (before, before + UPGRADED_AT_ONCE))
    connection.execute(f"PRAGMA user_version = {REVISION}")


def _add_missing_columns(connection: sqlite3.Connection) -> None:
    """Brings the log of an older release up to date; of workers that try at once, one does it."""
    connection.execute("BEGIN IMMEDIATE")
    have = {row[1] for row in connection.execute("PRAGMA table_info(calls)")}
    for name, kind in LATER_COLUMNS.items():
        if name not in have:
            connection.execute(f"ALTER TABLE calls ADD COLUMN {name} {kind}")
    connection.execute("COMMIT")


def unusable_log(path: Path, error: Exception) -> Refusal:
    """A call log that SQLite cannot use."""
    if not tells_damage(str(error)):
        return unusable(path, str(error))
    return unavailable(
        path, f"{path} cannot be used ({error}). Move it away; a new call log will be started in its place."
    )


def read_calls(path: Path, account_id: int, since: int, outcome: str | None, limit: int) -> Iterator[Call]:
    """An account's calls since a moment, newest first."""
    for row in rows_of(path, CALLS_OF_ACCOUNT, (account_id, since, outcome, outcome, limit)):
        yield Call(*row)


def read_strangers(path: Path, account_id: int, since: int, limit: int, until: int = LATEST) -> Iterator[Stranger]:
    """The account's unknown callers since a moment, the most frequent first."""
    for row in rows_of(path, STRANGERS_OF_ACCOUNT, (account_id, since, until, limit)):
        yield Stranger(*row)


class Guesses(msgspec.Struct, frozen=True):
    """The wrong codes that came from a number in the nth window since 1970; the number is empty for callers without."""

    window: int
    number: str
    codes: int
    last_at: int


def read_guesses(path: Path, account_id: int, since: int, until: int, window: int) -> Iterator[Guesses]:
    """Who typed codes that nobody has, by windows of so many microseconds; in each those who typed most first."""
    for row in rows_of(path, GUESSES_ON_ACCOUNT, (window, account_id, since, until)):
        yield Guesses(*row)


def keep_calls(connection: sqlite3.Connection, calls: Sequence[Sequence[Any]]) -> None:
    """Adds calls, each the columns of KEEP_CALLS in their order, all or none. Raises the library's errors."""
    execute = connection.execute
    execute("BEGIN IMMEDIATE")
    try:
        for start in range(0, len(calls), ROWS_AT_ONCE):
            some = calls[start : start + ROWS_AT_ONCE]
            execute(KEEP_CALLS + ", ".join([ONE_CALL] * len(some)), list(chain.from_iterable(some)))
        execute("COMMIT")
    finally:
        if connection.in_transaction:
            execute("ROLLBACK")


def forget_calls(path: Path, account_id: int) -> None:
    """Removes all calls of an account."""
    change(path, "DELETE FROM calls WHERE account_id = ?", (account_id,))


def change(path: Path, statement: str, values: tuple[object, ...]) -> int:
    """Carries out one statement; how many rows it changed. Raises Refusal."""
    with closing(open_log(path)) as connection:
        try:
            return connection.execute(statement, values).rowcount
        except library.DatabaseError as error:
            raise unusable_log(path, error) from error


def rows_of(path: Path, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    """The rows; none where the log is not there, or is being made at this moment. Raises Refusal."""
    if not path.exists():
        return []
    try:
        with closing(open_read_only(path)) as connection:
            return connection.execute(statement, values).fetchall()
    except library.DatabaseError as error:
        if "no such table" in str(error):
            return []
        if "no such column" in str(error):  # nobody has written to it since an older release did
            open_log(path).close()
            return rows_of(path, statement, values)
        raise unusable_log(path, error) from error
    except OverflowError as error:
        raise invalid("A number is out of range. Use one of at most 18 digits.") from error
