"""What is said of time spans that overlap."""

from datetime import date, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.queues import TimeSpan
from aiguillage.domain.remarks import MOST_REMARKS, overlaps

SPAN = TimeSpan(owner_type="queue", owner_id=1, day_of_week=1, start_time=time(8), end_time=time(18))
TOGETHER = "While both hold, {} one wins: both start together, and it is older."
EARLIER = "While both hold, that one wins: it starts earlier."
NEW = 13
"""An id after that of the other, as new spans have."""

DATED = {"day_of_week": None, "date_full": date(2026, 12, 24)}


@pytest.mark.parametrize(
    ("span", "fact_id", "other", "told"),
    [
        ({}, NEW, {"start_time": time(7)}, f"Overlaps time span 12 (Monday 07:00 to 18:00). {EARLIER}"),
        (
            {},
            NEW,
            {"start_time": time(9), "end_time": time(10)},
            "Overlaps time span 12 (Monday 09:00 to 10:00). While both hold, this one wins: it starts earlier.",
        ),
        (
            {},
            NEW,
            {},
            f"Overlaps time span 12 (Monday 08:00 to 18:00). {TOGETHER.format('that')}",
        ),
        (
            {},
            11,
            {},
            f"Overlaps time span 12 (Monday 08:00 to 18:00). {TOGETHER.format('this')}",
        ),
        ({}, NEW, {"start_time": time(18), "end_time": time(20)}, None),
        ({}, NEW, {"day_of_week": 2}, None),
        ({}, NEW, {"owner_id": 2}, None),
        ({}, NEW, {"owner_type": "group"}, None),
        ({}, 12, {}, None),
        ({}, NEW, DATED, None),
        (
            {"start_time": time(0)},
            NEW,
            {"day_of_week": 7, "start_time": time(22), "end_time": time(6)},
            f"Overlaps time span 12 (Sunday 22:00 to 06:00). {EARLIER}",
        ),
        (
            {"day_of_week": 7, "start_time": time(22), "end_time": time(6)},
            NEW,
            {"start_time": time(0)},
            "Overlaps time span 12 (Monday 00:00 to 18:00). While both hold, this one wins: it starts earlier.",
        ),
        (
            DATED,
            NEW,
            {**DATED, "date_full": date(2026, 12, 23), "start_time": time(20), "end_time": time(9)},
            f"Overlaps time span 12 (2026-12-23 20:00 to 09:00). {EARLIER}",
        ),
        (DATED, NEW, {**DATED, "date_full": date(2026, 12, 25)}, None),
    ],
)
def test_overlapping_spans_are_told_with_which_of_them_wins(
    span: dict[str, Any], fact_id: int, other: dict[str, Any], told: str | None
) -> None:
    mine = {fact_id: msgspec.structs.replace(SPAN, **span)}
    by_kind = {"time_span": {12: msgspec.structs.replace(SPAN, **other), **mine}}

    remarks = overlaps(mine, by_kind)

    assert [str(remark) for remark in remarks[fact_id]] == ([] if told is None else [told])


def spans_of(*days_and_hours: tuple[int, int, int]) -> dict[int, TimeSpan]:
    """Weekly spans by id: the day of the week, the hour of the beginning, that of the end."""
    return {
        n: msgspec.structs.replace(SPAN, day_of_week=day, start_time=time(begin), end_time=time(end))
        for n, (day, begin, end) in enumerate(days_and_hours, start=1)
    }


def meet(one: TimeSpan, other: TimeSpan) -> bool:
    """Whether two weekly spans hold at once in some hour of the week, looked up hour by hour."""

    def hours(span: TimeSpan) -> set[int]:
        first = (span.day_of_week or 0) * 24 + span.start_time.hour
        last = (span.day_of_week or 0) * 24 + span.end_time.hour
        return {hour % (7 * 24) for hour in range(first, last if last > first else last + 24)}

    return bool(hours(one) & hours(other))


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(0, 23), st.integers(0, 23)), max_size=15))
def test_every_span_is_told_of_each_that_it_meets_in_some_hour(week: list[tuple[int, int, int]]) -> None:
    spans = spans_of(*week)

    remarks = overlaps(spans, {"time_span": spans})

    told = {id_: [int(remark.words["id"]) for remark in of_one] for id_, of_one in remarks.items()}
    assert told == {
        id_: [other_id for other_id, other in spans.items() if other_id != id_ and meet(span, other)]
        for id_, span in spans.items()
    }


