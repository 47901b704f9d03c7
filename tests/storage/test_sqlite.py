"""The one SQLite library of the process."""

import sqlite3
from pathlib import Path

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite import OLDEST, library, open_read_only, require_library
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
