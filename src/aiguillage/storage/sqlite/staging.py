"""The stage: a private file beside the database where contacts wait, sorted, before many are written at once.

It is a file and not a temporary table because the bundled SQLite keeps temporary tables in memory, a million rows too.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from aiguillage.domain.contacts import Boolean, Contact, KeyKind, caller_keys
from aiguillage.storage.contacts import COLUMNS, FLAGS, contact_values, known_as
from aiguillage.storage.sqlite import library as sqlite
from aiguillage.storage.sqlite.engine import told, written_beside

PREFIX = ".staged-"
BATCH = 20_000
"""Rows that one statement adds: SQLite keeps what it might take back of a single statement in memory."""

CACHE_KIB = 49_152
REFERENCE = "r"
"""Beside the callers' keys (KeyKind) the stage has each draft's external reference as a key."""

LETTERS = {kind: kind.value for kind in KeyKind}
"""Plain texts, which SQLite's driver binds much faster than members of an enumeration."""

ABSENT = ""
"""What the stage keeps for None, and numbers for booleans: binding those costs SQLite's driver a microsecond each."""

TABLES = (
    # A contact as it will be; `n` counts the file's rows.
    f"""CREATE TABLE draft (n INTEGER PRIMARY KEY, line INTEGER NOT NULL, speaks INTEGER NOT NULL,
        own_id INTEGER NOT NULL, {", ".join(COLUMNS)}, after TEXT NOT NULL, facts TEXT NOT NULL)""",
    """CREATE TABLE draft_key (kind TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, place INTEGER NOT NULL,
        PRIMARY KEY (kind, key, n)) WITHOUT ROWID""",
    # Drafts that are not written: refused ones, those that change nothing, and (if new) those that nobody is known by.
    "CREATE TABLE refused (n INTEGER PRIMARY KEY)",
    "CREATE TABLE keyless (n INTEGER PRIMARY KEY)",
    "CREATE TABLE unchanged (n INTEGER PRIMARY KEY)",
    "CREATE TABLE matched (n INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL)",
    "CREATE INDEX matched_by_contact ON matched (contact_id, n)",
    """CREATE TABLE candidate (n INTEGER NOT NULL, place INTEGER NOT NULL, is_other INTEGER NOT NULL,
        is_unlike INTEGER NOT NULL, contact_id INTEGER NOT NULL,
        PRIMARY KEY (n, place, is_other, is_unlike, contact_id)) WITHOUT ROWID""",
    # Contacts that are replaced or removed, as they were, and the keys that go with them.
    "CREATE TABLE former (contact_id INTEGER PRIMARY KEY, before TEXT NOT NULL)",
    """CREATE TABLE former_key (kind TEXT NOT NULL, key TEXT NOT NULL, contact_id INTEGER NOT NULL,
        PRIMARY KEY (kind, key, contact_id)) WITHOUT ROWID""",
    "CREATE TABLE removed (contact_id INTEGER PRIMARY KEY)",
    "CREATE TABLE spared (contact_id INTEGER PRIMARY KEY)",
    "CREATE TABLE change (seq INTEGER PRIMARY KEY, action TEXT NOT NULL, contact_id INTEGER NOT NULL, n INTEGER)",
    # What caller_key will keep beside each key of a draft; a table of its own, because it is read in the keys' order.
    "CREATE TABLE placed (n INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, facts TEXT NOT NULL)",
)
DRAFT_WIDTH = len(COLUMNS) + 6
_DRAFT = f"INSERT INTO draft VALUES ({', '.join('?' * DRAFT_WIDTH)})"  # noqa: S608 - marks alone
_DRAFT_KEY = "INSERT INTO draft_key VALUES (?, ?, ?, ?)"
_encode = msgspec.json.encode


