"""Where a call would go, what came, and who changed what, through the terminal."""

import pytest

from aiguillage.domain.routing import RULES
from aiguillage.settings import Settings
from aiguillage.storage.calls import open_log
from tests.cast import ACCOUNT, CODE, NOW, NUMBER, Cast, email, known_caller
from tests.cli.terminal import Terminal

KEEP_CALL = """
    INSERT INTO calls (at, account_id, number, known_by, contact_id, dialect, outcome, destinations, own_us, worker)
    VALUES (?, ?, ?, ?, ?, 'encom_v1', ?, ?, 12, 'w')"""


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


def test_a_decision_is_told_in_words(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)

    told = terminal.done("route", ACCOUNT, "--number", "01 99 00 12 34")

    assert f"The caller ({NUMBER}) is known by number" in told
    assert "Garage Belleville, Camille Roche" in told
    assert "further notice" in told
    assert "216" in told
    assert not any(f"{rule.__name__}:" in told for rule in RULES)


def test_every_rule_is_explained_in_words(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)
    support(terminal)

    told = terminal.done("route", ACCOUNT, "--number", "01 99 00 12 34", "--at", "2026-07-14T22:15", "--explain")

    for n, rule in enumerate(RULES, start=1):
        assert f"{n:2}. {rule.__name__}: " in told
        assert rule.__doc__
        assert rule.__doc__ in told
    assert told.count("looked at") == len(RULES)
    assert "support is closed (default destination) -> 299 until 2026-07-15 09:00:00" in told
    assert "loop: no; cut short: no" in told
    assert "by: number; destinations: 207, 209, 214, 216; flags: VIP, On-call contract" in told
    assert "Struct" not in told


def test_a_call_is_decided_at_another_moment(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)
    support(terminal)

    asked = ("route", ACCOUNT, "--number", NUMBER, "--at")
    opened, closed = (terminal.read(*asked, at) for at in ("2026-07-15T09:00", "2026-07-14T22:15"))

    assert (opened["destination"], opened["reason"], opened["open"]) == ("207", "known_caller", True)
    assert (closed["destination"], closed["reason"], closed["open"]) == ("299", "opening_hours", False)
    assert (closed["at"], closed["until"]) == ("2026-07-14T20:15:00.000Z", "2026-07-15T07:00:00.000Z")
    assert (closed["queue"], closed["select_1"], closed["priority"]) == ("support", "207", 10)
    told = terminal.done(*asked, "2026-07-14T22:15")
    assert "support Assistance" in told
    assert "opening_hours" in told
    assert "2026-07-15 09:00:00" in told


def test_a_queue_and_a_dialled_number_are_asked_about(terminal: Terminal) -> None:
    support(terminal)

    by_name = terminal.read("route", ACCOUNT, "--queue", "assistance", "--at", "2026-07-15T09:00")
    called = terminal.read("route", ACCOUNT, "--called", "01 99 00 50 00", "--number", "0465710000")

    assert (by_name["destination"], by_name["queue"], by_name["open"]) == ("207", "support", True)
    assert called["queue"] == "support"
    assert "neither number nor code" in terminal.done("route", ACCOUNT, "--queue", "207")
    assert "There is no queue 'x'" in terminal.refused("route", ACCOUNT, "--queue", "x")
    assert "is not a date and time" in terminal.refused("route", ACCOUNT, "--queue", "207", "--at", "later")


def support(terminal: Terminal) -> None:
    """The queue support (207), which is open from 9 to 18 on every day, and closed to 299."""
    terminal.done("queue", "add", ACCOUNT, "support", "--name", "Assistance", "--number", "207", "--default", "299")
    terminal.done("queue", "set", ACCOUNT, "support", "--did", "0199005000")
    terminal.done("hours", "add", ACCOUNT, "--queue", "support", "--day", "1-7", "--from", "9", "--to", "18")


def test_a_decision_is_told_to_machines(terminal: Terminal, cast: Cast) -> None:
    known_caller(cast)

    decision = terminal.read("route", ACCOUNT, "--number", "0465710000", "--code", CODE)

    assert (decision["known"], decision["by"], decision["reason"]) == (True, "code", "known_caller")
    assert [decision[f"select_{n}"] for n in range(1, 5)] == ["207", "209", "214", "216"]
    assert decision["contact"]["company"] == "Garage Belleville"
    assert [line["rule"] for line in decision["trace"]] == [rule.__name__ for rule in RULES]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--number", "0465710000"), "The caller (+33465710000) is unknown."),
        (("--number", "anonymous"), "The caller (a withheld number) is unknown."),
        (("--number", "INTERNATIONAL"), "The caller (neither number nor code) is unknown."),
        (("--code", "99"), "The caller (code 99) is unknown."),
        (("--code", "?"), "The caller (neither number nor code) is unknown."),
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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Give one of --number, --code, --value, --called and --queue"),
        (
            ("--value", "12"),
            ("The account has no default geo list. Give with --list the one in which to look up --value."),
        ),
    ],
)
def test_what_is_missing_or_malformed_is_told_by_its_option(
    terminal: Terminal, words: tuple[str, ...], told: str
) -> None:
    assert told in terminal.refused("route", ACCOUNT, *words)


def test_what_v1_answers_is_told_of_a_caller_whose_zone_or_dialled_queue_decides(
    terminal: Terminal, cast: Cast
) -> None:
    support(terminal)
    terminal.done("field", "set", ACCOUNT, "select_1", "--label", "Accueil", "--default", "901")
    terminal.done("contacts", "add", ACCOUNT, "--number", "0261910042")
    asked = ("route", ACCOUNT, "--called", "0199005000", "--at", "2026-07-14T22:15", "--number")

    unknown, known = (" ".join(terminal.done(*asked, number).split()) for number in ("0465710000", "0261910042"))

    del cast
    assert "destinations 207 until" in unknown
    assert "destinations 207 until" in known
    assert "gets the fields' defaults: Accueil 901 " in unknown
    assert "The destinations and flags that are kept: Accueil 901 " in known


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
