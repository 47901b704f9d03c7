"""iCal: what calendar programs publish becomes spans on the wall; shifts become a calendar."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from aiguillage.desk.ical.encodings import MOST_BYTES
from aiguillage.desk.ical.reading import read_events
from aiguillage.desk.ical.writing import write_shifts
from aiguillage.domain.errors import Kind
from aiguillage.domain.queues import Event
from tests.desk.contact_files import FILES
from tests.refusal import refused

GOOGLE, OUTLOOK = ((FILES / f"{name}.ics").read_bytes() for name in ("google", "outlook"))


def ical(text: str) -> bytes:
    """A text as it comes over the wire."""
    return text.strip().replace("\n", "\r\n").encode()


def calendar(*lines: str) -> bytes:
    """A calendar of one event, of these lines."""
    event = ("BEGIN:VEVENT", "UID:one@example.org", "SUMMARY:Denis", *lines, "END:VEVENT")
    return ical("\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *event, "END:VCALENDAR")))


def read(text: bytes, begin: str = "2026-10-01", end: str = "2027-01-01") -> list[tuple[str, str, str]]:
    """The events between two days, in words."""
    events = read_events(text, "Europe/Paris", date.fromisoformat(begin), date.fromisoformat(end)).events
    return [
        (event.begins.isoformat(" ", "minutes"), event.ends.isoformat(" ", "minutes"), event.label) for event in events
    ]


def starts(*lines: str) -> list[str]:
    """When the occurrences of one event begin."""
    return [begins for begins, _, _ in read(calendar(*lines))]


def test_a_calendar_of_google_is_read() -> None:
    assert read(GOOGLE) == [
        ("2026-10-05 09:00", "2026-10-05 18:00", "Camille Roche"),
        ("2026-10-12 09:00", "2026-10-12 18:00", "Camille Roche"),
        ("2026-10-25 02:30", "2026-10-25 06:30", "Night of the clocks"),
        ("2026-10-27 10:00", "2026-10-27 12:00", "Denis, for Camille"),
        ("2026-11-02 09:00", "2026-11-02 18:00", "Camille Roche"),
        ("2026-11-09 09:00", "2026-11-09 18:00", "Camille Roche"),
        ("2026-11-11 00:00", "2026-11-12 00:00", "Armistice"),
        ("2026-11-12 00:00", "2026-11-13 00:00", "Birthday"),
    ]


def test_a_calendar_of_outlook_is_read() -> None:
    assert read(OUTLOOK) == [
        ("2026-10-30 14:00", "2026-10-30 17:00", "Inventaire"),
        ("2026-12-25 14:00", "2026-12-25 17:00", "Inventaire"),
    ]


def test_only_what_touches_the_days_is_read() -> None:
    assert [label for _, _, label in read(GOOGLE, "2026-10-12", "2026-10-12")] == []
    assert read(GOOGLE, "2026-10-12", "2026-10-13") == [("2026-10-12 09:00", "2026-10-12 18:00", "Camille Roche")]
    assert read(calendar("DTSTART:20260901T000000Z", "DTEND:20261201T000000Z"), "2026-10-12", "2026-10-13") == [
        ("2026-09-01 02:00", "2026-12-01 01:00", "Denis")
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20261005T090000Z", "DURATION:PT2H"], ["2026-10-05 11:00"]),
        (["DTSTART:20261005T090000", "DURATION:PT2H"], ["2026-10-05 09:00"]),
        (["DTSTART;VALUE=DATE:20261005"], ["2026-10-05 00:00"]),
        (["DTSTART:20261005T090000Z"], []),
        (["DTSTART:20261025T004500Z", "DURATION:PT30M"], []),
        (["DTSTART:00010101T080000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYMONTH=12"], ["2026-12-01 09:00"]),
        (["DTSTART:20271005T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"], []),
        (
            ["DTSTART:20261005T090000Z", "DURATION:PT1H", "RDATE:20261007T090000Z,20261008T080000Z"],
            ["2026-10-05 11:00", "2026-10-07 11:00", "2026-10-08 10:00"],
        ),
        (
            ["DTSTART;VALUE=DATE:20261229", "RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20261230"],
            ["2026-12-29 00:00", "2026-12-31 00:00"],
        ),
        (
            ["DTSTART;TZID=America/New_York:20261030T200000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"],
            ["2026-10-31 01:00", "2026-11-01 01:00", "2026-11-02 02:00"],
        ),
        (
            ["DTSTART;TZID=/vendor.example.org/Tzfile/Europe/Paris:20261005T090000", "DURATION:PT1H"],
            ["2026-10-05 09:00"],
        ),
        (['DTSTART;TZID="Europe/Paris":20261005T090000', "DURATION:PT1H"], ["2026-10-05 09:00"]),
        (
            ["DTSTART:20261201T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=1", "RRULE:FREQ=DAILY;COUNT=2"],
            ["2026-12-01 10:00", "2026-12-02 10:00"],
        ),
    ],
)
def test_times_and_repeats_come_by_the_clock_on_the_wall(lines: list[str], expected: list[str]) -> None:
    assert starts(*lines) == expected


def test_a_zone_of_its_own_is_where_it_says_that_it_is() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Our time\nX-LIC-LOCATION:Europe/London\nEND:VTIMEZONE\nBEGIN:VEVENT"
    text = calendar("DTSTART;TZID=Our time:20261005T090000", "DURATION:PT1H").decode()

    events = read(ical(text.replace("\r\n", "\n").replace("BEGIN:VEVENT", zone)))

    assert events == [("2026-10-05 10:00", "2026-10-05 11:00", "Denis")]


def test_a_zone_that_nobody_knows_is_refused_also_after_a_calendar_that_defines_it() -> None:
    defined = GOOGLE.replace(b"TZID:Europe/Paris", b"TZID:Our time").replace(b"X-LIC-LOCATION:Europe/Paris\r\n", b"")
    read(defined)

    with refused(Kind.INVALID, "uses the time zone 'Our time', which is not known. Publish it with one such as"):
        read(calendar("DTSTART;TZID=Our time:20261005T090000", "DURATION:PT1H"))


def test_an_event_twice_is_one() -> None:
    text = calendar("DTSTART:20261005T090000Z", "DURATION:PT1H").decode()
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")]

    twice = text.replace(event, event + event.replace("UID:one", "UID:two"))

    assert len(read(twice.encode())) == 1


def test_a_label_is_one_line_of_moderate_length() -> None:
    text = calendar("DTSTART:20261005T090000Z", "DURATION:PT1H").decode()

    labels = [label for _, _, label in read(text.replace("Denis", "De\\nnis\x07 \u2028" + "x" * 300).encode())]

    assert labels == ["De nis " + "x" * 193]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>Sign in</html>",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR",
        calendar("DTSTART=20261005T090000Z"),
        calendar(),
        calendar("DTSTART:20261005T090000Z", "DTSTART:20261006T090000Z"),
        calendar("DTSTART:20261005T090000Z", "RRULE:FREQ=DAILY;BYDAY=XX"),
    ],
)
def test_what_is_no_calendar_is_refused(text: bytes) -> None:
    with refused(Kind.INVALID, "not a readable iCal calendar|cannot be read"):
        read(text)


@pytest.mark.parametrize("cut", [-15, -40, 60])
def test_a_calendar_that_is_cut_off_is_told_as_that(cut: int) -> None:
    with refused(Kind.INVALID, "is cut off: it has no END:VCALENDAR. Download it again"):
        read(GOOGLE.strip()[:cut])


def test_an_empty_calendar_has_no_events() -> None:
    assert read(b"\xef\xbb\xbfBEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n\n") == []


def test_an_event_with_a_date_that_is_none_is_named() -> None:
    with refused(Kind.INVALID, "The DTSTART of the event 'Denis' cannot be read. Correct or remove the event"):
        read(calendar("DTSTART:2026-10-05"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"x" * (MOST_BYTES + 1), "larger than 2 MiB. Publish fewer events"),
        (calendar("DTSTART:20261001T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"), "repeats 'SECONDLY'. Let it"),
        (
            calendar("DTSTART:20261001T000000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3"),
            "repeats by BYHOUR, which is not supported",
        ),
        (
            calendar("DTSTART:20261001T000000Z", "RDATE:" + ",".join(["20261001T000000Z"] * 401)),
            "too many values in its RDATE",
        ),
        (calendar("DTSTART:20261001T000000Z", *["EXDATE:20261001T000000Z"] * 401), "too many values in its EXDATE"),
        (calendar("DTSTART:00010101T000000Z", "DURATION:P800000D", "RRULE:FREQ=DAILY"), "more than 5000 events"),
        (calendar(f"DTSTART{';A=B' * 33}:20261001T000000Z"), "up to 32 parameters"),
        (calendar(*["END:VEVENT", "BEGIN:VEVENT"] * 5000), "more than 5000 events"),
    ],
)
def test_too_much_is_refused(text: bytes, message: str) -> None:
    with refused(Kind.INVALID, message):
        read(text)


def test_rules_that_never_come_true_are_given_up() -> None:
    rule = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"
    event = f"BEGIN:VEVENT\nUID:{{}}\nDTSTART:00010101T000000Z\nDURATION:PT1H\n{rule}\nEND:VEVENT"
    events = "\n".join(event.format(number) for number in range(20))

    with refused(Kind.INVALID, "repeat over too long a time. Let them start later, or end"):
        read(ical(f"BEGIN:VCALENDAR\n{events}\nEND:VCALENDAR"))


def test_repeats_that_are_too_many_are_refused() -> None:
    text = calendar("DTSTART:20261001T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")

    with refused(Kind.INVALID, "more than 5000 events"):
        read(text, end="2046-01-01")


def test_single_events_and_repeats_count_together() -> None:
    daily = ["DTSTART:20261001T120000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5000"]
    single = ["END:VEVENT", "BEGIN:VEVENT", "UID:two@example.org", "DTSTART;VALUE=DATE:20261001"]

    with refused(Kind.INVALID, "more than 5000 events"):
        read(calendar(*daily, *single), end="2046-01-01")


def micro(text: str) -> int:
    """Microseconds of a time in UTC."""
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )


SHIFTS = [
    (micro("2026-10-19 07:00"), micro("2026-10-25 00:30"), "Roche, Camille; \\ nights", "Weeks"),
    (micro("2026-10-25 02:00"), micro("2026-10-26 08:00"), "Élise " + "é" * 80, "override"),
]


def test_shifts_that_are_written_read_back() -> None:
    text = write_shifts("Support", SHIFTS, micro("2026-10-01 12:00"))

    events = read_events(text, "Europe/Paris", date(2026, 10, 1), date(2026, 11, 1)).events

    assert events == (
        Event(datetime(2026, 10, 19, 9), datetime(2026, 10, 25, 2, 30), SHIFTS[0][2]),  # noqa: DTZ001 - on the wall
        Event(datetime(2026, 10, 25, 3), datetime(2026, 10, 26, 9), SHIFTS[1][2]),  # noqa: DTZ001 - same
    )


def test_shifts_are_written_as_the_standard_has_it() -> None:
    text = write_shifts("Support", SHIFTS, micro("2026-10-01 12:00"))

    assert b"\n" not in text.replace(b"\r\n", b"")
    assert max(map(len, text.split(b"\r\n"))) <= 75
    assert b"DTSTART:20261019T070000Z\r\nDTEND:20261025T003000Z" in text
    assert b"DTSTAMP:20261001T120000Z" in text
    assert b"X-WR-CALNAME:Support" in text


def test_a_shift_keeps_its_uid() -> None:
    first, later = (write_shifts("Support", SHIFTS[number:], number) for number in (0, 1))

    uids = [re.findall(rb"UID:([0-9a-f-]{36})", text) for text in (first, later)]

    assert len({*uids[0]}) == 2
    assert uids[0][1:] == uids[1]
