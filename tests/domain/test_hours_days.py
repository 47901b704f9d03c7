"""Days out of the ordinary by example: exceptions, calendars, holidays, once and every year."""

from datetime import date
from typing import Any

import msgspec
import pytest

from aiguillage.domain.holidays import ObservedDay
from aiguillage.domain.queues import Calendar, DayException, Holiday, Observance
from tests.domain.timetables import ON_GROUP, ON_QUEUE, SUPPORT, dated, event, exception, hours, moment, said, weekly


@pytest.mark.parametrize(
    ("facts", "at", "label", "until"),
    [
        ([exception("2026-08-03", "2026-08-14", label="a")], "2026-08-02T23:59", None, "2026-08-02T22:00:00"),
        ([exception("2026-08-03", "2026-08-14", label="a")], "2026-08-14T23:59", "a", "2026-08-14T22:00:00"),
        ([exception("2026-08-03", "2026-08-14", label="a")], "2027-08-03T00:00", None, None),
        ([exception("2026-08-03", "2026-08-14", label="a", every_year=True)], "2027-08-03", "a", "2027-08-14T22:00:00"),
        (
            [exception("2026-08-03", "2026-08-14", label="a", every_year=True)],
            "2025-08-15",
            None,
            "2026-08-02T22:00:00",
        ),
        ([exception("2026-12-24", "2027-01-02", label="a", every_year=True)], "2030-01-02", "a", "2030-01-02T23:00:00"),
        ([exception("2026-12-24", "2027-01-02", label="a", every_year=True)], "2032-01-01", "a", "2032-01-02T23:00:00"),
        ([exception("2028-02-29", label="a", every_year=True)], "2028-02-29", "a", "2028-02-29T23:00:00"),
        ([exception("2028-02-29", label="a", every_year=True)], "2028-03-01", None, "2032-02-28T23:00:00"),
        ([exception("2028-02-29", label="a", every_year=True)], "2096-03-01", None, "2104-02-28T23:00:00"),
        ([exception("2028-02-28", "2028-02-29", label="a", every_year=True)], "2027-02-28", "a", "2027-02-28T23:00:00"),
        ([exception("2028-02-29", "2028-03-01", label="a", every_year=True)], "2027-03-01", "a", "2027-03-01T23:00:00"),
        ([exception("2026-01-01", "2026-12-31", label="a", every_year=True)], "2026-06-01", "a", None),
        ([exception("2026-03-01", "2027-02-28", label="a", every_year=True)], "2026-06-01", "a", "2028-02-28T23:00:00"),
        ([exception("2026-03-01", "9999-12-31", label="a")], "2026-06-01", "a", None),
        ([exception("2026-03-01", "9999-12-31", label="a")], "9999-12-31T23:00", "a", None),
        (
            [exception("2026-08-03", "2026-08-14", label="a"), exception("2026-08-01", "2026-08-05", label="b")],
            "2026-08-04",
            "b",
            "2026-08-05T22:00:00",
        ),
        (
            [exception("2026-08-03", "2026-08-14", label="a"), exception("2026-08-03", "2026-08-20", label="b")],
            "2026-08-04",
            "a",
            "2026-08-14T22:00:00",
        ),
        (
            [
                exception("2026-08-03", "2026-08-14", label="a", every_year=True),
                exception("2026-08-02", "2026-08-04", label="b"),
            ],
            "2026-08-04",
            "b",
            "2026-08-04T22:00:00",
        ),
        (
            [exception("2026-08-03", label="a"), exception("2026-08-04", label="a")],
            "2026-08-03",
            "a",
            "2026-08-04T22:00:00",
        ),
    ],
)
def test_exceptions_hold_whole_days_once_or_every_year(
    facts: list[DayException], at: str, label: str | None, until: str | None
) -> None:
    state = hours(exception=facts).state(1, moment(at))

    assert (state.label if state.reason == "exception" else None) == label
    assert said(state.until) == until


WORKS = Calendar(
    **ON_QUEUE,
    name="Closing days",
    destination="300",
    events=(
        event("2026-07-14T10", "2026-07-14T11", "works"),
        event("2026-07-14T12", "2026-07-14T13"),
        event("2026-07-14T14", "2026-07-14T14", "nothing"),
    ),
)


@pytest.mark.parametrize(
    ("at", "label"),
    [
        ("2026-07-14T09:59", None),
        ("2026-07-14T10:00", "works"),
        ("2026-07-14T11:00", None),
        ("2026-07-14T12:30", "Closing days"),
        ("2026-07-14T14:00", None),
    ],
)
def test_a_calendars_events_are_exceptions(at: str, label: str | None) -> None:
    state = hours(calendar=[WORKS]).state(1, moment(at))

    assert (state.label, state.destination) == ((label, "300") if label else ("", "209"))


OBSERVED = Observance(
    country="FR",
    off=("Ascension",),
    destinations={"Noël": "310"},
    days=(
        ObservedDay(date(2026, 5, 14), "Ascension"),
        ObservedDay(date(2026, 8, 15), "Assomption"),
        ObservedDay(date(2026, 12, 25), "Noël"),
    ),
)


@pytest.mark.parametrize(
    ("at", "label", "destination"),
    [
        ("2026-05-14", "", "209"),
        ("2026-08-15", "Assomption", "209"),
        ("2026-12-25", "Noël", "310"),
        ("2026-11-11", "fair", "330"),
        ("2030-11-11", "fair", "330"),
        ("2026-11-12", "feast", "209"),
        ("2027-11-12", "", "209"),
    ],
)
def test_holidays_are_entered_by_hand_or_observed(at: str, label: str, destination: str) -> None:
    by_hand = [
        Holiday(day=date(2026, 11, 11), label="fair", every_year=True, destination="330"),
        Holiday(day=date(2026, 11, 12), label="feast"),
    ]

    state = hours(holiday=by_hand, observance=[OBSERVED]).state(1, moment(at))

    assert (state.label, state.destination) == (label, destination)
    assert state.reason == ("holiday" if label else "no_hours")


def test_the_days_of_a_year_that_are_out_of_the_ordinary_are_found_at_once() -> None:
    alone = msgspec.structs.replace(SUPPORT, group=None)
    facts: dict[str, Any] = {
        "exception": [
            exception("2025-12-30", "2026-01-02", label="year's end", every_year=True),
            exception("2026-05-14", label="fair", destination="330", **ON_GROUP),
        ],
        "observance": [OBSERVED],
        "time_span": [weekly(1, "09:00", "12:00"), dated("2026-07-06", "22:00", "02:00", reference="night")],
    }
    first, last = date(2026, 1, 1), date(2026, 12, 31)

    found = {day: state.label for day, state in hours(**facts).days("queue", 1, first, last).items()}

    own = {(1, 1): "year's end", (1, 2): "year's end", (7, 6): "night", (7, 7): "night"}
    everybodys = {(8, 15): "Assomption", (12, 25): "Noël", (12, 30): "year's end", (12, 31): "year's end"}
    assert found == {date(2026, *day): label for day, label in (own | {(5, 14): "fair"} | everybodys).items()}
    assert date(2026, 5, 14) not in hours(alone, **facts).days("queue", 1, first, last)
    of_group = hours(**facts).days("group", 5, date(2026, 5, 14), date(2026, 5, 15))
    assert [(day.day, state.reason, state.destination) for day, state in of_group.items()] == [(14, "exception", "330")]
    assert hours().days("queue", 1, first, last) == {}
