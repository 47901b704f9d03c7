"""The timeline: what holds at a moment, and until when, under opening hours and rotas alike.

How it works. There are two kinds of time. A *moment* is in microseconds since 1970 UTC and never jumps. *Wall time* is
what the clock on an account's wall shows, in microseconds since it showed 1970-01-01 00:00. Facts are set in wall time
("Mondays from 08:00", "24 December"); calls come at moments.

**The wall clock** goes from one to the other. Twice a year in most zones it is set, and a line of moments becomes:

    wall   00:00 ... 02:00|03:00 ... 04:00      put on: 02:30 is never shown; it stands for the moment of the jump
    wall   00:00 ... 03:00|02:00 ... 04:00      put back: 02:30 is shown twice

`first` gives the moment at which the clock first shows a time. What happens once, such as a handover or the start of an
override, goes by it. `change` gives the moment at which the clock leaves a span of wall time: it shows the span's end,
jumps over it, or is put back to before what it shows now. What holds by the clock, such as an opening time, goes by it,
and so holds in both hours of a night that has 02:30 twice.

**Layers** are slots, `[begin, end)` each with an answer, laid over each other. Which of those that overlap is seen is a
parameter, a key by which slots are sorted, strongest first:

    began_first            later_in_list
    1  aaaaaaaa            1  aaaaaaaa
    2     bbbbbbbb         2     bbbbbbbb
       aaaaaaaabbb            aaabbbbbbbb
    what began first       the later in the list
    stays (hours)          is seen (rotas)

`Laid` does that once for a list of slots, and then finds what is seen by halving. Slots may return. `Weekly` lays out a
week, with the week before and the week after beside it, as a slot may run over Sunday's midnight. `Dated` has slots
that come once, and days of every year: of these it lays out eight years at a time, when somebody asks about one of
them. A layer that is asked about a time answers with what is seen then, and the next time at which that may be another.

**Until** when something holds cannot be read off one layer: another may come and say the same. So `next_change` goes
from one moment at which anything may change to the next, until what holds is another. Mostly that is the first or the
second. Where it is not, two weeks show all that a week's slots can do (two, as one may have a day of 23 hours). After
them it goes on by what `settled` says: the next moment at which something changes that is no slot of a week. What that
is, and how far to look, is the business of the two kinds of timetable:

    Hours (hours.py)      switches, layers of days, then a week     looks on to eight years past all that is set
    Rotas (oncall.py)     overrides and shifts, then layers whose   looks on to the end of time, and after 400
                          members take turns, within a week         changes of hands takes turns to repeat themselves

A call has no time for this: hours, rotas and ways (ways.py) each remember what was found last, until it ends.

Time ends with the year 9999, but for two days that zones need. NEVER is later than all that.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from aiguillage.domain.moments import DAY, MINUTE, SECOND, WEEK

A = TypeVar("A")
V = TypeVar("V")

NEVER = 2**63
"""Later than every moment, and than every wall time."""

MONDAY = -3 * DAY
"""The wall time at which a week began: 1970-01-01 was a Thursday."""

_LAST_MINUTE = DAY - MINUTE
"""When a day's last minute begins, since midnight."""

_ERA = 8
"""Days of every year are laid out so many years at a time."""

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


def wall_time(shown: datetime) -> int:
    """The wall time of a date and time without zone."""
    return (shown - _EPOCH) // _MICROSECOND


def since_monday(wall: int) -> int:
    """How far into its week a wall time is."""
    return (wall - MONDAY) % WEEK


def since_midnight(clock: time) -> int:
    """A time of day in microseconds."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond


def clock_span(start: time, end: time) -> tuple[int, int]:
    """From when to when of its day something holds, in microseconds since midnight.

    An end that is not after its start is on the next day. One in the last minute is the day's end: programs that know
    no 24:00 write 23:59 for it.
    """
    begin, until = since_midnight(start), since_midnight(end)
    if until <= begin:
        until += DAY
    return begin, until + DAY - until % DAY if until % DAY >= _LAST_MINUTE and end != start else until


def day_end(shown: datetime) -> datetime:
    """When something ends that is said to end at a date and time: in a day's last minute, with the day."""
    if since_midnight(shown.time()) < _LAST_MINUTE or shown.date() == date.max:
        return shown
    return datetime.combine(shown.date() + timedelta(days=1), time())


def shown_in(time_zone: str, moment: datetime) -> datetime:
    """What the clock of a time zone shows at a moment; a date and time without zone is that already.

    Raises OverflowError at the ends of time.
    """
    shown = moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(time_zone))
    return shown.replace(tzinfo=None, fold=0)


