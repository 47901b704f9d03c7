"""Calendars are read again: what changes, what stays when a feed fails, and when each is due."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest

from aiguillage.desk.calendars import (
    FEED_EVERY,
    add_calendar,
    begin_refresh,
    due_calendars,
    list_calendars,
    refresh_calendar,
    refresh_due,
    set_calendar,
    window,
)
from aiguillage.desk.facts import remove_fact, set_fact
from aiguillage.domain.errors import Kind, Refusal, invalid
from tests.calendars import CLOSED, TWICE, WEEKLY, ical, queue, rota
from tests.cast import ACCOUNT, NOW, Cast
from tests.desk.feed import DAY, GONE, HOUR, INVENTORY, TRAINING, Feed, feed_of_queue, later, only, seq, version
from tests.refusal import refused


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


def test_a_calendar_that_somebody_has_read_again_says_so_until_it_was(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    feed.says(TWICE)
    before = only(cast).state

    refresh = begin_refresh(cast.db, later(cast, 0), ACCOUNT, calendar_id, fetch=feed.fetch)
    meanwhile = only(cast)
    refresh(cast.db)

    assert (before, meanwhile.state, only(cast).state) == ("read", "reading", "read")
    assert (meanwhile.calendar.events, only(cast).calendar.events) == ((INVENTORY,), (INVENTORY, TRAINING))


def test_a_calendar_that_somebody_has_read_again_in_vain_is_tried_an_hour_later(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    feed.says(GONE)

    begin_refresh(cast.db, later(cast, 0), ACCOUNT, calendar_id, fetch=feed.fetch)(cast.db)

    assert only(cast).state == "failing"
    assert due_calendars(cast.db, NOW + FEED_EVERY - 1) == []
    assert [due.id for due in due_calendars(cast.db, NOW + FEED_EVERY)] == [calendar_id]


def test_a_calendar_whose_reading_nobody_ended_is_read_by_housekeeping(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    feed.says(TWICE)

    begin_refresh(cast.db, later(cast, 0), ACCOUNT, calendar_id, fetch=feed.fetch)
    [due] = due_calendars(cast.db, NOW)
    refresh_due(cast.db, later(cast, 0), due, fetch=feed.fetch)

    assert only(cast).state == "read"
    assert only(cast).calendar.events == (INVENTORY, TRAINING)


def test_a_calendar_that_was_removed_while_it_was_to_be_read_is_gone(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    refresh = begin_refresh(cast.db, later(cast, 0), ACCOUNT, calendar_id, fetch=feed.fetch)
    remove_fact(cast.db, cast["editor"], ACCOUNT, "calendar", calendar_id)

    with refused(Kind.MISSING, "There is no calendar"):
        refresh(cast.db)

    assert list_calendars(cast.db, cast["reader"], ACCOUNT) == []


def test_an_outsider_has_nothing_read_again(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)

    with refused(Kind.MISSING, "There is no account CL0000"):
        begin_refresh(cast.db, cast["outsider"], ACCOUNT, calendar_id, fetch=feed.fetch)

    assert due_calendars(cast.db, NOW) == []


def test_a_calendar_that_becomes_a_rotas_is_to_be_read_again_as_shifts(cast: Cast) -> None:
    free = ical("Ada|20261201T080000/20261201T180000|TRANSP:TRANSPARENT")
    calendar_id = int(add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), free).kept.id)
    before = only(cast)
    owner = {"owner_type": "rota", "owner_id": rota(cast)}

    set_calendar(cast.db, cast["editor"], ACCOUNT, calendar_id, owner)
    [due] = due_calendars(cast.db, NOW)
    waiting = only(cast)
    refresh_due(cast.db, cast["editor"], due)

    assert (before.use.used, [one.reason for one in before.use.left_out]) == (0, ["free"])
    assert (waiting.state, only(cast).state, only(cast).use) == ("reading", "read", (1, ()))


def test_a_calendar_that_stays_what_it_is_is_not_read_again(cast: Cast) -> None:
    calendar_id = int(add_calendar(cast.db, cast["editor"], ACCOUNT, queue(cast), CLOSED).kept.id)
    before = only(cast)

    set_calendar(cast.db, cast["editor"], ACCOUNT, calendar_id, {"name": "Closures 2026"})

    assert due_calendars(cast.db, NOW) == []
    assert (only(cast).calendar.name, only(cast).state, only(cast).use) == ("Closures 2026", "read", before.use)
    with refused(Kind.STALE, "."):
        set_calendar(cast.db, cast["editor"], ACCOUNT, calendar_id, {"name": "x"}, expected=before.kept.seq)


def test_what_is_left_out_is_journalled_with_the_calendar(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    before = seq(cast)
    feed.says(TWICE.replace(b"SUMMARY:Training", b"SUMMARY:Training\r\nSTATUS:CANCELLED"))

    for hours in (1, 2):
        refresh_calendar(cast.db, later(cast, hours), ACCOUNT, calendar_id, fetch=feed.fetch)

    assert seq(cast) == before + 1
    assert [(one.reason, one.count) for one in only(cast).use.left_out] == [("cancelled", 1)]
    assert [str(remark) for remark in only(cast).remarks] == [
        "Left out, because they are cancelled: 1 (2026-12-02 08:00 Training)."
    ]
