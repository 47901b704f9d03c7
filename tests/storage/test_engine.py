"""The database behind the desk: transactions, and what is said of files that cannot be used."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from aiguillage.app import open_database
from aiguillage.desk.accounts import list_accounts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.library import broken, open_read_only, unusable
from tests.cast import NOW
from tests.refusal import refused

OPERATOR = Actor("terminal", NOW, operator=True)
RENAME = text("UPDATE accounts SET name = :name WHERE id = 0")
NAME = text("SELECT name FROM accounts WHERE id = 0")


def name_of(db: Database) -> str:
    """The installation's name."""
    with db.read() as connection:
        return str(connection.execute(NAME).scalar_one())


def test_what_is_written_is_kept(db: Database) -> None:
    with db.write() as connection:
        connection.execute(RENAME, {"name": "new"})

    assert name_of(db) == "new"


def test_what_is_removed_is_overwritten(db: Database) -> None:
    with db.write() as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(
            text("INSERT INTO words VALUES (:word), (:words)"), {"word": "hush", "words": "hush" * 5_000}
        )
    with db.write() as connection:
        connection.execute(text("DELETE FROM words"))
    db.close()

    assert b"hush" not in db.path.read_bytes()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_a_write_transaction_is_all_or_nothing(db: Database, error: type[BaseException]) -> None:
    def fail_half_way() -> None:
        with db.write() as connection:
            connection.execute(RENAME, {"name": "half"})
            raise error

    with pytest.raises(error):
        fail_half_way()

    assert name_of(db) == "this installation"


def test_a_reader_sees_one_unchanging_view(db: Database) -> None:
    with db.read() as connection:
        before = connection.execute(NAME).scalar_one()
        with db.write() as writer:
            writer.execute(RENAME, {"name": "new"})

        assert connection.execute(NAME).scalar_one() == before

    assert name_of(db) == "new"


def test_writers_wait_for_each_other_and_lose_nothing(db: Database) -> None:
    def add_many() -> None:
        for _ in range(50):
            with db.write() as connection:
                count = int(connection.execute(text("SELECT seq FROM accounts WHERE id = 0")).scalar_one())
                connection.execute(text("UPDATE accounts SET seq = :seq WHERE id = 0"), {"seq": count + 1})

    threads = [threading.Thread(target=add_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.read() as connection:
        assert connection.execute(text("SELECT seq FROM accounts WHERE id = 0")).scalar_one() == 200


def test_more_threads_than_a_pool_holds_can_wait_for_one_writer(db: Database) -> None:
    opened, begun = threading.Barrier(25), []

    def wait_and_write() -> None:
        opened.wait()
        with db.write() as connection:
            connection.execute(RENAME, {"name": "new"})
            begun.append(1)

    threads = [threading.Thread(target=wait_and_write) for _ in range(24)]
    with db.write():
        for thread in threads:
            thread.start()
        opened.wait()
    for thread in threads:
        thread.join()

    assert len(begun) == 24


def test_the_file_is_kept_as_a_power_cut_demands(db: Database) -> None:
    with db.read() as connection:
        kept = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "mmap_size", "foreign_keys")
        }

    assert kept == {"journal_mode": "wal", "synchronous": 2, "mmap_size": 0, "foreign_keys": 1}


@pytest.mark.parametrize("name", ["a?b.db", "a#b.db", "a%20b.db", "a b.db", "file:é.db"])
def test_a_file_is_found_under_whatever_name_it_has(tmp_path: Path, name: str) -> None:
    database = Database(tmp_path / name)
    migrate(database)
    database.close()

    assert (tmp_path / name).is_file()
    assert open_read_only(tmp_path / name).execute("SELECT count(*) FROM accounts").fetchone() == (1,)


def as_text(path: Path) -> None:
    """A file that is no database."""
    path.write_text("This is a shopping list, not a database.\n" * 200)


def cut_short(path: Path) -> None:
    """A database that lost its second half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])


def scratched(path: Path) -> None:
    """A database whose pages but the first were overwritten."""
    kept = bytearray(path.read_bytes())
    kept[4096:] = b"\xff" * (len(kept) - 4096)
    path.write_bytes(kept)


@pytest.mark.parametrize("harm", [as_text, cut_short, scratched])
def test_a_damaged_file_is_refused_with_the_command_that_helps(db: Database, harm: Callable[[Path], None]) -> None:
    db.close()
    harm(db.path)

    with refused(Kind.UNAVAILABLE, r"is damaged \(.+\)\. Put a copy in its place: aiguillage restore FILE"):
        db.check()


@pytest.mark.parametrize("harm", [as_text, cut_short, scratched])
def test_a_damaged_file_is_refused_wherever_it_is_read(db: Database, harm: Callable[[Path], None]) -> None:
    db.close()
    harm(db.path)

    with refused(Kind.UNAVAILABLE, "is damaged"):
        list_accounts(db, OPERATOR)


def test_a_sound_file_passes(db: Database) -> None:
    db.check()


def test_a_file_without_tables_is_refused_with_the_command_that_makes_them(settings: Settings) -> None:
    database = open_database(settings)
    database.create()

    with refused(Kind.UNAVAILABLE, r"no such table: accounts\)\. Run: aiguillage migrate"):
        list_accounts(database, OPERATOR)

    database.close()


def test_a_file_in_a_directory_that_is_missing_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path / "missing" / "aiguillage.db")

    with refused(Kind.UNAVAILABLE, "unable to open database file.*Make its directory, let this user write in it"):
        list_accounts(database, OPERATOR)


def test_a_directory_in_the_files_place_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path)

    with refused(Kind.UNAVAILABLE, "unable to open database file"):
        list_accounts(database, OPERATOR)


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with refused(Kind.UNAVAILABLE, "data cannot be created .*Choose a directory with AIGUILLAGE_DATA_DIR"):
        open_database(Settings(data_dir=tmp_path / "data"))


def test_a_number_that_no_column_holds_is_refused(db: Database) -> None:
    with refused(Kind.INVALID, "A number is out of range"), db.read() as connection:
        connection.execute(text("SELECT * FROM accounts WHERE id = :id"), {"id": 2**63})


def test_a_text_that_is_no_unicode_is_refused(db: Database) -> None:
    with refused(Kind.INVALID, "bytes that are not characters"), db.read() as connection:
        connection.execute(text("SELECT * FROM accounts WHERE code = :code"), {"code": "\udcff"})


def test_a_fault_of_ours_is_no_refusal(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as connection:
        connection.execute(text("INSERT INTO grants (account_id, user_id, role) VALUES (7, 7, 1)"))


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ("database is locked", "try again when its import is done"),
        ("attempt to write a readonly database", "writable for this user"),
        ("database or disk is full", "Free some space"),
        ("disk I/O error", "Run: aiguillage status"),
    ],
)
def test_each_trouble_with_a_file_has_its_remedy(why: str, remedy: str) -> None:
    refusal = unusable(Path("var/aiguillage.db"), why)

    assert refusal.kind is Kind.UNAVAILABLE
    assert f"var/aiguillage.db cannot be used ({why}). " in refusal.message
    assert remedy in refusal.message


def test_a_damaged_file_is_told_with_its_name() -> None:
    refusal: Refusal = broken(Path("var/aiguillage.db"), "page 7")

    assert refusal.message.startswith("var/aiguillage.db is damaged (page 7).")
