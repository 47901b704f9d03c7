"""The database behind the desk: one SQLite file through SQLAlchemy, transactions that say what they are for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as FileConnection
from typing import Any, cast

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from aiguillage.domain.errors import invalid
from aiguillage.domain.sums import row_sum
from aiguillage.storage.sqlite import library as sqlite
from aiguillage.storage.sqlite.alike import know_letters
from aiguillage.storage.sqlite.library import (
    Identity,
    broken,
    full,
    identity,
    replaced,
    tells_damage,
    unusable,
    unwritable,
)
from aiguillage.storage.sqlite.room import has_room, lacks_room

WRITE = {"aiguillage_write": True}
BUSY_SECONDS = 120
"""How long a writer waits for another: longer than the longest import keeps the file."""


def _prepare(connection: FileConnection, _record: object) -> None:
    connection.isolation_level = None
    sqlite.write_ahead(connection, BUSY_SECONDS)
    for pragma in sqlite.PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    know_letters(connection)
    connection.create_function("row_sum", 4, row_sum, deterministic=True)


def _begin(connection: Connection) -> None:
    """Writers take the lock at once, so that none fails half-way because another was first."""
    writes = connection.get_execution_options().get("aiguillage_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """The file of facts at `path`, which is never made by opening it: `create` does that.

    It stays the file that was opened first. Once that is gone, or another lies in its place, nothing is written any
    more: nobody would find it again.
    """

    is_final = True
    """Whether what is read is there for good: nothing in it may be undone yet, or is laid over it."""

    def __init__(self, path: Path) -> None:
        sqlite.require_library()
        self.path = path
        self._file: Identity | None = None
        self._engine = create_engine(
            "sqlite://",
            module=sqlite.library,
            creator=self._connect,
            poolclass=QueuePool,
            max_overflow=-1,  # as many connections as threads: they wait for SQLite's lock, not for each other's
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    def _connect(self) -> FileConnection:
        if lacks_room(self.path):
            raise full(self.path)
        where = f"{self.path.absolute().as_uri()}?mode=rw"
        connection = sqlite.library.connect(where, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        if self._file is None:
            self._file = identity(self.path)
        elif self._file != identity(self.path):
            connection.close()
            raise replaced(self.path)
        return cast("FileConnection", connection)

    def __reduce__(self) -> tuple[type["Database"], tuple[Path]]:
        """The same file, opened anew by the process that it is sent to."""
        return Database, (self.path,)

    def create(self) -> None:
        """Makes the file, empty, for this user alone, if it is not there. Raises Refusal(unavailable)."""
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise unwritable(self.path, error) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: one unchanging view of all facts."""
        with told(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: everything in it or nothing."""
        with told(self.path), self._engine.connect().execution_options(**WRITE) as connection, connection.begin():
            self._require_same(connection)
            yield connection

    def _require_same(self, connection: Connection) -> None:
        """Raises Refusal(unavailable) unless the path still leads to the files that are open."""
        log = identity(Path(f"{self.path}-wal"))
        if self._file != identity(self.path) or log is None or connection.info.setdefault("log", log) != log:
            raise replaced(self.path)

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
        """Closes every connection; what is opened after that may be another file."""
        self._engine.dispose()
        self._file = None


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
            raise unusable(
                path, "the disk is full" if "disk I/O error" in why and not has_room(path) else why
            ) from error
        raise
    except OverflowError as error:
        raise invalid("A number is out of range. Use one of at most 18 digits.") from error
    except UnicodeEncodeError as error:
        raise invalid("The text contains bytes that are not characters. Write it in UTF-8.") from error


@contextmanager
def written_beside(path: Path) -> Iterator[None]:
    """Turns what the system says of files that cannot be written beside the database at `path` into a refusal."""
    with told(path):
        try:
            yield
        except OSError as error:
            raise unwritable(path, error) from error
