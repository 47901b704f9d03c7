"""Housekeeping beside a real server: what it does, that it lives exactly as long, and what it says when it fails."""

import json
import os
import select
import signal
import time
from collections.abc import Callable

import msgspec
import pytest

from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.desk.calendars import add_calendar, list_calendars
from aiguillage.desk.facts import add_fact
from aiguillage.desk.held import UPLOADS
from aiguillage.desk.held_imports import hold_import
from aiguillage.desk.holidays import observe_holidays
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import Upload
from aiguillage.desk.journal import list_changes
from aiguillage.desk.sources import set_source, show_source
from aiguillage.desk.webhooks import add_webhook, list_deliveries
from aiguillage.domain.accounts import Actor
from aiguillage.domain.queues import Calendar, Queue
from aiguillage.domain.webhooks import Webhook
from aiguillage.housekeeping import keep_house
from aiguillage.settings import Settings
from aiguillage.storage.deliveries import Wanted
from tests.calendars import WEEKLY, ical, queue
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast, known_caller
from tests.logged import logged
from tests.secure import Secure, answer
from tests.server import Server, processes, running

PATIENCE = 60.0
"""Seconds for what takes a moment; these machines are shared."""

LONG_AGO = 1_420_070_400_000_000
"""The first of January 2015."""

MEETINGS = ical(f"Meeting|20200106T080000/20200106T090000|{WEEKLY}")


def long_ago(cast: Cast, name: str = "editor", *, days: int = 0) -> Actor:
    """One of the cast, years before the server runs, and some days."""
    return msgspec.structs.replace(cast[name], at=LONG_AGO - days * 86_400_000_000)


def comes_true(server: Server, happened: Callable[[], bool]) -> bool:
    """Whether something happens in time; between looks the server is asked how it is, and has to be well."""
    deadline = time.monotonic() + PATIENCE
    while not happened() and time.monotonic() < deadline:
        assert server.ask("/readyz").status == 200
    return happened()


def lines(server: Server) -> list[dict[str, object]]:
    """What housekeeping wrote to the log."""
    whole, _, _ = server.log.read_text().rpartition("\n")
    written = [json.loads(line) for line in whole.splitlines() if line.startswith("{")]
    return [line for line in written if str(line["event"]).startswith(("housekeeping", "calendar", "holidays"))]


def houses_of(server: Server) -> list[int]:
    """The process beside the server's workers and its desk."""
    return processes(server, "aiguillage.housekeeping")


def house_of(server: Server) -> int:
    """The process beside the server's workers, as an open descriptor."""
    assert comes_true(server, lambda: houses_of(server) != [])
    return os.pidfd_open(houses_of(server)[0])


def ends(descriptor: int) -> bool:
    """Whether a process ends in time."""
    ready, _, _ = select.select([descriptor], [], [], PATIENCE)
    os.close(descriptor)
    return bool(ready)


def test_what_is_due_is_done_and_what_fails_stops_nothing_else(cast: Cast, settings: Settings, secure: Secure) -> None:
    calendar = queue(cast)
    secure.said["/hush.ics?key=hush"] = answer(MEETINGS)
    feed = msgspec.structs.replace(calendar, name="Feed", url=secure.url("/hush.ics?key=hush"))
    add_calendar(cast.db, long_ago(cast), ACCOUNT, feed, fetch=secure.fetch)
    elsewhere = add_fact(cast.db, cast["outsider"], OTHER_ACCOUNT, Queue(name="Shop", code="shop")).kept.id
    broken = Calendar(owner_type="queue", owner_id=elsewhere, name="Broken")
    broken_id = add_calendar(cast.db, long_ago(cast, "outsider", days=9), OTHER_ACCOUNT, broken, MEETINGS).kept.id
    with cast.db.write() as connection:
        connection.exec_driver_sql(
            "UPDATE facts SET body = '{\"hush\":' WHERE id = ? AND kind = 'calendar'", (broken_id,)
        )
    observe_holidays(cast.db, long_ago(cast), ACCOUNT, "FR")
    hold_import(cast.db, long_ago(cast), ACCOUNT, Upload("a.csv", "text/csv", b"tel\n0199001234\n"), Choices())
    add_calendar(cast.db, long_ago(cast), ACCOUNT, calendar, MEETINGS)
    (settings.data_dir / ".staged-left").mkdir()

    with running(settings) as server:

        def looked_at_all() -> bool:
            return {"calendar", "calendar_counts"} <= {line.get("step") for line in lines(server)}

        assert comes_true(server, looked_at_all)
        said = lines(server)
        text = server.log.read_text()

    assert list(UPLOADS.homes(cast.db)) == []
    assert list(cast.db.path.parent.glob(".staged-*")) == []
    of_feed, of_file = list_calendars(cast.db, cast["reader"], ACCOUNT)
    assert of_file.calendar.events[-1].begins.year > 2026
    assert (of_feed.read_at, "use 8443" in of_feed.calendar.trouble) == (LONG_AGO, True)
    assert {change.actor for change in list_changes(cast.db, cast["manager"], ACCOUNT, limit=3)} == {"housekeeping"}
    told = [(line["event"], line.get("step")) for line in said]
    assert sorted(told, key=str) == [
        ("calendar_failing", None),
        ("holidays_renewed", None),
        ("housekeeping_failed", "calendar"),
        ("housekeeping_failed", "calendar_counts"),
    ]
    assert "hush" not in text
    assert "Traceback" not in text


