"""Calendars are added: files and feeds, and what is refused."""

import msgspec
import pytest

from aiguillage.desk.calendars import CalendarState, add_calendar, list_calendars
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import DAY
from aiguillage.domain.omissions import Use
from tests.calendars import CLOSED, URL, ical, of_rota, queue, rota
from tests.cast import ACCOUNT, NOW, Cast
from tests.desk.feed import GONE, INVENTORY, Feed, feed_of_queue, only, seq
from tests.refusal import refused
from tests.secure import Secure, answer


def test_a_file_becomes_a_calendar_with_its_events(cast: Cast) -> None:
    done = add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), CLOSED)

    assert only(cast) == CalendarState(done.kept, NOW, "read", Use(1, ()), NOW + DAY)
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


def test_a_feed_comes_over_the_wire(cast: Cast, secure: Secure) -> None:
    secure.said["/a.ics"] = answer(b"", status="302 Found", Location="/b.ics")
    secure.said["/b.ics"] = answer(CLOSED, Content_Type="text/calendar")
    calendar = msgspec.structs.replace(queue(cast), url=secure.url("/a.ics"))

    done = add_calendar(cast.db, cast["editor"], ACCOUNT, calendar, fetch=secure.fetch)

    assert done.kept.fact.events == (INVENTORY,)
