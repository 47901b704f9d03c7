"""The database behind the desk: one SQLite file through SQLAlchemy, transactions that say what they are for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage import sqlite

WRITE = {"aiguillage_write": True}
BUSY_SECONDS = 120
"""How long a writer waits for another: longer than the longest import keeps the file."""


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in sqlite.PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Writers take the lock at once, so that none fails half-way because another was first."""
    writes = connection.get_execution_options().get("aiguillage_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """The file of facts at `path`. It is created when it is missing and its directory is there."""

    def __init__(self, path: Path) -> None:
        sqlite.require_library()
        self.path = path
        self._engine = create_engine(f"sqlite:///{path}", module=sqlite.library, connect_args={"timeout": BUSY_SECONDS})
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
    """Turns what the engine says of a file it cannot use into a refusal that says what to do."""
    try:
        yield
    except OperationalError as error:
        raise unusable(path, str(error.orig)) from error
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise broken(path, str(error.orig)) from error
        raise


def unusable(path: Path, why: str) -> Refusal:
    """A file that cannot be opened or written, with the cause's own remedy."""
    remedies = {
        "locked": "Another process holds it; try again when its import is done.",
        "readonly": f"Make {path.parent} and the files in it writable for this user.",
        "unable to open": f"Make {path.parent} a directory that this user can write, or set AIGUILLAGE_DATA_DIR.",
        "full": "Free some space on its disk.",
        "no such table": "Run: aiguillage migrate",
        "malformed": "Run: aiguillage restore FILE",
    }
    remedy = next((remedy for sign, remedy in remedies.items() if sign in why), "Run: aiguillage status")
    return Refusal(Kind.UNAVAILABLE, f"{path} cannot be used ({why}). {remedy}")


def broken(path: Path, why: str) -> Refusal:
    """A file that is damaged or no database."""
    return Refusal(Kind.UNAVAILABLE, f"{path} is damaged ({why}). Put a copy in its place: aiguillage restore FILE")
