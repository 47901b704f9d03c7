"""On-call rotas through the terminal."""

import pytest

from tests.cast import ACCOUNT
from tests.cli.terminal import Terminal

ROTA = ("rota", "add", ACCOUNT, "astreinte", "-m", "Ana Roche=0639981201,ana@example.org", "-m", "Bob = 0639981202")


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    """A terminal on an account with a rota of two members."""
    terminal.done(*ROTA)
    return terminal


def turns(terminal: Terminal, *words: str) -> None:
    """Gives the rota a layer of weekly turns from Monday 2 November 2026 on."""
    terminal.done("rota", "layer", "add", ACCOUNT, "astreinte", "Semaines", "--start", "2026-11-02", *words)


def who(terminal: Terminal, at: str) -> str | None:
    """Who is on call at a moment."""
    member = terminal.read("rota", "who", ACCOUNT, "astreinte", "--at", at)["member"]
    return None if member is None else str(member["name"])


def test_a_rota_has_members_and_a_second_level(terminal: Terminal) -> None:
    second = terminal.read("rota", "add", ACCOUNT, "chefs", "--name", "Les chefs", "-m", "Cléo=0639981203")
    rota = terminal.read("rota", "set", ACCOUNT, "astreinte", "--level2", "chefs", "--name", "Astreinte")

    assert rota["members"] == [
        {"name": "Ana Roche", "number": "+33639981201", "email": "ana@example.org"},
        {"name": "Bob", "number": "+33639981202", "email": ""},
    ]
    assert (rota["level2"], rota["name"], rota["code"]) == (second["id"], "Astreinte", "astreinte")
    shown = terminal.done("rota", "show", ACCOUNT, "astreinte")
    assert "Ana Roche +33639981201 ana@example.org" in shown
    assert "chefs" in shown
    assert terminal.read("rota", "set", ACCOUNT, "astreinte", "--level2", "")["level2"] is None
    assert len(terminal.read("rota", "set", ACCOUNT, "astreinte", "-m", "Ana Roche=0639981201")["members"]) == 1
    terminal.done("rota", "remove", ACCOUNT, "chefs")
    assert "chefs" not in terminal.done("rota", "list", ACCOUNT)


def test_members_take_turns_and_somebody_takes_over(terminal: Terminal) -> None:
    turns(terminal)
    words = ("--from", "2026-11-10T18:00", "--to", "2026-11-11T09:00")
    rota = terminal.read("rota", "override", "add", ACCOUNT, "astreinte", "ana roche", *words)

    assert [
        who(terminal, at) for at in ("2026-11-02T09:00", "2026-11-09T09:00", "2026-11-10T20:00", "2026-11-16T09:00")
    ] == [*("Ana Roche", "Bob", "Ana Roche", "Ana Roche")]
    assert rota["overrides"][0]["member"] == "Ana Roche"
    shown = terminal.done("rota", "show", ACCOUNT, "astreinte")
    assert "every 1 week(s) at 09:00 from 2026-11-02" in shown
    assert "1. Ana Roche 2026-11-10 18:00 .. 2026-11-11 09:00" in shown
    terminal.done("rota", "override", "remove", ACCOUNT, "astreinte", "1")
    assert who(terminal, "2026-11-10T20:00") == "Bob"


def test_a_layer_has_turns_windows_and_an_end(terminal: Terminal) -> None:
    words = ("--every", "2d", "--handover", "8h", "--end", "2026-12-01", "--window", "1-5 18:00-08:00", "-m", "Bob")
    turns(terminal, *words)

    layer = terminal.read("rota", "show", ACCOUNT, "astreinte")["layers"][0]

    assert (layer["every"], layer["unit"], layer["members"], layer["end"]) == (2, "days", ["Bob"], "2026-12-01")
    assert [window["day_of_week"] for window in layer["windows"]] == [1, 2, 3, 4, 5]
    assert [who(terminal, at) for at in ("2026-11-03T12:00", "2026-11-03T19:00", "2026-12-02T19:00")] == [
        None,
        "Bob",
        None,
    ]
    shown = " ".join(terminal.done("rota", "show", ACCOUNT, "astreinte").split())
    assert "from 2026-11-02 until 2026-12-01 (1 18:00-08:00, 2 18:00-08:00" in shown
    terminal.done("rota", "layer", "remove", ACCOUNT, "astreinte", "SEMAINES")
    assert terminal.read("rota", "show", ACCOUNT, "astreinte")["layers"] == []


