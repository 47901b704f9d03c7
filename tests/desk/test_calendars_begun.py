"""Feeds that are added at once and read later, by whoever is there."""

from functools import partial

import msgspec
import pytest

from aiguillage.desk.calendars import (
    FEED_EVERY,
    begin_calendar,
    due_calendars,
    list_calendars,
    refresh_due,
    show_calendar,
)
from aiguillage.desk.facts import add_fact, remove_fact
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Calendar
from tests.calendars import CLOSED, URL, queue
from tests.cast import ACCOUNT, NOW, Cast
from tests.desk.feed import GONE, INVENTORY, Feed, later, only, seq
from tests.refusal import refused
from tests.secure import Secure


def of_feed(cast: Cast, url: str) -> Calendar:
    """A queue's calendar of a feed."""
    return msgspec.structs.replace(queue(cast), url=url)


def test_a_feed_is_kept_at_once_without_events_and_read_later(cast: Cast, feed: Feed, secure: Secure) -> None:
    kept, read = begin_calendar(cast.db, cast["editor"], ACCOUNT, of_feed(cast, feed.url), guard=secure.guard)
    before, asked = only(cast), feed.asked

    read(cast.db)

    after = only(cast)
    assert (before.kept, before.state, before.read_at, before.calendar.events) == (kept, "reading", None, ())
    assert asked == 0
    assert (after.kept.id, after.state, after.read_at, after.calendar.events) == (kept.id, "read", NOW, (INVENTORY,))


def test_a_feed_that_cannot_be_read_stays_and_says_why_and_is_tried_an_hour_later(
    cast: Cast, feed: Feed, secure: Secure
) -> None:
    feed.says(GONE)

    kept, read = begin_calendar(cast.db, cast["editor"], ACCOUNT, of_feed(cast, feed.url), guard=secure.guard)
    read(cast.db)

    found = only(cast)
    assert (found.state, found.read_at, found.calendar.failing_since) == ("failing", None, NOW)
    assert "status 503" in found.calendar.trouble
    assert due_calendars(cast.db, NOW + FEED_EVERY - 1) == []
    assert [due.id for due in due_calendars(cast.db, NOW + FEED_EVERY)] == [kept.id]


def test_a_feed_whose_process_ended_before_is_read_by_housekeeping(cast: Cast, feed: Feed, secure: Secure) -> None:
    begin_calendar(cast.db, cast["editor"], ACCOUNT, of_feed(cast, feed.url), guard=secure.guard)
    [due] = due_calendars(cast.db, NOW)

    refresh_due(cast.db, later(cast, 0, "operator"), due, fetch=feed.fetch)

    assert (only(cast).state, only(cast).calendar.events) == ("read", (INVENTORY,))


def test_a_feed_is_being_read_until_it_was_though_housekeeping_has_put_it_off(
    cast: Cast, feed: Feed, secure: Secure
) -> None:
    begin_calendar(cast.db, cast["editor"], ACCOUNT, of_feed(cast, feed.url), guard=secure.guard)
    [due] = due_calendars(cast.db, NOW)
    seen = []

    def fetch(_url: str) -> bytes:
        seen.append(only(cast).state)
        return CLOSED

    refresh_due(cast.db, later(cast, 0, "operator"), due, fetch=fetch)

    assert (seen, only(cast).state) == (["reading"], "read")


def test_a_feed_that_was_removed_before_it_was_read_is_gone(cast: Cast, feed: Feed, secure: Secure) -> None:
    kept, read = begin_calendar(cast.db, cast["editor"], ACCOUNT, of_feed(cast, feed.url), guard=secure.guard)
    remove_fact(cast.db, cast["editor"], ACCOUNT, "calendar", kept.id)

    with refused(Kind.MISSING, "There is no calendar"):
        read(cast.db)

    assert list_calendars(cast.db, cast["reader"], ACCOUNT) == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (None, "'url' is missing"),
        ("http://example.org/a.ics", "https://"),
        ("https://me:hush@example.org/a.ics", "Give one without"),
        ("https://example.org:22/a.ics", "the port 22"),
        ("https://127.0.0.1/a.ics", "not a public address"),
        ("https://169.254.169.254/", "not a public address"),
        ("https://printer.local/a.ics", "not a public address"),
    ],
)
def test_an_address_that_nothing_is_ever_fetched_from_is_refused(cast: Cast, url: str | None, message: str) -> None:
    calendar = msgspec.structs.replace(queue(cast), url=url)
    before = seq(cast)

    with refused(Kind.INVALID, message) as caught:
        begin_calendar(cast.db, cast["editor"], ACCOUNT, calendar)

    assert caught.value.field == "url"
    assert (list_calendars(cast.db, cast["reader"], ACCOUNT), seq(cast)) == ([], before)


def test_a_calendar_without_a_text_is_not_said_to_be_read_by_somebody(cast: Cast) -> None:
    kept = add_fact(cast.db, cast["editor"], ACCOUNT, queue(cast)).kept

    found = show_calendar(cast.db, cast["reader"], ACCOUNT, kept.id)

    assert (found.state, found.read_at) == ("read", None)


def test_an_outsider_adds_no_feed_and_a_reader_neither(cast: Cast) -> None:
    begin = partial(begin_calendar, cast.db, code=ACCOUNT, calendar=of_feed(cast, URL))

    with refused(Kind.MISSING, "There is no account CL0000"):
        begin(actor=cast["outsider"])
    with refused(Kind.FORBIDDEN, "requires the role edit"):
        begin(actor=cast["reader"])

    assert due_calendars(cast.db, NOW) == []
