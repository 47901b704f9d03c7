"""Calendars: files and feeds, what they become, and what happens when they cannot be read."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest

from aiguillage.desk.calendars import (
    CalendarState,
    add_calendar,
    due_calendars,
    list_calendars,
    refresh_calendar,
    refresh_due,
    window,
)
from aiguillage.desk.facts import remove_fact, set_fact
from aiguillage.desk.journal import list_changes
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.queues import Event
from tests.calendars import CLOSED, TWICE, URL, WEEKLY, ical, of_rota, queue, rota
from tests.cast import ACCOUNT, NOW, Cast
from tests.refusal import refused
from tests.secure import Secure, answer

HOUR, DAY = 3600 * 1_000_000, 86_400 * 1_000_000
INVENTORY = Event(datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 18), "Inventory")  # noqa: DTZ001 - a wall's clock
TRAINING = Event(datetime(2026, 12, 2, 8), datetime(2026, 12, 2, 12), "Training")  # noqa: DTZ001 - same


GONE = answer(b"", status="503 Service Unavailable")


class Feed:
    """A feed on a server: what it says next, and how often it was asked."""

    def __init__(self, secure: Secure) -> None:
        self._secure = secure
        self.url = secure.url("/feed.ics")
        self.fetch = secure.fetch
        secure.requests.clear()
        self.says(CLOSED)

    def says(self, text: bytes) -> None:
        """Lets it say this from now on: a text, or a whole answer."""
        self._secure.said["/feed.ics"] = text if text.startswith(b"HTTP/") else answer(text)

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return len(self._secure.requests)


@pytest.fixture
def feed(secure: Secure) -> Feed:
    """A feed that says that the queue is closed for a day."""
    return Feed(secure)


def later(cast: Cast, hours: int, name: str = "editor") -> Actor:
    """An actor some hours after the cast's moment."""
    return msgspec.structs.replace(cast[name], at=NOW + hours * HOUR)


def feed_of_queue(cast: Cast, feed: Feed) -> int:
    """The id of a queue's calendar that is read from a feed."""
    calendar = msgspec.structs.replace(queue(cast), url=feed.url)
    return int(add_calendar(cast.db, cast["editor"], ACCOUNT, calendar, fetch=feed.fetch).kept.id)


def only(cast: Cast) -> CalendarState:
    """The one calendar of the account."""
    [calendar] = list_calendars(cast.db, cast["reader"], ACCOUNT)
    return calendar


def seq(cast: Cast) -> int:
    """The number of the account's latest change."""
    return list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0].seq


def version(cast: Cast) -> int:
    """The account's facts_version."""
    with cast.db.read() as connection:
        statement = "SELECT facts_version FROM accounts WHERE code = ?"
        return int(connection.exec_driver_sql(statement, (ACCOUNT,)).scalar_one())


def test_a_file_becomes_a_calendar_with_its_events(cast: Cast) -> None:
    done = add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), CLOSED)

    assert only(cast) == CalendarState(done.kept, NOW)
    assert done.kept.fact.events == (INVENTORY,)


def test_a_feed_is_fetched_at_once_and_its_address_kept(cast: Cast, feed: Feed) -> None:

    feed_of_queue(cast, feed)

    assert feed.asked == 1
    assert (only(cast).calendar.url, only(cast).calendar.events) == (feed.url, (INVENTORY,))


def test_a_rota_takes_shifts_from_a_calendar(cast: Cast) -> None:
    done = add_calendar(cast.db, cast["editor"], ACCOUNT, of_rota(rota(cast)), ical("Ada|20261201/20261202"))

    assert [event.label for event in done.kept.fact.events] == ["Ada"]


