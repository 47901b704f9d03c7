"""Opening hours by example: precedence, spans, nights on which the clock changes, switches, and until when."""

from datetime import date
from typing import Any

import msgspec
import pytest

from aiguillage.domain.holidays import ObservedDay
from aiguillage.domain.hours import Hours, State
from aiguillage.domain.queues import Holiday, Observance, Queue, Switch, TimeSpan
from tests.domain.timetables import (
    ON_ACCOUNT,
    ON_GROUP,
    ON_QUEUE,
    PARIS,
    SUPPORT,
    dated,
    exception,
    hours,
    moment,
    said,
    switch,
    weekly,
)

DAY = 86_400_000_000
TUESDAY = "2026-07-14"
LEVELS: list[tuple[str, Any, tuple[str, str, str]]] = [
    ("switch", switch(ON_ACCOUNT, "of all"), ("switch", "account", "of all")),
    ("switch", switch(ON_QUEUE, "of the queue"), ("switch", "queue", "of the queue")),
    ("switch", switch(ON_GROUP, "of the group"), ("switch", "group", "of the group")),
    ("exception", exception(TUESDAY, label="works"), ("exception", "queue", "works")),
    ("exception", exception(TUESDAY, label="fair", **ON_GROUP), ("exception", "group", "fair")),
    ("holiday", Holiday(day=date(2026, 7, 14), label="feast"), ("holiday", "account", "feast")),
    (
        "observance",
        Observance(country="FR", days=(ObservedDay(date(2026, 7, 14), "Fête nationale"),)),
        ("holiday", "account", "Fête nationale"),
    ),
    ("time_span", dated(TUESDAY, "09:00", "12:00", reference="a"), ("time_span", "queue", "a")),
    ("time_span", dated(TUESDAY, "09:00", "12:00", reference="b", **ON_GROUP), ("time_span", "group", "b")),
    ("time_span", weekly(2, "09:00", "12:00", reference="c"), ("time_span", "queue", "c")),
    ("time_span", weekly(2, "09:00", "12:00", reference="d", **ON_GROUP), ("time_span", "group", "d")),
]
"""One fact of each level, the strongest first, each of them true on Tuesday 14 July 2026 at 10."""


@pytest.mark.parametrize("strongest", range(len(LEVELS) + 1))
def test_the_first_level_that_applies_decides(strongest: int) -> None:
    left = LEVELS[strongest:]
    by_kind: dict[str, list[Any]] = {}
    for kind, fact, _ in reversed(left):
        by_kind.setdefault(kind, []).append(fact)

    state = hours(**by_kind).state(1, moment("2026-07-14T10:00"))

    assert (state.reason, state.of, state.label) == (left[0][2] if left else ("no_hours", "queue", ""))


@pytest.mark.parametrize(
    ("queue", "spans", "said"),
    [
        (SUPPORT, [], (True, "209", "no_hours")),
        (msgspec.structs.replace(SUPPORT, default_destination=None), [], (True, "207", "no_hours")),
        (msgspec.structs.replace(SUPPORT, default_destination=None, number=None), [], (True, "support", "no_hours")),
        (SUPPORT, [weekly(1, "09:00", "12:00")], (False, "209", "default")),
        (SUPPORT, [weekly(1, "09:00", "12:00", **ON_GROUP)], (False, "209", "default")),
        (SUPPORT, [dated("2020-01-02", "09:00", "12:00")], (False, "209", "default")),
    ],
)
def test_a_queue_without_any_hours_is_open(queue: Queue, spans: list[TimeSpan], said: tuple[object, ...]) -> None:
    state = hours(queue, time_span=spans).state(1, moment("2026-07-14T10:00"))

    assert (state.open, state.destination, state.reason) == said


