"""Harm done to files, and what is left of it."""

from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

from aiguillage.storage.sqlite.library import library

SHOPPING = "This is a shopping list, not a database.\n" * 200


def files(directory: Path) -> set[str]:
    """The names of what is there, but for SQLite's side files of the database."""
    return {path.name for path in directory.iterdir()} - {"aiguillage.db-wal", "aiguillage.db-shm"}


def scratch(path: Path, part: slice) -> None:
    """Damages a part of a file."""
    kept = bytearray(path.read_bytes())
    kept[part] = b"\xff" * len(kept[part])
    path.write_bytes(kept)


def lose(path: Path, statement: str) -> None:
    """Has a statement change caller_key's own tree behind the back of its second one, as a damaged page would."""
    hide = "DELETE FROM sqlite_schema WHERE name = 'caller_keys_again'"
    show = "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)"
    with closing(library.connect(str(path), isolation_level=None)) as connection:
        (index,) = connection.execute(
            "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = 'caller_keys_again'"
        )
        _write_schema(connection, hide)
    with closing(library.connect(str(path), isolation_level=None)) as connection:
        connection.execute(statement)
    with closing(library.connect(str(path), isolation_level=None)) as connection:
        _write_schema(connection, show, index)


def _write_schema(connection: Connection, statement: str, values: tuple[object, ...] = ()) -> None:
    """Other connections only read the schema anew when its version says so."""
    (version,) = connection.execute("PRAGMA schema_version").fetchone()
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(statement, values)
    connection.execute(f"PRAGMA schema_version = {version + 1}")