def test_a_layer_begins_today_if_nothing_else_is_said(terminal: Terminal) -> None:
    terminal.done("rota", "layer", "add", ACCOUNT, "astreinte", "Semaines", "--handover", "00:00")

    assert "Ana Roche" in terminal.done("rota", "who", ACCOUNT, "astreinte")


def test_nobody_on_call_is_told(terminal: Terminal) -> None:
    terminal.done("rota", "add", ACCOUNT, "chefs", "-m", "Cléo=0639981203")
    terminal.done("rota", "set", ACCOUNT, "astreinte", "--level2", "chefs")

    gaps = terminal.read("rota", "gaps", ACCOUNT, "astreinte", "--for", "1w")

    assert [gap.keys() for gap in gaps] == [{"from", "to"}]
    assert terminal.done("rota", "gaps", ACCOUNT, "astreinte").count("\n") == 3
    assert "nobody" in terminal.done("rota", "who", ACCOUNT, "astreinte")
    assert terminal.read("rota", "who", ACCOUNT, "astreinte")["level2"]["member"] is None


def test_no_gap_is_told_too(terminal: Terminal) -> None:
    turns(terminal)

    assert "Somebody is always on call" in terminal.done("rota", "gaps", ACCOUNT, "astreinte")
    assert terminal.read("rota", "gaps", ACCOUNT, "astreinte") == []


def test_a_closed_queues_caller_with_a_contract_reaches_who_is_on_call(terminal: Terminal) -> None:
    turns(terminal)
    terminal.done("queue", "add", ACCOUNT, "support", "--number", "207", "--default", "299")
    terminal.done("hours", "add", ACCOUNT, "--queue", "support", "--day", "1-7", "--from", "9", "--to", "18")
    terminal.done("account", "set", ACCOUNT, "--rota", "astreinte")
    terminal.done("contacts", "add", ACCOUNT, "--number", "0199001234", "--destination1", "207", "--on-call")

    asked = ("route", ACCOUNT, "--number", "0199001234", "--at", "2026-11-10T20:00")
    decision, told = terminal.read(*asked), terminal.done(*asked)

    assert (decision["destination"], decision["reason"]) == ("+33639981202", "on_call")
    assert decision["on_call"]["name"] == "Bob"
    assert "Bob" in told
    assert decision["until"] == "2026-11-11T08:00:00.000Z"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", ACCOUNT, "x"), "nobody in it"),
        (("add", ACCOUNT, "x", "-m", "Ana"), "Write NAME=NUMBER"),
        (("set", ACCOUNT, "astreinte"), "Nothing to set"),
        (("set", ACCOUNT, "astreinte", "--level2", "astreinte"), "its own level 2"),
        (("who", ACCOUNT, "x"), "There is no rota 'x' on this account. There is: astreinte"),
        (("who", ACCOUNT, "astreinte", "--at", "later"), "is not a date and time"),
        (("layer", "add", ACCOUNT, "astreinte", "A", "--every", "12h"), "Write days or weeks"),
        (("layer", "add", ACCOUNT, "astreinte", "A", "--every", "0d"), "Write days or weeks"),
        (("layer", "add", ACCOUNT, "astreinte", "A", "-m", "Cléo"), "who is not a member"),
        (("layer", "add", ACCOUNT, "astreinte", "A", "--window", "18:00-09:00"), "is not a window"),
        (("layer", "add", ACCOUNT, "astreinte", "A", "--window", "1-5 18:00"), "is not a window"),
        (("layer", "remove", ACCOUNT, "astreinte", "A"), "It has: none"),
        (("override", "remove", ACCOUNT, "astreinte", "1"), "none of them at position 1"),
        (
            ("override", "add", ACCOUNT, "astreinte", "Bob", "--from", "2026-11-11", "--to", "2026-11-10"),
            "Let it end after it begins",
        ),
        (
            ("override", "add", ACCOUNT, "astreinte", "Bob", "--from", "now", "--to", "2026-11-10"),
            "is not a date and time",
        ),
        (("gaps", ACCOUNT, "astreinte", "--for", "long"), "is not a duration"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused("rota", *words)
