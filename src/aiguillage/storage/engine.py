"""The database behind the desk: one SQLite file through SQLAlchemy, transactions that say what they are for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as FileConnection
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from aiguillage.domain.errors import Refusal, invalid, unavailable
from aiguillage.storage import sqlite
from aiguillage.storage.alike import know_letters
from aiguillage.storage.private import make_private

WRITE = {"aiguillage_write": True}
BUSY_SECONDS = 120
"""How long a writer waits for another: longer than the longest import keeps the file."""


def _prepare(connection: FileConnection, _record: object) -> None:
    connection.isolation_level = None
    sqlite.write_ahead(connection, BUSY_SECONDS)
    for pragma in sqlite.PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    know_letters(connection)


def _begin(connection: Connection) -> None:
    """Writers take the lock at once, so that none fails half-way because another was first."""
    writes = connection.get_execution_options().get("aiguillage_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """The file of facts at `path`. It is created when it is missing and its directory is there."""

    def __init__(self, path: Path) -> None:
        sqlite.require_library()
        self.path = path
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            module=sqlite.library,
            connect_args={"timeout": BUSY_SECONDS},
            max_overflow=-1,  # as many connections as threads: they wait for SQLite's lock, not for each other's
        )
        event.listen(self._engine, "do_connect", lambda *_: make_private(path))
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: one unchanging view of all facts."""
        with told(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: everything in it or nothing."""
        with told(self.path), self._engine.connect().execution_options(**WRITE) as connection, connection.begin():
            yield connection

    @contextmanager
    def write_at_once(self) -> Iterator[Connection]:
        """A write transaction that waits for nobody. Raises Refusal(unavailable), also when another has the file."""
        with told(self.path), self._engine.connect().execution_options(**WRITE) as connection:
            file: Any = connection.connection.dbapi_connection
            file.execute("PRAGMA busy_timeout = 0")
            try:
                with connection.begin():
                    yield connection
            finally:
                file.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1_000}")

    def check(self) -> None:
        """Reads the whole file. Raises Refusal(unavailable) if it is damaged."""
        with self.read() as connection:
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if found != "ok":
            raise broken(self.path, str(found))

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what the engine says of a file it cannot use, or a value it cannot keep, into a refusal."""
    try:
        yield
    except (DatabaseError, sqlite.library.DatabaseError) as error:
        why = str(getattr(error, "orig", error))
        if tells_damage(why):
            raise broken(path, why) from error
        if isinstance(error, (OperationalError, sqlite.library.OperationalError)):
            raise unusable(path, why) from error
        raise
    except OverflowError as error:
        raise invalid("A number is out of range. Use one of at most 18 digits.") from error
    except UnicodeEncodeError as error:
        raise invalid("The text has bytes that are no characters. Write it in UTF-8.") from error


def tells_damage(why: str) -> bool:
    """Whether SQLite's message says that the file itself is damaged, or no database at all."""
    return "malformed" in why or "not a database" in why


def unusable(path: Path, why: str) -> Refusal:
    """A file that cannot be opened or written, with the cause's own remedy."""
    remedies = {
        "locked": "Another process holds it; try again when its import is done.",
        "readonly": "Make its directory and the files in it writable for this user.",
        "unable to open": "Make its directory, let this user write in it, or set AIGUILLAGE_DATA_DIR.",
        "full": "Free some space on its disk.",
        "no such table": "Run: aiguillage migrate",
    }
    remedy = next((remedy for sign, remedy in remedies.items() if sign in why), "Run: aiguillage status")
    return unavailable(path, f"{path} cannot be used ({why}). {remedy}")


def broken(path: Path, why: str) -> Refusal:
    """A file that is damaged or no database."""
    return unavailable(path, f"{path} is damaged ({why}). Put a copy in its place: aiguillage restore FILE")
