"""What the terminal shows: its languages, its tables, its reference."""

import io
import re
import sys
from pathlib import Path

import pytest

from aiguillage.cli.printing import plain, print_table
from aiguillage.cli.reference import reference
from aiguillage.settings import language
from tests.cast import ACCOUNT
from tests.cli.catalogue import MO, compiled, read_po, wanted
from tests.cli.terminal import Terminal


def test_every_message_has_its_french_and_none_is_left_over() -> None:
    messages = read_po()

    assert messages.keys() == wanted()
    assert all(messages.values())


def test_the_compiled_catalogue_is_the_written_one() -> None:
    assert MO.read_bytes() == compiled(), "run: .venv/bin/python -m tests.cli.catalogue"


def test_the_french_asks_for_the_same_values() -> None:
    for english, french in read_po().items():
        names = {part.split("}")[0] for part in english.split("{")[1:]}
        asked = {part.split("}")[0] for part in french.split("{")[1:]}
        endings = {name for name in names - asked if "'s' if " in name}
        assert asked | endings == names, english


def test_the_french_parts_no_line_before_a_sign_that_stands_off() -> None:
    parted = re.compile(r" [:;!»]| \?(?!\{)|« ")

    assert [french for french in read_po().values() if parted.search(french)] == []


@pytest.mark.parametrize(
    ("environment", "wanted_language"),
    [
        ({}, ""),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "c"),
        ({"LANG": "en_GB", "LANGUAGE": "fr:en"}, "fr"),
        ({"LANG": "en_GB", "LC_MESSAGES": "fr"}, "fr"),
        ({"LANG": "en_GB", "LC_ALL": ""}, "en"),
    ],
)
def test_the_language_is_looked_up_where_gettext_looks(environment: dict[str, str], wanted_language: str) -> None:
    assert language(environment) == wanted_language


def test_a_french_reader_reads_french(terminal: Terminal) -> None:
    french = Terminal(terminal.data_dir, "fr")

    assert "numéros partagés" in french.done("account", "list")
    assert "Le contact" in french.done("contacts", "add", ACCOUNT, "--code", "1")
    assert "est inconnu" in french.done("route", ACCOUNT, "--code", "2")
    assert "shared numbers" in Terminal(terminal.data_dir, "xx").done("account", "list")


def test_a_french_reader_reads_of_overlaps_and_rules_in_french(terminal: Terminal) -> None:
    french = Terminal(terminal.data_dir, "fr")
    french.done("queue", "add", ACCOUNT, "support", "--name", "Assistance", "--number", "207", "--default", "299")
    hours = ("hours", "add", ACCOUNT, "--queue", "support", "--day", "1", "--from", "9", "--to", "12")
    first = french.read(*hours)[0]["id"]

    remark = french.run(*hours).err
    told = french.done("route", ACCOUNT, "--queue", "support", "--at", "2026-07-14T22:15", "--explain")

    assert remark.startswith(f"Chevauche la plage horaire {first} (lundi 09:00 à 12:00). Tant que les deux valent,")
    assert "support est fermée (destination par défaut) -> 299" in told
    assert "numéro: -; contacts: -; numéros partagés: refuse" in told
    assert "boucle: non; coupé court: non" in told
    assert "contrat: non; ouverte: non; astreinte: -" in told


def test_a_table_at_80_columns_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    row = ("1234567890123", "w" * 70, "+33199001234", "four five six " * 5, "é" * 40)
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)

    print_table(("a", "b", "c", "d", "e"), [row, ("", "", "", "", "")])

    shown = screen.getvalue()
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "1234567890123" in shown
    assert sorted(filter(str.isalnum, shown)) == sorted(filter(str.isalnum, "".join((*"abcde", *row))))


def test_nothing_that_is_shown_steers_the_terminal() -> None:
    assert plain("\x1b[2Jred\x9b31m\u202e") == "\ufffd[2Jred\ufffd31m\ufffd"
    assert plain("é\u00a0’ \n") == "é\u00a0’ \n"


def test_the_reference_is_up_to_date() -> None:
    written = Path(__file__).parents[2] / "docs" / "cli.md"

    assert written.read_text() == reference(), "run: .venv/bin/python -m aiguillage.cli.reference > docs/cli.md"