@pytest.mark.parametrize(("url", "text"), [(URL, CLOSED), (None, None)], ids=["both a file and a feed", "neither"])
def test_a_calendar_is_either_a_file_or_a_feed(cast: Cast, url: str | None, text: bytes | None) -> None:
    calendar = msgspec.structs.replace(queue(cast), url=url)

    with refused(Kind.INVALID, "a file or a feed"):
        add_calendar(cast.db, cast["editor"], ACCOUNT, calendar, text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\xff\xfe",
        b"<!DOCTYPE html><title>Sign in</title>",
        b"BEGIN:VCALENDAR\r\n" + b"X" * (3 << 20) + b"\r\nEND:VCALENDAR\r\n",
        ical("Bomb|20000101T000000/20000101T000001|RRULE:FREQ=SECONDLY"),
        ical(*(f"Every minute|20260101T0000{n:02}/20260101T0001{n:02}|RRULE:FREQ=MINUTELY" for n in range(50))),
    ],
    ids=["nothing", "no text", "a page", "3 MiB", "a second for ever", "fifty each minute"],
)
def test_what_is_no_calendar_or_too_much_of_one_is_refused_and_nothing_kept(
    cast: Cast, feed: Feed, text: bytes
) -> None:
    calendar = queue(cast)
    of_feed = msgspec.structs.replace(calendar, url=feed.url)
    before = seq(cast)
    feed.says(text)

    with refused(Kind.INVALID, "."):
        add_calendar(cast.db, cast["editor"], ACCOUNT, calendar, text)
    with refused(Kind.INVALID, "."):
        add_calendar(cast.db, cast["editor"], ACCOUNT, of_feed, fetch=feed.fetch)

    assert list_calendars(cast.db, cast["reader"], ACCOUNT) == []
    assert seq(cast) == before


def test_a_feed_that_cannot_be_fetched_is_not_added(cast: Cast, feed: Feed) -> None:
    feed.says(GONE)

    with refused(Kind.UNAVAILABLE, "status 503"):
        feed_of_queue(cast, feed)

    assert list_calendars(cast.db, cast["reader"], ACCOUNT) == []


@pytest.mark.parametrize("url", ["http://example.org/a.ics", "https://127.0.0.1/a.ics", "https://169.254.169.254/"])
def test_a_feed_from_anywhere_but_the_public_internet_is_not_added(cast: Cast, url: str) -> None:
    with refused(Kind.INVALID, "https://|public address"):
        add_calendar(cast.db, cast["editor"], ACCOUNT, msgspec.structs.replace(queue(cast), url=url))


def test_nobody_without_the_right_to_edit_has_anything_fetched(cast: Cast, feed: Feed) -> None:
    calendar = msgspec.structs.replace(queue(cast), url=feed.url)

    for name, kind in (("reader", Kind.FORBIDDEN), ("outsider", Kind.MISSING)):
        with refused(kind, "."):
            add_calendar(cast.db, cast[name], ACCOUNT, calendar, fetch=feed.fetch)

    assert feed.asked == 0


