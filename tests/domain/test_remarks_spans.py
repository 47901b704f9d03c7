"""What is said of time spans that are entered, beside those that they overlap."""

from datetime import date, datetime, time
from typing import Any

import msgspec
import pytest

from aiguillage.domain.holidays import ObservedDay
from aiguillage.domain.queues import (
    GROUP,
    QUEUE,
    Calendar,
    DayException,
    Event,
    Holiday,
    Observance,
    Queue,
    TimeSpan,
)
from aiguillage.domain.remarks import ONLY_ON_DAYS, on_spans

EVE = date(2026, 12, 24)
DATED = TimeSpan(owner_type=QUEUE, owner_id=7, date_full=EVE, start_time=time(8), end_time=time(12))
NIGHT = msgspec.structs.replace(DATED, start_time=time(22), end_time=time(6))
WEEKLY = msgspec.structs.replace(DATED, date_full=None, day_of_week=1)
QUEUES = {7: Queue(name="Support", code="support", group=3), 8: Queue(name="Shop", code="shop", group=3)}
TUESDAY = msgspec.structs.replace(WEEKLY, day_of_week=2)
CLOSED = DayException(owner_type=QUEUE, owner_id=7, first_day=EVE, last_day=EVE, label="Inventory")


def told(span: TimeSpan, **by_kind: dict[int, Any]) -> list[str]:
    """What is said of a span of queue 7, or of its group 3."""
    facts: dict[str, dict[int, Any]] = {"queue": QUEUES, "time_span": {20: span, 21: TUESDAY}, **by_kind}
    return [str(remark) for remark in on_spans({20: span}, facts)[20]]


def calendar(begins: str, ends: str) -> Calendar:
    """A calendar of queue 7 with one event."""
    event = Event(datetime.fromisoformat(begins), datetime.fromisoformat(ends), "Fair")
    return Calendar(owner_type=QUEUE, owner_id=7, name="Closures", events=(event,))


@pytest.mark.parametrize(
    ("span", "by_kind", "what"),
    [
        (DATED, {"exception": {30: CLOSED}}, "Inventory"),
        (DATED, {"exception": {30: msgspec.structs.replace(CLOSED, label="")}}, "exception"),
        (DATED, {"exception": {30: msgspec.structs.replace(CLOSED, owner_type=GROUP, owner_id=3)}}, "Inventory"),
        (
            DATED,
            {
                "exception": {
                    30: msgspec.structs.replace(
                        CLOSED, first_day=date(2020, 12, 20), last_day=date(2020, 12, 31), every_year=True
                    )
                }
            },
            "Inventory",
        ),
        (DATED, {"holiday": {30: Holiday(label="Eve", day=EVE)}}, "Eve"),
        (DATED, {"holiday": {30: Holiday(label="Eve", day=date(2020, 12, 24), every_year=True)}}, "Eve"),
        (DATED, {"observance": {30: Observance(country="XX", days=(ObservedDay(EVE, "Observed"),))}}, "Observed"),
        (DATED, {"calendar": {30: calendar("2026-12-24T08:00", "2026-12-24T12:00")}}, "Fair"),
        (
            DATED,
            {
                "calendar": {30: calendar("2026-12-24T08:00", "2026-12-24T10:00")},
                "holiday": {31: Holiday(label="Eve", day=EVE)},
            },
            "Fair",
        ),
        (
            NIGHT,
            {"exception": {30: msgspec.structs.replace(CLOSED, last_day=date(2026, 12, 25))}},
            "Inventory",
        ),
        (
            msgspec.structs.replace(DATED, owner_type=GROUP, owner_id=3),
            {
                "exception": {30: msgspec.structs.replace(CLOSED, owner_type=GROUP, owner_id=3)},
                "time_span": {21: WEEKLY},
            },
            "Inventory",
        ),
    ],
)
def test_a_span_that_never_opens_is_told_with_what_comes_first(
    span: TimeSpan, by_kind: dict[str, dict[int, Any]], what: str
) -> None:
    assert told(span, **by_kind) == [f"Never opens: on 2026-12-24, {what} comes first."]


@pytest.mark.parametrize(
    ("span", "by_kind"),
    [
        (DATED, {}),
        (DATED, {"exception": {30: msgspec.structs.replace(CLOSED, owner_id=8)}}),
        (
            DATED,
            {
                "exception": {
                    30: msgspec.structs.replace(CLOSED, first_day=date(2026, 12, 25), last_day=date(2026, 12, 25))
                }
            },
        ),
        (DATED, {"calendar": {30: calendar("2026-12-24T08:00", "2026-12-24T11:00")}}),
        (DATED, {"calendar": {30: calendar("2026-12-24T09:00", "2026-12-24T18:00")}}),
        (
            DATED,
            {"observance": {30: Observance(country="XX", days=(ObservedDay(EVE, "Observed"),), off=("Observed",))}},
        ),
        (NIGHT, {"exception": {30: CLOSED}}),
        (WEEKLY, {"exception": {30: msgspec.structs.replace(CLOSED, first_day=date(2026, 1, 1))}}),
        (
            msgspec.structs.replace(DATED, owner_type=GROUP, owner_id=3),
            {"exception": {30: CLOSED}},
        ),
    ],
)
def test_a_span_that_opens_for_a_while_is_told_nothing(span: TimeSpan, by_kind: dict[str, dict[int, Any]]) -> None:
    assert told(span, **by_kind) == []


@pytest.mark.parametrize(
    ("span", "others", "is_told"),
    [
        (DATED, {}, True),
        (DATED, {21: NIGHT}, True),
        (DATED, {21: msgspec.structs.replace(WEEKLY, owner_id=8)}, True),
        (DATED, {21: WEEKLY}, False),
        (DATED, {21: msgspec.structs.replace(WEEKLY, owner_type=GROUP, owner_id=3)}, False),
        (msgspec.structs.replace(DATED, owner_type=GROUP, owner_id=3), {}, True),
        (msgspec.structs.replace(DATED, owner_type=GROUP, owner_id=3), {21: WEEKLY}, False),
        (WEEKLY, {}, False),
    ],
)
def test_a_span_on_a_date_without_weekly_ones_is_told_where_calls_go_else(
    span: TimeSpan, others: dict[int, TimeSpan], *, is_told: bool
) -> None:
    assert told(span, time_span={20: span, **others}) == ([ONLY_ON_DAYS] if is_told else [])


def test_a_queue_that_somebody_removed_meanwhile_is_no_trouble() -> None:
    assert told(DATED, queue={}, time_span={}) == [ONLY_ON_DAYS]


def test_spans_of_several_owners_are_told_apart() -> None:
    other = msgspec.structs.replace(DATED, owner_id=8)
    facts: dict[str, dict[int, Any]] = {"queue": QUEUES, "time_span": {21: WEEKLY}, "exception": {30: CLOSED}}

    remarks = on_spans({20: DATED, 22: other, 23: DATED}, facts)

    assert [len(remarks[span_id]) for span_id in (20, 22, 23)] == [2, 1, 2]
