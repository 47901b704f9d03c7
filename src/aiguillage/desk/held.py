"""What is held for an hour beside the database, where every process sees it: uploads to apply, replays that take long.

Each is a directory:

    about       whose it is, and by the file's own time since when
    progress    how far it is
    content     what takes the room: what was sent, or what came of it
    lock        whoever has this file's lock is working on it

The kernel gives the lock back when its process is gone, however it went: so nothing is said to be worked on for ever.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

import msgspec

from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing
from aiguillage.domain.moments import HOUR
from aiguillage.domain.problems import Code
from aiguillage.storage.sqlite.engine import Database, written_beside

KEPT = HOUR
"""Microseconds since it was asked for, or worked on for the last time."""

LOWEST_ID, HIGHEST_ID = 1 << 52, 1 << 53
"""What nothing in the database has as its number, and every JSON reader takes for a whole number."""

LONGEST_WAIT = 300
"""Seconds after which it is worth to try again where there was no room."""

MAKING_ROOM = ".holding"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Whose it is, since when (microseconds since 1970 UTC), and who asked for it."""

    account_id: int
    at: int
    actor: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is."""

    state: str


Of = TypeVar("Of", bound=About)
Far = TypeVar("Far", bound=Progress)


class Shelf(NamedTuple):
    """Things of one kind that are held: for a new one the account's oldest go that nobody is working on.

    `working` is the state of one that is worked on. An account has `most` of them, and `most_bytes`; all accounts have
    `most_in_all` bytes, and none can take the room of another. What is said: of one that is `gone`, of one that cannot
    be removed because it is worked on (`busy`), where all of an account's are (`taken`), where others have the room
    (`full`).
    """

    prefix: str
    working: str
    most: int
    most_bytes: int
    most_in_all: int
    gone: str
    busy: str
    taken: str
    full: str

    def home(self, db: Database, held_id: int) -> Path:
        """Where the one of that id is."""
        return db.path.parent / f"{self.prefix}{held_id}"

    def homes(self, db: Database) -> Iterator[Path]:
        """Where all of them are."""
        return db.path.parent.glob(f"{self.prefix}*")

    def hold(self, db: Database, about: About, progress: Progress, content: bytes) -> tuple[int, BinaryIO]:
        """Holds a new one: its id, and its lock, which is to be closed. Raises Refusal where there is no room."""
        held_id = LOWEST_ID + secrets.randbelow(HIGHEST_ID - LOWEST_ID)
        file = db.path.parent / MAKING_ROOM
        with written_beside(db.path), open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as making:  # noqa: PTH123 - a mode
            fcntl.flock(making, fcntl.LOCK_EX)
            self._make_room(db, about.account_id, len(content), about.at)
            return held_id, _keep(self.home(db, held_id), about, progress, content)

    def read(
        self, db: Database, account_id: int, held_id: int, at: int, kind: type[Of], stopped: Far
    ) -> tuple[Of, Far]:
        """What the one of that id is, and how far: `stopped` where it says that it is worked on and nobody does.

        Raises Refusal(missing) for another account's, and for one whose hour is over.
        """
        home = self.home(db, held_id)
        with suppress(FileNotFoundError):
            about = msgspec.json.decode((home / "about").read_bytes(), type=kind)
            if about.account_id == account_id and not is_over(home, at):
                return about, self._progress(home, stopped)
        raise missing(self.gone.format(id=held_id))

    def _progress(self, home: Path, stopped: Far) -> Far:
        progress = read_progress(home, type(stopped))
        if progress.state != self.working or (lock := take_lock(home)) is None:
            return progress
        with lock:
            progress = read_progress(home, type(stopped))
        return stopped if progress.state == self.working else progress

    def _make_room(self, db: Database, account_id: int, size: int, at: int) -> None:
        """Lets the account's oldest go until one more fits. Raises Refusal where they are not enough."""
        there = list(self._there(db, at))
        mine = sorted((one for one in there if one.account_id == account_id), key=lambda one: one.at)
        left, in_all = len(mine), sum(one.size for one in there) + size
        my_bytes = sum(one.size for one in mine) + size

        def too_much() -> bool:
            return left >= self.most or my_bytes > self.most_bytes or in_all > self.most_in_all

        for oldest in mine:
            if too_much() and forget(oldest.home):
                left, my_bytes, in_all = left - 1, my_bytes - oldest.size, in_all - oldest.size
        if left >= self.most or my_bytes > self.most_bytes:
            raise invalid(self.taken.format(count=f"{left:,}"))
        if too_much():
            raise Refusal(Kind.UNAVAILABLE, self.full, wait=LONGEST_WAIT)

    def _there(self, db: Database, at: int) -> Iterator["_There"]:
        for home in self.homes(db):
            with suppress(FileNotFoundError):
                size = (home / "content").stat().st_size
                about = msgspec.json.decode((home / "about").read_bytes(), type=About)
                if not is_over(home, at) or not forget(home):
                    yield _There((home / "about").stat().st_mtime_ns, about.account_id, size, home)


