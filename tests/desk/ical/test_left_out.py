"""What of a calendar counts for nothing, and why: nothing is dropped in silence."""

from datetime import date, datetime

import pytest

from aiguillage.desk.ical.reading import read_events
from aiguillage.domain.omissions import MOST_FIRST
from aiguillage.domain.queues import LeftOut, Omitted
from tests.desk.icals import days, event, left_out, reading, spans, text

AT = ("DTSTART:20261201T080000Z", "DURATION:PT1H")
DAY = ("DTSTART;VALUE=DATE:20261201",)
GONE: tuple[list[str], dict[str, int]] = ([], {"cancelled": 1})


@pytest.mark.parametrize("status", ["CANCELLED", "CANCELED", "cancelled", " Cancelled "])
def test_a_cancelled_event_is_none(status: str) -> None:
    calendar = text(event(*AT, f"STATUS:{status}"))

    assert (days(calendar), left_out(calendar)) == GONE


@pytest.mark.parametrize("status", ["CONFIRMED", "TENTATIVE", "", "NONSENSE"])
def test_an_event_of_any_other_status_is_one(status: str) -> None:
    assert days(text(event(*AT, f"STATUS:{status}"))) == ["12-01"]


def test_what_a_calendar_is_sent_to_cancel_is_none() -> None:
    calendar = text("METHOD:CANCEL", event(*AT), event(*DAY, uid="two"))

    assert (days(calendar), left_out(calendar)) == ([], {"cancelled": 2})
    assert days(text("METHOD:PUBLISH", event(*AT))) == ["12-01"]


@pytest.mark.parametrize(
    "title",
    [
        "Canceled: Denis",
        "Cancelled: Denis",
        "CANCELLED - Denis",
        "[Cancelled] Denis",
        "Annulé : Denis",
        "Annule\u0301: Denis",
        "ANNULÉE – Denis",
        "Annulé",
        "(annulé) Denis",
        "Denis (annulé)",
        "Denis [canceled]",
        "Abgesagt: Denis",
        "Cancelado: Denis",
        "Annullato: Denis",
        "Geannuleerd: Denis",
    ],
)
def test_a_title_that_says_cancelled_cancels(title: str) -> None:
    calendar = text(event(*AT, summary=title))

    assert (days(calendar), left_out(calendar)) == GONE


@pytest.mark.parametrize(
    "title", ["Cancelled flights desk", "Service annulations", "Denis annulé hier", "Annuler les abonnements", ""]
)
def test_a_title_about_something_else_cancels_nothing(title: str) -> None:
    assert days(text(event(*AT, summary=title))) == ["12-01"]


def test_one_repeat_is_cancelled_by_an_event_of_its_own() -> None:
    series = event(*AT, "RRULE:FREQ=DAILY;COUNT=3")
    off = event("RECURRENCE-ID:20261202T080000Z", "DTSTART:20261202T080000Z", "STATUS:CANCELLED")

    for calendar in (text(series, off), text(off, series)):
        assert (days(calendar), left_out(calendar)) == (["12-01", "12-03"], {"cancelled": 1})


def test_a_cancelled_event_need_not_say_when_it_was() -> None:
    calendar = text(event("STATUS:CANCELLED", "RRULE:FREQ=DAILY"), event(*AT, uid="two"))

    assert (days(calendar), left_out(calendar)) == (["12-01"], {"cancelled": 1})
    assert reading(calendar).left_out == (LeftOut("cancelled", 1, (Omitted(None, "Denis"),)),)


@pytest.mark.parametrize(
    "off", [("STATUS:CANCELLED", "SEQUENCE:2"), ("STATUS:CANCELLED",), ("SEQUENCE:1", "STATUS:CANCELED")]
)
def test_an_event_that_was_cancelled_later_is_none(off: tuple[str, ...]) -> None:
    calendar = text(event(*AT), event(*AT, *off))

    assert (days(calendar), left_out(calendar)) == ([], {"cancelled": 2})