def test_a_feed_that_says_something_new_changes_the_calendar_in_one_change(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    before, known = seq(cast), version(cast)
    feed.says(TWICE)

    refresh_calendar(cast.db, later(cast, 1), ACCOUNT, calendar_id, fetch=feed.fetch)

    assert only(cast).calendar.events == (INVENTORY, TRAINING)
    assert (seq(cast), version(cast)) == (before + 1, known + 1)


def test_a_feed_that_says_the_same_changes_nothing_but_when_it_was_read(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    before, known = seq(cast), version(cast)
    feed.says(CLOSED.replace(b"20261101T000000Z", b"20261102T000000Z"))

    refresh_calendar(cast.db, later(cast, 1), ACCOUNT, calendar_id, fetch=feed.fetch)

    assert only(cast).read_at == NOW + HOUR
    assert (seq(cast), version(cast)) == (before, known)


@pytest.mark.parametrize("says", [GONE, b"<!DOCTYPE html>"], ids=["nothing", "a page"])
def test_a_feed_that_fails_keeps_its_last_good_copy_and_says_why_and_since_when(
    cast: Cast, feed: Feed, says: bytes
) -> None:
    calendar_id = feed_of_queue(cast, feed)
    feed.says(says)

    for hours in (1, 2, 3):
        refresh_calendar(cast.db, later(cast, hours), ACCOUNT, calendar_id, fetch=feed.fetch)

    found = only(cast)
    assert found.calendar.events == (INVENTORY,)
    assert found.calendar.failing_since == NOW + HOUR
    assert found.calendar.trouble
    assert found.read_at == NOW


def test_a_feed_that_goes_on_failing_is_journalled_once(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    before = seq(cast)
    feed.says(GONE)

    for hours in (1, 2, 3):
        refresh_calendar(cast.db, later(cast, hours), ACCOUNT, calendar_id, fetch=feed.fetch)

    assert seq(cast) == before + 1


def test_a_feed_that_is_back_says_nothing_of_its_trouble(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    for hours, says in ((1, GONE), (2, CLOSED)):
        feed.says(says)
        refresh_calendar(cast.db, later(cast, hours), ACCOUNT, calendar_id, fetch=feed.fetch)

    assert (only(cast).calendar.failing_since, only(cast).calendar.trouble) == (None, "")
    assert only(cast).read_at == NOW + 2 * HOUR


def test_a_files_events_move_into_the_window_with_time(cast: Cast) -> None:
    text = ical(f"Meeting|20261102T080000/20261102T090000|{WEEKLY}")
    calendar_id = int(add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), text).kept.id)
    first = only(cast).calendar.events[-1]

    refresh_calendar(cast.db, later(cast, 24 * 60), ACCOUNT, calendar_id)

    assert only(cast).calendar.events[-1].begins > first.begins
    assert only(cast).calendar.events[-1] != first


def test_a_calendar_that_is_repeated_weekly_changes_once_a_month(cast: Cast) -> None:
    text = ical(f"Meeting|20240101T080000/20240101T090000|{WEEKLY}")
    calendar_id = int(add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), text).kept.id)
    before = seq(cast)

    for day in range(1, 31):
        refresh_calendar(cast.db, later(cast, 24 * day), ACCOUNT, calendar_id)

    assert seq(cast) - before <= 2


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (datetime(2026, 11, 18, tzinfo=UTC), (date(2026, 9, 1), date(2028, 12, 1))),
        (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), (date(2025, 12, 1), date(2028, 3, 1))),
        (datetime(2024, 2, 29, tzinfo=UTC), (date(2023, 12, 1), date(2026, 4, 1))),
        (datetime(2026, 12, 31, tzinfo=UTC), (date(2026, 11, 1), date(2029, 1, 1))),
    ],
)
def test_the_window_is_sixty_days_back_and_two_years_ahead_in_whole_months(
    today: datetime, days: tuple[date, date]
) -> None:
    assert window(int(today.timestamp()) * 1_000_000) == days


def test_a_feed_is_due_each_hour_and_a_file_each_day(cast: Cast, feed: Feed) -> None:
    feed_id = feed_of_queue(cast, feed)
    calendar = msgspec.structs.replace(only(cast).calendar, url=None, name="File")
    file_id = int(add_calendar(cast.db, cast["editor"], ACCOUNT, calendar, CLOSED).kept.id)

    def due(at: int) -> list[tuple[str, int]]:
        return [(one.code, one.id) for one in due_calendars(cast.db, at)]

    assert due(NOW + HOUR - 1) == []
    assert due(NOW + HOUR) == [(ACCOUNT, feed_id)]
    assert due(NOW + DAY) == [(ACCOUNT, feed_id), (ACCOUNT, file_id)]


