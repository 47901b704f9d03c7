"""A call queue's week, drawn, agrees with what a call is told."""

import sys
from datetime import date, timedelta
from io import BytesIO, TextIOWrapper

import pytest

from aiguillage.cli.moments import parse_moment
from aiguillage.cli.week import Week
from aiguillage.desk.documents import compile_account
from aiguillage.domain.calls import Question
from aiguillage.explaining import explain_call
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, Cast
from tests.cli.terminal import Terminal

PUT_ON, PUT_BACK, ORDINARY = date(2026, 3, 23), date(2026, 10, 19), date(2026, 7, 13)
"""Mondays: of the weeks at whose end the clock is put on and back, and of a week with a national holiday."""


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    """A terminal on an account whose queue support is open at odd hours, also in the nights when the clock changes."""
    terminal.done("queue", "add", ACCOUNT, "support", "--name", "Support", "--number", "207", "--default", "299")
    for words in (
        ("--day", "1-5", "--from", "9", "--to", "12:15"),
        ("--day", "1-4", "--from", "13:45", "--to", "18"),
        ("--day", "6", "--from", "22", "--to", "02:30", "-d", "209"),
        ("--day", "7", "--from", "03:30", "--to", "04:15"),
    ):
        terminal.done("hours", "add", ACCOUNT, "--queue", "support", *words)
    terminal.done("exception", "add", ACCOUNT, "2026-07-16", "-q", "support", "-l", "Inventaire", "-d", "214")
    terminal.done("holiday", "observe", ACCOUNT, "FR")
    return terminal


@pytest.mark.parametrize("first", [PUT_ON, PUT_BACK, ORDINARY])
def test_each_quarter_hour_is_drawn_as_a_call_then_is_told(
    terminal: Terminal, cast: Cast, settings: Settings, first: date
) -> None:
    del terminal
    facts = compile_account(cast.db, cast["reader"], ACCOUNT)
    queue_id = next(iter(facts.queues))
    week = Week(facts, queue_id, first)
    characters = {"207": "█", "299": "·"}
    drawn: dict[str, set[str]] = {}

    for n in range(7):
        day = first + timedelta(days=n)
        for quarter, character in enumerate(week.bar(day, 4)):
            if character == " ":
                continue
            clock = f"{day}T{quarter // 4:02}:{quarter % 4 * 15:02}"
            question = Question(at=parse_moment(clock, "Europe/Paris"), named={"queue": "support"})
            decision = explain_call(settings, cast.db, cast["reader"], ACCOUNT, question).decision
            assert decision.destination is not None
            drawn.setdefault(decision.destination, set()).add(character)

    assert all(len(found) == 1 for found in drawn.values())
    assert {destination: drawn[destination] for destination in characters} == {
        destination: {character} for destination, character in characters.items()
    }
    assert len(set().union(*drawn.values())) == len(drawn)


def test_the_hour_that_the_clock_skips_is_blank(terminal: Terminal, cast: Cast) -> None:
    del terminal
    facts = compile_account(cast.db, cast["reader"], ACCOUNT)

    bar = Week(facts, next(iter(facts.queues)), PUT_ON).bar(date(2026, 3, 29), 4)

    assert len(bar) == 96
    assert [n for n, character in enumerate(bar) if character == " "] == [8, 9, 10, 11]


def test_a_character_tells_that_a_queue_is_open_for_a_part_of_it_else_how_it_is_the_longest(
    terminal: Terminal, cast: Cast
) -> None:
    for begin, end, destination in (("19:10", "19:20", ""), ("20:00", "20:05", ""), ("20:05", "20:15", "208")):
        words = ("--day", "1", "--from", begin, "--to", end, "--destination", destination)
        terminal.done("hours", "add", ACCOUNT, "--queue", "support", *words)
    facts = compile_account(cast.db, cast["reader"], ACCOUNT)
    week = Week(facts, next(iter(facts.queues)), PUT_ON)

    quarters, hours = week.bar(PUT_ON, 4), week.bar(PUT_ON, 1)

    assert quarters[4 * 19 : 4 * 21] == "▒▒··" + "a···"
    assert hours[18:22] == "·▒▒·"


