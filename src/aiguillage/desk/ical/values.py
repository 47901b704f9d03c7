"""Values of iCal properties: dates and times, durations, rules (RFC 5545, 3.3). What cannot be read is a ValueError."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from aiguillage.desk.ical.parts import Property

UTC_TIME = "Z"
"""The zone of a time in UTC: no time zone of a calendar is called so."""

EARLIEST = datetime(1, 1, 1)  # noqa: DTZ001 - as a clock shows it
LATEST = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - same
"""The ends of time."""

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", re.IGNORECASE)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?", re.IGNORECASE
)
_MIDNIGHT_HOUR, _LAST_SECOND = 24, 59
_OF_OTHER_CALENDARS = {"RSCALE": ["GREGORIAN"], "SKIP": ["OMIT"]}
"""What a rule may say that says nothing (RFC 7529)."""


class Time(NamedTuple):
    """A date or a time as it is written: what a clock shows, and the name of its zone.

    UTC_TIME is UTC, empty the clock on the reader's wall. A date shows midnight.
    """

    shown: datetime
    is_date: bool = False
    zone: str = ""


class Span(NamedTuple):
    """A time that a series has beside its rules, and how long it takes then; None for as long as ever."""

    begins: Time
    ends: Time | None
    length: timedelta | None


class WrittenRule(NamedTuple):
    """A rule's parts as recurrence.Rule takes them, but for its end."""

    parts: Mapping[str, Sequence[Any]]
    until: Time | None


def read_time(text: str, params: Mapping[str, str]) -> Time:
    """One date or time. Raises ValueError."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, utc = found.groups()
    shown = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - its zone is told beside it
    if hour is None or params.get("VALUE", "").upper() == "DATE":
        return Time(shown, is_date=True)
    if int(hour) == _MIDNIGHT_HOUR and int(minute) == 0:
        shown, hour = shown + timedelta(days=1), "0"
    shown = shown.replace(hour=int(hour), minute=int(minute), second=min(int(second or 0), _LAST_SECOND))
    return Time(shown, zone=UTC_TIME if utc else params.get("TZID", ""))


def read_times(found: Sequence[Property]) -> list[Time]:
    """All dates and times of some properties. Raises ValueError."""
    return [read_time(text, one.params) for one in found for text in one.value.split(",") if text.strip()]


def read_spans(found: Sequence[Property]) -> list[Span]:
    """All dates, times and periods of some properties. Raises ValueError."""
    spans = []
    for one in found:
        for text in filter(str.strip, one.value.split(",")):
            begins, _, ends = text.strip().partition("/")
            is_length = ends[:1].upper() in {"P", "+", "-"}
            spans.append(
                Span(
                    read_time(begins, one.params),
                    read_time(ends, one.params) if ends and not is_length else None,
                    read_duration(ends) if is_length and ends else None,
                )
            )
    return spans


def read_duration(text: str) -> timedelta:
    """`PT1H30M`, `P7D`, `-P1W`. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def read_rule(text: str) -> WrittenRule:
    """`FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20261231`. Raises ValueError."""
    parts: dict[str, list[str]] = {}
    for part in filter(str.strip, text.split(";")):
        name, is_there, values = part.strip().partition("=")
        if not is_there or name.upper() in parts:
            raise ValueError(text)
        parts[name.upper()] = [value.strip().upper() for value in values.split(",")]
    until = parts.pop("UNTIL", None)
    counted = parts.get("COUNT")
    # Some programs write -1 where there is no end.
    if counted is not None and int(counted[0]) <= 0:
        del parts["COUNT"]
    for name, value in _OF_OTHER_CALENDARS.items():
        if parts.get(name) == value:
            del parts[name]
    ready: dict[str, list[Any]] = {**parts, **{name: [int(parts[name][0])] for name in ("COUNT",) if name in parts}}
    return WrittenRule(ready, None if until is None else read_time(until[0], {}))
