"""A database beside which nothing can be written, read as it lies: its disk is full or read-only, or not ours to write.

Who reads a database with a write-ahead log shares an index of that log with all others, in a file beside it. Where that
file cannot be made, a reader can still have an index of its own in memory. It is right as long as nobody writes: so
each turn of calls looks whether somebody did, and then opens the file again. Source: SQLite's documents on write-ahead
logs ("read-only databases", "use of WAL without shared memory") and on its Unix file systems.
"""

from pathlib import Path
from sqlite3 import Connection
from typing import cast

from aiguillage.storage.sqlite.library import library, open_read_only, prepare_reader
from aiguillage.storage.sqlite.room import lacks_room

NOT_AS_USUAL = ("unable to open", "disk I/O error", "disk is full", "readonly")
"""What SQLite says where it cannot make or write the files beside a database."""

Mark = tuple[int, int, int, int]
"""Device, inode, size, and the moment of the last change in nanoseconds."""


class FrozenConnection(library.Connection):  # type: ignore[misc] # of whichever library there is
    """A connection that reads what there was when it was opened, and holds nobody's lock."""

    path: Path
    seen: tuple[Mark | None, Mark | None]

    def is_outdated(self) -> bool:
        """Whether somebody wrote since then, or put another file in the place of this one."""
        return _seen(self.path) != self.seen


def open_to_read(path: Path, cache_kib: int = 8_192) -> Connection:
    """A connection that can only read: as usual, else a FrozenConnection. Raises the library's DatabaseError."""
    if not lacks_room(path):
        try:
            return open_read_only(path, cache_kib)
        except library.DatabaseError as error:
            if not path.exists() or not any(sign in str(error) for sign in NOT_AS_USUAL):
                raise
    return open_as_it_lies(path, cache_kib)


def open_as_it_lies(path: Path, cache_kib: int = 8_192) -> Connection:
    """A FrozenConnection. Raises the library's DatabaseError."""
    seen = _seen(path)
    where = f"{path.absolute().as_uri()}?mode=ro&{'immutable=1' if seen[1] is None else 'vfs=unix-none'}"
    connection = library.connect(
        where, uri=True, isolation_level=None, check_same_thread=False, factory=FrozenConnection
    )
    connection.path, connection.seen = path, seen
    prepare_reader(connection, cache_kib, "locking_mode = EXCLUSIVE")  # whose index of the log is in memory
    return cast("Connection", connection)


def _seen(path: Path) -> tuple[Mark | None, Mark | None]:
    """How the database lies there, and what is in its log."""
    return _mark(path), _mark(Path(f"{path}-wal"))


def _mark(path: Path) -> Mark | None:
    """None for a file that is not there, or has nothing in it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) if found.st_size else None