def drawing(terminal: Terminal, first: date, columns: int) -> list[str]:
    """The lines of a drawing on a terminal so wide."""
    return Terminal(terminal.data_dir, columns=columns).done("week", ACCOUNT, "207", "--from", str(first)).splitlines()


@pytest.mark.parametrize(("columns", "size"), [(140, 4), (80, 2), (60, 1), (20, 1)])
def test_a_week_is_drawn_as_fine_as_the_terminal_is_wide(terminal: Terminal, columns: int, size: int) -> None:
    lines = drawing(terminal, ORDINARY, columns)

    assert f"a character is {60 // size} minutes" in lines[0]
    assert [line[:14] for line in lines[2:9]] == [
        *("Mon 2026-07-13", "Tue 2026-07-14", "Wed 2026-07-15", "Thu 2026-07-16", "Fri 2026-07-17"),
        *("Sat 2026-07-18", "Sun 2026-07-19"),
    ]
    quarters = "·" * 36 + "█" * 13 + "·" * 6 + "█" * 17 + "·" * 24
    drawn = [set(quarters[n : n + 4 // size]) for n in range(0, 96, 4 // size)]
    assert lines[2][15:] == "".join(found.pop() if len(found) == 1 else "▒" for found in drawn)
    assert ("  ▒ open for a part of it" in lines) is (size < 4)
    assert lines[1][15 + 9 * size :].startswith("9")


def test_what_is_out_of_the_ordinary_is_marked_and_what_is_drawn_is_told(terminal: Terminal) -> None:
    ordinary = drawing(terminal, ORDINARY, 140)
    put_on = drawing(terminal, PUT_ON, 140)
    put_back = drawing(terminal, PUT_BACK, 140)

    assert ordinary[3].endswith("holiday: Fête nationale")
    assert ordinary[5].endswith("exception: Inventaire")
    assert put_on[8].endswith("clock put on 60 minutes")
    assert put_back[8].endswith("clock put back 60 minutes")
    assert ordinary[10:] == ["  · closed: 299", "  █ open: 207", "  a closed: 214", "  b open: 209"]


def test_a_switch_is_marked(terminal: Terminal) -> None:
    terminal.done("switch", "add", ACCOUNT, "Panne", "-d", "298")
    terminal.done("switch", "on", ACCOUNT, "Panne")

    assert "switch: Panne" in terminal.done("week", ACCOUNT, "support")


def test_a_week_is_told_to_machines_period_by_period(terminal: Terminal) -> None:
    periods = terminal.read("week", ACCOUNT, "support", "--from", str(ORDINARY))

    assert periods[0]["from"] == "2026-07-12T22:00:00.000Z"
    assert periods[-1]["to"] == "2026-07-19T22:00:00.000Z"
    assert [one["to"] for one in periods[:-1]] == [one["from"] for one in periods[1:]]
    holiday = next(one for one in periods if one["reason"] == "holiday")
    assert (holiday["label"], holiday["destination"], holiday["open"]) == ("Fête nationale", "299", False)


def test_a_terminal_without_blocks_gets_plain_characters(
    terminal: Terminal, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    del terminal
    facts = compile_account(cast.db, cast["reader"], ACCOUNT)
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(BytesIO(), encoding="ascii"))

    bar = Week(facts, next(iter(facts.queues)), ORDINARY).bar(ORDINARY, 1)

    assert bar == ".........###++####......"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("week", ACCOUNT, "x"), "There is no queue 'x' on this account. There is: support"),
        (("week", ACCOUNT, "support", "--from", "x"), "is not a date"),
        (("week", ACCOUNT, "support", "--from", "9999-12-30"), "is too far from today"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused(*words)
