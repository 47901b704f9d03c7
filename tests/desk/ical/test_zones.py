"""Time zones: the calendar's own definitions first, then names as programs write them."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from aiguillage.desk.ical.parts import read_parts
from aiguillage.desk.ical.zones import Clock, Clocks, clock_named
from aiguillage.desk.recurrence import Allowance
from aiguillage.domain.errors import Kind
from tests.desk.icals import PARIS, event, reading, spans, text
from tests.refusal import refused

WINTER, SUMMER = "20261201T090000", "20270701T090000"


def at(zone: str, shown: str = WINTER) -> str:
    """An event of an hour in a time zone."""
    return event(f"DTSTART;TZID={zone}:{shown}", "DURATION:PT1H")


def zone(name: str, *parts: str, kind: str = "STANDARD", others: str = "") -> str:
    """A definition: of each part when it begins, offset before, offset after, rule."""
    lines = [f"BEGIN:VTIMEZONE\nTZID:{name}", *([others] if others else [])]
    for part in parts:
        start, before, after, *rule = part.split("|")
        lines += [f"BEGIN:{kind}", f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"]
        lines += [*[f"RRULE:{one}" for one in rule], f"END:{kind}"]
    return "\n".join([*lines, "END:VTIMEZONE"])


NEW_YORK = zone(
    "Ours",
    "20070311T020000|-0500|-0400|FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
    "20071104T020000|-0400|-0500|FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
)


@pytest.mark.parametrize(
    ("name", "definition", "winter", "summer"),
    [
        ("Ours", PARIS.format(name="Ours"), "09:00", "09:00"),
        ("Ours", NEW_YORK, "15:00", "15:00"),
        ("Customized Time Zone", zone("Customized Time Zone", "16010101T000000|+0500|+0500"), "05:00", "06:00"),
        ('"Customized Time Zone"', zone("Customized Time Zone", "16010101T000000|+0500|+0500"), "05:00", "06:00"),
        ("ours", zone("OURS", "16010101T000000|+0530|+0530"), "04:30", "05:30"),
        ("Ours", zone("Ours", "16010101T000000|-033000|-033000"), "13:30", "14:30"),
        # A name that is known, and a definition beside it: the definition gives the offsets.
        ("Europe/London", zone("Europe/London", "19700101T000000|+0300|+0300"), "07:00", "08:00"),
        ("Romance Standard Time", zone("Romance Standard Time", "16010101T000000|+0400|+0400"), "06:00", "07:00"),
        ("UTC", zone("UTC", "19700101T000000|+0200|+0200"), "08:00", "09:00"),
        # One without offsets is none: its place is, else its name.
        ("Ours", zone("Ours", others="X-LIC-LOCATION:Europe/London"), "10:00", "10:00"),
        ("Europe/London", zone("Europe/London"), "10:00", "10:00"),
        ("Europe/London", zone("Europe/London", "rubbish|+0300|+0300"), "10:00", "10:00"),
        ("Europe/London", zone("Europe/London", "19700101T000000|+03|+0300"), "10:00", "10:00"),
        ("Europe/London", zone("Europe/London", "19700101T000000|+0300|+0300|FREQ=HOURLY"), "10:00", "10:00"),
        # Rules that ended, and the one that goes on.
        (
            "Ours",
            zone(
                "Ours",
                "19670430T020000|-0500|-0400|FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z",
                "19671029T020000|-0400|-0500|FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z",
                "20070311T020000|-0500|-0400|FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
                "20071104T020000|-0400|-0500|FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
            ),
            "15:00",
            "15:00",
        ),
        # Rules that all ended: what held last holds on.
        (
            "Ours",
            zone(
                "Ours",
                "19810329T020000|+0300|+0400|FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20100328T020000",
                "19811025T030000|+0400|+0300|FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20101031T030000",
            ),
            "07:00",
            "08:00",
        ),
        ("Ours", zone("Ours", "19700101T000000|+0200|+0200", "20110327T020000|+0200|+0300"), "07:00", "08:00"),
        # A list of changes that ends before the event does not say that they do: a name that is known goes on.
        (
            "Europe/Helsinki",
            zone("Europe/Helsinki", "20251026T040000|+0300|+0200", "20260329T030000|+0200|+0300"),
            "07:00",
            "08:00",
        ),
        (
            "Europe/Helsinki",
            zone("Europe/Helsinki", "20231029T040000|+0300|+0200", "20240331T030000|+0200|+0300"),
            "08:00",
            "08:00",
        ),
        ("Ours", zone("Ours", "20231029T040000|+0300|+0200", "20240331T030000|+0200|+0300"), "07:00", "08:00"),
        # Before a definition begins, what it says was before.
        ("Ours", zone("Ours", "20300101T000000|+0300|+0400"), "07:00", "08:00"),
    ],
)
def test_a_definition_gives_the_offsets(name: str, definition: str, winter: str, summer: str) -> None:
    begins = [spans(text(definition, at(name, shown)))[0] for shown in (WINTER, SUMMER)]

    assert begins == [
        f"{day} {shown}/{(datetime.strptime(shown, '%H:%M') + timedelta(hours=1)):%H:%M}"  # noqa: DTZ007 - on the wall
        for day, shown in (("12-01", winter), ("07-01", summer))
    ]


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("utc", 10),
        ("UTC", 10),
        ("Z", 10),
        ("gmt", 10),
        ("Etc/UTC", 10),
        ("tzone://Microsoft/Utc", 10),
        ("(UTC) Coordinated Universal Time", 10),
        ("Temps universel coordonné", 10),
        ("europe/paris", 9),
        ("EUROPE/PARIS", 9),
        ("Europe/Paris_1", 9),
        ("Europe/Paris-2", 9),
        ("/freeassociation.sourceforge.net/Europe/Paris", 9),
        ("/example.org/20260101_1/Europe/Paris", 9),
        ("america/new york", 15),
        ("America/New_York", 15),
        ("America/Argentina/Buenos_Aires", 13),
        ("romance standard time", 9),
        ("Romance Daylight Time", 9),
        ("W. EUROPE STANDARD TIME", 9),
        ("GMT Standard Time", 10),
        ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", 9),
        ("(GMT+01:00) Bruxelles, Copenhague, Madrid, Paris", 9),
        ("(UTC+01:00) Amsterdam, Berlin, Berne, Rome, Stockholm, Vienne", 9),
        ("(UTC+00:00) Dublin, Édimbourg, Lisbonne, Londres", 10),
        ("Paris, Madrid", 9),
        ("Paris", 9),
        ("(UTC-05:00) Eastern Time (US & Canada)", 15),
        ("(UTC-05:00) Est (É.-U. et Canada)", 15),
        ("(UTC-08:00) Pacific Time (US & Canada)", 18),
        ("(UTC+10:00) Canberra, Melbourne, Sydney", -1),
        ("CEST", 9),
        ("Heure d’Europe centrale", 9),
        ("Mitteleuropäische Zeit", 9),
        ("GMT+1", 9),
        ("UTC+01:00", 9),
        ("UTC-02", 12),
        ("+0200", 8),
        ("Etc/GMT-1", 9),
    ],
)
def test_a_zone_goes_by_many_names(name: str, hour: int) -> None:
    expected = f"12-01 {hour:02}:00/{hour + 1:02}:00" if hour >= 0 else "11-30 23:00/12-01 00:00"

    assert spans(text(at(f'"{name}"'))) == [expected]


@pytest.mark.parametrize("name", ["(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "(GMT+01:00) Bruxelles, Paris"])
def test_a_name_with_a_colon_may_stand_without_quotes(name: str) -> None:
    assert spans(text(at(name), event(f"EXDATE;TZID={name}:{WINTER}", "DTSTART:20261101", uid="two"))) == [
        "11-01 00:00/11-02 00:00",
        "12-01 09:00/10:00",
    ]


def test_names_of_summer_time_are_those_of_the_whole_year() -> None:
    names = ("Romance Daylight Time", "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "CEST", "europe/paris")

    assert {spans(text(at(f'"{name}"', SUMMER)))[0] for name in names} == {"07-01 09:00/10:00"}


@pytest.mark.parametrize(
    "name",
    [
        "(no TZ description)",
        "Customized Time Zone",
        "tzone://Microsoft/Custom",
        "GMT +0100 (Standard) / GMT +0200 (Daylight)",
        "(UTC+01:00) Afrique centrale - Ouest",
        "(UTC+05:00) Paris",
        "Paris, New York",
        "Standard Time",
        "x" * 256,
        "Est (Canada)x",
    ],
)
def test_a_name_that_nobody_knows_is_refused(name: str) -> None:
    with refused(Kind.INVALID, "uses the time zone '.+', which is not known. Publish it with one such as Europe/Paris"):
        reading(text(at(f'"{name}"')))


@pytest.mark.parametrize("line", ["DTSTART;TZID=(no TZ description);VALUE=DATE:20261201", "DTSTART;TZID=x:20261201"])
def test_a_day_needs_no_zone(line: str) -> None:
    assert spans(text(event(line))) == ["12-01 00:00/12-02 00:00"]


def test_a_zone_of_a_time_in_utc_is_not_looked_at() -> None:
    assert spans(text(event("DTSTART;TZID=x:20261201T090000Z", "DURATION:PT1H"))) == ["12-01 10:00/11:00"]


def test_a_repeated_event_stays_where_the_zone_s_clock_shows_it() -> None:
    weekly = event("DTSTART;TZID=Ours:20261018T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3")

    assert spans(text(PARIS.format(name="Ours"), weekly)) == [
        "10-18 09:00/10:00",
        "10-25 09:00/10:00",
        "11-01 09:00/10:00",
    ]
    # In New York the clock is put back a week later.
    assert spans(text(NEW_YORK, weekly)) == ["10-18 15:00/16:00", "10-25 14:00/15:00", "11-01 15:00/16:00"]


DEFINED = {
    "Europe/Paris": PARIS.format(name="Ours"),
    "America/New_York": NEW_YORK,
    "Australia/Sydney": zone(
        "Ours",
        "20080406T030000|+1100|+1000|FREQ=YEARLY;BYMONTH=4;BYDAY=1SU",
        "20081005T020000|+1000|+1100|FREQ=YEARLY;BYMONTH=10;BYDAY=1SU",
    ),
    "Australia/Lord_Howe": zone(
        "Ours",
        "20080406T020000|+1100|+1030|FREQ=YEARLY;BYMONTH=4;BYDAY=1SU",
        "20081005T020000|+1030|+1100|FREQ=YEARLY;BYMONTH=10;BYDAY=1SU",
    ),
    "Asia/Kolkata": zone("Ours", "19700101T000000|+0530|+0530"),
}


def defined(definition: str) -> Clock:
    return Clocks(read_parts(text(definition)).zones, Allowance()).named("Ours")


@pytest.mark.parametrize("name", DEFINED)
def test_a_definition_is_read_as_the_database_has_the_zone(name: str) -> None:
    clock, known, random = defined(DEFINED[name]), clock_named(name), Random(name)  # noqa: S311 - to be looked at again
    assert known is not None
    changes = [datetime(2027, month, 1) for month in (3, 4, 10, 11)]  # noqa: DTZ001 - as a clock shows it

    for _ in range(3_000):
        shown = random.choice(changes) + timedelta(minutes=15 * random.randrange(40 * 96))
        when = known.utc(shown)
        assert (clock.utc(shown), clock.shown(when)) == (when, known.shown(when)), shown


def test_the_ends_of_time_are_read_too() -> None:
    for clock in (clock_named("Europe/Paris"), clock_named("America/New_York"), defined(DEFINED["Europe/Paris"])):
        assert clock is not None
        for shown in (datetime(1, 1, 1), datetime(9999, 12, 31, 23)):  # noqa: DTZ001 - as a clock shows it
            assert abs(clock.utc(shown) - shown) < timedelta(days=1)
            assert abs(clock.shown(shown) - shown) < timedelta(days=1)


def test_a_definition_of_one_calendar_is_not_another_ones() -> None:
    reading(text(PARIS.format(name="Ours"), at("Ours")))

    with refused(Kind.INVALID, "time zone 'Ours', which is not known"):
        reading(text(at("Ours")))


def test_a_definition_that_changes_every_minute_is_given_up() -> None:
    parts = [f"19700101T{n // 60:02}{n % 60:02}00|+0100|+0200|FREQ=DAILY" for n in range(1_000)]

    with refused(Kind.INVALID, "repeat over too long a time|more than 5000 events"):
        reading(text(zone("Ours", *parts), at("Ours")))


def test_zones_of_the_system_are_known_by_the_names_that_windows_has() -> None:
    clock = clock_named("Romance Standard Time")

    assert clock is clock_named("Europe/Paris")
    assert ZoneInfo("Europe/Paris").key == "Europe/Paris"