@pytest.mark.parametrize(
    ("queue", "kind", "fact", "destination"),
    [
        (SUPPORT, "time_span", weekly(2, "09:00", "12:00"), "207"),
        (msgspec.structs.replace(SUPPORT, number=None), "time_span", weekly(2, "09:00", "12:00"), "support"),
        (SUPPORT, "time_span", weekly(2, "09:00", "12:00", destination="300"), "300"),
        (SUPPORT, "exception", exception(TUESDAY), "209"),
        (SUPPORT, "exception", exception(TUESDAY, destination="300"), "300"),
        (SUPPORT, "holiday", Holiday(day=date(2026, 7, 14), label="feast"), "209"),
        (SUPPORT, "holiday", Holiday(day=date(2026, 7, 14), label="feast", destination="300"), "300"),
        (SUPPORT, "time_span", weekly(1, "09:00", "12:00"), "209"),
        (msgspec.structs.replace(SUPPORT, default_destination=None), "time_span", weekly(1, "09:00", "12:00"), None),
        (msgspec.structs.replace(SUPPORT, default_destination=None), "exception", exception(TUESDAY), None),
    ],
)
def test_what_names_no_destination_sends_calls_to_the_queue_or_to_its_default(
    queue: Queue, kind: str, fact: object, destination: str | None
) -> None:
    state = hours(queue, **{kind: [fact]}).state(1, moment("2026-07-14T10:00"))

    assert state.destination == destination
    assert state.open is (state.reason == "time_span")


OFFICE = [weekly(day, start, end) for day in range(1, 6) for start, end in (("08:00", "12:00"), ("13:30", "18:00"))]


@pytest.mark.parametrize(
    ("spans", "at", "reference", "until"),
    [
        ([weekly(2, "09:00", "12:00")], "2026-07-14T08:59:59", None, "2026-07-14T07:00:00"),
        ([weekly(2, "09:00", "12:00")], "2026-07-14T09:00", "", "2026-07-14T10:00:00"),
        ([weekly(2, "09:00", "12:00")], "2026-07-14T12:00", None, "2026-07-21T07:00:00"),
        ([weekly(1, "22:00", "06:00")], "2026-07-14T05:59:59", "", "2026-07-14T04:00:00"),
        ([weekly(7, "22:00", "06:00")], "2026-07-13T01:00", "", "2026-07-13T04:00:00"),
        ([weekly(2, "00:00", "00:00")], "2026-07-14T00:00", "", "2026-07-14T22:00:00"),
        ([weekly(2, "00:00", "00:00")], "2026-07-15T00:00", None, "2026-07-20T22:00:00"),
        ([weekly(day, "00:00", "00:00") for day in range(1, 8)], "2026-07-15T00:00", "", None),
        (
            [weekly(2, "09:00", "12:00", reference="late"), weekly(2, "08:00", "10:00", reference="early")],
            "2026-07-14T09:30",
            "early",
            "2026-07-14T08:00:00",
        ),
        (
            [weekly(2, "08:00", "12:00", reference="older"), weekly(2, "08:00", "14:00", reference="newer")],
            "2026-07-14T09:30",
            "older",
            "2026-07-14T10:00:00",
        ),
        (
            [weekly(2, "00:00", "12:00", reference="today"), weekly(1, "22:00", "06:00", reference="yesterday")],
            "2026-07-14T05:00",
            "yesterday",
            "2026-07-14T04:00:00",
        ),
        (
            [dated("2026-07-13", "22:00", "06:00", reference="dated"), weekly(2, "00:00", "12:00", reference="weekly")],
            "2026-07-14T05:00",
            "dated",
            "2026-07-14T04:00:00",
        ),
        (
            [weekly(2, "09:00", "12:00", reference="q"), weekly(2, "08:00", "18:00", reference="g", **ON_GROUP)],
            "2026-07-14T08:30",
            "g",
            "2026-07-14T07:00:00",
        ),
        ([dated("2026-12-24", "09:00", "12:00")], "2026-07-14T10:00", None, "2026-12-24T08:00:00"),
        ([dated("2026-12-24", "09:00", "12:00")], "2026-12-24T12:00", None, None),
        ([dated("2050-12-24", "09:00", "12:00")], "2026-12-24T12:00", None, "2050-12-24T08:00:00"),
        # 29 March 2026: the clock is put on from 02:00 to 03:00.
        ([weekly(7, "02:15", "02:45")], "2026-03-29T01:59", None, "2026-04-05T00:15:00"),
        ([weekly(7, "02:15", "03:30")], "2026-03-29T01:59", None, "2026-03-29T01:00:00"),
        ([weekly(7, "01:30", "02:30")], "2026-03-29T01:45", "", "2026-03-29T01:00:00"),
        ([dated("2026-03-29", "02:15", "02:45")], "2026-03-29T01:59", None, None),
        # 25 October 2026: it is put back from 03:00 to 02:00, so that the hour runs twice.
        ([weekly(7, "02:15", "02:45")], "2026-10-25T02:30+02:00", "", "2026-10-25T00:45:00"),
        ([weekly(7, "02:15", "02:45")], "2026-10-25T02:50+02:00", None, "2026-10-25T01:15:00"),
        ([weekly(7, "02:15", "02:45")], "2026-10-25T02:30+01:00", "", "2026-10-25T01:45:00"),
        ([weekly(7, "02:15", "03:30")], "2026-10-25T02:30+02:00", "", "2026-10-25T01:00:00"),
        ([weekly(7, "01:00", "02:30")], "2026-10-25T02:45+02:00", None, "2026-10-25T01:00:00"),
        ([dated("2026-10-25", "01:00", "02:30")], "2026-10-25T02:45+02:00", None, "2026-10-25T01:00:00"),
        ([dated("2026-10-25", "01:00", "02:30")], "2026-10-25T02:45+01:00", None, None),
        ([weekly(7, "01:00", "05:00")], "2026-10-25T02:30+02:00", "", "2026-10-25T04:00:00"),
    ],
)
def test_spans_open_a_queue_by_the_clock_on_the_wall(
    spans: list[TimeSpan], at: str, reference: str | None, until: str | None
) -> None:
    state = hours(time_span=spans).state(1, moment(at))

    assert (state.label if state.open else None) == reference
    assert said(state.until) == until


