"""The worked example of the page on opening hours: each of its lines is what the hours say."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aiguillage.domain.holidays import compute_days
from aiguillage.domain.hours import Hours
from aiguillage.domain.queues import DayException, Observance, Queue, TimeSpan
from tests.docs.markdown import read

PAGE = read("docs/hours.md")
PARIS = ZoneInfo("Europe/Paris")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rows(columns: int) -> list[list[str]]:
    """The lines of the page's tables that begin with a day and have so many columns."""
    lines = (re.split(r" ?\| ?", line.strip("| ") if columns > 4 else line[2:-2]) for line in PAGE.splitlines())
    return [row for row in lines if len(row) == columns and re.match(r"2026-|[A-Z]\w+day", row[0])]


def days(text: str) -> list[dict[str, Any]]:
    """The days that a line of the spans' table names."""
    if text.startswith("2026"):
        return [{"date_full": date.fromisoformat(text)}]
    first, _, last = text.partition(" to ")
    begin = WEEKDAYS.index(first)
    return [{"day_of_week": n + 1} for n in range(begin, WEEKDAYS.index(last or first) + 1)]


def timetable() -> Hours:
    """The queue of the page, its spans as the page lists them."""
    spans = [
        TimeSpan(
            owner_type="queue",
            owner_id=1,
            start_time=time.fromisoformat(begin),
            end_time=time.fromisoformat(end),
            destination=destination or None,
            **day,
        )
        for text, begin, end, destination in rows(4)
        for day in days(text)
    ]
    summer = DayException(
        owner_type="queue",
        owner_id=1,
        first_day=date(2026, 8, 3),
        last_day=date(2026, 8, 14),
        label="Summer",
        destination="310",
    )
    by_kind: dict[str, dict[int, Any]] = {
        "queue": {1: Queue(name="Support", code="support", number="207", default_destination="209")},
        "time_span": dict(enumerate(spans, start=10)),
        "exception": {5: summer},
        "observance": {6: Observance(country="FR", days=compute_days("FR", "", 2026, 2026))},
    }
    return Hours("Europe/Paris", by_kind)


def test_the_page_has_its_spans_and_its_moments() -> None:
    assert (len(rows(4)), len(rows(6))) == (5, 14)


@pytest.mark.parametrize(("at", "is_open", "destination", "reason", "until", "why"), rows(6))
def test_a_line_of_the_worked_example_is_what_the_hours_say(
    at: str, is_open: str, destination: str, reason: str, until: str, why: str
) -> None:
    moment = int(datetime.fromisoformat(at).replace(tzinfo=PARIS).timestamp()) * 1_000_000

    state = timetable().state(1, moment)

    ends = datetime.fromtimestamp((state.until or 0) / 1_000_000, PARIS)
    assert ("yes" if state.open else "no", state.destination, state.reason) == (is_open, destination, reason), why
    assert f"{ends:%Y-%m-%d %H:%M}" == until, why
