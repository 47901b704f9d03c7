"""Geography through the terminal."""

import pytest

from tests.cast import ACCOUNT
from tests.cli.terminal import Terminal


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    """A terminal on an account with a geo list of two departments."""
    terminal.done("geo", "list", "add", ACCOUNT, "agences", "-m", "fr-departments", "--fallback", "207", "-f", "209")
    terminal.done("geo", "destination", "add", ACCOUNT, "agences", "35", "22", "-d", "214", "-n", "Bretagne")
    return terminal


def test_models_are_listed(terminal: Terminal) -> None:
    models = terminal.read("geo", "models")

    assert {model["key"] for model in models} == {"fr-departments", "fr-postal-codes", "e164-prefixes"}
    assert "French departments" in terminal.done("geo", "models")


def test_a_list_is_set_and_removed_with_its_zones(terminal: Terminal) -> None:
    changed = terminal.read("geo", "list", "set", ACCOUNT, "AGENCES", "--name", "Régions", "-f", "", "-f", "299")

    assert (changed["name"], changed["fallback"]) == ("Régions", [None, "299", None, None])
    assert "-, 299" in terminal.done("geo", "list", "list", ACCOUNT)
    assert "Régions" in terminal.done("geo", "list", "show", ACCOUNT, "régions")
    terminal.done("geo", "list", "remove", ACCOUNT, "agences")
    assert terminal.read("geo", "destination", "list", ACCOUNT) == []


def test_zones_have_destinations(terminal: Terminal) -> None:
    other = terminal.read("geo", "list", "add", ACCOUNT, "other", "-m", "e164-prefixes")["id"]
    changed = terminal.read("geo", "destination", "set", ACCOUNT, "bretagne", "-z", "29", "-z", "35", "-d", "216")

    assert (changed["zones"], changed["select"]) == (["29", "35"], ["216", None, None, None])
    assert terminal.read("geo", "destination", "list", ACCOUNT, "agences") == [changed]
    assert terminal.read("geo", "destination", "list", ACCOUNT, str(other)) == []
    assert "agences" in terminal.done("geo", "destination", "list", ACCOUNT)
    renamed = terminal.read("geo", "destination", "set", ACCOUNT, "bretagne", "--name", "Ouest")
    assert (renamed["nickname"], renamed["zones"]) == ("Ouest", ["29", "35"])
    terminal.done("geo", "destination", "remove", ACCOUNT, "ouest")
    assert "No zone yet" in terminal.done("geo", "destination", "list", ACCOUNT)


def test_a_lookup_tells_the_zone_or_the_fallback(terminal: Terminal) -> None:
    assert "Bretagne" in terminal.done("geo", "lookup", ACCOUNT, "agences", "35000")
    assert "none: the fallback" in terminal.done("geo", "lookup", ACCOUNT, "agences", "75")
    assert terminal.read("geo", "lookup", ACCOUNT, "agences", "35")["select"] == ["214", None, None, None]


def test_the_accounts_list_is_set_by_code_and_a_call_asks_for_it(terminal: Terminal) -> None:
    account = terminal.read("account", "set", ACCOUNT, "--geo-list", "agences")

    decision = terminal.read("route", ACCOUNT, "--number", "0465710000", "--value", "22000")
    named = terminal.read("route", ACCOUNT, "--number", "0465710000", "--value", "22000", "--list", "Agences")

    assert account["geo_list"] is not None
    assert (decision["destination"], decision["reason"], decision["known"]) == ("214", "geography", False)
    assert decision["zone"]["zone"] == "22"
    assert named["destination"] == "214"
    assert "zone" in terminal.done("route", ACCOUNT, "--value", "75")
    assert terminal.read("account", "set", ACCOUNT, "--geo-list", "")["geo_list"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list", "add", ACCOUNT, "x", "-m", "martian"), "is not a geo model"),
        (("list", "add", ACCOUNT, "x", "-m", "fr-departments", *("-f", "1") * 5), "5 destinations are too many"),
        (("list", "set", ACCOUNT, "agences"), "Nothing to set"),
        (("list", "show", ACCOUNT, "x"), "There is: agences"),
        (("destination", "add", ACCOUNT, "agences", "35"), "already"),
        (("destination", "add", ACCOUNT, "agences", "00"), "is not a zone"),
        (("lookup", ACCOUNT, "x", "35"), "There is no geo list 'x'"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused("geo", *words)