@pytest.mark.parametrize(
    ("switches", "at", "label", "until"),
    [
        ([switch(ON_QUEUE, "a")], "2026-07-14T08:00", "a", None),
        ([switch(ON_QUEUE, "a", "2026-07-14T12:00")], "2026-07-14T08:00", "a", "2026-07-14T10:00:00"),
        ([switch(ON_QUEUE, "a", "2026-07-14T12:00")], "2026-07-14T12:00", "", None),
        ([msgspec.structs.replace(switch(ON_QUEUE, "a"), on=False)], "2026-07-14T08:00", "", None),
        (
            [switch(ON_QUEUE, "a", "2026-07-14T12:00"), switch(ON_QUEUE, "a", "2026-07-14T15:00")],
            "2026-07-14T08:00",
            "a",
            "2026-07-14T13:00:00",
        ),
        ([switch(ON_QUEUE, "a", "2026-07-14T12:00"), switch(ON_QUEUE, "a")], "2026-07-14T08:00", "a", None),
        ([switch({"owner_type": "queue", "owner_id": 2}, "a")], "2026-07-14T08:00", "", None),
    ],
)
def test_a_switch_holds_until_its_time(switches: list[Switch], at: str, label: str, until: str | None) -> None:
    state = hours(switch=switches).state(1, moment(at))

    assert state.label == label
    assert said(state.until) == until


def test_the_accounts_switch_is_the_oldest_that_holds() -> None:
    timetable = hours(
        switch=[
            switch(ON_QUEUE, "of the queue"),
            switch(ON_ACCOUNT, "ended", "2026-07-14T06:00"),
            switch(ON_ACCOUNT, "first", "2026-07-14T12:00"),
            switch(ON_ACCOUNT, "second", "2026-07-14T13:00"),
        ]
    )

    names = []
    for at in ("2026-07-14T08:00", "2026-07-14T12:00", "2026-07-14T13:00"):
        found = timetable.account_switch(moment(at))
        names.append(found and found.name)

    assert names == ["first", "second", None]


