"""Moments as the dialects write them: ISO 8601 with the offset of the account's time zone."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=4096)
def iso(moment: int | None, time_zone: str) -> str | None:
    """A moment in microseconds since 1970 UTC, to the second, kept: many calls are told the same one."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment // 1_000_000, ZoneInfo(time_zone)).isoformat()
