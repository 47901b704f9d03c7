"""Contacts through the terminal, one at a time."""

import json
import re

import pytest

from tests.cast import ACCOUNT, Cast, email, known_caller
from tests.cli.terminal import Terminal

WHOLE = (
    *("--number", "01 99 00 12 34", "--number", "019900*", "--code", "43 21", "--company", "Garage [Belleville]"),
    *("--first-name", "Camille", "--last-name", "Roche", "--language", "FR", "--email", "Camille@example.org"),
    *("--reference", "C-1", "--destination1", "207", "--destination4", "sip:desk@example.org", "--vip"),
    *("--no-on-call", "--field", "boolean_3=oui"),
)


def test_a_contact_is_added_with_everything(terminal: Terminal) -> None:
    contact = terminal.read("contacts", "add", ACCOUNT, *WHOLE)

    assert [one["number"] for one in contact["numbers"]] == ["+33199001234", "+3319900*"]
    assert (contact["code"], contact["language"], contact["reference"]) == ("4321", "fr", "C-1")
    assert [contact[f"select_{n}"] for n in range(1, 5)] == ["207", None, None, "sip:desk@example.org"]
    assert [contact[f"boolean_{n}"] for n in range(1, 5)] == [True, False, True, None]
    assert contact == terminal.read("contacts", "show", ACCOUNT, str(contact["id"]))
    assert [contact] == terminal.read("contacts", "list", ACCOUNT, "--number", "+33 1 99 00 12 34")


def test_a_person_reads_numbers_whole_and_names_as_they_stand(terminal: Terminal) -> None:
    contact = terminal.read("contacts", "add", ACCOUNT, *WHOLE)

    for words in (("list", ACCOUNT), ("show", ACCOUNT, str(contact["id"]))):
        shown = terminal.done("contacts", *words)
        assert "+33199001234" in shown
        assert "Garage [Belleville]" in shown
        assert all(len(line) <= 80 for line in shown.splitlines())


def test_setting_changes_what_is_given_and_clears_what_is_named(terminal: Terminal) -> None:
    contact = terminal.read("contacts", "add", ACCOUNT, *WHOLE)
    words = ("--destination2", "209", "--no-vip", "--clear", "code", "--clear", "destination1", "--clear", "on-call")

    changed = terminal.read("contacts", "set", ACCOUNT, str(contact["id"]), *words)

    assert changed["seq"] > contact["seq"]
    assert contact["created_at"] == changed["created_at"]
    assert contact["updated_at"] <= changed["updated_at"]
    assert {name for name in contact if contact[name] != changed[name]} - {"updated_at"} == {
        *("seq", "select_2", "boolean_1", "code", "select_1", "boolean_2")
    }
    assert changed["code"] is None
    assert [changed[f"boolean_{n}"] for n in range(1, 5)] == [False, None, True, None]


def test_a_person_reads_when_a_contact_was_added_and_changed_by_the_accounts_clock(
    terminal: Terminal, cast: Cast
) -> None:
    number = str(known_caller(cast).id)
    terminal.done("contacts", "set", ACCOUNT, number, "--company", "Garage Mistral")

    contact = terminal.read("contacts", "show", ACCOUNT, number)
    shown = terminal.done("contacts", "show", ACCOUNT, number)
    listed = terminal.done("contacts", "list", ACCOUNT)

    assert contact["created_at"] == "2026-11-18T11:06:40.000Z"
    assert contact["updated_at"] != contact["created_at"]
    assert re.search(r"added \(Europe/Paris\) +2026-11-18 12:06:40\n", shown)
    assert re.search(r"changed \(Europe/Paris\) +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\n", shown)
    assert re.search(r"flags *\n.* changed on *\n", listed)
    assert re.search(r" on-call *\n.* 20\d\d-\d\d-\d\d *\n", listed)


def test_setting_nothing_new_changes_nothing(terminal: Terminal) -> None:
    contact = terminal.read("contacts", "add", ACCOUNT, *WHOLE)

    assert terminal.read("contacts", "set", ACCOUNT, str(contact["id"]), "--company", "Garage [Belleville]") == contact


