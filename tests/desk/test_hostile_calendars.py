"""Calendars that somebody made to take long: each is refused, or read within its bounds; others are read as ever."""

from datetime import date

import pytest

from aiguillage.desk.calendar_texts import read_calendar
from aiguillage.desk.calendars import refresh_calendar
from aiguillage.desk.ical.parts import MOST_VALUES
from aiguillage.desk.ical.written import LONGEST_LABEL
from aiguillage.desk.ical.zones import LONGEST_ZONE, MOST_ZONE_PARTS, last_parts
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Event
from tests.cast import ACCOUNT, Cast
from tests.desk.feed import Feed, feed_of_queue, later, only
from tests.desk.test_ical import calendar, ical
from tests.refusal import refused

SLASHES = {f"{kib} KiB": "a/" * (kib * 512) for kib in (9, 39, 58, 976)}
DAILY = ("DTSTART:20261005T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")


def read(text: bytes) -> tuple[Event, ...]:
    """The events of October 2026."""
    return read_calendar(text, "Europe/Paris", date(2026, 10, 1), date(2026, 11, 1)).events


def events(count: int, zone: str) -> bytes:
    """A calendar of so many events in a time zone."""
    what = f"DTSTART;TZID={zone}:20261005T090000\nDURATION:PT1H\nEND:VEVENT"
    lines = [f"BEGIN:VEVENT\nUID:{n}\n{what}" for n in range(count)]
    return ical("\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR")))


@pytest.mark.parametrize("zone", SLASHES.values(), ids=SLASHES)
def test_a_time_zone_of_very_many_parts_is_refused(zone: str) -> None:
    with refused(Kind.INVALID, "time zone 'a/a/a/.+is not known|too many values in its DTSTART"):
        read(calendar(f"DTSTART;TZID={zone}x:20261005T090000", "DURATION:PT1H"))


def test_a_thousand_events_with_names_of_300_slashes_are_refused() -> None:
    with refused(Kind.INVALID, "time zone 'a/a/a/.+is not known"):
        read(events(1_000, "a/" * 300 + "Europe/Paris"))


def test_of_a_zones_name_no_more_than_its_last_three_parts_are_tried() -> None:
    longest = "/" * (LONGEST_ZONE - len("Europe/Paris")) + "Europe/Paris"

    assert len(list(last_parts("a/" * 100_000))) == MOST_ZONE_PARTS
    assert list(last_parts("/example.org/2026/Europe/Paris")) == ["2026/Europe/Paris", "Europe/Paris", "Paris"]
    assert len({event.begins for event in read(events(1_000, longest))}) == 1


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ((*DAILY[:2], f"RRULE:FREQ=YEARLY;BYDAY={','.join(['MO'] * 200_000)}"), "RRULE"),
        ((*DAILY[:2], f"RRULE:FREQ=MONTHLY;BYDAY={','.join(['9MO'] * 100_000)}"), "RRULE"),
        ((*DAILY, f"EXDATE:{','.join(['20261006T090000Z'] * 100_000)}"), "EXDATE"),
        ((*DAILY, *["EXDATE:20261006T090000Z"] * 60_000), "EXDATE"),
        ((f"DTSTART{';A=B' * 300_000}:20261005T090000Z", "DURATION:PT1H"), "DTSTART"),
        (("DTSTART:20261005T090000Z", f"UID:{'u' * 1_500_000}"), "UID"),
    ],
    ids=["BYDAY of 200,000", "BYDAY of 100,000", "EXDATE of 100,000", "60,000 EXDATE", "300,000 parameters", "1.5 MiB"],
)
def test_more_than_any_calendar_program_writes_is_refused(lines: tuple[str, ...], name: str) -> None:
    with refused(Kind.INVALID, f"An event has too many values in its {name}. Publish events with up to 400 dates"):
        read(calendar(*lines))


def test_a_long_line_that_says_nothing_of_when_is_read_over() -> None:
    folded = "\n ".join(["DESCRIPTION:", *["text" * 18] * 20_000])

    long_line = read(calendar("DTSTART:20261005T090000Z", "DURATION:PT1H", folded))
    long_label = read(calendar("DTSTART:20261005T090000Z", "DURATION:PT1H").replace(b"Denis", b"x" * 1_000_000))

    assert [event.label for event in long_line] == ["Denis"]
    assert [event.label for event in long_label] == ["x" * LONGEST_LABEL]


def test_as_many_values_as_are_allowed_are_read() -> None:
    many = ",".join(["MO", "1TU", "TU"] * (MOST_VALUES // 3))

    found = read(calendar(*DAILY[:2], f"RRULE:FREQ=MONTHLY;BYDAY={many}", "EXDATE:20261005T090000Z"))

    assert [event.begins.day for event in found] == [6, 12, 13, 19, 20, 26, 27]


def test_a_feed_that_turns_hostile_keeps_its_events_and_says_why(cast: Cast, feed: Feed) -> None:
    calendar_id = feed_of_queue(cast, feed)
    before = only(cast).calendar.events
    feed.says(events(10, SLASHES["9 KiB"]))

    refresh_calendar(cast.db, later(cast, 1), ACCOUNT, calendar_id, fetch=feed.fetch)

    assert only(cast).calendar.events == before
    assert "which is not known" in only(cast).calendar.trouble
