"""Call queues, groups, opening hours and exceptions through the terminal."""

import pytest

from tests.cast import ACCOUNT, email
from tests.cli.terminal import Terminal


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    """A terminal on an account with the group Bureaux, and the queue support (207) in it."""
    terminal.done("group", "add", ACCOUNT, "Bureaux")
    terminal.done("queue", "add", ACCOUNT, "support", "--number", "207", "--group", "bureaux", "--default", "299")
    return terminal


def test_a_queue_is_added_set_shown_and_removed(terminal: Terminal) -> None:
    added = terminal.read("queue", "show", ACCOUNT, "SUPPORT")
    changed = terminal.read("queue", "set", ACCOUNT, "207", "--name", "Assistance", "--group", "", "--inactive")

    assert (added["name"], added["code"], added["active"]) == ("support", "support", True)
    assert (changed["name"], changed["group"], changed["active"]) == ("Assistance", None, False)
    assert changed["default_destination"] == "299"
    remarks = changed.pop("remarks")
    assert len(remarks) == 1
    assert terminal.read("queue", "list", ACCOUNT) == [changed]
    assert "support is removed" in terminal.done("queue", "remove", ACCOUNT, "Assistance")
    assert "No call queue yet" in terminal.done("queue", "list", ACCOUNT)


def test_a_queue_without_hours_says_where_its_calls_go_and_so_does_taking_away_its_last_ones(
    terminal: Terminal,
) -> None:
    open_now = "Queue desk has no opening hours: it is open at all times, and its calls go to 208."
    added = terminal.run("queue", "add", ACCOUNT, "desk", "--number", "208")
    span = terminal.read("hours", "add", ACCOUNT, "--queue", "desk", "--day", "1", "--from", "9", "--to", "12")[0]["id"]
    removed = terminal.run("hours", "remove", ACCOUNT, str(span))

    assert (added.status, removed.status) == (0, 0)
    assert open_now in " ".join(added.err.split())
    assert open_now in " ".join(removed.err.split())


def test_a_queue_names_its_group_and_rota_by_what_people_call_them(terminal: Terminal) -> None:
    rota = terminal.read("rota", "add", ACCOUNT, "night", "--member", "Ana=0639981201")["id"]

    queue = terminal.read("queue", "set", ACCOUNT, "support", "--rota", "NIGHT", "--group", "Bureaux")

    assert queue["rota"] == rota
    shown = terminal.done("queue", "show", ACCOUNT, "support")
    assert "Bureaux" in shown
    assert "night" in shown


def test_a_group_is_renamed_and_stays_while_a_queue_is_in_it(terminal: Terminal) -> None:
    assert terminal.read("group", "set", ACCOUNT, "bureaux", "--name", "Ateliers")["name"] == "Ateliers"

    assert "The queue support refers to it" in terminal.refused("group", "remove", ACCOUNT, "Ateliers")
    assert "Ateliers" in terminal.done("group", "list", ACCOUNT)


def test_hours_for_several_days_are_a_span_a_day(terminal: Terminal) -> None:
    words = ("--queue", "207", "--day", "1-3,sat-sun", "--day", "fri", "--from", "9", "--to", "18h30")

    spans = terminal.read("hours", "add", ACCOUNT, *words)

    assert [span["day_of_week"] for span in spans] == [1, 2, 3, 6, 7, 5]
    assert {(span["start_time"], span["end_time"]) for span in spans} == {("09:00:00", "18:30:00")}
    shown = terminal.done("hours", "list", ACCOUNT, "--queue", "support")
    assert "Wednesday" in shown
    assert "18:30" in shown
    assert "queue support" in shown
    terminal.done("hours", "remove", ACCOUNT, str(spans[0]["id"]))
    assert len(terminal.read("hours", "list", ACCOUNT)) == 5


def test_hours_of_a_date_can_go_elsewhere(terminal: Terminal) -> None:
    words = ("--group", "Bureaux", "--date", "2026-12-24", "--from", "09:00:30", "--to", "24:00", "-d", "216")

    span = terminal.read("hours", "add", ACCOUNT, *words)[0]

    assert (span["date_full"], span["day_of_week"]) == ("2026-12-24", None)
    assert (span["start_time"], span["end_time"], span["destination"]) == ("09:00:30", "00:00:00", "216")
    assert "09:00:30" in terminal.done("hours", "list", ACCOUNT, "--group", "bureaux")
    assert terminal.read("hours", "list", ACCOUNT, "--queue", "support") == []


def test_hours_that_overlap_are_kept_and_told(terminal: Terminal) -> None:
    terminal.done("hours", "add", ACCOUNT, "--queue", "207", "--day", "1", "--from", "9", "--to", "12")

    said = terminal.run("hours", "add", ACCOUNT, "--queue", "207", "--day", "1-2", "--from", "11", "--to", "14")

    assert said.status == 0
    assert said.err.startswith("Overlaps time span")
    assert len(terminal.read("hours", "list", ACCOUNT)) == 3


