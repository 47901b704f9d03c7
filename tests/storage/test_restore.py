"""Copies put back: over whatever is there, all or nothing."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from aiguillage.callpath.table import Table
from aiguillage.desk.accounts import list_accounts, set_account
from aiguillage.desk.contacts import add_contact, list_contacts
from aiguillage.domain.contacts import Contact
from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite.backup import backup, restore
from aiguillage.storage.sqlite.library import library, open_read_only
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast, known_caller
from tests.refusal import refused
from tests.storage.damage import SHOPPING, files, scratch
from tests.storage.facts import facts_version


@pytest.fixture
def copy(cast: Cast, tmp_path: Path) -> Path:
    """A copy with one contact, made before the account was renamed."""
    known_caller(cast)
    path = tmp_path / "copy.db"
    backup(cast.db.path, path)
    set_account(cast.db, cast["manager"], ACCOUNT, {"name": "renamed"})
    return path


def name_of(cast: Cast) -> str:
    """The account's name."""
    return list_accounts(cast.db, cast["manager"])[0].name


def test_a_copy_comes_back_over_a_good_database(cast: Cast, copy: Path) -> None:
    before = restore(cast.db.path, copy, NOW)

    assert name_of(cast) == "Clinique des Acacias"
    assert len(list(list_contacts(cast.db, cast["editor"], ACCOUNT))) == 1
    assert before is not None
    assert files(cast.db.path.parent) == {"aiguillage.db", before.name}


def test_the_database_as_it_was_stays_beside_it_and_can_be_put_back(cast: Cast, copy: Path) -> None:
    before = restore(cast.db.path, copy, NOW)
    assert before is not None
    assert before.stat().st_mode & 0o777 == 0o600

    second = restore(cast.db.path, before, NOW)

    assert name_of(cast) == "renamed"
    assert second is not None
    assert second.name != before.name
    assert all(path.exists() for path in (before, second))


def test_a_restore_that_is_not_wanted_after_all_leaves_everything_as_it_is(cast: Cast, copy: Path) -> None:
    def refuse() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(cast.db.path, copy, NOW, refuse)

    assert name_of(cast) == "renamed"
    assert files(cast.db.path.parent) == {"aiguillage.db"}


def test_a_copy_comes_back_where_the_database_is_missing(cast: Cast, copy: Path) -> None:
    cast.db.close()
    for path in cast.db.path.parent.iterdir():
        path.unlink()

    restore(cast.db.path, copy, NOW)

    assert name_of(cast) == "Clinique des Acacias"


def test_a_copy_comes_back_over_a_broken_database_which_is_kept_aside(cast: Cast, copy: Path) -> None:
    cast.db.close()
    cast.db.path.write_text(SHOPPING)
    Path(f"{cast.db.path}-wal").write_text("what may still be saved")

    restore(cast.db.path, copy, NOW)

    assert name_of(cast) == "Clinique des Acacias"
    assert Path(f"{cast.db.path}.broken").read_text() == SHOPPING
    assert Path(f"{cast.db.path}.broken-wal").read_text() == "what may still be saved"


@pytest.mark.parametrize("part", [slice(16, 100), slice(100, 4096), slice(4096, None), slice(-4096, None)])
def test_a_copy_comes_back_over_a_database_that_is_broken_in_part(cast: Cast, copy: Path, part: slice) -> None:
    cast.db.close()
    scratch(cast.db.path, part)

    restore(cast.db.path, copy, NOW)

    cast.db.check()
    assert name_of(cast) == "Clinique des Acacias"


def test_restoring_twice_keeps_the_last_broken_database(cast: Cast, copy: Path) -> None:
    for broken in (SHOPPING, SHOPPING.upper()):
        cast.db.close()
        cast.db.path.write_text(broken)
        restore(cast.db.path, copy, NOW)

    assert Path(f"{cast.db.path}.broken").read_text() == SHOPPING.upper()
    assert name_of(cast) == "Clinique des Acacias"


@pytest.mark.parametrize("now", [NOW + 1_000_000, NOW, 0], ids=["later", "at once", "by a clock set back"])
def test_a_restored_account_has_newer_facts_than_a_worker_remembers(cast: Cast, copy: Path, now: int) -> None:
    before = {code: facts_version(cast.db, code) for code in ("", ACCOUNT, OTHER_ACCOUNT)}

    restore(cast.db.path, copy, now)

    assert all(facts_version(cast.db, code) > before[code] for code in before)


def test_a_worker_answers_from_the_restored_facts_at_once(cast: Cast, copy: Path) -> None:
    table = Table(partial(open_read_only, cast.db.path))
    set_account(cast.db, cast["manager"], ACCOUNT, {"country": "BE"})
    table.begin()
    entry = table.entry(ACCOUNT)
    table.end()
    assert entry is not None
    assert entry.facts.country == "BE"

    restore(cast.db.path, copy, NOW + 1)

    table.begin()
    entry = table.entry(ACCOUNT)
    table.end()
    table.close()
    assert entry is not None
    assert entry.facts.country == "FR"