def test_contacts_are_imported_from_a_source_that_is_due_and_what_fails_is_said(cast: Cast, settings: Settings) -> None:
    set_source(cast.db, long_ago(cast), ACCOUNT, {"url": "https://crm.invalid/a.csv?key=hush", "schedule": "hourly"})

    with logged() as said:
        keep_house(settings, Counts(memory_for(1), 1, []), lambda seconds: seconds > 0)

    assert {"event": "source_failing", "account": ACCOUNT, "level": "warning"} in said
    assert "hush" not in str(said)
    assert "crm.invalid is no name that is known" in show_source(cast.db, cast["editor"], ACCOUNT).source.trouble


def test_a_walk_whose_findings_cannot_be_kept_is_said_once_a_round_and_kept_when_they_can_be(
    cast: Cast, settings: Settings
) -> None:
    in_the_way = cast.db.path.with_name("damage.json.new")
    in_the_way.mkdir()
    waits = iter((False, True))

    def ends(seconds: float) -> bool:
        over = bool(seconds) and next(waits)
        if seconds and not over:
            in_the_way.rmdir()
        return over

    with logged() as said:
        keep_house(settings, Counts(memory_for(1), 1, []), ends)

    assert [(line["event"], line.get("step")) for line in said] == [
        ("housekeeping_failed", "damage"),
        ("database_walked", None),
    ]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("db")
def test_it_ends_with_its_server_however_that_ends(settings: Settings, number: int, workers: int) -> None:
    with running(settings, workers=workers) as server:
        house = house_of(server)

        server.process.send_signal(number)

        assert ends(house)


@pytest.mark.usefixtures("db")
def test_there_is_one_for_all_workers(settings: Settings) -> None:
    with running(settings, workers=3) as server:
        os.close(house_of(server))

        assert len(houses_of(server)) == 1


def test_one_that_was_killed_is_started_again(server: Server) -> None:
    first = houses_of(server) or [0]
    os.kill(first[0], signal.SIGKILL)

    assert comes_true(server, lambda: houses_of(server) not in ([], first))


def test_webhooks_are_told_what_happened_but_never_at_an_address_that_is_not_public(
    cast: Cast, settings: Settings, secure: Secure
) -> None:
    hook = Webhook(name="CRM", url=secure.url("/hook", "localhost"), events=("contact.changed",))
    kept = add_webhook(cast.db, cast["manager"], ACCOUNT, hook, guard=secure.guard).kept
    known_caller(cast)
    secure.requests.clear()

    with running(settings) as server:

        def tried() -> bool:
            found, _ = list_deliveries(cast.db, cast["manager"], ACCOUNT, kept.id, Wanted())
            return [one.tries for one in found] == [1]

        assert comes_true(server, tried)
        said = lines(server)

    (delivery,), _ = list_deliveries(cast.db, cast["manager"], ACCOUNT, kept.id, Wanted())
    assert (delivery.event, delivery.state) == ("contact.changed", "waiting")
    assert "use 8443" in str(delivery.trouble)
    assert secure.requests == []
    assert said == []
