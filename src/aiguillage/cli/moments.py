"""Moments and durations as people type and read them; inside they are microseconds since 1970 UTC."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiguillage.domain.errors import invalid

SECOND = 1_000_000
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_DURATION = re.compile(r"([0-9]{1,5})([smhdw])")


def now() -> int:
    """This moment, read once a command."""
    return int(datetime.now(UTC).timestamp() * SECOND)


def iso(at: int | None) -> str | None:
    """A moment as machines read it: ISO 8601 in UTC."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def zone(name: str) -> ZoneInfo:
    """An account's time zone; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(at: int | None, name: str = "UTC") -> str:
    """A moment as people read it, by the clock of a time zone."""
    return "" if at is None else f"{datetime.fromtimestamp(at / SECOND, zone(name)):%Y-%m-%d %H:%M:%S}"


def parse_duration(text: str) -> int:
    """`365d`, `12h`, `30m` in microseconds. Raises Refusal(invalid)."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise invalid(f"'{text[:40]}' is no duration. Write a number and a unit: 30m, 12h, 7d or 52w.")
    return int(match[1]) * UNITS[match[2]] * SECOND


def parse_since(text: str, at: int, time_zone: str) -> int:
    """A moment in the past: a duration before `at` (`7d`), or a date or date and time in the account's time zone.

    Raises Refusal(invalid).
    """
    if _DURATION.fullmatch(text.strip().lower()):
        return at - parse_duration(text)
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone(time_zone))
        return int(moment.timestamp() * SECOND)
    except (ValueError, OverflowError):
        raise invalid(f"'{text[:40]}' is no moment. Write 7d, 2026-11-01 or 2026-11-01T08:30.") from None