@pytest.mark.parametrize("free", ["TRANSP:TRANSPARENT", "transp:transparent", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
def test_free_times_close_nothing_but_are_told_and_free_days_close(free: str) -> None:
    assert (days(text(event(*AT, free))), left_out(text(event(*AT, free)))) == ([], {"free": 1})
    for lines in (
        DAY,
        ("DTSTART:20261201T000000", "DTEND:20261202T000000"),
        ("DTSTART:20261201T000000", "DTEND:20261201T235900"),
        (AT[0], "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"),
    ):
        assert days(text(event(*lines, free))) == ["12-01"]


@pytest.mark.parametrize(
    "busy", ["TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"]
)
def test_busy_and_tentative_times_close(busy: str) -> None:
    assert days(text(event(*AT, busy))) == ["12-01"]


def test_free_shifts_are_shifts() -> None:
    calendar = text(event(*AT, "TRANSP:TRANSPARENT"))

    assert spans(calendar, shifts=True) == ["12-01 09:00/10:00"]
    assert left_out(calendar, shifts=True) == {}


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261201T080000Z",),
        ("DTSTART:20261201T080000Z", "DTEND:20261201T080000Z"),
        ("DTSTART:20261201T080000Z", "DTEND:20261201T070000Z"),
        ("DTSTART:20261201T080000Z", "DURATION:PT0S"),
        ("DTSTART:20261201T080000Z", "DURATION:-PT1H"),
        ("DTSTART:20261025T004500Z", "DURATION:PT30M"),
    ],
)
def test_an_event_that_takes_no_time_is_told(lines: tuple[str, ...]) -> None:
    calendar = text(event(*lines))

    assert (days(calendar), left_out(calendar)) == ([], {"no_time": 1})


@pytest.mark.parametrize("begin", ["20260901T080000Z", "20271201T080000Z", "19700101T080000Z", "99991231T080000Z"])
def test_an_event_of_other_days_is_told(begin: str) -> None:
    calendar = text(event(f"DTSTART:{begin}", "DURATION:PT1H"))

    assert (days(calendar), left_out(calendar)) == ([], {"outside": 1})


def test_a_series_of_which_anything_counts_counts() -> None:
    calendar = text(event("DTSTART:20200101T080000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY"))

    assert (days(calendar), left_out(calendar)) == (["01-01"], {})


def test_what_is_no_event_is_counted() -> None:
    others = [f"BEGIN:{kind}\nUID:{kind}\nEND:{kind}" for kind in ("VTODO", "VJOURNAL", "VFREEBUSY")]
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM"

    assert left_out(text(*others, event(*AT, alarm))) == {"no_event": 3}


def test_it_is_told_which_are_left_out_up_to_the_first_five() -> None:
    many = [event(*AT, "STATUS:CANCELLED", uid=f"{n}", summary=f"Event {n}") for n in range(7)]

    [told] = reading(text(*many)).left_out

    begins = datetime(2026, 12, 1, 9)  # noqa: DTZ001 - as the clock on the wall shows it
    assert told == LeftOut("cancelled", 7, tuple(Omitted(begins, f"Event {n}") for n in range(MOST_FIRST)))


def test_reasons_are_told_apart() -> None:
    calendar = text(
        event(*AT, "STATUS:CANCELLED", uid="1"),
        event(*AT, "TRANSP:TRANSPARENT", uid="2"),
        event(AT[0], uid="3"),
        event("DTSTART:20200101T080000Z", "DURATION:PT1H", uid="4"),
        event(*AT, "SEQUENCE:1", uid="5"),
        event(*AT, "SEQUENCE:2", uid="5"),
    )

    assert left_out(calendar) == {"cancelled": 1, "free": 1, "no_time": 1, "replaced": 1, "outside": 1}
    assert days(calendar) == ["12-01"]


def test_people_invited_are_kept_of_shifts_alone() -> None:
    invited = event(
        *AT,
        "ATTENDEE;CN=Denis Petit:mailto:denis@example.org",
        "ATTENDEE:MAILTO:camille@example.org",
        'ATTENDEE;CN="Roche, Camille":invalid:nomail',
        "ATTENDEE;CN=elise@example.org;EMAIL=elise@example.org:urn:uuid:1",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:no@example.org",
        "ATTENDEE;CUTYPE=ROOM;CN=Salle:mailto:room@example.org",
        "ATTENDEE;CN=Be\x07ll:invalid",
        "ATTENDEE:invalid",
    )

    [shift], [closed] = (reading(text(invited), shifts=shifts).events for shifts in (True, False))

    people = ("Denis Petit <denis@example.org>", "camille@example.org", "Roche, Camille", "elise@example.org")
    assert (shift.people, closed.people) == (people, ())


def test_the_past_year_is_read_too_where_there_is_room() -> None:
    daily = event("DTSTART:20200101T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    window = (date(2026, 10, 1), date(2026, 12, 1))

    def read(calendar: bytes, since: date | None) -> tuple[date, int]:
        found = read_events(calendar, "Europe/Paris", *window, since=since).events
        return found[0].begins.date(), len(found)

    assert read(text(daily), None) == (date(2026, 10, 1), 61)
    assert read(text(daily), date(2026, 1, 1)) == (date(2026, 1, 1), 334)
    assert read(text(daily), date(2010, 1, 1)) == (date(2020, 1, 1), 2526)
    crowd = [event(f"DTSTART:20200101T1{n}0000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", uid=str(n)) for n in range(3)]
    assert read(text(*crowd), date(2010, 1, 1)) == (date(2026, 10, 1), 183)
