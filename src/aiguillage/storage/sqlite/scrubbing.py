"""Scrubbing: what was erased is not left in a file's bytes either, in pages and corners that no table uses any more.

SQLite overwrites what is removed (`secure_delete`), but not the copies that it made of it when it moved rows about
before, nor what was in pages that are free already. A table that is written anew has no such copies, and a page that is
taken for something else is overwritten when it is free again.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from aiguillage.domain.errors import unavailable
from aiguillage.storage.sqlite.engine import BUSY_SECONDS, told
from aiguillage.storage.sqlite.library import library

PIECE = 1 << 22
"""Bytes that are looked through at a time."""

TABLES = """SELECT name, sql FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"""
OF_TABLE = "SELECT sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL"
FORMER = "former_"
PRAGMAS = ("secure_delete = ON", "foreign_keys = OFF", "legacy_alter_table = ON", "mmap_size = 0")


def scrub(path: Path, erased: Collection[str]) -> None:
    """Sees to it that none of these texts is in the file's bytes unless a row still has it.

    It waits for readers to leave what they see; while tables are written anew, writers wait. Raises Refusal.
    """
    sought = [text.encode() for text in erased if text]
    if not path.exists():
        return
    with told(path), closing(library.connect(str(path), isolation_level=None, timeout=BUSY_SECONDS)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _settle(connection, path)
        if sought and _holds(path, sought):
            with _writing(connection):
                _overwrite_free_pages(connection)
                _write_anew(connection)
            _settle(connection, path)


def _settle(connection: sqlite3.Connection, path: Path) -> None:
    """Moves everything from the write-ahead log to the file itself, and empties the log."""
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise unavailable(
            path, f"It is erased, but a process is still reading {path} as it was before. Erase it once more."
        )


def _holds(path: Path, sought: Collection[bytes]) -> bool:
    overlap = max(map(len, sought)) - 1
    tail = b""
    for piece in _pieces(path):
        seen = tail + piece
        if any(text in seen for text in sought):
            return True
        tail = seen[-overlap:] if overlap else b""
    return False


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _overwrite_free_pages(connection: sqlite3.Connection) -> None:
    """Takes every free page for zeros, and gives all of them back."""
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute("CREATE TABLE zeros (some BLOB)")
    while free := connection.execute("PRAGMA freelist_count").fetchone()[0]:
        connection.execute("INSERT INTO zeros VALUES (zeroblob(?))", (min(free * size, PIECE),))
    connection.execute("DROP TABLE zeros")


def _write_anew(connection: sqlite3.Connection) -> None:
    """Every table as SQLite's manual changes one ('ALTER TABLE', 'Making Other Kinds Of Table Schema Changes')."""
    for name, create in connection.execute(TABLES).fetchall():
        of_table = [sql for (sql,) in connection.execute(OF_TABLE, (name,)).fetchall()]
        connection.execute(f'ALTER TABLE "{name}" RENAME TO "{FORMER}{name}"')
        connection.execute(create)
        connection.execute(f'INSERT INTO "{name}" SELECT * FROM "{FORMER}{name}"')  # noqa: S608 - our own names
        connection.execute(f'DROP TABLE "{FORMER}{name}"')
        for index_or_trigger in of_table:
            connection.execute(index_or_trigger)
