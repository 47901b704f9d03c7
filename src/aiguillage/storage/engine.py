"""The database behind the desk: one SQLite file through SQLAlchemy, transactions that say what they are for."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as FileConnection
from typing import cast

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from aiguillage.domain.errors import Refusal, invalid, unavailable
from aiguillage.domain.sums import row_sum
from aiguillage.storage import sqlite
from aiguillage.storage.alike import know_letters

Identity = tuple[int, int]
"""Device and inode."""

WANTS_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says of a disk that is full, for everybody or for this user."""

LEAST_ROOM = 1 << 20
"""Bytes without which the side files of an open database may not find room."""

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
        where = f"{self.path.absolute().as_uri()}?mode=rw"
        connection = sqlite.library.connect(where, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        if self._file is None:
            self._file = identity(self.path)
        elif self._file != identity(self.path):
            connection.close()
            raise replaced(self.path)
        return cast("FileConnection", connection)

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


def identity(path: Path) -> Identity | None:
    """Which file a path leads to, None for none: another one in its place has another."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def replaced(path: Path) -> Refusal:
    """A file that is not any more where it was opened."""
    return unavailable(
        path,
        f"{path} was removed or replaced while it was open, and nothing is written any more. Put it back with its "
        "-wal, or start the server again on what is there now.",
    )


def require_there(path: Path) -> None:
    """Raises Refusal(unavailable) where there is no database: its disk may not be mounted, and none is made instead."""
    if not path.exists():
        raise unavailable(
            path,
            f"There is no database at {path}. Mount its disk, put a copy in its place (aiguillage restore FILE), set "
            "AIGUILLAGE_DATA_DIR, or make a new one: aiguillage init",
        )


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
                path, "the disk is full" if "disk I/O error" in why and not _has_room(path) else why
            ) from error
        raise
    except OverflowError as error:
        raise invalid("A number is out of range. Use one of at most 18 digits.") from error
    except UnicodeEncodeError as error:
        raise invalid("The text has bytes that are no characters. Write it in UTF-8.") from error


def _has_room(path: Path) -> bool:
    """Whether SQLite had room for its side files: of a full disk it says no more than that it was an error."""
    try:
        return shutil.disk_usage(path.parent).free >= LEAST_ROOM
    except OSError:
        return True


def tells_damage(why: str) -> bool:
    """Whether SQLite's message says that the file itself is damaged, or no database at all."""
    return any(sign in why for sign in ("malformed", "not a database", "Could not decode"))


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


def unwritable(path: Path, error: OSError) -> Refusal:
    """A file that the system does not let us write: for want of room, or of rights."""
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return unusable(path, f"unable to open database file: {error.strerror}")
    return unusable(path, f"{'the disk is full' if error.errno in WANTS_ROOM else 'readonly'}: {error.strerror}")


@contextmanager
def written_beside(path: Path) -> Iterator[None]:
    """Turns what the system says of files that cannot be written beside the database at `path` into a refusal."""
    with told(path):
        try:
            yield
        except OSError as error:
            raise unwritable(path, error) from error


def tells_want_of_room(why: str) -> bool:
    """Whether SQLite's message says that the disk is full."""
    return "disk is full" in why


def broken(path: Path, why: str) -> Refusal:
    """A file that is damaged or no database."""
    return unavailable(path, f"{path} is damaged ({why}). Put a copy in its place: aiguillage restore FILE")
