"""A calendar's events on the account's wall clock, each occurrence once; and those that are left out, and why."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiguillage.desk.ical.encodings import require_size
from aiguillage.desk.ical.parts import Parts, read_parts
from aiguillage.desk.ical.series import MARGIN, Days, Found, by_uid, series_of
from aiguillage.desk.ical.values import LATEST
from aiguillage.desk.ical.written import Writer, Written
from aiguillage.desk.ical.zones import Clock, Clocks, named_clock
from aiguillage.desk.recurrence import Allowance
from aiguillage.domain.errors import Refusal
from aiguillage.domain.omissions import FREE, MOST_FIRST, NO_EVENT, NO_TIME, OUTSIDE, REASONS
from aiguillage.domain.queues import Event, LeftOut, Omitted
from aiguillage.domain.timeline import day_end


class Reading(NamedTuple):
    """What was read of a calendar: its events, sorted, and what it has beside them."""

    events: tuple[Event, ...]
    left_out: tuple[LeftOut, ...]


def read_events(
    text: bytes, time_zone: str, begin: date, end: date, *, since: date | None = None, shifts: bool = False
) -> Reading:
    """The events of an iCal text that touch the days from `begin` to before `end`, sorted, each once.

    Those of the days from `since` on are among them where all are no more than a calendar may hold. Of a rota's
    calendar, whose events are `shifts`, those count too that leave the time free, and the people invited are kept.
    Raises Refusal(invalid) for what is not iCal, for too much of it, for dates that cannot be read, and for a
    time zone that nobody knows: its events would come at a wrong time.
    """
    require_size(text)
    parts = read_parts(text)
    if since is not None and since < begin:
        longer = _Reader(parts, time_zone, Days(since, end), shifts=shifts)
        try:
            return longer.read(parts)
        except Refusal:
            if not longer.allowance.is_used_up:
                raise
    return _Reader(parts, time_zone, Days(begin, end), shifts=shifts).read(parts)


class _Reader:
    """Reads the events of one calendar."""

    def __init__(self, parts: Parts, time_zone: str, days: Days, *, shifts: bool) -> None:
        self._days, self._shifts = days, shifts
        self.allowance = Allowance()
        self._wall = named_clock(ZoneInfo(time_zone).key)
        clocks = Clocks(parts.zones, self.allowance)
        home = (clocks.known(parts.home) if parts.home else None) or clocks.only() or self._wall
        self._writer = Writer(clocks, self._wall, home)
        self._events: set[Event] = set()
        self._omitted: dict[str, list[Written]] = {reason: [] for reason in REASONS}

    def read(self, parts: Parts) -> Reading:
        for events in by_uid(self._writer.read(part) for part in parts.events):
            self._read_series(events)
        # Single events count here, after repeats were counted one by one.
        self.allowance.require_room(len(self._events))
        left_out = [self._left_out(reason, events) for reason, events in self._omitted.items() if events]
        if parts.others:
            left_out.append(LeftOut(NO_EVENT, parts.others))
        in_order = sorted(self._events, key=lambda event: (event.begins, event.ends, event.label, event.people))
        return Reading(tuple(in_order), tuple(left_out))

    def _read_series(self, events: Sequence[Written]) -> None:
        series = series_of(events, self._days, self._writer, self.allowance)
        whole = {id(event): why for event, why in series.left_out}
        reasons: dict[int, str] = {}
        for found in series.found:
            why, before = self._take(found), reasons.get(id(found.event), OUTSIDE)
            reasons[id(found.event)] = why if before == OUTSIDE or not why else before
        for event in events:
            why = whole.get(id(event)) or reasons.get(id(event), OUTSIDE)
            if why:
                self._omitted[why].append(event)

    def _take(self, found: Found) -> str:
        """Keeps an occurrence, if it counts; else the reason why it does not."""
        event = found.event
        if found.length.total_seconds() <= 0:
            return NO_TIME
        first, last = datetime.combine(self._days.begin, time()), datetime.combine(self._days.end, time())
        # Far from the days, no clock has to be asked.
        if found.start >= last + MARGIN or found.length <= first - MARGIN - found.start:
            return OUTSIDE
        begins, ends = self._shown(found.start, found.clock), day_end(self._shown(_end(found), found.clock))
        if begins >= ends:
            return NO_TIME
        if begins >= last or ends <= first:
            return OUTSIDE
        # Programs mark whole days as free unasked; what has times was marked so by somebody.
        whole = event.is_whole or begins.time() == ends.time() == time()
        if event.is_free and not self._shifts and not whole:
            return FREE
        self._events.add(Event(begins, ends, event.label, event.people if self._shifts else ()))
        return ""

    def _shown(self, shown: datetime, clock: Clock) -> datetime:
        """What the account's clock shows when another one shows that."""
        return shown if clock is self._wall else self._wall.shown(clock.utc(shown))

    def _left_out(self, reason: str, events: Sequence[Written]) -> LeftOut:
        first = (
            Omitted(None if one.start is None else self._shown(one.start, one.clock), one.label)
            for one in events[:MOST_FIRST]
        )
        return LeftOut(reason, len(events), tuple(first))


def _end(found: Found) -> datetime:
    """When it ends by its own clock; an end in a day's last minute is the day's."""
    try:
        return day_end(found.start + found.length)
    except OverflowError:
        return LATEST
