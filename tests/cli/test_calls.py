"""Where a call would go, what came, and who changed what, through the terminal."""

import pytest

from aiguillage.domain.routing import RULES
from aiguillage.settings import Settings
from aiguillage.storage.calls import open_log
from tests.cast import ACCOUNT, CODE, NOW, NUMBER, Cast, email, known_caller
from tests.cli.terminal import Terminal

KEEP_CALL = "INSERT INTO calls VALUES (NULL, ?, ?, ?, ?, ?, 'encom_v1', ?, ?, 12, 'w')"


@pytest.fixture
def called(terminal: Terminal, cast: Cast, settings: Settings) -> Terminal:
    """A terminal after three calls of a stranger, one of a withheld caller and one of a contact."""
    with cast.db.read() as connection:
        account_id = connection.exec_driver_sql("SELECT id FROM accounts WHERE code = ?", (ACCOUNT,)).scalar_one()
    log = open_log(settings.calls)
    for second, (number, by, contact, outcome, destinations) in enumerate(
        (
            ("+33465710000", None, None, "unknown", None),
            ("+33465710000", None, None, "unknown", None),
            ("", None, None, "unknown", None),
            ("+33465710000", None, None, "unknown", None),
            (NUMBER, "number", 7, "known", "207,209,214,216"),
        )
    ):
        log.execute(KEEP_CALL, (NOW + second * 1_000_000, account_id, number, by, contact, outcome, destinations))
    log.close()
    return terminal


def test_a_decision_is_told_in_words_with_a_line_from_every_rule(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)

    told = terminal.done("route", ACCOUNT, "--number", "01 99 00 12 34")

    assert f"The caller ({NUMBER}) is known by number" in told
    assert "Garage Belleville, Camille Roche" in told
    assert all(rule.__name__ in told for rule in RULES)
    assert "216" in told


def test_a_decision_is_told_to_machines(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)

    decision = terminal.read("route", ACCOUNT, "--number", "0465710000", "--code", CODE)

    assert (decision["known"], decision["by"], decision["reason"]) == (True, "code", "known_code")
    assert [decision[f"select_{n}"] for n in range(1, 5)] == ["207", "209", "214", "216"]
    assert decision["contact"]["company"] == "Garage Belleville"
    assert [line["rule"] for line in decision["trace"]] == [rule.__name__ for rule in RULES]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--number", "0465710000"), "The caller (+33465710000) is unknown."),
        (("--number", "anonymous"), "The caller (a withheld number) is unknown."),
        (("--code", "99"), "The caller (code 99) is unknown."),
        (("--code", "?"), "The caller (a code that can be none) is unknown."),
        (("--number", "03530177 01"), "is known by number prefix"),
        (("--number", "0261910042"), "several contacts share the number"),
    ],
)
def test_every_way_to_be_known_or_not_has_its_words(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    terminal.done("account", "set", ACCOUNT, "--shared-numbers", "ask_code")
    for company in ("One", "Two"):
        terminal.done("contacts", "add", ACCOUNT, "--company", company, "--number", "0261910042")
    terminal.done("contacts", "add", ACCOUNT, "--number", "03530177*")

    assert told in terminal.done("route", ACCOUNT, *words)


def test_a_route_needs_a_number_or_a_code(terminal: Terminal) -> None:
    assert "--number" in terminal.refused("route", ACCOUNT)
    assert "phone number" in terminal.refused("route", ACCOUNT, "--number", "hello")


def test_calls_are_listed_newest_first_by_the_accounts_clock(called: Terminal) -> None:
    calls = called.read("calls", ACCOUNT)

    assert [call["number"] for call in calls] == [NUMBER, "+33465710000", "", "+33465710000", "+33465710000"]
    assert calls[0]["at"] == "2026-11-18T11:06:44.000Z"
    assert calls[0]["destinations"] == "207,209,214,216"
    shown = called.done("calls", ACCOUNT, "--limit", "1")
    assert "2026-11-18 12:06:44" in shown
    assert NUMBER in shown


def test_strangers_are_grouped_by_number_the_most_frequent_first(called: Terminal) -> None:
    strangers = called.read("calls", ACCOUNT, "--unknown")

    assert [(stranger["number"], stranger["calls"]) for stranger in strangers] == [("+33465710000", 3), ("", 1)]
    assert "withheld" in called.done("calls", ACCOUNT, "--unknown")


@pytest.mark.parametrize(
    ("since", "count"),
    [("2026-11-18T12:06:43", 2), ("2026-11-18", 5), ("2026-11-19", 0), ("2026-11-18T11:06:44Z", 1), ("52w", None)],
)
def test_calls_are_listed_since_a_moment(called: Terminal, since: str, count: int | None) -> None:
    calls = called.read("calls", ACCOUNT, "--since", since)

    assert count is None or len(calls) == count


def test_a_moment_that_is_none_is_refused(terminal: Terminal) -> None:
    assert "2026-11-01" in terminal.refused("calls", ACCOUNT, "--since", "yesterday")


def test_no_call_log_is_no_call(terminal: Terminal) -> None:
    assert terminal.read("calls", ACCOUNT) == []
    assert "No call" in terminal.done("calls", ACCOUNT)


def test_a_broken_call_log_is_one_line(terminal: Terminal) -> None:
    (terminal.data_dir / "calls.db").write_text("dear diary\n" * 100)

    assert "calls.db" in terminal.refused("calls", ACCOUNT)


def test_the_journal_tells_who_changed_what(terminal: Terminal) -> None:
    added = terminal.read("--as", email("editor"), "contacts", "add", ACCOUNT, "--number", "0199001234", "--code", "1")
    terminal.done("--as", email("manager"), "contacts", "set", ACCOUNT, str(added["id"]), "--code", "2")

    newest, before = terminal.read("journal", ACCOUNT, "--limit", "2")

    assert (newest["actor"], newest["action"], newest["entity_id"]) == (email("manager"), "set", added["id"])
    assert (newest["before"]["code"], newest["after"]["code"]) == ("1", "2")
    assert before["actor"] == email("editor")
    assert newest["at"].endswith("Z")
    shown = terminal.done("journal", ACCOUNT)
    assert "code: 1 -> 2" in shown
    assert "+33199001234" in shown
    assert terminal.read("journal", ACCOUNT, "--before", str(newest["seq"]))[0] == before


def test_the_installations_journal_is_the_operators(terminal: Terminal) -> None:
    assert {entry["entity"] for entry in terminal.read("journal")} == {"account", "user"}
    assert "Only an operator" in terminal.refused("--as", email("manager"), "journal")
