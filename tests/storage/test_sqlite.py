"""The one SQLite library of the process."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from aiguillage.domain.errors import Kind
from aiguillage.storage.calls import open_log
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.library import OLDEST, library, open_read_only, require_library, write_ahead
from tests.refusal import refused


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 7)])
def test_a_library_that_damages_files_is_refused_with_both_versions(version: tuple[int, ...]) -> None:
    told = ".".join(map(str, version)).replace(".", r"\.")

    with refused(Kind.UNAVAILABLE, rf"SQLite {told} is too old; 3\.51\.3 or newer .* pip install pysqlite3"):
        require_library(version)


@pytest.mark.parametrize("version", [OLDEST, (3, 51, 4), (3, 52, 0), (4, 0, 0)])
def test_a_library_that_is_new_enough_is_taken(version: tuple[int, ...]) -> None:
    require_library(version)


def test_the_library_of_this_process_is_new_enough() -> None:
    require_library()


def test_a_connection_for_reading_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "a?b%20 #c.db"
    with sqlite3.connect(path) as writer:
        writer.execute("CREATE TABLE facts (fact TEXT)")
    writer.close()

    reader = open_read_only(path)

    assert reader.execute("SELECT count(*) FROM facts").fetchone() == (0,)
    with pytest.raises(library.OperationalError, match="readonly"):
        reader.execute("INSERT INTO facts VALUES ('')")
    reader.close()


def open_at_once(paths: list[Path], opened: Callable[[Path], None]) -> None:
    """Opens every file at the same moment; what fails in a thread fails the test."""
    start = threading.Barrier(len(paths))

    def go(path: Path) -> None:
        start.wait()
        opened(path)

    threads = [threading.Thread(target=go, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def write_once(path: Path) -> None:
    """One transaction of a server that has just started."""
    database = Database(path)
    database.create()
    with database.write() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS facts (fact TEXT)"))
    database.close()


def start_log(path: Path) -> None:
    """The call log of a worker that has just started."""
    open_log(path).close()


@pytest.mark.parametrize("opened", [write_once, start_log])
def test_servers_that_open_a_new_file_at_once_all_get_it(tmp_path: Path, opened: Callable[[Path], None]) -> None:
    for number in range(20):
        open_at_once([tmp_path / f"{number}.db"] * 4, opened)


def test_a_new_file_that_somebody_reads_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    with closing(library.connect(path)) as maker:
        maker.execute("CREATE TABLE facts (fact TEXT)")
    with closing(library.connect(path, isolation_level=None, check_same_thread=False, timeout=0)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM facts").fetchone()
        with closing(library.connect(path, isolation_level=None, timeout=0)) as writer:
            with pytest.raises(library.OperationalError, match="locked"):
                write_ahead(writer, 0)
            leaving = threading.Timer(0.1, reader.execute, ["COMMIT"])
            leaving.start()
            write_ahead(writer, 60)
            leaving.join()

            assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_is_no_database_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "list.db"
    path.write_text("This is a shopping list, not a database.\n" * 100)

    with closing(library.connect(path)) as connection, pytest.raises(library.DatabaseError, match="not a database"):
        write_ahead(connection, 60)
