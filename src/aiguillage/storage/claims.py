"""Claims: what one request has to itself, before all others here and in other processes, until it or its process ends.

A claim is a lock on one byte of a file beside the database. The kernel gives it back when the process is gone, however
it went, and never before: no clock has a say.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock

from aiguillage.domain.errors import conflict
from aiguillage.domain.problems import Code
from aiguillage.storage.sqlite.library import unwritable

NAME = "claims.lock"
PLACES = 1 << 62
"""Bytes that can be locked; the file itself stays empty."""

_guard = Lock()
_held: dict[Path, tuple[int, set[int]]] = {}
"""Per file the open descriptor and the places that this process has claimed: for the kernel its threads are one."""


@contextmanager
def claimed(database: Path, what: bytes, taken: str) -> Iterator[None]:
    """Has `what` to itself while the block runs. Raises Refusal: conflict saying `taken`; unavailable."""
    file, place = database.with_name(NAME), int.from_bytes(sha256(what).digest()[:8]) % PLACES
    with _guard:
        _claim(file, place, taken)
    try:
        yield
    finally:
        with _guard:
            _let_go(file, place)


def _claim(file: Path, place: int, taken: str) -> None:
    descriptor, places = _held.get(file) or (_open(file), set())
    if place in places:
        raise conflict(taken, Code.IN_PROGRESS)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except OSError as error:
        if not places:
            os.close(descriptor)
        raise conflict(taken, Code.IN_PROGRESS) from error
    places.add(place)
    _held[file] = descriptor, places


def _open(file: Path) -> int:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unwritable(file, error) from error


def _let_go(file: Path, place: int) -> None:
    """Closing any descriptor of the file gives all of a process's locks back, so that the last claim closes it."""
    descriptor, places = _held[file]
    places.remove(place)
    if places:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, place)
    else:
        del _held[file]
        os.close(descriptor)