class Stage:
    """The file while it is filled. Drafts are numbered from 1 in the order in which they come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._connection = sqlite.library.connect(str(path), isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{2 * CACHE_KIB}"):
            self._connection.execute(f"PRAGMA {pragma}")
        for table in TABLES:
            self._connection.execute(table)
        self._connection.execute("BEGIN")
        self._drafts: list[tuple[Any, ...]] = []
        self._keys: dict[str, list[tuple[str, str, int, int]]] = {kind: [] for kind in (*LETTERS.values(), REFERENCE)}
        self._refused: list[tuple[int]] = []
        self._keyless: list[tuple[int]] = []

    def add(
        self, line: int, contact: Contact, speaks: int = 0, own_id: int | None = None, *, refused: bool = False
    ) -> int:
        """Puts a draft on the stage; its number."""
        self.count = n = self.count + 1
        self._drafts.append(draft_row(n, line, speaks, own_id, contact))
        for key in draft_keys(n, contact):
            self._keys[key[0]].append(key)
        if refused:
            self._refused.append((n,))
        if not _can_be_known(contact):
            self._keyless.append((n,))
        if len(self._drafts) >= BATCH:
            self._flush()
        return n

    def _flush(self) -> None:
        """Keys go in sorted: so each batch runs through the tree once instead of jumping about in it."""
        self._connection.executemany(_DRAFT, self._drafts)
        for keys in self._keys.values():
            keys.sort(key=itemgetter(1))
            self._connection.executemany(_DRAFT_KEY, keys)
            keys.clear()
        self._connection.executemany("INSERT INTO refused VALUES (?)", self._refused)
        self._connection.executemany("INSERT INTO keyless VALUES (?)", self._keyless)
        for rows in (self._drafts, self._refused, self._keyless):
            rows.clear()

    def close(self) -> None:
        """Ends the filling; the file can now be attached."""
        self._flush()
        self._connection.execute("COMMIT")
        self._connection.close()

    def discard(self) -> None:
        """Lets go of the file, filled or not."""
        self._connection.close()


def _can_be_known(contact: Contact) -> bool:
    """By a caller's key, or else by a reference and a name; a name alone would be added again by the next import."""
    named = contact.company or contact.first_name or contact.last_name
    return bool(contact.telecoms or contact.code or (contact.reference and named))


def draft_row(n: int, line: int, speaks: int, own_id: int | None, contact: Contact) -> tuple[Any, ...]:
    """A draft as its table keeps it."""
    values = [value or ABSENT for value in contact_values(contact)]
    values[FLAGS] = _bound(contact.boolean)
    return (n, line, speaks, own_id or 0, *values, _encode(contact).decode(), _facts(contact))


@cache
def _bound(flags: Boolean) -> tuple[int | str, ...]:
    return tuple([ABSENT if flag is None else int(flag) for flag in flags])


def _facts(contact: Contact) -> str:
    """What caller_key keeps beside each key, but for its start: a bracket and the contact's id."""
    return _encode(known_as(0, contact))[len(b"[0") :].decode()


def draft_keys(n: int, contact: Contact) -> list[tuple[str, str, int, int]]:
    """The keys of a draft: kind, key, n, and its place among the contact's keys."""
    keys = [(LETTERS[kind], key, n, place) for place, (kind, key) in enumerate(caller_keys(contact))]
    if contact.reference is not None:
        keys.append((REFERENCE, contact.reference, n, 0))
    return keys


@contextmanager
def staging(database: Path) -> Iterator[Stage]:
    """A stage in a directory of its own beside the database, removed at the end; those of killed processes too.

    Raises Refusal(unavailable) where nothing can be written, or the disk is full.
    """
    with ExitStack() as stack:
        with written_beside(database):
            stage = _new_stage(database.parent, stack)
        with told(database):
            yield stage


def _new_stage(directory: Path, stack: ExitStack) -> Stage:
    """An empty stage; the stack closes and removes it."""
    stage = Stage(stack.enter_context(private_directory(directory)) / "stage.db")
    stack.callback(stage.discard)
    return stage


@contextmanager
def private_directory(directory: Path) -> Iterator[Path]:
    """A directory of its own in another one, removed at the end; those of killed processes too."""
    with _locked(directory):
        _sweep(directory)
        home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=directory))
        lock = _lock(home)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
        os.close(lock)


def sweep(directory: Path) -> None:
    """A killed import leaves its stage behind, and with it people's numbers."""
    with _locked(directory):
        _sweep(directory)


def _sweep(directory: Path) -> None:
    """Removes those whose lock is free; under the lock around them nobody has one that is made and not locked yet."""
    for left in directory.glob(f"{PREFIX}*"):
        with suppress(OSError):  # in use, or somebody else's, or removed by its owner meanwhile
            lock = _lock(left, fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    lock = _lock(directory)
    try:
        yield
    finally:
        os.close(lock)


def _lock(directory: Path, more: int = 0) -> int:
    """The directory's lock, free again when this descriptor is closed. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | more)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
