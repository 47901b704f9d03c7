"""Repeats: every rule that calendar programs make, against dateutil's reading of it."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

from aiguillage.desk.recurrence import Allowance, Rule
from aiguillage.domain.errors import Kind
from tests.refusal import refused

PARIS = ZoneInfo("Europe/Paris")
SINCE, LAST = date(2026, 1, 1), date(2028, 12, 31)
RULES = 400


def repeats(rule: str, start: date) -> list[date]:
    """The occurrences in three years."""
    return list(Rule(vRecur.from_ical(rule), start).between(SINCE, LAST, Allowance()))


def any_rule(random: Random) -> str:
    """One that comes true often enough.

    None has both plain weekdays and counted ones (`MO,2TU`): dateutil wants a day to be both, RFC 5545 either.
    """
    frequency = random.choice(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
    parts = {"FREQ": frequency, "INTERVAL": str(random.choice((1, 1, 2, 3))), "WKST": random.choice(("MO", "SU"))}
    days = random.sample(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), random.randint(1, 3))
    if frequency in ("WEEKLY", "MONTHLY", "YEARLY") and random.random() < 0.6:
        nths = random.choice((("",), ("1", "2", "-1", "-2"))) if frequency != "WEEKLY" else ("",)
        parts["BYDAY"] = ",".join(random.choice(nths) + day for day in days)
        if frequency == "MONTHLY" and random.random() < 0.3:
            parts |= {"BYDAY": ",".join(days), "BYSETPOS": random.choice(("1", "-1", "2,-1"))}
    elif frequency in ("MONTHLY", "YEARLY") and random.random() < 0.6:
        parts["BYMONTHDAY"] = random.choice(("1", "15", "-1", "10,20", "29", "-3,31"))
    if frequency != "WEEKLY" and parts["INTERVAL"] == "1" and random.random() < 0.4:
        parts["BYMONTH"] = random.choice(("1", "2,5", "3,6,9,12"))
    parts |= random.choice(({}, {}, {"COUNT": "7"}, {"UNTIL": "20270315T080000Z"}))
    return ";".join(f"{name}={value}" for name, value in parts.items())


def test_no_rule_differs_from_what_dateutil_reads() -> None:
    differences = []
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=PARIS) for day in (SINCE, LAST + timedelta(days=1)))
    for seed in range(RULES):
        random = Random(seed)  # noqa: S311 - so that a difference can be looked at again
        rule = any_rule(random)
        start = datetime(random.randint(2019, 2027), random.randint(1, 12), random.randint(1, 28), 9, tzinfo=PARIS)

        expected = [at for at in rrulestr(rule, dtstart=start).between(begin, end, inc=True) if at < end]

        if repeats(rule, start) != expected:
            differences.append((seed, rule, start))
    assert differences == []


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=DAILY;UNTIL=20260103", date(2026, 1, 1), [1, 2, 3]),
        ("FREQ=DAILY;UNTIL=20260103T000000Z", date(2026, 1, 1), [1, 2, 3]),
        ("FREQ=DAILY;UNTIL=20260103", datetime(2026, 1, 1, 9, tzinfo=PARIS), [1, 2, 3]),
        ("FREQ=DAILY;UNTIL=20260103T090000", datetime(2026, 1, 1, 9, tzinfo=PARIS), [1, 2, 3]),
        ("FREQ=DAILY;UNTIL=20260103T080000Z", datetime(2026, 1, 1, 9, tzinfo=PARIS), [1, 2, 3]),
        ("FREQ=DAILY;UNTIL=20260103T075959Z", datetime(2026, 1, 1, 9, tzinfo=PARIS), [1, 2]),
        ("FREQ=DAILY;COUNT=2;BYHOUR=9;BYMINUTE=0", datetime(2026, 1, 1, 9, tzinfo=UTC), [1, 2]),
        ("FREQ=WEEKLY;COUNT=2;BYDAY=2MO", date(2026, 1, 1), [5, 12]),
        ("FREQ=DAILY;INTERVAL=4000000", date(2026, 1, 1), [1]),
        ("FREQ=YEARLY;INTERVAL=9000", date(2026, 1, 1), [1]),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30", date(2026, 2, 1), []),
    ],
)
def test_a_rule_falls_on_days(rule: str, start: date, expected: list[int]) -> None:
    assert [at.day for at in repeats(rule, start)] == expected


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"FREQ": ["HOURLY"]}, "An event repeats 'HOURLY'. Let it repeat daily, weekly, monthly or yearly"),
        ({}, "An event repeats ''"),
        ({"FREQ": ["DAILY"], "INTERVAL": [0]}, "An event repeats with an INTERVAL of 0. Let it"),
        (
            {"FREQ": ["YEARLY"], "BYWEEKNO": [3]},
            "An event repeats by BYWEEKNO, which is not supported. Let it repeat by",
        ),
        ({"FREQ": ["DAILY"], "BYMINUTE": [0, 1]}, "An event repeats by BYMINUTE"),
        ({"FREQ": ["DAILY"], "BYHOUR": [10]}, "An event repeats by BYHOUR"),
    ],
)
def test_a_rule_that_no_calendar_makes_is_refused(rule: dict[str, Any], message: str) -> None:
    with refused(Kind.INVALID, message):
        Rule(rule, datetime(2026, 1, 1, 9, tzinfo=UTC))
