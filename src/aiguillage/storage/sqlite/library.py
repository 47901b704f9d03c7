"""The one SQLite library of the process, and connections to its files."""

import errno
import sqlite3 as standard
import time
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from aiguillage.domain.errors import Kind, Refusal, unavailable

Identity = tuple[int, int]
"""Device and inode."""

WANTS_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says of a disk that is full, for everybody or for this user."""

OLDEST = (3, 51, 3)
"""The first release whose WAL files cannot be damaged by a reset at the wrong moment."""


def _choose() -> ModuleType:
    """The pysqlite3 wheel's library where it is installed, else Python's own."""
    try:
        import pysqlite3.dbapi2 as bundled  # noqa: PLC0415 - the wheel is missing on some platforms
    except ImportError:
        return standard
    return cast("ModuleType", bundled)


library: Any = _choose()
PRAGMAS = ("synchronous = FULL", "mmap_size = 0", "foreign_keys = ON", "secure_delete = ON")
"""What is removed is overwritten: what expires too, for nobody will look for it in free pages."""

RETRY_SECONDS = 0.01


def require_library(version: tuple[int, ...] = library.sqlite_version_info) -> None:
    """Raises Refusal(unavailable) when the SQLite library is too old to be trusted with a WAL file."""
    if version < OLDEST:
        have, want = (".".join(map(str, v)) for v in (version, OLDEST))
        raise Refusal(
            Kind.UNAVAILABLE,
            f"SQLite {have} is too old; {want} or newer is needed. Run: pip install pysqlite3",
        )


def write_ahead(connection: standard.Connection, seconds: float) -> None:
    """Gives the file a write-ahead log, which it then keeps; who else opens a new file just now is waited for.

    Of two that change a new file at once SQLite refuses one without waiting, whatever its timeout is. Raises
    library.OperationalError when the file is still held after `seconds`.
    """
    last = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except library.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > last:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def open_read_only(path: Path, cache_kib: int = 8_192) -> standard.Connection:
    """A connection that can only read, in autocommit, for use by one thread at a time."""
    connection = library.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=1.0
    )
    prepare_reader(connection, cache_kib)
    return cast("standard.Connection", connection)


def prepare_reader(connection: standard.Connection, cache_kib: int, *pragmas: str) -> None:
    """Gives a connection what every reader has, and what this one needs first. Closed again where it cannot read."""
    try:
        for pragma in (*pragmas, "mmap_size = 0", f"cache_size = -{cache_kib}"):
            connection.execute(f"PRAGMA {pragma}")
    except library.DatabaseError:
        connection.close()
        raise


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
        f"{path} was removed or replaced while it was open, and nothing more is written to it. Put it "
        "back with its -wal, or restart the server on what is there now.",
    )


def require_there(path: Path) -> None:
    """Raises Refusal(unavailable) where there is no database: its disk may not be mounted, and none is made instead."""
    if not path.exists():
        raise unavailable(
            path,
            f"There is no database at {path}. Mount its disk, put a copy in its place (aiguillage restore FILE), set "
            "AIGUILLAGE_DATA_DIR, or make a new one: aiguillage init",
        )


def tells_damage(why: str) -> bool:
    """Whether SQLite's message says that the file itself is damaged, or no database at all."""
    signs = ("malformed", "not a database", "Could not decode", "corruption found", "vtable constructor failed")
    return any(sign in why for sign in signs)


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


def full(path: Path) -> Refusal:
    """A file whose disk has no room for what its use takes."""
    return unusable(path, "the disk is full")


def unwritable(path: Path, error: OSError) -> Refusal:
    """A file that the system does not let us write: for want of room, or of rights."""
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return unusable(path, f"unable to open database file: {error.strerror}")
    return unusable(path, f"{'the disk is full' if error.errno in WANTS_ROOM else 'readonly'}: {error.strerror}")


def tells_want_of_room(why: str) -> bool:
    """Whether SQLite's message says that the disk is full."""
    return "disk is full" in why


def broken(path: Path, why: str) -> Refusal:
    """A file that is damaged or no database."""
    return unavailable(path, f"{path} is damaged ({why}). Put a copy in its place: aiguillage restore FILE")