def test_a_reader_keeps_its_view_while_a_copy_comes_back(cast: Cast, copy: Path) -> None:
    name = text("SELECT name FROM accounts WHERE code = :code")

    with cast.db.read() as connection:
        assert connection.execute(name, {"code": ACCOUNT}).scalar() == "renamed"
        restore(cast.db.path, copy, NOW)

        assert connection.execute(name, {"code": ACCOUNT}).scalar() == "renamed"

    assert name_of(cast) == "Clinique des Acacias"


def test_a_copy_waits_for_the_writer_before_it_comes_back(cast: Cast, copy: Path) -> None:
    with cast.db.write() as connection:
        restorer = threading.Thread(target=restore, args=(cast.db.path, copy, NOW))
        restorer.start()
        connection.execute(text("UPDATE accounts SET name = 'written meanwhile'"))
    restorer.join()

    (kept,) = cast.db.path.parent.glob("aiguillage.db.before-*")
    assert name_of(cast) == "Clinique des Acacias"
    assert files(cast.db.path.parent) == {"aiguillage.db", kept.name}


def a_text(path: Path) -> None:
    """A text file."""
    path.write_text(SHOPPING)


def an_empty_file(path: Path) -> None:
    """A file of no bytes."""
    path.touch()


def a_foreign_database(path: Path) -> None:
    """A SQLite database of somebody else's."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE accounts (id INTEGER, facts_version INTEGER)")


def a_foreign_database_under_alembic(path: Path) -> None:
    """A SQLite database of somebody else's who uses Alembic too."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('a1b2c3')")


def a_directory(path: Path) -> None:
    """A directory."""
    path.mkdir()


def nothing(path: Path) -> None:
    """No file at all."""
    assert not path.exists()


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (a_text, Kind.INVALID, r"bad\.db is not a usable copy \(file is not a database\)\. Choose another"),
        (an_empty_file, Kind.INVALID, r"bad\.db is not a copy of an aiguillage database\. Make one with"),
        (a_foreign_database, Kind.INVALID, "bad\\.db is not a copy of an aiguillage database"),
        (a_foreign_database_under_alembic, Kind.INVALID, r"bad\.db was made by a newer release"),
        (a_directory, Kind.MISSING, r"There is no file .*bad\.db\. Name a copy made with"),
        (nothing, Kind.MISSING, r"There is no file .*bad\.db"),
    ],
)
def test_what_is_no_copy_is_refused_and_nothing_is_lost(
    cast: Cast, tmp_path: Path, make: Callable[[Path], None], kind: Kind, message: str
) -> None:
    bad = tmp_path / "bad.db"
    make(bad)
    before = cast.db.path.read_bytes()

    with refused(kind, message):
        restore(cast.db.path, bad, NOW)

    assert cast.db.path.read_bytes() == before
    assert files(cast.db.path.parent) == {"aiguillage.db"}
    assert name_of(cast) == "Clinique des Acacias"


@pytest.mark.parametrize("pages", [slice(8192, None), slice(-4096, None), slice(16384, 20480)])
def test_a_damaged_copy_is_refused_and_nothing_is_lost(cast: Cast, copy: Path, pages: slice) -> None:
    scratch(copy, pages)

    with refused(Kind.INVALID, r"copy\.db (is not a usable copy|is damaged)"):
        restore(cast.db.path, copy, NOW)

    assert name_of(cast) == "renamed"
    assert files(cast.db.path.parent) == {"aiguillage.db"}


def test_a_copy_needs_a_directory_to_come_back_to(copy: Path, tmp_path: Path) -> None:
    with refused(Kind.MISSING, "There is no directory .*missing"):
        restore(tmp_path / "missing" / "aiguillage.db", copy, NOW)


def test_what_stands_in_the_databases_place_is_not_blamed_on_the_copy(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "place.db").mkdir()

    with refused(Kind.UNAVAILABLE, r"place\.db cannot be used \(unable to open database file\)"):
        restore(tmp_path / "place.db", copy, NOW)

    assert list((tmp_path / "place.db").iterdir()) == []


def test_a_copy_is_not_changed_by_coming_back(cast: Cast, copy: Path) -> None:
    before = copy.read_bytes()

    restore(cast.db.path, copy, NOW)

    assert copy.read_bytes() == before


def test_the_database_can_be_written_when_it_has_come_back(cast: Cast, copy: Path) -> None:
    restore(cast.db.path, copy, NOW)

    kept = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Boulangerie Mistral"))

    assert kept in list(list_contacts(cast.db, cast["editor"], ACCOUNT))
    with pytest.raises(library.OperationalError), closing(open_read_only(cast.db.path)) as reader:
        reader.execute("DELETE FROM contacts")