def test_a_contact_is_removed(terminal: Terminal) -> None:
    number = terminal.read("contacts", "add", ACCOUNT, "--company", "Gone")["id"]

    terminal.done("contacts", "remove", ACCOUNT, str(number))

    assert terminal.read("contacts", "list", ACCOUNT) == []
    assert "There is no contact" in terminal.refused("contacts", "show", ACCOUNT, str(number))


def test_a_list_that_is_cut_says_so(terminal: Terminal) -> None:
    for name in "abc":
        terminal.done("contacts", "add", ACCOUNT, "--company", name)

    said = terminal.run("contacts", "list", ACCOUNT, "--limit", "2", "--json")

    assert said.out.count("company") == 2
    assert "--limit 0" in said.err
    assert len(terminal.read("contacts", "list", ACCOUNT, "--limit", "0")) == 3


def test_contacts_are_found_by_words(terminal: Terminal) -> None:
    garage = terminal.read("contacts", "add", ACCOUNT, *WHOLE)
    school = terminal.read("contacts", "add", ACCOUNT, "--company", "École des Acacias", "--code", "77")

    def listed(*words: str) -> list[int]:
        return [one["id"] for one in terminal.read("contacts", "list", ACCOUNT, *words)]

    assert listed() == [garage["id"], school["id"]]
    assert listed("acacias") == listed("aca", "ECOLE") == listed("77") == [school["id"]]
    assert listed("belle") == listed("roche camille") == listed("01 99 00 12") == listed("camille@") == [garage["id"]]
    assert listed("acacias", "belleville") == listed("-") == []
    assert listed("garage", "--number", "01 99 00 12 34") == [garage["id"]]
    assert listed("acacias", "--number", "01 99 00 12 34") == []
    assert "more than 200 characters" in terminal.refused("contacts", "list", ACCOUNT, "x" * 201)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "is empty"),
        (("--number", "0612"), "'0612' is not a phone number in FR"),
        (("--number", "12*"), "is not a number prefix"),
        (("--number", "0199001234"), "already"),
        (("--code", "né"), "is not a code"),
        (("--email", "nowhere"), "is not an e-mail address"),
        (("--language", "klingon"), "is not a language code"),
        (("--destination1", "1,2"), "is not a destination"),
        (("--field", "boolean_3"), "is not a field"),
        (("--field", "boolean_9=1"), "is not a field"),
        (("--field", "boolean_3=perhaps"), "neither yes nor no"),
        (("--company", "x" * 300), "too long"),
    ],
)
def test_a_bad_contact_is_refused_with_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    terminal.done("contacts", "add", ACCOUNT, "--number", "0199001234")

    assert told in terminal.refused("contacts", "add", ACCOUNT, *words)
    assert len(terminal.read("contacts", "list", ACCOUNT)) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Nothing to set"),
        (("--clear", "shoes"), "cannot be cleared"),
        (("--clear", "code", "--code", "1"), "both set and cleared"),
        (("--clear", "number"), "is empty"),
    ],
)
def test_a_bad_change_is_refused_with_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    number = terminal.read("contacts", "add", ACCOUNT, "--number", "0199001234")["id"]

    assert told in terminal.refused("contacts", "set", ACCOUNT, str(number), *words)


def test_a_reader_may_not_change_contacts(terminal: Terminal) -> None:
    told = terminal.refused("--as", email("reader"), "contacts", "add", ACCOUNT, "--code", "1")

    assert "requires the role edit" in told


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_kept(terminal: Terminal) -> None:
    wrong = ("--number", "0612", "--number", "01 99 00 12 34", "--email", "no", "--code", "1,2")

    said = terminal.refused("contacts", "add", ACCOUNT, *wrong)
    told = json.loads(terminal.run("contacts", "add", ACCOUNT, *wrong, "--json").out)

    assert list(told["errors"]) == ["code", "numbers.0", "emails.0"]
    assert said == told["message"]
    assert terminal.read("contacts", "list", ACCOUNT) == []


def test_everything_that_is_wrong_with_a_change_is_told_at_once(terminal: Terminal) -> None:
    contact = terminal.read("contacts", "add", ACCOUNT, *WHOLE)

    said = terminal.refused("contacts", "set", ACCOUNT, str(contact["id"]), "--language", "zzzz", "--code", "1,2")

    assert "is not a language code" in said
    assert "is not a code" in said
    assert contact == terminal.read("contacts", "show", ACCOUNT, str(contact["id"]))