class WallClock:
    """The clock of one time zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def wall(self, at: int) -> int:
        """What the clock shows at a moment."""
        return at + self._offset(at)

    def first(self, wall: int, after: int = -NEVER) -> int:
        """The first moment after `after` at which the clock shows a wall time or jumps over it; at `after` it is less.

        NEVER: not before time ends.
        """
        if wall >= _LAST:
            return NEVER
        shown = (_EPOCH + timedelta(microseconds=wall)).replace(tzinfo=self._zone)
        first, second = wall - _utc_offset(shown), wall - _utc_offset(shown.replace(fold=1))
        if second < first:
            return self._set_at(second, first)
        return first if first > after else second

    def change(self, at: int, wall: int, until: int) -> int:
        """The moment at which the clock leaves `[wall, until)`, `wall` being what it shows at `at`; or NEVER."""
        offset = wall - at
        # No clock is set twice within a day.
        if until <= wall + DAY and until < _LAST and self._offset(until - offset) == offset:
            return until - offset
        return min(self.first(until, at), self._put_back(at, offset))

    def _put_back(self, at: int, offset: int) -> int:
        """The moment at which the clock is put back to before what it shows at `at`."""
        back = offset - self._offset(at + DAY)
        return NEVER if back <= 0 or self._offset(at + back) == offset else self._set_at(at, at + back)

    def _offset(self, at: int) -> int:
        within = at if _FIRST <= at <= _LAST else min(max(at, _FIRST), _LAST)
        return _utc_offset(datetime.fromtimestamp(within // SECOND, self._zone))

    def _set_at(self, before: int, after: int) -> int:
        """The moment between the two at which the clock is put on or back: it happens on a whole second."""
        low, high = before // SECOND, after // SECOND
        old = self._offset(before)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(middle * SECOND) == old else (low, middle)
        return high * SECOND


def _utc_offset(shown: datetime) -> int:
    return cast("timedelta", shown.utcoffset()) // _MICROSECOND


class Slot(NamedTuple, Generic[A]):
    """One thing that is set, `[begin, end)`; `order` is its id or its place in a list."""

    begin: int
    end: int
    order: int
    answer: A


Strength = Callable[[Slot[Any]], Any]
"""By what slots are sorted, the strongest first: of those that overlap it is seen."""


def began_first(slot: Slot[Any]) -> tuple[int, int]:
    """What began first stays until it ends; of two that begin together the one of the lower order."""
    return slot.begin, slot.order


def later_in_list(slot: Slot[Any]) -> int:
    """The one of the higher order is seen, whenever it begins."""
    return -slot.order


class Laid(Generic[A]):
    """Slots laid over each other. Neighbours with equal answers are one."""

    def __init__(self, slots: Iterable[Slot[A]], strength: Strength = began_first) -> None:
        self._begins: list[int] = []
        self._seen: list[A | None] = []
        ranked = sorted(slots, key=strength)
        begins = [slot.begin for slot in ranked]
        ranks: list[int] = []
        reached = -NEVER
        for rank in sorted(range(len(ranked)), key=begins.__getitem__):
            self._see(ranked, ranks, reached, begins[rank])
            reached = begins[rank]
            heappush(ranks, rank)
        self._see(ranked, ranks, reached, NEVER)

    def _see(self, ranked: list[Slot[A]], ranks: list[int], begin: int, end: int) -> None:
        """Notes what is seen from a time until another slot begins, of those that have, by their ranks."""
        while ranks and begin < end:
            strongest = ranked[ranks[0]]
            if strongest.end <= begin:
                heappop(ranks)
            else:
                self._note(begin, strongest.answer)
                begin = min(strongest.end, end)
        if begin < end:
            self._note(begin, None)

    def _note(self, begin: int, answer: A | None) -> None:
        if answer != (self._seen[-1] if self._seen else None):
            self._begins.append(begin)
            self._seen.append(answer)

    def look(self, at: int) -> tuple[A | None, int]:
        """What is seen at a time (None: nothing), and when that ends (or NEVER)."""
        index = bisect_right(self._begins, at)
        until = self._begins[index] if index < len(self._begins) else NEVER
        return (self._seen[index - 1] if index else None), until


class Yearly(NamedTuple, Generic[A]):
    """Days that return every year, from the day of one date to that of another, both included, also over New Year."""

    first: date
    last: date
    order: int
    answer: A

    def in_year(self, year: int) -> Slot[A]:
        """The slot that begins in that year. Without a 29 February it is a day shorter, maybe empty."""
        over_new_year = (self.first.month, self.first.day) > (self.last.month, self.last.day)
        begin, _ = _in_year(self.first, year)
        _, end = _in_year(self.last, year + over_new_year)
        return Slot(begin, end, self.order, self.answer)


def _in_year(day: date, year: int) -> tuple[int, int]:
    """A day's begin and end; a 29 February that the year lacks takes no time between the 28th and 1 March."""
    try:
        begin = wall_day(day.replace(year=year))
    except ValueError:
        begin = wall_day(date(year, 3, 1))
        return begin, begin
    return begin, begin + DAY


