"""Calendars and rotas' feeds through the terminal."""

from pathlib import Path

import pytest

from aiguillage.desk.calendars import add_calendar, begin_calendar, refresh_calendar
from aiguillage.domain.accounts import looks_like_secret
from aiguillage.domain.queues import Calendar
from tests.calendars import CLOSED, TWICE, URL, ical, rota
from tests.cast import ACCOUNT, Cast, email
from tests.cli.terminal import Terminal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An iCal file with one event."""
    path = tmp_path / "closures.ics"
    path.write_bytes(CLOSED)
    return path


def test_a_file_becomes_exceptions_of_a_queue_or_a_group_or_shifts_of_a_rota(
    terminal: Terminal, cast: Cast, file: Path
) -> None:
    queue = terminal.read("queue", "add", ACCOUNT, "support")["id"]
    group = terminal.read("group", "add", ACCOUNT, "Bureaux")["id"]
    rota_id = rota(cast)
    file.write_bytes(CLOSED)

    added = [
        terminal.read("calendar", "add", ACCOUNT, name, str(file), *owner)
        for name, owner in (
            ("A", ("--queue", "support", "--destination", "299")),
            ("B", ("--group", "Bureaux")),
            ("C", ("--rota", "nights")),
        )
    ]

    assert [one["owner_id"] for one in added] == [queue, group, rota_id]
    assert [one["destination"] for one in added] == ["299", None, None]
    assert {len(one["events"]) for one in added} == {1}
    shown = terminal.done("calendar", "list", ACCOUNT)
    assert "queue support" in shown
    assert "group Bureaux" in shown
    assert "nights" in shown
    terminal.done("calendar", "remove", ACCOUNT, "A")
    assert [one["name"] for one in terminal.read("calendar", "list", ACCOUNT)] == ["B", "C"]


@pytest.mark.parametrize("owner", [(), ("--queue", "a", "--rota", "b"), ("--queue", "a", "--group", "b")])
def test_a_calendar_is_for_one_thing(terminal: Terminal, file: Path, owner: tuple[str, ...]) -> None:
    assert "with one of: --queue, --group, --rota" in terminal.refused(
        "calendar", "add", ACCOUNT, "A", str(file), *owner
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("http://example.org/a.ics", "https://"),
        ("https://127.0.0.1/a.ics", "not at a public address"),
        ("https://me:hush@example.org/a.ics", "without"),
        ("nothing.ics", "No such file"),
        ("README.md", "iCal"),
    ],
)
def test_what_is_no_calendar_is_refused(terminal: Terminal, source: str, message: str) -> None:
    terminal.done("queue", "add", ACCOUNT, "support")

    refused = terminal.refused("calendar", "add", ACCOUNT, "A", source, "--queue", "support")

    assert message in refused
    assert "hush" not in refused
    assert "No calendar yet" in terminal.done("calendar", "list", ACCOUNT)


def test_a_feed_that_fails_is_told_with_since_when_and_its_events_stay(terminal: Terminal, cast: Cast) -> None:
    queue = terminal.read("queue", "add", ACCOUNT, "support")["id"]
    feed = Calendar(owner_type="queue", owner_id=queue, name="Feed", url="https://127.0.0.1/a.ics")
    add_calendar(cast.db, cast["editor"], ACCOUNT, feed, fetch=lambda _: TWICE)

    refused = terminal.refused("calendar", "refresh", ACCOUNT, "Feed")

    assert "not at a public address" in refused
    assert "2 events are kept" in refused
    shown = terminal.done("calendar", "show", ACCOUNT, "Feed")
    assert "failing since" in shown
    assert "not at a public address" in " ".join(shown.split())
    [listed] = terminal.read("calendar", "list", ACCOUNT)
    assert (listed["read_at"], len(listed["events"])) == ("2026-11-18T11:06:40.000Z", 2)
    assert listed["failing_since"] > listed["read_at"]


def test_a_feed_that_nobody_has_read_yet_says_so(terminal: Terminal, cast: Cast) -> None:
    queue = terminal.read("queue", "add", ACCOUNT, "support")["id"]
    feed = Calendar(owner_type="queue", owner_id=queue, name="Feed", url=URL)
    begin_calendar(cast.db, cast["editor"], ACCOUNT, feed)

    listed, shown = terminal.done("calendar", "list", ACCOUNT), terminal.done("calendar", "show", ACCOUNT, "Feed")

    assert "not read yet" in " ".join(listed.split())
    assert "not read yet" in shown
    assert terminal.read("calendar", "list", ACCOUNT)[0]["read_at"] is None
    assert terminal.read("calendar", "show", ACCOUNT, "Feed")["events"] == []


NOTHING = ical("Denis|20261201T080000/20261201T180000|STATUS:CANCELLED")
UNUSED = "No event of this calendar counts."


def test_a_calendar_of_which_nothing_counts_stays_a_warning(terminal: Terminal, file: Path) -> None:
    terminal.done("queue", "add", ACCOUNT, "support")
    file.write_bytes(NOTHING)

    added = terminal.run("calendar", "add", ACCOUNT, "A", str(file), "--queue", "support")
    listed, shown = terminal.done("calendar", "list", ACCOUNT), terminal.run("calendar", "show", ACCOUNT, "A")
    [as_json] = terminal.read("calendar", "list", ACCOUNT)

    assert added.status == 0
    assert added.err == shown.err
    assert added.err.splitlines() == [
        f"{UNUSED} Calls are decided as if it were not there.",
        "Left out, because they are cancelled: 1 (2026-12-01 08:00 Denis).",
    ]
    assert {"nothing", "counts"} <= {*listed.split()}
    assert "nothing counts" in shown.out
    assert (as_json["used"], as_json["left_out"][0]["reason"], as_json["left_out"][0]["count"]) == (0, "cancelled", 1)
    assert as_json["remarks"] == added.err.splitlines()


def test_a_calendar_of_which_something_counts_says_how_much(terminal: Terminal, cast: Cast, file: Path) -> None:
    rota(cast)
    file.write_bytes(ical("Ada|20261201/20261202", "Blaise|20261202/20261203", "Nobody|20261203/20261204"))

    terminal.done("calendar", "add", ACCOUNT, "A", str(file), "--rota", "nights")
    listed = terminal.done("calendar", "list", ACCOUNT)
    french = Terminal(terminal.data_dir, "fr").run("calendar", "refresh", ACCOUNT, "A")

    assert "2 of 3" in listed
    assert "good" in listed
    assert french.err.startswith(
        "Astreintes de personne, car elles ne nomment aucun membre\N{NO-BREAK SPACE}: 1 (2026-12-03 00:00 Nobody)"
    )


def test_a_calendar_that_was_removed_and_put_back_says_what_counts(terminal: Terminal, cast: Cast, file: Path) -> None:
    terminal.done("queue", "add", ACCOUNT, "support")
    added = terminal.read("calendar", "add", ACCOUNT, "A", str(file), "--queue", "support")
    with cast.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM calendar_texts WHERE id = ?", (added["id"],))

    [listed] = terminal.read("calendar", "list", ACCOUNT)

    assert (listed["used"], listed["read_at"]) == (1, None)
    assert "good" in terminal.done("calendar", "list", ACCOUNT)


def test_a_feed_that_is_back_is_good(terminal: Terminal, cast: Cast) -> None:
    queue = terminal.read("queue", "add", ACCOUNT, "support")["id"]
    feed = Calendar(owner_type="queue", owner_id=queue, name="Feed", url="https://127.0.0.1/a.ics")
    feed_id = add_calendar(cast.db, cast["editor"], ACCOUNT, feed, fetch=lambda _: TWICE).kept.id
    terminal.refused("calendar", "refresh", ACCOUNT, "Feed")

    refresh_calendar(cast.db, cast["editor"], ACCOUNT, feed_id, fetch=lambda _: TWICE)

    assert "good" in terminal.done("calendar", "show", ACCOUNT, "Feed")


def test_a_files_kept_text_is_read_again(terminal: Terminal, file: Path) -> None:
    terminal.done("queue", "add", ACCOUNT, "support")
    terminal.done("calendar", "add", ACCOUNT, "A", str(file), "--queue", "support")
    file.unlink()

    assert len(terminal.read("calendar", "refresh", ACCOUNT, "A")["events"]) == 1


def test_a_file_that_is_too_long_is_not_read_whole(terminal: Terminal, file: Path) -> None:
    terminal.done("queue", "add", ACCOUNT, "support")
    file.write_bytes(ical() + b"x" * (3 << 20))

    assert "2 MiB" in terminal.refused("calendar", "add", ACCOUNT, "A", str(file), "--queue", "support")


def test_a_rotas_feed_is_issued_once_and_revoked(terminal: Terminal, cast: Cast) -> None:
    rota(cast)

    said = terminal.run("--as", email("manager"), "rota", "feed", ACCOUNT, "nights")

    assert looks_like_secret(said.out.removesuffix("\n"))
    assert terminal.read("rota", "feed", ACCOUNT, "nights", "--revoke")["secret"] is None
