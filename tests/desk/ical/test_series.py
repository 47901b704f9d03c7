"""Series: how long they go on, what is taken out of them, what is moved, and which events belong together."""

import pytest

from tests.desk.icals import PARIS, days, event, left_out, spans, text

DAILY = ("DTSTART;TZID=Europe/Paris:20261201T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4")
WHOLE = ("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;COUNT=4")
WITHOUT_2 = ["12-01", "12-03", "12-04"]
ALL = ["12-01", "12-02", "12-03", "12-04"]


@pytest.mark.parametrize(
    "until",
    [
        "20261203",
        "20261203T090000",
        "20261203T235959",
        "20261203T080000Z",
        "20261203T225959Z",
    ],
)
def test_the_last_repeat_is_the_one_of_until_however_it_is_written(until: str) -> None:
    lines = (*DAILY[:2], f"RRULE:FREQ=DAILY;UNTIL={until}")

    assert days(text(event(*lines))) == ["12-01", "12-02", "12-03"]


@pytest.mark.parametrize(
    "until", ["20261203", "20261202T230000Z", "20261203T000000", "20261203T225959Z", "20261203T000000Z"]
)
def test_the_last_whole_day_is_the_one_of_until_however_it_is_written(until: str) -> None:
    lines = ("DTSTART;VALUE=DATE:20261201", f"RRULE:FREQ=DAILY;UNTIL={until}")

    assert days(text(event(*lines))) == ["12-01", "12-02", "12-03"]


def test_until_in_summer_is_two_hours_before_midnight() -> None:
    lines = ("DTSTART;VALUE=DATE:20270701", "RRULE:FREQ=DAILY;UNTIL=20270702T220000Z")

    assert days(text(event(*lines))) == ["07-01", "07-02", "07-03"]


def test_until_is_by_the_calendars_own_zone_where_the_account_is_elsewhere() -> None:
    lines = ("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;UNTIL=20261202T230000Z")
    calendar = event(*lines)

    assert days(text(calendar), zone="America/New_York") == ["12-01", "12-02"]
    for home in ("X-WR-TIMEZONE:Europe/Paris", PARIS.format(name="Ours")):
        assert days(text(home, calendar), zone="America/New_York") == ["12-01", "12-02", "12-03"]


@pytest.mark.parametrize("count", ["COUNT=-1", "COUNT=0", "RSCALE=GREGORIAN;SKIP=OMIT"])
def test_what_says_that_there_is_no_end_says_nothing(count: str) -> None:
    lines = (*DAILY[:2], f"RRULE:FREQ=DAILY;{count};UNTIL=20261204")

    assert days(text(event(*lines))) == ALL


def test_a_series_that_ends_before_it_begins_has_no_event() -> None:
    calendar = text(event(*DAILY[:2], "RRULE:FREQ=DAILY;UNTIL=20261130T080000Z"))

    assert (days(calendar), left_out(calendar)) == ([], {"outside": 1})


@pytest.mark.parametrize(
    "exdate",
    [
        ";VALUE=DATE:20261202",
        ":20261202",
        ":20261202T080000Z",
        ";TZID=Europe/Paris:20261202T090000",
        ";TZID=America/New_York:20261202T030000",
        ";TZID=Romance Standard Time:20261202T090000",
        ":20261202T090000",
        ":20261202T000000",
        ":20251202T080000Z,20261202T080000Z",
    ],
)
def test_a_date_is_taken_out_in_any_form(exdate: str) -> None:
    assert days(text(event(*DAILY, f"EXDATE{exdate}"))) == WITHOUT_2


@pytest.mark.parametrize("exdate", [":20261202T100000", ":20261202T090000Z", ":20261205", ";VALUE=DATE:20261208"])
def test_a_time_at_which_nothing_begins_takes_nothing_out(exdate: str) -> None:
    assert days(text(event(*DAILY, f"EXDATE{exdate}"))) == ALL


@pytest.mark.parametrize(
    "exdate",
    [";VALUE=DATE:20261202", ":20261202T000000", ":20261201T230000Z", ":20261202T000000Z", ":20261202T090000"],
)
def test_a_whole_day_is_taken_out_in_any_form(exdate: str) -> None:
    assert days(text(event(*WHOLE, f"EXDATE{exdate}"))) == WITHOUT_2


@pytest.mark.parametrize(
    "place",
    [
        ";TZID=Europe/Paris:20261202T090000",
        ":20261202T080000Z",
        ";TZID=America/New_York:20261202T030000",
        ";TZID=Romance Standard Time:20261202T090000",
        ":20261202T090000",
        ";VALUE=DATE:20261202",
    ],
)
def test_a_repeat_that_is_moved_is_in_its_new_place_alone(place: str) -> None:
    moved = event(f"RECURRENCE-ID{place}", "DTSTART;TZID=Europe/Paris:20261202T150000", "DURATION:PT1H")
    expected = ["12-01 09:00/10:00", "12-02 15:00/16:00", "12-03 09:00/10:00", "12-04 09:00/10:00"]

    assert spans(text(event(*DAILY), moved)) == spans(text(moved, event(*DAILY))) == expected


def test_a_whole_day_is_moved_by_a_time_in_utc() -> None:
    moved = event("RECURRENCE-ID:20261201T230000Z", "DTSTART;VALUE=DATE:20261210")

    assert days(text(event(*WHOLE), moved)) == ["12-01", "12-03", "12-04", "12-10"]


