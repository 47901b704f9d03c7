"""What happened, and what is kept about whom, through the terminal."""

import pytest

from aiguillage.desk.contacts import add_contact
from aiguillage.domain.contacts import Contact, Telecom
from tests.cast import ACCOUNT, NOW, NUMBER, Cast, email, known_caller
from tests.cli.terminal import Terminal
from tests.storage.call_rows import add_calls, known, stranger
from tests.storage.facts import account_id

DAY = 86_400 * 1_000_000
OTHER = "+33261911234"
HIDDEN = "~00112233445566778899aabb"


@pytest.fixture
def called(terminal: Terminal, cast: Cast) -> Terminal:
    """A terminal after a contact's call, a stranger's, and one of which nobody knows any more whose it was."""
    contact_id = known_caller(cast).id
    add_calls(
        cast.log,
        account_id(cast.db, ACCOUNT),
        stranger(NOW - 40 * DAY, HIDDEN),
        stranger(NOW - DAY, OTHER),
        known(NOW, NUMBER, contact_id, call_id="a-1", reason="vip"),
    )
    return terminal


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ((), [NUMBER, OTHER, HIDDEN]),
        (("--number", "01 99 00 12 34"), [NUMBER]),
        (("--known",), [NUMBER]),
        (("--strangers",), [OTHER, HIDDEN]),
        (("--destination", "209"), [NUMBER]),
        (("--reason", "vip"), [NUMBER]),
        (("--call-id", "a-1"), [NUMBER]),
        (("--dialect", "v2"), []),
        (("--contact", "99"), []),
        (("--until", "2026-11-01"), [HIDDEN]),
        (("--since", "2026-11-01", "--limit", "1"), [NUMBER]),
    ],
)
def test_calls_are_chosen_by_what_they_were(called: Terminal, filters: tuple[str, ...], numbers: list[str]) -> None:
    assert [call["number"] for call in called.read("calls", ACCOUNT, *filters)] == numbers


def test_a_number_that_is_no_longer_kept_is_shown_as_that(called: Terminal) -> None:
    assert "hidden (~001122)" in called.done("calls", ACCOUNT)
    assert "hidden (~001122)" in called.done("calls", ACCOUNT, "--unknown")


def test_calls_are_counted(called: Terminal) -> None:
    told = called.done("statistics", ACCOUNT, "--since", "2026-01-01", "--until", "2027-01-01")
    counts = called.read("statistics", ACCOUNT, "--since", "2026-01-01", "--until", "2027-01-01")

    assert "3 calls, 1 of known callers." in told
    assert "encom_v1" in told
    assert counts["known_share"] == pytest.approx(1 / 3)
    assert "0 calls" in called.done("statistics", ACCOUNT, "--since", "2025-01-01", "--until", "2025-01-02")


def test_a_replay_tells_what_it_left_out(called: Terminal) -> None:
    told = called.done("replay", ACCOUNT, "--since", "2026-01-01")

    assert "2 calls decided again" in told
    assert "1 calls are too old to be decided again" in told
    assert called.read("replay", ACCOUNT, "--since", "2026-01-01")["skipped"] == 1


def test_a_change_is_reverted(terminal: Terminal) -> None:
    terminal.done("blocked", "add", ACCOUNT, "0199001234")
    seq = terminal.read("journal", ACCOUNT)[0]["seq"]

    assert terminal.done("revert", ACCOUNT, str(seq)) == f"Change {seq} is reverted: see change {seq + 1}.\n"
    assert terminal.read("blocked", "list", ACCOUNT) == []
    assert terminal.read("revert", ACCOUNT, str(seq + 1))["action"] == "revert"
    assert "has since been changed by terminal" in terminal.refused("revert", ACCOUNT, str(seq + 1))


def test_all_that_is_kept_about_a_number_is_printed(called: Terminal) -> None:
    person = called.read("person", "export", ACCOUNT, "01 99 00 12 34")

    assert (person["number"], len(person["contacts"]), len(person["calls"])) == (NUMBER, 1, 1)
    assert person["calls"][0]["at"].startswith("2026-")
    assert person["journal"][0]["at"].startswith("2026-")


def test_a_number_is_erased_once_somebody_is_sure(called: Terminal) -> None:
    doubtful = called.run("person", "erase", ACCOUNT, "0199001234", typed="n\n")
    assert (doubtful.status, "Erase all that is kept about 0199001234?" in doubtful.err) == (1, True)

    told = called.done("person", "erase", ACCOUNT, "0199001234", "--yes")

    assert "contacts" in told
    assert [call["number"] for call in called.read("calls", ACCOUNT)] == [OTHER, HIDDEN]
    assert called.read("person", "erase", ACCOUNT, "0199001234", "--yes")["contacts"] == 0


def test_a_contact_can_stay_without_the_number(terminal: Terminal, cast: Cast) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, Contact(code="77", telecoms=(Telecom(NUMBER),)))

    terminal.done("person", "erase", ACCOUNT, NUMBER, "--contacts", "number", "--yes")

    assert terminal.read("contacts", "list", ACCOUNT)[0]["code"] == "77"


def test_only_managers_revert_export_and_erase(terminal: Terminal) -> None:
    for words in (("revert", ACCOUNT, "2"), ("person", "export", ACCOUNT, NUMBER)):
        assert "requires the role manage" in terminal.refused("--as", email("editor"), *words)
    said = terminal.refused("--as", email("editor"), "person", "erase", ACCOUNT, NUMBER, "--yes")
    assert "requires the role manage" in said


def test_an_account_says_how_long_its_calls_are_kept(terminal: Terminal) -> None:
    terminal.done("account", "set", ACCOUNT, "--keep-calls-days", "180", "--pseudonymise-days", "14")

    shown = terminal.read("account", "show", ACCOUNT)
    assert (shown["keep_calls_days"], shown["pseudonymise_days"]) == (180, 14)
    assert "whole number of days" in terminal.refused("account", "set", ACCOUNT, "--pseudonymise-days", "0")
