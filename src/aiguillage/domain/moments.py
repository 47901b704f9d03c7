"""Moments: microseconds since 1970 UTC. How every door writes, reads and counts them; only doors ask for the time."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from aiguillage.domain.errors import invalid

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

MIDNIGHT = ("24:00", "24:00:00")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLUS_DECODED = re.compile(r"(T[0-9:.,]+) (?=[0-9:]+$)")


def moment_of(time: datetime) -> int:
    """The moment of a date and time with a zone or an offset from UTC."""
    return (time - _EPOCH) // _MICROSECOND


def in_utc(at: int) -> datetime:
    """The date and time of a moment in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def in_zone(at: int, zone: ZoneInfo) -> datetime:
    """The date and time that a zone's clocks show at a moment, with their offset from UTC."""
    return in_utc(at).astimezone(zone)


def iso(at: int | None, precision: str = "seconds") -> str | None:
    """A moment in UTC as ISO 8601 has it, to the second or as precise as said; None stays None."""
    return None if at is None else in_utc(at).isoformat(timespec=precision).replace("+00:00", "Z")


@lru_cache(maxsize=4096)
def iso_in(at: int | None, time_zone: str) -> str | None:
    """A moment to the second with the offset of a time zone, remembered: many calls get the same one."""
    return None if at is None else in_zone(at // SECOND * SECOND, ZoneInfo(time_zone)).isoformat()


def read_iso(text: str) -> datetime:
    """A date and time in ISO 8601; a blank before its offset is a plus not written as %2B. Raises ValueError."""
    return datetime.fromisoformat(_PLUS_DECODED.sub(r"\1+", text))


def parse_moment(text: str, field: str | None = None) -> int:
    """A moment with its offset from UTC. Raises Refusal(invalid)."""
    try:
        moment = read_iso(text.strip())
        if moment.tzinfo is not None:
            return moment_of(moment.astimezone(UTC))  # refused where it is in no year of UTC
    except (ValueError, OverflowError):
        pass
    raise invalid(
        f"'{text[:40]}' is not a date and time. Write a date and a time with an offset, as in "
        "2026-11-24T18:00:00+01:00, or Z.",
        field,
    )


def parse_day(text: str, field: str) -> str:
    """A date as it is kept. Raises Refusal(invalid)."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise invalid(f"'{text[:40]}' is not a date. Write YYYY-MM-DD, as in 2026-12-25.", field) from None


def parse_time(text: str, field: str) -> str:
    """A time of day as it is kept. Raises Refusal(invalid)."""
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or ":" not in text:
        raise invalid(f"'{text[:40]}' is not a time. Write HH:MM or HH:MM:SS, in the account's time zone.", field)
    return found.isoformat(timespec="seconds")


def parse_end(text: str, field: str) -> str:
    """A time of day at which something ends, as it is kept; 24:00 is midnight. Raises Refusal(invalid)."""
    return parse_time("00:00" if text.strip() in MIDNIGHT else text, field)


def parse_wall(text: str, field: str) -> str:
    """A date and time by the account's clock, as it is kept. Raises Refusal(invalid)."""
    try:
        return datetime.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise invalid(f"'{text[:40]}' is not a date and time. Write 2026-12-24T18:00.", field) from None