def test_a_repeat_can_be_moved_out_of_the_days_and_into_them() -> None:
    far = event("RECURRENCE-ID:20261202T080000Z", "DTSTART:20400101T080000Z", "DURATION:PT1H")
    near = event("RECURRENCE-ID:20400101T080000Z", "DTSTART:20261210T080000Z", "DURATION:PT1H")

    assert days(text(event(*DAILY), far)) == WITHOUT_2
    assert days(text(event(*DAILY), near)) == [*ALL, "12-10"]


def test_the_newest_of_two_changes_of_a_repeat_counts() -> None:
    place, length = "RECURRENCE-ID:20261202T080000Z", "DURATION:PT1H"
    older, newer = (
        event(place, f"DTSTART:20261202T{hour}0000Z", length, f"SEQUENCE:{number}")
        for hour, number in ((12, 1), (14, 2))
    )

    for calendar in (text(event(*DAILY), older, newer), text(newer, older, event(*DAILY))):
        assert spans(calendar)[1] == "12-02 15:00/16:00"
        assert left_out(calendar) == {"replaced": 1}


def test_a_change_of_what_the_series_has_taken_out_is_none() -> None:
    moved = event("RECURRENCE-ID:20261202T080000Z", "DTSTART:20261202T140000Z", "DURATION:PT1H")

    calendar = text(event(*DAILY, "EXDATE:20261202T080000Z"), moved)

    assert (days(calendar), left_out(calendar)) == (WITHOUT_2, {"cancelled": 1})


def test_a_repeat_and_all_after_it_can_be_moved_and_called_off() -> None:
    place = "RECURRENCE-ID;RANGE=THISANDFUTURE:20261203T080000Z"
    moved = event(place, "DTSTART:20261203T100000Z", "DURATION:PT2H", "RRULE:FREQ=DAILY;COUNT=2")
    gone = event(place, "DTSTART:20261203T080000Z", "STATUS:CANCELLED")

    assert spans(text(event(*DAILY), moved)) == [
        "12-01 09:00/10:00",
        "12-02 09:00/10:00",
        "12-03 11:00/13:00",
        "12-04 11:00/13:00",
    ]
    assert days(text(event(*DAILY), gone)) == ["12-01", "12-02"]


def test_a_change_whose_series_is_not_there_is_an_event() -> None:
    assert days(text(event("RECURRENCE-ID:20261202T080000Z", "DTSTART:20261205T080000Z", "DURATION:PT1H"))) == ["12-05"]


def one(day: int, *more: str, uid: str = "one@example.org") -> str:
    """An event of an hour."""
    return event(f"DTSTART:202612{day:02}T080000Z", "DURATION:PT1H", *more, uid=uid)


def test_several_events_of_one_uid_are_all_there() -> None:
    assert days(text(one(1), one(2), one(3))) == ["12-01", "12-02", "12-03"]
    assert days(text(one(1, "SEQUENCE:3"), one(2, "SEQUENCE:3"))) == ["12-01", "12-02"]
    assert days(text(one(1, uid=""), one(2, uid=""))) == ["12-01", "12-02"]


def test_several_series_of_one_uid_are_all_there() -> None:
    weekly = "RRULE:FREQ=WEEKLY;COUNT=2"

    assert days(text(one(1, weekly), one(2, weekly))) == ["12-01", "12-02", "12-08", "12-09"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_versions_of_an_event_the_newest_counts(order: tuple[int, int]) -> None:
    versions = (one(1, "SEQUENCE:1"), one(2, "SEQUENCE:2"))
    calendar = text(*(versions[place] for place in order))

    assert (days(calendar), left_out(calendar)) == (["12-02"], {"replaced": 1})


@pytest.mark.parametrize("sequence", ["many", "", "12345678901"])
def test_a_sequence_that_is_no_number_is_none(sequence: str) -> None:
    assert days(text(one(1, f"SEQUENCE:{sequence}"), one(2))) == ["12-01", "12-02"]


@pytest.mark.parametrize(
    "period",
    ["20261210T080000Z/PT2H", "20261210T080000Z/20261210T100000Z"],
)
def test_a_period_says_how_long_it_takes_then(period: str) -> None:
    assert spans(text(one(1, f"RDATE;VALUE=PERIOD:{period}"))) == ["12-01 09:00/10:00", "12-10 09:00/11:00"]


def test_a_series_without_a_clock_of_its_own_goes_by_the_accounts() -> None:
    lines = ("DTSTART:20261024T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")

    assert spans(text(event(*lines)), zone="America/New_York") == ["10-24 09:00/10:00", "10-25 09:00/10:00"]


def test_times_at_the_ends_of_time_are_no_trouble() -> None:
    for lines in (
        ("DTSTART:00010101T000000Z", "DTEND:99991231T235959Z"),
        ("DTSTART:99991231T235959Z", "DURATION:PT1H"),
        ("DTSTART:00010101T000000", "DURATION:P999999D"),
        ("DTSTART;VALUE=DATE:99991231",),
        (*DAILY, "EXDATE:00010101T000000Z,99991231T235959Z"),
    ):
        spans(text(event(*lines)), zone="Pacific/Auckland")
        spans(text(event(*lines)), zone="America/New_York")