def test_the_queues_of_a_group_share_its_hours() -> None:
    sales = Queue(name="Sales", code="sales", number="210", group=5)
    spans = {10: weekly(2, "09:00", "12:00", **ON_GROUP)}
    timetable = Hours(PARIS, {"queue": {1: SUPPORT, 2: sales}, "time_span": spans})

    states = [timetable.state(queue_id, moment("2026-07-14T10:00")) for queue_id in (1, 2)]

    assert [(state.open, state.destination) for state in states] == [(True, "207"), (True, "210")]


def test_a_queue_without_group_and_a_group_that_is_gone_are_no_trouble() -> None:
    alone = msgspec.structs.replace(SUPPORT, group=None)
    spans = [weekly(2, "09:00", "12:00", **ON_GROUP)]

    assert hours(alone, time_span=spans).state(1, moment("2026-07-14T10:00")).reason == "no_hours"
    assert Hours(PARIS, {"queue": {1: SUPPORT}}).state(1, 0) == State(True, "209", "no_hours", "queue", "", None)


def test_an_unknown_queue_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        hours().state(2, 0)
    with pytest.raises(KeyError):
        hours().state_now(2, 0)


QUEUES = {
    4: Queue(name="Closed", code="closed", number="206", active=False),
    3: Queue(name="Again", code="207", number="208"),
    2: Queue(name="Sales", code="Sales", number="210"),
    1: SUPPORT,
}


@pytest.mark.parametrize(
    ("text", "by_destination", "by_name"),
    [
        ("207", 1, 3),
        ("208", 3, 3),
        ("210", 2, 2),
        ("support", 1, 1),
        ("SALES", 2, 2),
        ("206", None, None),
        ("closed", None, None),
        ("999", None, None),
    ],
)
def test_active_queues_are_found_by_number_and_code(text: str, by_destination: int | None, by_name: int | None) -> None:
    timetable = Hours(PARIS, {"queue": QUEUES})

    assert timetable.queue_of(text) == by_destination
    assert timetable.queue_named(text) == by_name


def test_what_is_remembered_ends_when_it_says() -> None:
    timetable = hours(time_span=OFFICE)

    asked = [
        timetable.state_now(1, moment(at)).open
        for at in ("2026-07-14T10:00", "2026-07-14T11:59", "2026-07-14T12:00", "2026-07-14T11:00", "2026-07-14T13:30")
    ]

    assert asked == [True, True, False, True, True]
    assert timetable.state_now(1, moment("2026-07-14T13:31")) is timetable.state_now(1, moment("2026-07-14T17:59"))


def test_a_week_is_periods_that_follow_one_another() -> None:
    timetable = hours(time_span=[weekly(7, "01:00", "04:00")])
    begin, end = moment("2026-10-24T00:00"), moment("2026-10-26T00:00")

    periods = list(timetable.periods(1, begin, end))

    opens, closes = moment("2026-10-25T01:00"), moment("2026-10-25T04:00")
    assert [(first, last, state.open) for first, last, state in periods] == [
        (begin, opens, False),
        (opens, closes, True),
        (closes, end, False),
    ]
    assert closes - opens == 4 * 3_600_000_000


def test_a_queue_that_never_changes_is_one_period() -> None:
    begin = moment("2026-10-24T00:00")

    [(first, last, state)] = hours().periods(1, begin, begin + 7 * DAY)

    assert (first, last, state.until) == (begin, begin + 7 * DAY, None)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific/Auckland", "America/Santiago", "UTC"])
@pytest.mark.parametrize("at", [moment("0001-01-01T00:00+00:00"), moment("9999-12-31T23:00+00:00")])
def test_any_moment_has_an_answer(zone: str, at: int) -> None:
    yearly = [exception("2026-12-24", "2027-01-02", every_year=True), exception("2028-02-29", every_year=True)]

    state = hours(SUPPORT, zone, time_span=OFFICE, exception=yearly).state(1, at)

    assert state.until is None or state.until > at
