"""Copies of the database: made while it serves, put back while it serves."""

import os
from pathlib import Path

from aiguillage.domain.errors import conflict, invalid, missing
from aiguillage.storage.engine import Database, told
from aiguillage.storage.migrate import current_revision, migrate
from aiguillage.storage.sqlite import library, open_read_only

PAGES_AT_ONCE = 4096


def backup(database: Path, copy: Path) -> int:
    """Writes a copy of the facts as they are at this moment; its size in bytes. Raises Refusal."""
    if copy.exists():
        raise conflict(f"{copy} is there already. Choose another name.")
    if not database.exists():
        raise missing(f"There is no database at {database} to copy. Set AIGUILLAGE_DATA_DIR.")
    with told(database):
        _copy(database, copy)
    return copy.stat().st_size


def restore(database: Path, copy: Path, now: int) -> None:
    """Puts a copy in the database's place, all or nothing; a running server answers from it with the next call.

    `now` is in microseconds since 1970. A damaged database is kept beside it with `.broken` at its name's end. Raises Refusal.
    """
    if not copy.exists():
        raise missing(f"There is no file {copy}.")
    fresh = database.with_suffix(".restoring")
    fresh.unlink(missing_ok=True)
    try:
        _copy(copy, fresh)
        _make_new(fresh, copy, now)
        _put(fresh, database)
    except library.DatabaseError as error:
        raise invalid(f"{copy} is no usable copy ({error}). Choose another.") from error
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{fresh}{suffix}").unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    reader, writer = open_read_only(source), library.connect(str(target), isolation_level=None)
    try:
        reader.backup(writer, pages=PAGES_AT_ONCE, sleep=0)
    finally:
        reader.close()
        writer.close()


def _make_new(fresh: Path, copy: Path, now: int) -> None:
    """Checks the copy, brings its schema up to date, and outdates whatever workers remember of the accounts."""
    database = Database(fresh)
    try:
        if current_revision(database) is None:
            raise invalid(f"{copy} is no copy of an aiguillage database. Make one with: aiguillage backup FILE")
        database.check()
        migrate(database)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE accounts SET facts_version = max(facts_version + 1, ?)", (now,))
    finally:
        database.close()


def _put(fresh: Path, database: Path) -> None:
    try:
        _copy(fresh, database)
    except library.DatabaseError:
        os.replace(database, f"{database}.broken")
        for suffix in ("-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        _copy(fresh, database)
