"""What is said of time spans that overlap."""

from datetime import date, time
from typing import Any

import msgspec
import pytest

from aiguillage.domain.overlaps import overlaps
from aiguillage.domain.queues import TimeSpan

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