class Dated(Generic[A]):
    """A layer of days in wall time, of which those that began first stay."""

    def __init__(self, slots: Iterable[Slot[A] | Yearly[A]]) -> None:
        every = tuple(slots)
        self._once = tuple(slot for slot in every if isinstance(slot, Slot))
        self._yearly = tuple(slot for slot in every if isinstance(slot, Yearly))
        self.last = max((slot.end for slot in self._once), default=-NEVER)
        self._begin, self._end = -NEVER, -NEVER if self._yearly else NEVER
        self._laid = Laid(() if self._yearly else self._once)

    def __bool__(self) -> bool:
        return bool(self._once or self._yearly)

    def look(self, wall: int) -> tuple[A | None, int]:
        """As Laid.look, though what follows may be the same again."""
        if not self._begin <= wall < self._end:
            self._lay_out(wall_date(wall).year // _ERA * _ERA)
        answer, change = self._laid.look(wall)
        return answer, min(change, self._end)

    def _lay_out(self, year: int) -> None:
        # What began in the year before may run over New Year. The year 9999 is the last, and has no next New Year.
        first, last = max(year, 2), min(year + _ERA, 9998)
        slots = (yearly.in_year(y) for yearly in self._yearly for y in range(first - 1, last + 1))
        self._begin = wall_day(date(year, 1, 1)) if year else -NEVER
        self._end = wall_day(date(year + _ERA, 1, 1)) if year + _ERA <= date.max.year else NEVER
        self._laid = Laid((*self._once, *slots))


class Weekly(Generic[A]):
    """A layer of slots that return every week. They count from a Monday's midnight, and may end after Sunday's."""

    def __init__(self, slots: Iterable[Slot[A]], strength: Strength = began_first) -> None:
        # Last week's slots may run into this one, and next week's say when a change comes.
        shifted = [slot._replace(begin=slot.begin + by, end=slot.end + by) for slot in slots for by in (-WEEK, 0, WEEK)]
        self._laid = Laid(shifted, strength)
        self._is_empty = not shifted
        self._never_changes = self._laid.look(0)[1] >= WEEK

    def __bool__(self) -> bool:
        return not self._is_empty

    def look(self, wall: int) -> tuple[A | None, int]:
        """As Laid.look."""
        place = since_monday(wall)
        answer, change = self._laid.look(place)
        return answer, NEVER if self._never_changes else wall - place + change

    def answers(self) -> Iterator[A]:
        """All that is seen in a week, each once."""
        seen, place = list[A | None](), 0
        while place < WEEK:
            answer, place = self._laid.look(place)
            seen.append(answer)
        return (answer for answer in dict.fromkeys(seen) if answer is not None)


class Held(NamedTuple, Generic[V]):
    """What holds at a moment, until when nothing at all changes (or NEVER), and what says so."""

    value: V
    until: int
    source: str = ""


class Timetable(Protocol[V]):
    """What can be asked about a moment."""

    def look(self, at: int) -> Held[V]:
        """What holds at a moment."""

    def settled(self, at: int, times: int) -> int:
        """Until when nothing changes but by slots of a week (or NEVER); `times` says how often this was asked."""


def next_change(timetable: Timetable[V], at: int, end: int = NEVER) -> tuple[Held[V], int, V | None]:
    """What holds at a moment, when something else takes its place, and what does; NEVER and None: not before `end`."""
    now = timetable.look(at)
    until, settled, watched, times = now.until, at, at, 0
    while until < end:
        held = timetable.look(until)
        if held.value != now.value:
            return now, until, held.value
        if until >= settled:
            times += 1
            settled, watched = timetable.settled(until, times), until + 2 * WEEK
        until = held.until if held.until < watched else max(held.until, settled)
    return now, NEVER, None