class _There(msgspec.Struct, frozen=True):
    """One that takes room: since when, whose, how much."""

    at: int
    account_id: int
    size: int
    home: Path


UPLOADS = Shelf(
    prefix=".held-",
    working="applying",
    most=5,
    most_bytes=128 << 20,
    most_in_all=256 << 20,
    gone="There is no import {id} on this account. Uploads are kept for an hour: upload the file again.",
    busy="An upload is being applied at this moment. Ask again when it is done.",
    taken="{count} uploads of this account are being applied. Wait until one is done, and upload this.",
    full="No more uploads can wait at this moment. Try again in some minutes, or import without a preview.",
)
REPLAYS = Shelf(
    prefix=".replay-",
    working="deciding",
    most=5,
    most_bytes=16 << 20,
    most_in_all=64 << 20,
    gone="There is no replay {id} on this account. One that takes long is kept for an hour: ask for it again.",
    busy="A replay is being decided at this moment. Ask again when it is done.",
    taken="{count} replays of this account are being decided. Wait until one is done, then ask again.",
    full="No more replays can be kept at this moment. Try again in some minutes, or ask about fewer calls.",
)
SHELVES = (UPLOADS, REPLAYS)


def _keep(home: Path, about: About, progress: Progress, content: bytes) -> BinaryIO:
    home.mkdir(mode=0o700)
    lock = (home / "lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Nothing lies there of which nobody could tell whose it is.
        write(home / "about", about)
        touch(home, about.at)
        write(home / "progress", progress)
        (home / "content").write_bytes(content)
    except OSError:
        lock.close()
        shutil.rmtree(home, ignore_errors=True)
        raise
    return lock


def take_lock(home: Path) -> BinaryIO | None:
    """The lock of one that is held, None where somebody else has it."""
    lock = (home / "lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def read_progress(home: Path, kind: type[Far]) -> Far:
    """How far one says that it is."""
    return msgspec.json.decode((home / "progress").read_bytes(), type=kind)


def write_progress(home: Path, progress: Progress) -> None:
    """Says how far one is, also where the disk has no room for a second file."""
    try:
        write(home / "progress", progress)
    except OSError:
        with (home / "progress").open("r+b", buffering=0) as file:
            file.truncate(file.write(msgspec.json.encode(progress)))


def write(path: Path, fact: msgspec.Struct) -> None:
    """Puts a file in place whole, so that nobody reads half of one."""
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(fact))
    beside.rename(path)


def touch(home: Path, at: int) -> None:
    """Has one's hour begin at a moment."""
    os.utime(home / "about", ns=(at * 1_000, at * 1_000))


def is_over(home: Path, at: int) -> bool:
    """Whether one's hour is over."""
    about = home / "about"
    return (about if about.exists() else home).stat().st_mtime_ns // 1_000 + KEPT < at


def forget(home: Path) -> bool:
    """Removes one; False where somebody is working on it."""
    lock = take_lock(home)
    if lock is None:
        return False
    with lock:
        shutil.rmtree(home, ignore_errors=True)
    return True


def forget_held_of(db: Database, account_id: int) -> None:
    """Removes all that is held of an account, and what is nobody's. Raises Refusal(conflict) while one is worked on."""
    for shelf in SHELVES:
        for home in shelf.homes(db):
            with suppress(FileNotFoundError):
                about = home / "about"
                owner = msgspec.json.decode(about.read_bytes(), type=About).account_id if about.exists() else None
                if owner in {account_id, None}:
                    forget(home)
                if owner == account_id and about.exists():
                    raise conflict(shelf.busy, Code.IN_PROGRESS)


def sweep_held(db: Database, at: int) -> None:
    """Removes all that has been held for an hour."""
    for shelf in SHELVES:
        for home in shelf.homes(db):
            with suppress(FileNotFoundError):
                if is_over(home, at):
                    forget(home)