def test_remarks_on_hours_are_in_the_json_as_on_standard_error(terminal: Terminal) -> None:
    words = ("hours", "add", ACCOUNT, "--queue", "207", "--day", "1")
    terminal.done(*words, "--from", "8", "--to", "11:59")

    [span] = terminal.read(*words, "--from", "12", "--to", "18")
    said = terminal.run(*words, "--from", "18:01", "--to", "20")

    assert [remark.partition(",")[0] for remark in span["remarks"]] == ["Nothing holds from 11:59 to 12:00"]
    assert said.err.startswith("Nothing holds from 18:00 to 18:01")


def test_hours_of_several_days_are_added_all_or_none(terminal: Terminal) -> None:
    words = ("--queue", "207", "--date", "2026-12-24", "--from", "9", "--to", "12", "-d", "1,2")

    assert "is not a destination" in terminal.refused("hours", "add", ACCOUNT, "--day", "1-5", *words)

    assert terminal.read("hours", "list", ACCOUNT) == []


def test_an_exception_is_a_day_or_several_and_can_come_every_year(terminal: Terminal) -> None:
    day = terminal.read("exception", "add", ACCOUNT, "2026-12-24", "-q", "support", "--label", "Inventaire")
    days = terminal.read(
        "exception", "add", ACCOUNT, "2026-08-03", "2026-08-14", "-g", "Bureaux", "--every-year", "-d", "9"
    )

    assert (day["first_day"], day["last_day"], day["every_year"]) == ("2026-12-24", "2026-12-24", False)
    assert (days["last_day"], days["every_year"], days["destination"]) == ("2026-08-14", True, "9")
    shown = terminal.done("exception", "list", ACCOUNT)
    assert "Inventaire" in shown
    assert "08-03 .. 08-14" in shown
    terminal.done("exception", "remove", ACCOUNT, "inventaire")
    assert len(terminal.read("exception", "list", ACCOUNT)) == 1


def test_who_may_only_read_changes_nothing(terminal: Terminal) -> None:
    told = terminal.refused("--as", email("reader"), "queue", "remove", ACCOUNT, "support")

    assert "requires the role edit" in told
    assert terminal.read("--as", email("reader"), "queue", "list", ACCOUNT)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("queue", "add", ACCOUNT, "support"), "already"),
        (("queue", "add", ACCOUNT, "x", "--group", "nobody"), "There is no group 'nobody' on this account"),
        (("queue", "set", ACCOUNT, "support"), "Nothing to set"),
        (("queue", "set", ACCOUNT, "x", "--name", "y"), "There is: support"),
        (("queue", "set", ACCOUNT, "support", "--default", "207"), "itself"),
        (("queue", "set", ACCOUNT, "support", "--name", ""), "'name' is null. It must be a text"),
        (("hours", "add", ACCOUNT, "-q", "207", "--from", "9", "--to", "12"), "Say on which days"),
        (
            ("hours", "add", ACCOUNT, "--day", "1", "--from", "9", "--to", "12"),
            "Say what it is for: --queue or --group",
        ),
        (
            ("hours", "add", ACCOUNT, "-q", "207", "-g", "Bureaux", "--day", "1", "--from", "9", "--to", "12"),
            "contradict each other",
        ),
        (("hours", "add", ACCOUNT, "-q", "207", "--day", "8", "--from", "9", "--to", "12"), "is not a day of the week"),
        (("hours", "add", ACCOUNT, "-q", "207", "--day", "1", "--from", "25", "--to", "12"), "is not a time of day"),
        (("hours", "add", ACCOUNT, "-q", "207", "--day", "1", "--from", "nine", "--to", "12"), "is not a time of day"),
        (
            ("hours", "add", ACCOUNT, "-q", "207", "--day", "1", "--from", "24:00", "--to", "20:00"),
            "'24:00' is not a time of day. A day begins at 00:00.",
        ),
        (("hours", "add", ACCOUNT, "-q", "207", "--date", "24/12", "--from", "9", "--to", "12"), "is not a date"),
        (("exception", "add", ACCOUNT, "2026-12-24", "2026-12-23", "-q", "207"), "is before the first"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in terminal.refused(*words)


def test_everything_that_is_wrong_with_a_fact_is_told_at_once(terminal: Terminal) -> None:
    wrong = ("--number", "1,2", "--default", "3,4", "--did", "0612")

    of_new = terminal.refused("queue", "add", ACCOUNT, "desk", *wrong)
    of_change = terminal.refused("queue", "set", ACCOUNT, "support", *wrong)

    for said in (of_new, of_change):
        assert all(f"'{text}' is" in said for text in ("1,2", "3,4", "0612"))


def test_a_value_that_must_be_there_ends_the_search_for_other_faults(terminal: Terminal) -> None:
    assert terminal.refused("queue", "add", ACCOUNT, "?", "--number", "1,2").startswith("'?' is not a queue code.")