@pytest.mark.parametrize("says", [CLOSED, GONE], ids=["well", "in vain"])
def test_a_calendar_that_was_due_is_not_due_again_within_the_hour(cast: Cast, feed: Feed, says: bytes) -> None:
    feed_of_queue(cast, feed)
    [due] = due_calendars(cast.db, NOW + HOUR)
    feed.says(says)

    refresh_due(cast.db, later(cast, 1, "operator"), due, fetch=feed.fetch)

    assert due_calendars(cast.db, NOW + 2 * HOUR - 1) == []
    assert due_calendars(cast.db, NOW + 2 * HOUR) == [due]


def test_a_reading_that_breaks_off_does_not_come_round_each_minute(cast: Cast, feed: Feed) -> None:
    feed_of_queue(cast, feed)
    [due] = due_calendars(cast.db, NOW + HOUR)

    def break_off(_url: str) -> bytes:
        raise MemoryError

    with pytest.raises(MemoryError):
        refresh_due(cast.db, later(cast, 1, "operator"), due, fetch=break_off)

    assert due_calendars(cast.db, NOW + HOUR) == []


def test_nothing_is_locked_while_a_feed_is_fetched(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)

    def change_meanwhile(_url: str) -> bytes:
        set_fact(cast.db, cast["editor"], ACCOUNT, "calendar", calendar_id, {"name": "Renamed"})
        return TWICE

    refresh_calendar(cast.db, later(cast, 1), ACCOUNT, calendar_id, fetch=change_meanwhile)

    assert (only(cast).calendar.name, len(only(cast).calendar.events)) == ("Renamed", 2)


def meanwhile(cast: Cast, do: Callable[[], object], calendar_id: int) -> Kind:
    """Why a calendar is not refreshed when something is done while its feed is fetched."""

    def fetch(_url: str) -> bytes:
        do()
        return TWICE

    with pytest.raises(Refusal) as caught:
        refresh_calendar(cast.db, later(cast, 1), ACCOUNT, calendar_id, fetch=fetch)
    return caught.value.kind


def test_what_was_fetched_from_an_old_address_is_not_kept_for_a_new_one(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    other = {"url": "https://other.example.org/a.ics"}

    kind = meanwhile(
        cast, lambda: set_fact(cast.db, cast["editor"], ACCOUNT, "calendar", calendar_id, other), calendar_id
    )

    assert kind is Kind.CONFLICT
    assert only(cast).calendar.events == (INVENTORY,)


def test_a_calendar_that_was_removed_meanwhile_stays_removed(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)

    kind = meanwhile(cast, lambda: remove_fact(cast.db, cast["editor"], ACCOUNT, "calendar", calendar_id), calendar_id)

    assert kind is Kind.MISSING
    assert list_calendars(cast.db, cast["reader"], ACCOUNT) == []
    assert due_calendars(cast.db, NOW + DAY) == []


def test_a_calendar_goes_with_its_queue(cast: Cast, feed: Feed) -> None:
    feed_of_queue(cast, feed)

    remove_fact(cast.db, cast["editor"], ACCOUNT, "queue", only(cast).calendar.owner_id)

    assert list_calendars(cast.db, cast["reader"], ACCOUNT) == []
    assert due_calendars(cast.db, NOW + DAY) == []


def test_a_trouble_is_kept_short(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)

    def refuse(_url: str) -> bytes:
        raise invalid("x" * 5000)

    refresh_calendar(cast.db, later(cast, 1), ACCOUNT, calendar_id, fetch=refuse)

    assert len(only(cast).calendar.trouble) == 300


def test_a_feed_comes_over_the_wire(cast: Cast, secure: Secure) -> None:
    secure.said["/a.ics"] = answer(b"", status="302 Found", Location="/b.ics")
    secure.said["/b.ics"] = answer(CLOSED, Content_Type="text/calendar")
    calendar = msgspec.structs.replace(queue(cast), url=secure.url("/a.ics"))

    done = add_calendar(cast.db, cast["editor"], ACCOUNT, calendar, fetch=secure.fetch)

    assert done.kept.fact.events == (INVENTORY,)
