"""Whole days: as programs write them, and as they are meant."""

import pytest

from tests.desk.icals import event, spans, text

DAY = ["12-01 00:00/12-02 00:00"]


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART;VALUE=DATE:20261201"],
        ["DTSTART:20261201"],
        ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261201"],
        ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202"],
        ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261130"],
        ["DTSTART;VALUE=DATE:20261201", "DURATION:P1D"],
        ["DTSTART;VALUE=DATE:20261201", "DURATION:PT24H"],
        ["DTSTART;VALUE=DATE:20261201", "DURATION:PT0S"],
        ["DTSTART;VALUE=DATE:20261201", "DURATION:-P1D"],
        ["DTSTART;VALUE=DATE:20261201T000000", "DTEND;VALUE=DATE:20261202T000000"],
        ["DTSTART;VALUE=DATE;TZID=Europe/Paris:20261201", "DTEND;VALUE=DATE;TZID=Europe/Paris:20261201"],
        ["DTSTART;VALUE=DATE:20261201", "DTEND:20261201T235900"],
        ["DTSTART;VALUE=DATE:20261201", "DTEND:20261202T000000"],
        ["DTSTART:20261201T000000", "DTEND;VALUE=DATE:20261201"],
        ["DTSTART:20261201T000000", "DTEND;VALUE=DATE:20261202"],
        ["DTSTART:20261201T000000", "DTEND:20261201T235900"],
        ["DTSTART:20261201T000000", "DTEND:20261201T235959"],
        ["DTSTART:20261201T000000", "DTEND:20261201T240000"],
        ["DTSTART:20261201T000000", "DTEND:20261201T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"],
        ["DTSTART:20261201T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:true"],
        ["DTSTART;TZID=Europe/Paris:20261201T000000", "DTEND;TZID=Europe/Paris:20261201T235900"],
        ["DTSTART:20261130T230000Z", "DTEND:20261201T225900Z"],
    ],
)
def test_a_day_is_a_day_however_it_is_written(lines: list[str]) -> None:
    assert spans(text(event(*lines))) == DAY


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"], ["12-24 00:00/12-27 00:00"]),
        (["DTSTART;VALUE=DATE:20261224", "DURATION:P1W"], ["12-24 00:00/12-31 00:00"]),
        (["DTSTART:20261224T120000", "DTEND;VALUE=DATE:20261224"], ["12-24 12:00/12-25 00:00"]),
        (["DTSTART:20261224T120000", "DTEND:20261224T235900"], ["12-24 12:00/12-25 00:00"]),
        (["DTSTART:20261224T120000", "DTEND:20261224T235800"], ["12-24 12:00/23:58"]),
    ],
)
def test_days_and_parts_of_them_end_where_they_are_meant_to(lines: list[str], expected: list[str]) -> None:
    assert spans(text(event(*lines))) == expected


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Pacific/Auckland", "UTC"])
def test_a_date_is_that_day_wherever_the_account_is(zone: str) -> None:
    assert spans(text(event("DTSTART;VALUE=DATE:20261201"), "X-WR-TIMEZONE:Asia/Tokyo"), zone=zone) == DAY


def test_a_day_that_repeats_each_year_is_one_day_each_time() -> None:
    lines = ["DTSTART;VALUE=DATE:20200507", "DTEND;VALUE=DATE:20200507", "RRULE:FREQ=YEARLY"]

    assert spans(text(event(*lines))) == ["05-07 00:00/05-08 00:00"]


def test_days_that_are_named_one_by_one_are_days() -> None:
    lines = ["DTSTART;VALUE=DATE:20261201", "RDATE;VALUE=DATE:20261209,20261224"]

    assert spans(text(event(*lines))) == [
        "12-01 00:00/12-02 00:00",
        "12-09 00:00/12-10 00:00",
        "12-24 00:00/12-25 00:00",
    ]
