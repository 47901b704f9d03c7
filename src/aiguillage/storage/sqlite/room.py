"""Room on the disk for the files that SQLite keeps beside an open database."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

LEAST = 1 << 20
"""Bytes without which the files beside an open database may not find room."""

FIRST_PART = 32_768
"""Bytes of the first part of a log's index (`-shm`), which all who have the database open share as memory.

Where a block of it cannot be had, whoever touches it is ended by the system (SIGBUS).
"""

INDEX = 2 << 20
"""Bytes of index that a server has its disk keep: enough for a write-ahead log of a gigabyte."""

BLOCK = 512
"""Bytes of what the system counts a file's blocks in, whatever the file system's own are."""


def has_room(path: Path) -> bool:
    """Whether SQLite had room for its side files: of a full disk it says no more than that it was an error."""
    try:
        disk = shutil.disk_usage(path.parent)
    except OSError:
        return True
    return disk.free >= LEAST or not disk.total  # one without a size, as /proc, is not full: it takes no files


def lacks_room(path: Path) -> bool:
    """Whether the disk is full and there is no index yet: then SQLite must not even begin to make one."""
    with suppress(OSError):
        if Path(f"{path}-shm").stat().st_blocks * BLOCK >= FIRST_PART:
            return False
    return not has_room(path)


def keep_room(path: Path) -> None:
    """Has the disk keep room for the index of a database that others have open, if there is one, and room.

    Not for a process that has the database open itself: closing a file ends its locks.
    """
    with suppress(OSError):
        index = os.open(f"{path}-shm", os.O_RDWR | os.O_CLOEXEC)
        try:
            os.posix_fallocate(index, 0, INDEX)
        finally:
            os.close(index)
