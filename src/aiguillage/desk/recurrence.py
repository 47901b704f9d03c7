"""Repeated events (RFC 5545, RRULE): the days they fall on, found with bounded work.

Libraries look for a rule's next day up to the year 9999. A feed with a few rules that never come true (every 30
February) would keep them busy for hours; here every day that is looked at counts, and only so many may be.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Any

from aiguillage.domain.errors import Refusal, invalid

MOST_OCCURRENCES = 5_000
MOST_DAYS = 400_000
"""How many days may be looked at for one calendar: a second or two."""

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"})
_OF_A_TIME = {"BYHOUR": "hour", "BYMINUTE": "minute", "BYSECOND": "second"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK = 7


class Allowance:
    """What one calendar may still cost."""

    def __init__(self) -> None:
        self._days, self._occurrences = MOST_DAYS, MOST_OCCURRENCES

    def look_at(self, days: int) -> None:
        """Take so many days off. Raises Refusal(invalid) when it is used up."""
        self._days -= days
        if self._days < 0:
            raise invalid("The calendar's events repeat over too long a time. Let them start later, or end.")

    def keep(self, occurrences: int = 1) -> None:
        """Take so many occurrences off. Raises Refusal(invalid) when it is used up."""
        self._occurrences -= occurrences
        if self._occurrences < 0:
            raise too_many()

    def require_room(self, occurrences: int) -> None:
        """Raises Refusal(invalid) where so many occurrences in all are too many."""
        if occurrences > MOST_OCCURRENCES:
            self._occurrences = -1
            raise too_many()

    @property
    def is_used_up(self) -> bool:
        """Whether something was refused because there was too much of it."""
        return self._days < 0 or self._occurrences < 0


def too_many() -> Refusal:
    """More than a calendar may hold."""
    return invalid(f"The calendar has more than {MOST_OCCURRENCES} events, counting repeats. Publish fewer.")


class Rule:
    """One RRULE of an event that starts at `start`, its parts as icalendar reads them: lists by upper-case names.

    Raises Refusal(invalid) for what no calendar program makes: several times a day, week numbers, days of a year.
    """

    def __init__(self, parts: Mapping[str, Sequence[Any]], start: date) -> None:
        _check(parts, start)
        self._start = start
        self._first = date(start.year, start.month, start.day)
        self._frequency = str(parts["FREQ"][0]).upper()
        self._interval = int(parts.get("INTERVAL", [1])[0])
        self._count = parts.get("COUNT", [None])[0]
        self._until = parts.get("UNTIL", [None])[0]
        self._week_start = _WEEKDAYS.index(str(parts.get("WKST", ["MO"])[0]).upper())
        self._places = [int(place) for place in parts.get("BYSETPOS", ())]
        self._months = {int(month) for month in parts.get("BYMONTH", ())}
        self._month_days = {int(day) for day in parts.get("BYMONTHDAY", ())}
        self._days: dict[int, set[int]] = {}
        for day in parts.get("BYDAY", ()):
            nth, weekday = _weekday(str(day).upper())
            self._days.setdefault(weekday, set()).add(nth)
        self._by_year = self._frequency == "YEARLY" and not self._months
        if not self._days and not self._month_days:
            self._as_it_starts()

    def _as_it_starts(self) -> None:
        """A rule that names no days falls on days like its first."""
        if self._frequency == "WEEKLY":
            self._days = {self._first.weekday(): {0}}
        elif self._frequency != "DAILY":
            self._month_days = {self._first.day}
            if self._by_year:
                self._months = {self._first.month}

    def between(self, since: date, last: date, allowance: Allowance) -> Iterator[date]:
        """The starts of its occurrences on the days from `since` to `last`, of the kind of its own start."""
        left = self._count
        for days in self._periods(since if left is None else self._first, last, allowance):
            for day in self._chosen(days):
                if left == 0 or self._over(day):
                    return
                if left is not None:
                    left -= 1
                if since <= day <= last:
                    allowance.keep()
                    yield self._at(day)

    def _at(self, day: date) -> date:
        if isinstance(self._start, datetime):
            return datetime.combine(day, self._start.timetz())
        return day

    def _over(self, day: date) -> bool:
        """Whether a day is past the rule's UNTIL, which may be of another kind than its start."""
        until, at = self._until, self._at(day)
        if until is None:
            return False
        if not isinstance(until, datetime) or not isinstance(at, datetime):
            return day > (until.date() if isinstance(until, datetime) else until)
        if until.tzinfo is None or at.tzinfo is None:
            return at.replace(tzinfo=None) > until.replace(tzinfo=None)
        return at > until

    def _periods(self, since: date, last: date, allowance: Allowance) -> Iterator[list[date]]:
        """The days of each day, week, month or year that counts, from about `since` on."""
        number = max(0, self._passed(since) // self._interval - 1)
        while True:
            try:
                days = self._period(number * self._interval)
            except (OverflowError, ValueError):
                return
            if days[0] > last:
                return
            allowance.look_at(len(days))
            yield days
            number += 1

    def _passed(self, day: date) -> int:
        """How many days, weeks, months or years of the calendar lie between the first day and another."""
        if self._frequency == "DAILY":
            return (day - self._first).days
        if self._frequency == "WEEKLY":
            return (day - self._first).days // _WEEK
        years = day.year - self._first.year
        return years if self._frequency == "YEARLY" else years * 12 + day.month - self._first.month

    def _period(self, number: int) -> list[date]:
        """All days of the day, week, month or year so many after that of the first day."""
        if self._frequency == "DAILY":
            return [self._first + timedelta(days=number)]
        if self._frequency == "WEEKLY":
            begin = self._first - timedelta(days=(self._first.weekday() - self._week_start) % _WEEK)
            return [begin + timedelta(days=number * _WEEK + day) for day in range(_WEEK)]
        if self._frequency == "MONTHLY":
            year, month = divmod(self._first.year * 12 + self._first.month - 1 + number, 12)
            return _month(year, month + 1)
        year = self._first.year + number
        return [day for month in sorted(self._months) or range(1, 13) for day in _month(year, month)]

    def _chosen(self, days: Sequence[date]) -> list[date]:
        """Those days of a period that the rule falls on; never before its first."""
        chosen = [day for day in days if self._falls_on(day)]
        if self._places:
            places = {place - 1 if place > 0 else len(chosen) + place for place in self._places}
            chosen = [day for place, day in enumerate(chosen) if place in places]
        return [day for day in chosen if day >= self._first]

    def _falls_on(self, day: date) -> bool:
        if self._months and day.month not in self._months:
            return False
        if self._month_days and not {day.day, day.day - _length(day) - 1} & self._month_days:
            return False
        nths = self._days.get(day.weekday(), set())
        return not self._days or 0 in nths or (bool(nths) and self._is_nth(day, nths))

    def _is_nth(self, day: date, nths: AbstractSet[int]) -> bool:
        """Whether it is one of those weekdays of its month or year; -1 is the last. Weeks have but one of each."""
        if self._frequency in ("DAILY", "WEEKLY"):
            return True
        place, length = day.day, _length(day)
        if self._by_year:
            place, length = day.timetuple().tm_yday, 365 + isleap(day.year)
        return not nths.isdisjoint({(place - 1) // _WEEK + 1, -((length - place) // _WEEK + 1)})


def _check(parts: Mapping[str, Sequence[Any]], start: date) -> None:
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    if frequency not in _FREQUENCIES:
        raise invalid(f"An event repeats '{frequency[:20]}'. Let it repeat daily, weekly, monthly or yearly.")
    if int(parts.get("INTERVAL", [1])[0]) < 1:
        raise invalid("An event repeats with an INTERVAL of 0. Let it repeat every 1, 2 or more.")
    for name, values in parts.items():
        if name in _PARTS:
            continue
        attribute = _OF_A_TIME.get(name)
        if attribute is None or [int(value) for value in values] != [getattr(start, attribute, 0)]:
            raise invalid(
                f"An event repeats by {name[:20]}, which is not supported. Let it repeat by days, weeks or months."
            )


def _weekday(text: str) -> tuple[int, int]:
    """`MO` is any Monday, `2MO` the second, `-1MO` the last: 0, 2 or -1, and the weekday from 0."""
    return int(text[:-2] or 0), _WEEKDAYS.index(text[-2:])


def _length(day: date) -> int:
    """How many days its month has."""
    return monthrange(day.year, day.month)[1]


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
