"""Copies of the database: made while it serves, put back while it serves."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, count
from pathlib import Path

from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing
from aiguillage.domain.moments import in_utc
from aiguillage.storage.migrate import current_revision, migrate, newest_revision
from aiguillage.storage.private import MODE, make_private
from aiguillage.storage.sqlite.damage import forget_damage, require_whole
from aiguillage.storage.sqlite.engine import BUSY_SECONDS, Database, told
from aiguillage.storage.sqlite.library import library, open_read_only, tells_damage, tells_want_of_room, unusable

HEADER = b"SQLite format 3\0"
BESIDE = ("", "-wal", "-shm")
"""What SQLite calls the files of one database."""


def backup(database: Path, copy: Path) -> int:
    """Writes a copy of the facts as they are at this moment, and checks it; its size in bytes. Raises Refusal."""
    if copy.exists():
        raise conflict(f"{copy} already exists. Choose another name.")
    if not database.exists():
        raise missing(f"There is no database at {database} to copy. Set AIGUILLAGE_DATA_DIR.")
    _require_directory(copy)
    with told(database), closing(open_read_only(database)) as reader:
        reader.execute("PRAGMA schema_version").fetchone()
    with _whole(copy) as half, told(half):
        _copy(database, half)
        _check(half, database)
    return copy.stat().st_size


def restore(database: Path, copy: Path, now: int, ask: Callable[[], object] = lambda: None) -> Path | None:
    """Puts a copy in the database's place, all or nothing; a running server answers from it with the next call.

    `now` is in microseconds since 1970; `ask` is called once the copy is known to be good, and may raise to leave all
    as it is. The database as it was is kept beside it, with `.before-` and the time at its name's end: that file is
    returned, None where there was none to copy. A damaged one is kept with `.broken` at its name's end; a server that
    had it open must be started again. Raises Refusal.
    """
    if not copy.is_file():
        raise missing(f"There is no file {copy}. Name a copy made with: aiguillage backup FILE")
    _require_directory(database)
    fresh = database.with_name(f"{database.name}.restoring")
    _remove(fresh)
    try:
        _copy_of(copy, fresh)
        _make_new(fresh, copy, max(now, _latest_version(database) + 1))
        ask()
        with told(database):
            before = _keep(database, now)
            _put(fresh, database)
        forget_damage(database)
        return before
    finally:
        _remove(fresh)


@contextmanager
def _whole(copy: Path) -> Iterator[Path]:
    """A file to write a copy to, which gets its name once it is whole: somebody may end us in the middle."""
    half = copy.with_name(f"{copy.name}.part")
    _remove(half)
    try:
        yield half
        half.rename(copy)
    finally:
        _remove(half)


def _require_directory(file: Path) -> None:
    if not file.parent.is_dir():
        raise missing(f"There is no directory {file.parent}. Create it, or choose another.")


def _remove(file: Path) -> None:
    for suffix in BESIDE:
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """All pages in one transaction of the target, as one of the source sees them: neither stops the other's readers."""
    make_private(target)
    with (
        closing(open_read_only(source)) as reader,
        closing(library.connect(str(target), isolation_level=None, timeout=BUSY_SECONDS)) as writer,
    ):
        reader.backup(writer)


def _check(half: Path, database: Path) -> None:
    """A copy of a damaged file would only be found to be one when it is needed."""
    copied = Database(half)
    try:
        copied.check()
        if current_revision(copied) == newest_revision():
            require_whole(copied)
    except Refusal as refusal:
        raise Refusal(refusal.kind, refusal.message.replace(str(half), str(database))) from refusal
    finally:
        copied.close()


def _copy_of(copy: Path, fresh: Path) -> None:
    try:
        _copy(copy, fresh)
    except library.DatabaseError as error:
        if tells_want_of_room(str(error)):
            raise unusable(fresh, str(error)) from error
        raise invalid(f"{copy} is not a usable copy ({error}). Choose another.") from error


def _latest_version(database: Path) -> int:
    """The latest facts_version that a worker can have seen; 0 where nobody can have seen one."""
    try:
        with closing(open_read_only(database)) as reader:
            (version,) = reader.execute("SELECT max(facts_version) FROM accounts").fetchone()
    except library.DatabaseError:
        return 0
    return int(version or 0)


def _make_new(fresh: Path, copy: Path, version: int) -> None:
    """Checks the copy, brings its schema up to date, and outdates whatever workers remember of the accounts."""
    database = Database(fresh)
    try:
        if current_revision(database) is None:
            raise invalid(f"{copy} is not a copy of an aiguillage database. Make one with: aiguillage backup FILE")
        database.check()
        migrate(database)
        require_whole(database)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE accounts SET facts_version = max(facts_version + 1, ?)", (version,))
    except Refusal as refusal:
        if tells_want_of_room(refusal.message):
            raise
        why = refusal.message.replace(str(fresh), str(copy))
        raise Refusal(Kind.INVALID, f"Nothing was restored. {why}") from refusal
    finally:
        database.close()


def _keep(database: Path, now: int) -> Path | None:
    """A copy of what is about to be written over. Raises the library's error where there is no room for one."""
    if not database.is_file() or not _begins_as_a_database(database):
        return None
    name = f"{database.name}.before-{in_utc(now):%Y%m%dT%H%M%SZ}"
    names = chain([name], (f"{name}-{n}" for n in count(2)))
    kept = next(path for path in map(database.with_name, names) if not path.exists())
    try:
        with _whole(kept) as half:
            _copy(database, half)
    except library.DatabaseError as error:
        if not tells_damage(str(error)):
            raise
        return None
    return kept


def _put(fresh: Path, database: Path) -> None:
    """Writes over the database; one that cannot even be opened is moved aside with all that belongs to it."""
    if _begins_as_a_database(database):
        try:
            _copy(fresh, database)
        except library.DatabaseError as error:
            if not tells_damage(str(error)):
                raise
        else:
            return
    _move_aside(database)
    _copy(fresh, database)


def _begins_as_a_database(path: Path) -> bool:
    """Whether SQLite may open it: it drops the side files of a file that is no database."""
    if not path.is_file():
        return True
    with path.open("rb") as file:
        return file.read(len(HEADER)) in (HEADER, b"")


def _move_aside(database: Path) -> None:
    _remove(Path(f"{database}.broken"))
    for suffix in BESIDE:
        beside = Path(f"{database}{suffix}")
        if beside.exists():
            beside.chmod(MODE)
            beside.replace(f"{database}.broken{suffix}")
