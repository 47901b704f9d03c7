"""Holidays through the terminal."""

from datetime import date

import pytest

from tests.cast import ACCOUNT
from tests.cli.terminal import Terminal

THIS_YEAR = date.today().year  # noqa: DTZ011 - the command reads the clock too


def labels(terminal: Terminal) -> dict[str, dict[str, object]]:
    """What is listed, by label."""
    return {one["label"]: one for one in terminal.read("holiday", "list", ACCOUNT)}


def test_a_countrys_holidays_are_listed_by_their_next_day(terminal: Terminal) -> None:
    assert "No holiday yet" in terminal.done("holiday", "list", ACCOUNT)

    observed = terminal.read("holiday", "observe", ACCOUNT, "fr", "--subdivision", "57")
    listed = terminal.read("holiday", "list", ACCOUNT)

    assert (observed["country"], observed["subdivision"]) == ("FR", "57")
    assert "Vendredi saint" in {one["label"] for one in listed}
    assert [one["day"] for one in listed] == sorted(one["day"] for one in listed)
    assert len({one["label"] for one in listed}) == len(listed)
    assert all(one["observed"] for one in listed)
    assert "Noël" in terminal.done("holiday", "observe", ACCOUNT, "FR")


def test_a_holiday_is_switched_off_and_sent_elsewhere(terminal: Terminal) -> None:
    terminal.done("holiday", "observe", ACCOUNT, "FR")

    terminal.done("holiday", "set", ACCOUNT, "noel", "--off", "--destination", "214")
    changed = labels(terminal)["Noël"]
    terminal.done("holiday", "set", ACCOUNT, "Noël", "--on", "--destination", "")

    assert (changed["observed"], changed["destination"]) == (False, "214")
    assert (labels(terminal)["Noël"]["observed"], labels(terminal)["Noël"]["destination"]) == (True, None)


def test_an_account_has_holidays_of_its_own(terminal: Terminal) -> None:
    once = terminal.read("holiday", "add", ACCOUNT, f"{THIS_YEAR + 1}-11-27", "Fête du village", "-d", "214")
    for day, name, words in (
        (f"{THIS_YEAR - 1}-11-27", "Passée", ()),
        ("1996-02-29", "Bissextile", ("--every-year",)),
        (f"{THIS_YEAR - 1}-01-01", "Premier", ("--every-year",)),
    ):
        terminal.done("holiday", "add", ACCOUNT, day, name, *words)

    listed = labels(terminal)

    assert listed.keys() == {"Fête du village", "Bissextile", "Premier"}
    assert listed["Fête du village"]["id"] == once["id"]
    assert str(listed["Bissextile"]["day"]).endswith("-02-29")
    assert str(listed["Premier"]["day"]).endswith("-01-01")
    terminal.done("holiday", "remove", ACCOUNT, "bissextile")
    assert "Bissextile" not in labels(terminal)


def test_holidays_are_forgotten_but_the_accounts_own_stay(terminal: Terminal) -> None:
    terminal.done("holiday", "observe", ACCOUNT, "FR")
    terminal.done("holiday", "add", ACCOUNT, "2026-11-27", "Fête", "--every-year")

    assert "observes no public holidays" in terminal.done("holiday", "forget", ACCOUNT)

    assert labels(terminal).keys() == {"Fête"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("observe", ACCOUNT, "XX"), "XX"),
        (("observe", ACCOUNT, "FR", "-s", "nowhere"), "nowhere"),
        (("set", ACCOUNT, "Noël"), "Nothing to set"),
        (("set", ACCOUNT, "Noël", "--off"), "observes no public holidays yet"),
        (("forget", ACCOUNT), "observes no public holidays yet"),
        (("add", ACCOUNT, "soon", "x"), "is not a date"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused("holiday", *words)
