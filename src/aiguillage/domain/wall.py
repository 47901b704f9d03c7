"""The clock on an account's wall: what it shows at a moment, and the first moment at which it shows a time.

Moments are microseconds since 1970 UTC. What the wall shows is counted in microseconds since 1970-01-01 00:00 on it.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SHOWN = datetime(1970, 1, 1)  # noqa: DTZ001 - the clock on a wall knows no zone
_MICROSECOND = timedelta(microseconds=1)
DAY = 86_400_000_000
WEEK = 7 * DAY
_MONDAY = 3 * DAY
"""1970-01-01 was a Thursday."""

EARLIEST = (datetime(1, 1, 3, tzinfo=UTC) - _EPOCH) // _MICROSECOND
LATEST = (datetime(9999, 12, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""The ends of time: between them a calendar's arithmetic holds in every zone. LATEST stands for never."""


def shown_by(moment: datetime) -> int:
    """What the wall shows at a naive date and time."""
    return (moment - _FIRST_SHOWN) // _MICROSECOND


def shown_on(day: date, hour: time) -> int:
    """What the wall shows on a day at a time."""
    return shown_by(datetime.combine(day, hour))


def since_monday(shown: int) -> int:
    """How far into its week what the wall shows is."""
    return (shown + _MONDAY) % WEEK


class Wall:
    """The clock of one time zone. Moments have to be from EARLIEST to LATEST."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def shown(self, at: int) -> int:
        """What it shows at a moment."""
        return at + self._ahead(at)

    def first(self, shown: int) -> int:
        """The first moment at which it shows that; of a time that the clock skips, the moment at which it jumps.

        What is beyond the ends of time is taken for them.
        """
        if shown >= LATEST:
            return LATEST
        shown = max(shown, EARLIEST)
        local = (_FIRST_SHOWN + timedelta(microseconds=shown)).replace(tzinfo=self._zone)
        before, after = _micro(local), _micro(local.replace(fold=1))
        at = shown - before
        return at if self._ahead(at) == before else self._jump(shown - after, at)

    def after(self, at: int, span: int) -> int:
        """The moment at which it has moved on by a span, or, should that come before, the one at which it is set anew.

        Between two days at which clocks are set lie weeks, so a span has to be no longer than one.
        """
        end = min(at + span, LATEST)
        return end if self._ahead(end) == self._ahead(at) else self._jump(at, end)

    def _ahead(self, at: int) -> int:
        """By how much it is ahead of UTC."""
        return _micro((_EPOCH + timedelta(microseconds=at)).astimezone(self._zone))

    def _jump(self, before: int, after: int) -> int:
        """The first moment at which it is as far ahead as `after`: halves what lies between."""
        ahead = self._ahead(before)
        while after - before > 1:
            middle = (before + after) // 2
            if self._ahead(middle) == ahead:
                before = middle
            else:
                after = middle
        return after


def _micro(local: datetime) -> int:
    offset = local.utcoffset()
    assert offset is not None  # noqa: S101 - a zone of the IANA database always has one
    return offset // _MICROSECOND
