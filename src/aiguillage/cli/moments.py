"""Moments and durations as people type and read them; inside they are microseconds since 1970 UTC."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiguillage.domain import moments
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import DAY, HOUR, MINUTE, SECOND, WEEK, in_zone, moment_of

MIDNIGHT = (24, 0, 0)
"""How a clock shows the end of a day."""

UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
DAYS = {
    word: day
    for day, words in enumerate(
        ("1 mon lun", "2 tue mar", "3 wed mer", "4 thu jeu", "5 fri ven", "6 sat sam", "7 0 sun dim"), start=1
    )
    for word in words.split()
}
_DURATION = re.compile(r"([0-9]{1,5})([smhdw])")
_TIME = re.compile(r"([0-9]{1,2})(?:[:h]([0-9]{2})?)?(?::([0-9]{2}))?")


def now() -> int:
    """This moment, read once a command."""
    return moment_of(datetime.now(UTC))


def iso(at: int | None) -> str | None:
    """A moment as machines read it: ISO 8601 in UTC, to the millisecond."""
    return moments.iso(at, "milliseconds")


def zone(name: str) -> ZoneInfo:
    """An account's time zone; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(at: int | None, name: str = "UTC") -> str:
    """A moment as people read it, by the clock of a time zone."""
    return "" if at is None else f"{in_zone(at, zone(name)):%Y-%m-%d %H:%M:%S}"


def parse_duration(text: str) -> int:
    """`365d`, `12h`, `30m` in microseconds. Raises Refusal(invalid)."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise invalid(f"'{text[:40]}' is not a duration. Write a number and a unit: 30m, 12h, 7d or 52w.")
    return int(match[1]) * UNITS[match[2]]


def parse_since(text: str, at: int, time_zone: str) -> int:
    """A moment in the past: a duration before `at` (`7d`), or a date or date and time in the account's time zone.

    Raises Refusal(invalid).
    """
    if _DURATION.fullmatch(text.strip().lower()):
        return at - parse_duration(text)
    return parse_moment(text, time_zone, "7d, 2026-11-01 or 2026-11-01T08:30")


def parse_until(text: str, at: int, time_zone: str) -> int:
    """A moment to come: a duration after `at` (`2h`), or a date or date and time in the account's time zone.

    Raises Refusal(invalid).
    """
    if _DURATION.fullmatch(text.strip().lower()):
        return at + parse_duration(text)
    return parse_moment(text, time_zone, "2h, 2026-11-01 or 2026-11-01T08:30")


def parse_moment(text: str, time_zone: str, form: str = "2026-11-01 or 2026-11-01T08:30") -> int:
    """A date or date and time, in the account's time zone unless it names another. Raises Refusal(invalid)."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone(time_zone))
        return round(moment_of(moment) / SECOND) * SECOND
    except (ValueError, OverflowError):
        raise invalid(f"'{text[:40]}' is not a date and time. Write {form}.") from None


def parse_wall(text: str) -> datetime:
    """A date or date and time by the clock on the wall. Raises Refusal(invalid)."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise invalid(f"'{text[:40]}' is not a date and time. Write 2026-11-01T08:30.") from None


def parse_date(text: str) -> date:
    """A day. Raises Refusal(invalid)."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise invalid(f"'{text[:40]}' is not a date. Write it as in 2026-12-24.") from None


def parse_time(text: str) -> time:
    """A time of day: `9`, `9:30`, `09:30:15`, `9h30`. Raises Refusal(invalid)."""
    hour, minute, second = _clock(text)
    try:
        return time(hour, minute, second)
    except ValueError:
        advice = "A day begins at 00:00." if hour == MIDNIGHT[0] else "Write it as in 09:00."
        raise invalid(f"'{text[:40]}' is not a time of day. {advice}") from None


def parse_end(text: str) -> time:
    """A time of day at which something ends: `24:00` is midnight. Raises Refusal(invalid)."""
    return time() if _clock(text) == MIDNIGHT else parse_time(text)


def _clock(text: str) -> tuple[int, ...]:
    """Hour, minute and second as typed; what is no time has an hour that no clock shows."""
    match = _TIME.fullmatch(text.strip().lower())
    return tuple(int(part or 0) for part in match.groups()) if match else (99, 0, 0)


def parse_days(texts: Iterable[str]) -> list[int]:
    """Days of the week, 1 Monday .. 7 Sunday, from `1-5`, `6,7` or `sat-sun`; in English or French.

    Raises Refusal(invalid).
    """
    days = [day for text in texts for part in text.split(",") for day in _range_of_days(part)]
    return list(dict.fromkeys(days))


def _range_of_days(text: str) -> Iterator[int]:
    first, dash, last = text.partition("-")
    begin = _day(first)
    end = _day(last) if dash else begin
    yield from range(begin, end + 1) if begin <= end else (*range(begin, 8), *range(1, end + 1))


def _day(text: str) -> int:
    word = text.strip().lower()
    day = DAYS.get(word) or DAYS.get(word[:3])
    if day is None:
        raise invalid(
            f"'{text[:40]}' is not a day of the week. Write 1 for Monday to 7 for Sunday, or 1-5, or mon-fri."
        )
    return day


def today(at: int, time_zone: str) -> date:
    """The day that the account's clock shows at a moment."""
    return in_zone(at, zone(time_zone)).date()
