"""Harm done to files, and what is left of it."""

from pathlib import Path

SHOPPING = "This is a shopping list, not a database.\n" * 200


def files(directory: Path) -> set[str]:
    """The names of what is there, but for SQLite's side files of the database."""
    return {path.name for path in directory.iterdir()} - {"aiguillage.db-wal", "aiguillage.db-shm"}


def scratch(path: Path, part: slice) -> None:
    """Damages a part of a file."""
    kept = bytearray(path.read_bytes())
    kept[part] = b"\xff" * len(kept[part])
    path.write_bytes(kept)