def test_twenty_overlaps_are_told_and_the_others_counted() -> None:
    spans = spans_of(*[(1, 8, 18)] * (MOST_REMARKS + 6), (2, 8, 18))

    remarks = overlaps({1: spans[1]}, {"time_span": spans})[1]

    assert len(remarks) == MOST_REMARKS + 1
    assert str(remarks[-1]).startswith("Overlaps 5 more time spans.")


def test_spans_that_begin_earlier_and_are_over_are_passed_by() -> None:
    first = date(2026, 12, 1)
    days = {
        n: msgspec.structs.replace(SPAN, day_of_week=None, date_full=first + timedelta(days=n)) for n in range(1, 40)
    }
    long_one = msgspec.structs.replace(days[20], start_time=time(12), end_time=time(12))

    remarks = overlaps({50: long_one}, {"time_span": {**days, 50: long_one}})[50]

    assert [remark.words["id"] for remark in remarks] == ["20", "21"]


def test_a_span_that_somebody_removed_meanwhile_is_remarked_on_all_the_same() -> None:
    spans = spans_of((1, 8, 18), (1, 9, 10))

    remarks = overlaps({1: spans[1]}, {"time_span": {2: spans[2]}})[1]

    assert [remark.words["id"] for remark in remarks] == ["2"]


GAP = (
    "Nothing holds from {} to 12:00, between this one and time span {}. Unless that is meant, let the earlier one end "
    "at 12:00."
)


def week_of(*spans: str, day: int = 1) -> dict[int, TimeSpan]:
    """Spans of one day of the week by id, each as in `08:00/11:59`."""
    times = [map(time.fromisoformat, span.split("/")) for span in spans]
    return {
        n: msgspec.structs.replace(SPAN, day_of_week=day, start_time=begin, end_time=end)
        for n, (begin, end) in enumerate(times, start=1)
    }


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        (
            ("08:00/11:59", "12:00/18:00"),
            GAP.format("11:59", "2 (Monday 12:00 to 18:00)"),
        ),
        (
            ("12:00/18:00", "08:00/11:59"),
            GAP.format("11:59", "2 (Monday 08:00 to 11:59)"),
        ),
        (
            ("08:00/11:59:59", "12:00/18:00"),
            GAP.format("11:59:59", "2 (Monday 12:00 to 18:00)"),
        ),
        (("08:00/12:00", "12:00/18:00"), None),
        (("08:00/11:58", "12:00/18:00"), None),
        (("08:00/23:59", "00:00/08:00"), None),
        (("08:00/11:59", "12:00/18:00", "11:00/12:30"), None),
        (("08:00/11:59",), None),
    ],
)
def test_a_gap_of_up_to_a_minute_is_told_with_what_is_beyond_it(spans: tuple[str, ...], told: str | None) -> None:
    kept = week_of(*spans)

    remarks = [str(remark) for remark in overlaps(kept, {"time_span": kept})[1]]

    assert [remark for remark in remarks if remark.startswith("Nothing holds")] == ([] if told is None else [told])


def test_a_span_can_have_a_gap_on_both_sides_and_over_midnight_of_sunday() -> None:
    kept = week_of("22:00/23:58:30", day=7) | {5: week_of("23:59/06:00", day=7)[1], 6: week_of("06:01/08:00")[1]}

    remarks = overlaps(kept, {"time_span": kept})

    times = [(one.words["since"], one.words["until"], one.words["id"]) for one in remarks[5]]
    assert times == [("06:00", "06:01", "6"), ("23:58:30", "23:59", "1")]
    assert [one.words["id"] for one in remarks[6]] == ["5"]


def test_dated_spans_have_gaps_between_each_other_alone() -> None:
    dated = {n: msgspec.structs.replace(span, **DATED) for n, span in week_of("08:00/11:59", "12:00/18:00").items()}
    weekly = {7: week_of("12:00/18:00", day=4)[1]}

    remarks = overlaps({1: dated[1]}, {"time_span": {**dated, **weekly}})[1]

    assert [remark.words["id"] for remark in remarks] == ["2"]
