"""Every file that a command writes is its owner's alone, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.desk.exports import FORMATS
from aiguillage.storage.calls import open_log
from aiguillage.storage.pseudonym_key import pseudonym_key
from tests.cast import ACCOUNT
from tests.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def _everything_is_shared() -> Iterator[None]:
    """An umask that takes no right away."""
    former = os.umask(0)
    yield
    os.umask(former)


@pytest.fixture
def own(tmp_path: Path) -> Terminal:
    """A terminal on a data directory that it made, with an account."""
    terminal = Terminal(tmp_path / "data")
    terminal.done("init")
    terminal.done("account", "add", ACCOUNT)
    return terminal


def open_to_others(directory: Path) -> list[str]:
    """The files below a directory that somebody else might read or write."""
    return [str(path) for path in directory.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]


def test_the_data_directory_and_all_in_it_are_their_owners_alone(own: Terminal) -> None:
    pseudonym_key(own.data_dir / "calls.db")
    log = open_log(own.data_dir / "calls.db")

    kept = {path.name for path in own.data_dir.iterdir()}

    assert open_to_others(own.data_dir) == []
    assert stat.S_IMODE(own.data_dir.stat().st_mode) == 0o700
    assert kept >= {"aiguillage.db", "calls.db", "calls.db-wal", "calls.db-shm", "pseudonyms.key"}
    log.close()


def test_copies_and_what_is_put_back_are_their_owners_alone(own: Terminal, tmp_path: Path) -> None:
    copy, database = tmp_path / "copy.db", own.data_dir / "aiguillage.db"
    own.done("backup", str(copy))
    database.unlink()
    own.done("restore", str(copy), "--yes")
    assert open_to_others(tmp_path) == []

    database.write_text("This is a shopping list, not a database.\n" * 100)
    database.chmod(0o644)
    own.done("restore", str(copy), "--yes")

    assert (own.data_dir / "aiguillage.db.broken").exists()
    assert open_to_others(tmp_path) == []


@pytest.mark.parametrize("form", FORMATS)
def test_exported_contacts_are_their_owners_alone(own: Terminal, tmp_path: Path, form: str) -> None:
    own.done("contacts", "add", ACCOUNT, "--code", "4321")
    out = tmp_path / "out"
    out.mkdir()

    own.done("contacts", "export", ACCOUNT, str(out / f"contacts.{form}"))

    assert open_to_others(out) == []


def test_a_directory_that_others_may_look_into_is_told(own: Terminal) -> None:
    quiet = own.run("status")
    own.data_dir.chmod(0o755)

    told = own.run("status")

    assert "Other users" not in quiet.err
    assert f"Other users of this machine may look into {own.data_dir}" in told.err
