"""A full disk is told as what it is, whatever somebody does; nothing is half done, and with room all goes on."""

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aiguillage.app import open_database
from aiguillage.desk.contacts import add_contact, list_contacts
from aiguillage.desk.exports import export_contacts
from aiguillage.desk.held_imports import apply_held, hold_import, show_held
from aiguillage.desk.held_replays import hold_replay, show_replay
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import Upload
from aiguillage.desk.imports import import_contacts, list_imports, preview_import, undo_import, upsert_contacts
from aiguillage.domain.contacts import Contact
from aiguillage.domain.errors import Kind
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.backup import backup, restore
from tests.cast import ACCOUNT, NOW, Cast, known_caller
from tests.cli.terminal import Terminal
from tests.refusal import refused
from tests.small_disk import SmallDisk, small_disk

FREE_SOME = "disk is full.*Free some space on its disk"
ROWS = "reference;company\n" + "".join(f"R-{n};Company {n}\n" for n in range(400))
UNCLOSED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""xlsxwriter leaves a file that it could not write to the garbage collector, which is to find it in the same test."""

Act = Callable[[Cast, Path], object]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def here(disk: SmallDisk, assembled: Path) -> Iterator[Cast]:
    """The cast on it, with an import that can be undone."""
    database = open_database(Settings(data_dir=disk.path / "data"))
    shutil.copyfile(assembled, database.path)
    cast = Cast(database)
    known_caller(cast)
    import_contacts(database, cast["editor"], ACCOUNT, file_beside(disk.path))
    yield cast
    database.close()
    gc.collect()


def file_beside(path: Path) -> Path:
    """A file of contacts, on another disk."""
    file = path.with_name("contacts.csv")
    file.write_text(ROWS)
    return file


def changed(path: Path) -> Path:
    """The same contacts with other names."""
    file = path.with_name("changed.csv")
    file.write_text(ROWS.replace("Company", "Another"))
    return file


def upload() -> Upload:
    return Upload("contacts.csv", "text/csv", ROWS.encode())


def hold(cast: Cast, _disk: Path) -> object:
    return hold_import(cast.db, cast["editor"], ACCOUNT, upload(), Choices())


def upsert(cast: Cast, _disk: Path) -> object:
    contacts = [b'{"reference": "U-%d", "company": "Company"}' % n for n in range(50)]
    return upsert_contacts(cast.db, cast["editor"], ACCOUNT, contacts)


def undo(cast: Cast, _disk: Path) -> object:
    (done,) = list_imports(cast.db, cast["editor"], ACCOUNT)
    return undo_import(cast.db, cast["editor"], ACCOUNT, done.id)


ACTS: dict[str, Act] = {
    "an import": lambda cast, disk: import_contacts(cast.db, cast["editor"], ACCOUNT, changed(disk)),
    "a preview": lambda cast, disk: preview_import(cast.db, cast["editor"], ACCOUNT, changed(disk)),
    "an upsert": upsert,
    "an undo": undo,
    "an upload": hold,
    "a spreadsheet": lambda cast, _disk: export_contacts(cast.db, cast["reader"], ACCOUNT, "xlsx"),
    "a contact": lambda cast, _disk: add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="x" * 200)),
}


@UNCLOSED
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_a_full_disk_stops_says_so_and_leaves_nothing(here: Cast, disk: SmallDisk, act: Act) -> None:
    before = list(list_contacts(here.db, here["reader"], ACCOUNT))
    disk.fill()

    with refused(Kind.UNAVAILABLE, FREE_SOME):
        act(here, disk.path)

    assert list(list_contacts(here.db, here["reader"], ACCOUNT)) == before
    disk.make_room()
    assert not list(here.db.path.parent.glob(".staged-*"))
    act(here, disk.path)


def test_an_upload_that_is_applied_on_a_full_disk_says_so(here: Cast, disk: SmallDisk) -> None:
    held = hold_import(here.db, here["editor"], ACCOUNT, upload(), Choices())
    apply = apply_held(here.db, here["editor"], ACCOUNT, held.id)
    disk.fill()
    apply()

    shown = show_held(here.db, here["editor"], ACCOUNT, held.id).progress

    assert shown.state == "refused"
    assert "Free some space on its disk" in str(shown.trouble)


def test_an_upload_that_cannot_even_begin_to_be_applied_says_so(here: Cast, disk: SmallDisk) -> None:
    held = hold_import(here.db, here["editor"], ACCOUNT, upload(), Choices())
    disk.fill()

    with refused(Kind.UNAVAILABLE, FREE_SOME):
        apply_held(here.db, here["editor"], ACCOUNT, held.id)
    disk.make_room()
    apply_held(here.db, here["editor"], ACCOUNT, held.id)()

    assert show_held(here.db, here["editor"], ACCOUNT, held.id).progress.state == "applied"


def test_a_replay_that_takes_long_says_so_before_and_at_its_end(here: Cast, disk: SmallDisk) -> None:
    going = hold_replay(here.db, here["reader"], ACCOUNT)
    disk.fill()

    with refused(Kind.UNAVAILABLE, FREE_SOME):
        hold_replay(here.db, here["reader"], ACCOUNT)
    going.tell(500, 2_000)
    going.end(lambda: Contact(company="x" * 100_000))

    shown = show_replay(here.db, here["reader"], ACCOUNT, going.replay.id).progress
    assert shown.state == "refused"
    assert "Free some space on its disk" in str(shown.trouble)
    assert str(here.db.path.parent) not in str(shown.trouble)


def test_a_restore_on_a_full_disk_does_not_blame_the_copy(here: Cast, disk: SmallDisk) -> None:
    copy = disk.path.with_name("copy.db")
    backup(here.db.path, copy)
    disk.fill()

    with refused(Kind.UNAVAILABLE, FREE_SOME):
        restore(here.db.path, copy, NOW)
    with refused(Kind.UNAVAILABLE, FREE_SOME):
        backup(here.db.path, disk.path / "copy.db")

    assert list(list_contacts(here.db, here["reader"], ACCOUNT))
    disk.make_room()
    restore(here.db.path, copy, NOW)


@UNCLOSED
def test_the_terminal_says_so_in_one_line(here: Cast, disk: SmallDisk) -> None:
    terminal, sheet = Terminal(here.db.path.parent), disk.path / "contacts.csv"
    disk.fill()

    told = [
        terminal.refused("contacts", "import", ACCOUNT, str(changed(disk.path))),
        terminal.refused("contacts", "export", ACCOUNT, str(sheet)),
        terminal.refused("contacts", "export", ACCOUNT, str(disk.path.with_name("contacts.xlsx"))),
    ]

    assert ["Free some space on its disk." in line for line in told] == [True] * 3, told
