"""Scrubbing: what is gone from the tables is gone from the file, and nothing else is."""

import random
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite import scrubbing
from aiguillage.storage.sqlite.library import library
from aiguillage.storage.sqlite.scrubbing import scrub
from tests.refusal import refused

SCHEMA = """
    CREATE TABLE "owner" (id INTEGER PRIMARY KEY);
    CREATE TABLE kept (key TEXT PRIMARY KEY, owner INTEGER REFERENCES owner (id), note TEXT) WITHOUT ROWID;
    CREATE INDEX kept_by_note ON kept (note);"""
NUMBER, NOTE = "+33199001234", "Garage Belleville"


def open_file(path: Path) -> Any:  # noqa: ANN401 - the library's own type
    """A connection that overwrites nothing."""
    connection = library.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in whose corners are copies of a row that was removed."""
    path = tmp_path / "facts.db"
    keys = [f"+3326191{n:04}" for n in range(3_000)]
    random.Random(1).shuffle(keys)  # noqa: S311 - no secret
    with closing(open_file(path)) as connection:
        connection.executescript(SCHEMA)
        connection.execute("BEGIN")
        connection.execute("INSERT INTO owner VALUES (1)")
        connection.execute("INSERT INTO kept VALUES (?, 1, ?)", (NUMBER, NOTE))
        connection.executemany("INSERT INTO kept VALUES (?, 1, 'x')", [(key,) for key in keys])
        connection.execute("DELETE FROM kept WHERE key = ?", (NUMBER,))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def contents(path: Path) -> list[Any]:
    """The schema, all rows, and whether the file is well."""
    questions = (
        *("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2", "SELECT * FROM owner", "SELECT * FROM kept"),
        *("SELECT key FROM kept INDEXED BY kept_by_note WHERE note = 'x'", "PRAGMA integrity_check"),
        "PRAGMA foreign_key_check",
    )
    with closing(open_file(path)) as connection:
        return [connection.execute(question).fetchall() for question in questions]


def test_what_a_file_kept_of_a_removed_row_is_gone_and_all_else_is_there(path: Path) -> None:
    before = contents(path)
    assert NUMBER.encode() in path.read_bytes()

    scrub(path, {NUMBER, NOTE})

    assert NUMBER.encode() not in path.read_bytes()
    assert NOTE.encode() not in path.read_bytes()
    assert contents(path) == before


def test_what_pages_hold_that_were_free_before_is_gone_too(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    with closing(open_file(path)) as connection:
        connection.executescript(SCHEMA)
        connection.execute("CREATE TABLE long (text TEXT)")
        connection.executemany("INSERT INTO long VALUES (?)", [(NUMBER * length,) for length in (1, 5_000, 20_000)])
        connection.execute("INSERT INTO owner VALUES (1)")
        connection.execute("DROP TABLE long")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = contents(path)
    assert NUMBER.encode() in path.read_bytes()

    scrub(path, {NUMBER})

    assert NUMBER.encode() not in path.read_bytes()
    assert contents(path) == before


def test_a_text_across_two_pieces_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "PIECE", 7)

    scrub(path, {NUMBER})

    assert NUMBER.encode() not in path.read_bytes()


def test_a_file_without_it_is_left_as_it_is(path: Path) -> None:
    before = path.read_bytes()

    scrub(path, {"+33353011234"})
    scrub(path, {"", "x"} - {"x"})

    assert path.read_bytes() == before


def test_a_text_of_one_sign_is_looked_for_too(path: Path) -> None:
    before = contents(path)

    scrub(path, {"x"})

    assert contents(path) == before


def test_what_waits_in_the_write_ahead_log_is_gone_too(path: Path) -> None:
    with closing(open_file(path)) as connection:
        connection.execute("INSERT INTO kept VALUES ('+33353011234', 1, 'y')")
        connection.execute("DELETE FROM kept WHERE note = 'y'")

        scrub(path, {"+33353011234"})

        assert b"+33353011234" not in path.read_bytes() + path.with_name("facts.db-wal").read_bytes()


def test_the_write_ahead_log_is_emptied_where_no_text_can_be_looked_for(path: Path) -> None:
    with closing(open_file(path)) as connection:
        connection.execute("INSERT INTO owner VALUES (2)")

        scrub(path, set())

        assert path.with_name("facts.db-wal").read_bytes() == b""


def test_somebody_who_still_reads_the_file_as_it_was_is_told_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "BUSY_SECONDS", 0.05)
    with closing(open_file(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM kept").fetchone()
        with closing(open_file(path)) as writer:
            writer.execute("INSERT INTO owner VALUES (2)")

        with refused(Kind.UNAVAILABLE, "Erase it once more"):
            scrub(path, {NUMBER})


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    scrub(tmp_path / "calls.db", {NUMBER})

    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_tables_cannot_be_written_anew_stays_as_it_was(path: Path) -> None:
    with closing(open_file(path)) as connection:
        connection.executescript("CREATE VIEW former_kept AS SELECT 1; PRAGMA wal_checkpoint(TRUNCATE);")
    before = contents(path)

    with refused(Kind.UNAVAILABLE, "former_kept"):
        scrub(path, {NUMBER})

    assert contents(path) == before
