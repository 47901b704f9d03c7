"""Files that nobody but their owner may read: all that is written holds people's numbers, or what they sign in with."""

import os
import stat
from contextlib import suppress
from pathlib import Path

MODE = 0o600
FOR_OTHERS = stat.S_IROTH | stat.S_IXOTH


def make_private(path: Path) -> None:
    """Makes an empty file for its owner alone, unless there is one already, which stays as it is.

    SQLite gives the files beside a database its own mode. Whoever opens a file that could not be made is told why.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE))


def open_private(path: str, flags: int) -> int:
    """Opens a file for open(); a new one is its owner's alone."""
    return os.open(path, flags, MODE)


def is_open_to_others(directory: Path) -> bool:
    """Whether somebody beside its owner and their group may look into a directory."""
    return directory.is_dir() and bool(directory.stat().st_mode & FOR_OTHERS)
