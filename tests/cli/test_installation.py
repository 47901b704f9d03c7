"""The installation as a whole: made, migrated, copied, put back, looked at."""

import json
import sqlite3

import pytest

from aiguillage import __version__
from aiguillage.settings import MEANING
from tests.cast import ACCOUNT, Cast, known_caller
from tests.cli.terminal import Terminal


def test_init_makes_the_directory_the_database_and_an_operator(bare: Terminal) -> None:
    made = bare.read("init", "--operator", "boss@example.org", "--password-stdin", typed="correct horse battery\n")

    assert made["created"]
    assert [user["operator"] for user in bare.read("user", "list")] == [True]
    assert not bare.read("init")["created"]


def test_the_version_is_told(bare: Terminal) -> None:
    assert bare.done("--version") == f"aiguillage {__version__}\n"


def test_every_command_that_needs_the_database_says_how_to_make_it(bare: Terminal) -> None:
    for words in (("account", "list"), ("contacts", "list", ACCOUNT), ("route", ACCOUNT, "--code", "1"), ("migrate",)):
        assert "Run: aiguillage init" in bare.refused(*words)


def test_a_database_without_its_schema_is_migrated_on_demand(bare: Terminal) -> None:
    bare.data_dir.mkdir()
    sqlite3.connect(bare.data_dir / "aiguillage.db").close()
    (bare.data_dir / "aiguillage.db").touch()

    assert "Run: aiguillage migrate" in bare.refused("account", "list")

    assert bare.read("migrate")["before"] is None
    assert bare.read("account", "list") == []
    assert "already" in bare.done("migrate")


def test_a_copy_brings_back_what_was_there(terminal: Terminal) -> None:
    copy = terminal.data_dir.parent / "copy.db"
    terminal.done("backup", str(copy))
    terminal.done("account", "set", ACCOUNT, "--name", "Changed")

    terminal.done("restore", str(copy), "--yes")

    assert terminal.read("account", "show", ACCOUNT)["name"] == "Clinique des Acacias"


def test_status_counts_and_checks(terminal: Terminal) -> None:
    status = terminal.read("status")

    assert status["accounts"] == 2
    assert status["users"] == 5
    assert status["schema"] == status["newest_schema"]
    assert status["trouble"] is None
    assert "whole" in terminal.done("status")


@pytest.mark.parametrize("size", [10, 3000, 20_000])
def test_a_damaged_database_names_the_command_that_helps(terminal: Terminal, size: int) -> None:
    copy = terminal.data_dir.parent / "copy.db"
    terminal.done("backup", str(copy))
    for file in terminal.data_dir.glob("aiguillage.db*"):
        file.unlink()
    (terminal.data_dir / "aiguillage.db").write_bytes(copy.read_bytes()[:size])

    for words in (("account", "list"), ("migrate",), ("serve", "--port", "1"), ("init",)):
        assert "aiguillage restore FILE" in terminal.refused(*words)
    status = terminal.run("status", "--json")
    assert status.status == 1
    assert "aiguillage restore FILE" in json.loads(status.out)["trouble"]

    terminal.done("restore", str(copy), "--yes")
    assert terminal.read("status")["trouble"] is None


def test_a_text_file_in_the_databases_place_names_the_command_that_helps(bare: Terminal) -> None:
    bare.data_dir.mkdir()
    (bare.data_dir / "aiguillage.db").write_text("dear diary\n" * 1000)

    assert "aiguillage restore FILE" in bare.refused("account", "list")


def test_a_directory_in_the_databases_place_is_one_line(bare: Terminal) -> None:
    bare.data_dir.mkdir(mode=0o700)
    (bare.data_dir / "aiguillage.db").mkdir()

    for words in (("account", "list"), ("status",), ("migrate",), ("init",), ("serve",), ("restore", "/etc/hostname")):
        said = bare.run(*words)
        assert said.status == 1
        assert said.err.count("\n") == 1


def test_a_file_in_the_data_directorys_place_is_one_line(bare: Terminal) -> None:
    bare.data_dir.write_text("")

    assert "AIGUILLAGE_DATA_DIR" in bare.refused("init")
    assert "AIGUILLAGE_DATA_DIR" in bare.refused("account", "list")


def test_settings_are_all_told_with_their_origin(bare: Terminal) -> None:
    settings = {setting["name"]: setting for setting in bare.read("settings")}

    assert len(settings) == len(MEANING)
    assert settings["AIGUILLAGE_DATA_DIR"]["origin"] == "environment AIGUILLAGE_DATA_DIR"
    assert settings["AIGUILLAGE_PORT"]["origin"] == "default"
    assert all(name in bare.done("settings") for name in settings)


def test_commands_about_the_machine_are_for_its_own_operator(terminal: Terminal) -> None:
    for words in (("status",), ("migrate",), ("backup", "x"), ("restore", "x"), ("serve",), ("init",)):
        assert "Leave out --as" in terminal.refused("--as", "manager@example.org", *words)


def test_a_directory_that_has_lost_its_database_gets_no_new_one(terminal: Terminal) -> None:
    database = terminal.data_dir / "aiguillage.db"
    terminal.data_dir.joinpath("calls.db").touch()
    away = database.rename(database.with_suffix(".away"))

    told = [terminal.refused(*words) for words in (("init",), ("serve",), ("migrate",))]

    assert "contains calls.db, but no aiguillage.db" in told[0]
    assert "There is no database at" in told[1]
    assert "Mount its disk" in told[1]
    assert not database.exists()
    away.rename(database)
    assert not terminal.read("init")["created"]


def test_an_empty_directory_is_not_served(bare: Terminal) -> None:
    bare.data_dir.mkdir(mode=0o700)

    assert "make a new one: aiguillage init" in bare.refused("serve")

    assert not list(bare.data_dir.iterdir())


def test_status_and_backup_find_damage_that_sqlite_takes_for_good(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)
    with cast.db.write() as connection:
        connection.exec_driver_sql("UPDATE caller_key SET facts = replace(facts, '207', '208')")

    trouble = json.loads(terminal.run("status", "--json").out)["trouble"]

    assert "is damaged (contact" in trouble
    assert "aiguillage restore FILE" in terminal.refused("backup", str(terminal.data_dir.parent / "copy.db"))


def test_a_restore_asks_and_leaves_the_database_as_it_was_beside_it(terminal: Terminal) -> None:
    copy = terminal.data_dir.parent / "copy.db"
    terminal.done("backup", str(copy))
    terminal.done("account", "set", ACCOUNT, "--name", "Changed")

    no = terminal.run("restore", str(copy), typed="n\n")
    unchanged = terminal.read("account", "show", ACCOUNT)["name"]
    yes = terminal.run("restore", str(copy), typed="y\n")
    (before,) = terminal.data_dir.glob("aiguillage.db.before-*")
    terminal.done("restore", str(before), "--yes")

    assert (no.status, unchanged, yes.status) == (1, "Changed", 0)
    assert f"in the place of {terminal.data_dir / 'aiguillage.db'}?" in " ".join(no.err.split())
    assert terminal.read("account", "show", ACCOUNT)["name"] == "Changed"
