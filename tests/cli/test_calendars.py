"""Calendars and rotas' feeds through the terminal."""

from pathlib import Path

import pytest

from aiguillage.cli.moments import now
from aiguillage.desk.rota_feeds import rota_feed
from tests.calendars import ical
from tests.cast import ACCOUNT, Cast
from tests.cli.terminal import Terminal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An iCal file with one event of every year."""
    path = tmp_path / "closures.ics"
    path.write_bytes(ical("Inventory|20261201T080000/20261201T180000|RRULE:FREQ=YEARLY"))
    return path


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    """A terminal on an account with a queue, a group and a rota."""
    terminal.done("queue", "add", ACCOUNT, "support", "--number", "207")
    terminal.done("group", "add", ACCOUNT, "Bureaux")
    terminal.done("rota", "add", ACCOUNT, "astreinte", "--member", "Ana=0639981201")
    return terminal


def test_a_file_is_read_into_the_exceptions_of_a_queue(terminal: Terminal, file: Path) -> None:
    added = terminal.read("calendar", "add", ACCOUNT, "Congés", "--queue", "207", "--file", str(file), "-d", "299")

    assert {event["label"] for event in added["events"]} == {"Inventory"}
    assert (added["url"], added["destination"], added["owner_type"]) == (None, "299", "queue")
    [listed] = terminal.read("calendar", "list", ACCOUNT)
    assert listed["id"] == added["id"]
    assert listed["read_at"].endswith("Z")
    begins = added["events"][0]["begins"]
    closed = terminal.read("route", ACCOUNT, "--queue", "support", "--at", begins)
    assert (closed["destination"], closed["open"]) == ("299", False)
    assert terminal.read("calendar", "refresh", ACCOUNT, "congés")["events"] == added["events"]
    assert "a file" in terminal.done("calendar", "show", ACCOUNT, "Congés")
    terminal.done("calendar", "remove", ACCOUNT, "Congés")
    assert "No calendar yet" in terminal.done("calendar", "list", ACCOUNT)


def test_a_calendar_can_be_of_a_group_or_a_rota(terminal: Terminal, file: Path) -> None:
    terminal.done("calendar", "add", ACCOUNT, "A", "--group", "Bureaux", "--file", str(file))
    terminal.done("calendar", "add", ACCOUNT, "B", "--rota", "astreinte", "--file", str(file))

    shown = " ".join(Terminal(terminal.data_dir, columns=200).done("calendar", "list", ACCOUNT).split())

    assert "group Bureaux" in shown
    assert "rota astreinte" in shown


def test_a_rotas_feed_is_read_by_its_secret(terminal: Terminal, cast: Cast) -> None:
    terminal.done("rota", "layer", "add", ACCOUNT, "astreinte", "Semaines")

    secret = terminal.read("rota", "feed", ACCOUNT, "astreinte")["secret"]

    assert b"Ana" in rota_feed(cast.db, secret, now())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--queue", "207"), "a file or a feed"),
        (("--queue", "207", "--rota", "astreinte", "--url", "https://calendars.example.org/x"), "goes with neither"),
        (("--url", "https://calendars.example.org/x"), "--queue or --group"),
        (("--queue", "207", "--url", "http://calendars.example.org/x"), "https"),
        (("--queue", "207", "--file", "/nowhere/at/all.ics"), "/nowhere/at/all.ics"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused("calendar", "add", ACCOUNT, "x", *words)
