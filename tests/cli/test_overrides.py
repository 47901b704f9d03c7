"""Switches, blocked callers and CTIs through the terminal."""

import pytest

from aiguillage.domain.accounts import looks_like_secret
from tests.cast import ACCOUNT, email
from tests.cli.terminal import Terminal


def switch(terminal: Terminal) -> dict[str, object]:
    """The account's one switch."""
    only: dict[str, object] = terminal.read("switch", "list", ACCOUNT)[0]
    return only


def test_a_switch_is_flipped_until_a_moment_and_off_again(terminal: Terminal) -> None:
    added = terminal.read("switch", "add", ACCOUNT, "Panne", "--destination", "299")

    on = terminal.read("switch", "on", ACCOUNT, "panne", "--until", "2999-01-01T08:30")
    off = terminal.read("switch", "off", ACCOUNT, "Panne")
    toggled = terminal.read("switch", "toggle", ACCOUNT, str(added["id"]), "--until", "2h")

    assert (added["owner_type"], added["on"], added["until"]) == ("account", False, None)
    assert (on["on"], on["until"]) == (True, "2999-01-01T07:30:00.000Z")
    assert (off["on"], off["until"]) == (False, None)
    assert toggled["on"]
    assert toggled["until"].endswith("Z")
    assert switch(terminal) == toggled
    assert "the account" in terminal.done("switch", "list", ACCOUNT)
    terminal.done("switch", "remove", ACCOUNT, "panne")
    assert "No switch yet" in terminal.done("switch", "list", ACCOUNT)


def test_a_switch_can_be_for_a_queue_or_a_group(terminal: Terminal) -> None:
    queue = terminal.read("queue", "add", ACCOUNT, "support")["id"]
    group = terminal.read("group", "add", ACCOUNT, "Bureaux")["id"]

    of_queue = terminal.read("switch", "add", ACCOUNT, "A", "-d", "299", "--queue", "support")
    of_group = terminal.read("switch", "add", ACCOUNT, "B", "-d", "299", "--group", "Bureaux")

    assert (of_queue["owner_type"], of_queue["owner_id"]) == ("queue", queue)
    assert (of_group["owner_type"], of_group["owner_id"]) == ("group", group)
    shown = terminal.done("switch", "list", ACCOUNT)
    assert "queue support" in shown
    assert "group Bureaux" in shown


@pytest.mark.parametrize(
    ("words", "name"), [(("switch", "code"), "Panne"), (("cti", "token"), "PBX"), (("rota", "feed"), "astreinte")]
)
def test_a_secret_stands_alone_on_standard_output_and_is_told_once(
    terminal: Terminal, words: tuple[str, str], name: str
) -> None:
    terminal.done("switch", "add", ACCOUNT, "Panne", "-d", "299")
    terminal.done("cti", "add", ACCOUNT, "PBX")
    terminal.done("rota", "add", ACCOUNT, "astreinte", "--member", "Ana=0639981201")

    said = terminal.run("--as", email("manager"), *words, ACCOUNT, name)
    again = terminal.read(*words, ACCOUNT, name)

    assert looks_like_secret(said.out.removesuffix("\n"))
    assert name in said.err
    assert looks_like_secret(again["secret"])
    assert again["secret"] not in (said.out, terminal.done("facts", "export", ACCOUNT))
    assert "no secret any more" in terminal.done(*words, ACCOUNT, name, "--revoke")
    assert "requires the role manage" in terminal.refused("--as", email("editor"), *words, ACCOUNT, name)


def test_numbers_are_blocked_in_any_spelling(terminal: Terminal) -> None:
    exact = terminal.read("blocked", "add", ACCOUNT, "05 36 49 00 01", "--label", "Démarchage")
    prefix = terminal.read("blocked", "add", ACCOUNT, "053649 99*", "-d", "299")

    assert (exact["number"], exact["destination"]) == ("+33536490001", None)
    assert (prefix["number"], prefix["destination"]) == ("+335364999*", "299")
    shown = terminal.done("blocked", "list", ACCOUNT)
    assert "rejected" in shown
    assert "Démarchage" in shown
    assert "blocked_caller" in terminal.done("route", ACCOUNT, "--number", "0536490001")
    terminal.done("blocked", "remove", ACCOUNT, "+33536490001")
    assert terminal.read("blocked", "list", ACCOUNT) == [prefix]


def test_a_cti_maps_origins_to_destinations(terminal: Terminal) -> None:
    for name in ("PBX", "Other"):
        terminal.done("cti", "add", ACCOUNT, name)
    terminal.done("cti", "origin", "add", ACCOUNT, "pbx", "0199001234", "207")
    terminal.done("cti", "origin", "add", ACCOUNT, "pbx", "site 7", "209")

    origins = terminal.read("cti", "origin", "list", ACCOUNT, "PBX")

    assert [(one["origin"], one["destination"]) for one in origins] == [("0199001234", "207"), ("site 7", "209")]
    assert terminal.read("cti", "origin", "list", ACCOUNT, "other") == []
    assert "is removed" in terminal.done("cti", "origin", "remove", ACCOUNT, "PBX", "+33 1 99 00 12 34")
    assert "has no origin" in terminal.refused("cti", "origin", "remove", ACCOUNT, "PBX", "+33 1 99 00 12 34")
    assert "has no origin" in terminal.refused("cti", "origin", "remove", ACCOUNT, "Other", "site 7")
    terminal.done("cti", "remove", ACCOUNT, "PBX")
    assert "Other" in terminal.done("cti", "list", ACCOUNT)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("switch", "add", ACCOUNT, "x", "-d", ""), "destination"),
        (("switch", "on", ACCOUNT, "x"), "There is no switch 'x' on this account"),
        (("blocked", "add", ACCOUNT, "hello"), "phone number"),
        (("cti", "add", ACCOUNT, " "), "no name"),
        (("cti", "origin", "list", ACCOUNT, "x"), "There is no cti 'x'"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused(*words)


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("2020-01-01", "a date and time in the future"),
        ("later", "is not a date and time. Write 2h"),
        ("0h", "in the future"),
    ],
)
def test_a_switch_ends_later_than_now(terminal: Terminal, until: str, told: str) -> None:
    terminal.done("switch", "add", ACCOUNT, "Panne", "-d", "299")

    assert told in terminal.refused("switch", "on", ACCOUNT, "Panne", "--until", until)
    assert not switch(terminal)["on"]
