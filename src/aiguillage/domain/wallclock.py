"""The clock on an account's wall: moments become wall time and back, also in the nights when it is put on or back.

A moment is in microseconds since 1970 UTC. Wall time is in microseconds since 1970-01-01 00:00 as the clock shows it:
it jumps when the clock is put on (the skipped hour never shows), and runs twice over the hour by which it is put back.
"""

from datetime import date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

SECOND = 1_000_000
DAY = 86_400 * SECOND
WEEK = 7 * DAY
LAST_MINUTE = DAY - 60 * SECOND
"""When a day's last minute begins, since midnight."""

MONDAY = -3 * DAY
"""The wall time at which a week began: 1970-01-01 was a Thursday."""

NEVER = 2**63
"""A wall time that no clock shows."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time has no zone
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
# Dates end with the year 9999; the days at both ends are left out, so that every zone can be applied.
_FIRST = (2 - _EPOCH_DAY) * DAY
_LAST = (date.max.toordinal() - 2 - _EPOCH_DAY) * DAY


def wall_day(day: date) -> int:
    """The wall time at which a day begins."""
    return (day.toordinal() - _EPOCH_DAY) * DAY


def wall_date(wall: int) -> date:
    """The day that the wall shows."""
    return date.fromordinal(min(max(wall, _FIRST), _LAST) // DAY + _EPOCH_DAY)


def wall_time(clock: time) -> int:
    """A time of day in microseconds since midnight."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond


def clock_span(start: time, end: time) -> tuple[int, int]:
    """From when to when of its day something holds, in microseconds since midnight.

    An end that is not after its start is on the next day. One in the last minute is the day's end: programs that know
    no 24:00 write 23:59 for it.
    """
    begin, until = wall_time(start), wall_time(end)
    if until <= begin:
        until += DAY
    return begin, until + DAY - until % DAY if until % DAY >= LAST_MINUTE and end != start else until


def day_end(shown: datetime) -> datetime:
    """When something ends that is said to end at a date and time: in a day's last minute, with the day."""
    if wall_time(shown.time()) < LAST_MINUTE or shown.date() == date.max:
        return shown
    return datetime.combine(shown.date() + timedelta(days=1), time())


def wall_moment(shown: datetime) -> int:
    """The wall time of a date and time without zone."""
    return (shown - _EPOCH) // _MICROSECOND


class WallClock:
    """The clock of one time zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def wall(self, at: int) -> int:
        """What the clock shows at a moment."""
        return at + self._offset(at)

    def moment(self, wall: int, after: int) -> int | None:
        """The first moment after `after` at which the clock shows `wall`, or jumps over it; None: not before 9999 ends.

        The clock shows less than `wall` at `after`.
        """
        if wall >= _LAST:
            return None
        shown = (_EPOCH + timedelta(microseconds=wall)).replace(tzinfo=self._zone)
        first, second = wall - _utc_offset(shown), wall - _utc_offset(shown.replace(fold=1))
        if second < first:
            return self._change(second, first)
        return first if first > after else second

    def put_back(self, at: int, wall: int) -> int | None:
        """The moment at which the clock is put back to before `wall`, what it shows at `at`; None: it is not."""
        offset = wall - at
        back = offset - self._offset(at + DAY)
        if back <= 0 or self._offset(at + back) == offset:
            return None
        return self._change(at, at + back)

    def _offset(self, at: int) -> int:
        within = at if _FIRST <= at <= _LAST else min(max(at, _FIRST), _LAST)
        return _utc_offset(datetime.fromtimestamp(within // SECOND, self._zone))

    def _change(self, before: int, after: int) -> int:
        """The moment between the two at which the clock is put on or back: it happens on a whole second."""
        low, high = before // SECOND, after // SECOND
        old = self._offset(before)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(middle * SECOND) == old else (low, middle)
        return high * SECOND


def _utc_offset(shown: datetime) -> int:
    return cast("timedelta", shown.utcoffset()) // _MICROSECOND
