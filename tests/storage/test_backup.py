"""Copies of the database: made while it is written, put back over whatever is there."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from aiguillage.desk.contacts import add_contact, list_contacts
from aiguillage.desk.journal import list_changes
from aiguillage.domain.contacts import Contact
from aiguillage.domain.errors import Kind
from aiguillage.storage.sqlite.backup import backup
from aiguillage.storage.sqlite.engine import Database
from tests.cast import ACCOUNT, Cast, known_caller
from tests.refusal import refused
from tests.storage.damage import files, scratch


def test_a_copy_is_a_database_with_the_same_facts(cast: Cast, tmp_path: Path) -> None:
    kept = known_caller(cast)

    size = backup(cast.db.path, tmp_path / "copy.db")

    assert size == (tmp_path / "copy.db").stat().st_size
    with closing(Database(tmp_path / "copy.db")) as copied:
        assert list(list_contacts(copied, cast["editor"], ACCOUNT)) == [kept]


def test_a_copy_made_while_a_writer_writes_is_whole(cast: Cast, tmp_path: Path) -> None:
    actor, begun, done = cast["editor"], threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            add_contact(cast.db, actor, ACCOUNT, Contact(company=f"Acacias {number}", code=str(number)))
            number += 1
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    for number in range(5):
        backup(cast.db.path, tmp_path / f"{number}.db")
    done.set()
    writer.join()

    for number in range(5):
        with closing(Database(tmp_path / f"{number}.db")) as copied:
            copied.check()
            changes = list_changes(copied, cast["manager"], ACCOUNT, limit=100_000)
            contacts = list(list_contacts(copied, actor, ACCOUNT))
            assert [change.seq for change in changes] == list(range(len(changes), 0, -1))
            assert len(contacts) == sum(change.entity == "contact" for change in changes) > 0


def test_a_copy_leaves_nothing_beside_it(cast: Cast, tmp_path: Path) -> None:
    backup(cast.db.path, tmp_path / "copy.db")

    assert files(tmp_path) == {"copy.db", "data"}


@pytest.mark.parametrize(
    ("kind", "target", "message"),
    [
        (Kind.CONFLICT, "data/aiguillage.db", "already exists. Choose another name"),
        (Kind.CONFLICT, "data", "already exists"),
        (Kind.MISSING, "missing/copy.db", "There is no directory .*missing. Create it"),
        (Kind.MISSING, "data/aiguillage.db/copy.db", "There is no directory"),
    ],
)
def test_a_copy_is_made_under_a_name_of_its_own(
    cast: Cast, tmp_path: Path, kind: Kind, target: str, message: str
) -> None:
    with refused(kind, message):
        backup(cast.db.path, tmp_path / target)


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with refused(Kind.MISSING, "There is no database at .*Set AIGUILLAGE_DATA_DIR"):
        backup(tmp_path / "aiguillage.db", tmp_path / "copy.db")

    assert files(tmp_path) == set()


@pytest.mark.parametrize("pages", [slice(None), slice(8192, None), slice(-4096, None), slice(16384, 20480)])
def test_a_damaged_database_is_not_copied_as_if_it_were_sound(cast: Cast, tmp_path: Path, pages: slice) -> None:
    cast.db.close()
    scratch(cast.db.path, pages)

    with refused(Kind.UNAVAILABLE, r"aiguillage\.db is damaged"):
        backup(cast.db.path, tmp_path / "copy.db")

    assert files(tmp_path) == {"data"}
