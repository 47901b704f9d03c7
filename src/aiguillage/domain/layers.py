"""Layers of a timetable: what is set from when to when on the wall, the one that began first winning over the others.

A layer is asked what it says at a wall time, and answers with the next wall time at which that may be something else.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from aiguillage.domain.wallclock import DAY, MONDAY, NEVER, WEEK, wall_date, wall_day

A = TypeVar("A")
_ERA = 8
"""Days of every year are laid out so many years at a time."""


class Slot(NamedTuple, Generic[A]):
    """One thing that is set on the wall, `[begin, end)`. `order` decides between two that begin together."""

    begin: int
    end: int
    order: int
    answer: A


class Yearly(NamedTuple, Generic[A]):
    """Days that return every year, from (month, day) to (month, day), both included, also over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]
    order: int
    answer: A

    def in_year(self, year: int) -> Slot[A]:
        """The slot that begins in that year. Without a 29 February it is a day shorter, maybe empty."""
        begin, _ = _day(year, *self.first)
        _, end = _day(year if self.first <= self.last else year + 1, *self.last)
        return Slot(begin, end, self.order, self.answer)


def _day(year: int, month: int, day: int) -> tuple[int, int]:
    """A day's begin and end; a 29 February that the year lacks takes no time between the 28th and 1 March."""
    try:
        begin = wall_day(date(year, month, day))
    except ValueError:
        begin = wall_day(date(year, 3, 1))
        return begin, begin
    return begin, begin + DAY


class _Laid(Generic[A]):
    """Slots that no longer overlap, for wall times from `begin` to `end`.

    What began first stays until it ends; then comes what began first of those that are still set.
    """

    def __init__(self, slots: Iterable[Slot[A]], begin: int, end: int) -> None:
        self.begin, self.end = begin, end
        self._begins: list[int] = []
        self._slots: list[Slot[A]] = []
        ended = -NEVER
        for slot in sorted(slots, key=lambda slot: (slot.begin, slot.order)):
            if slot.end > max(slot.begin, ended):
                self._begins.append(max(slot.begin, ended))
                self._slots.append(slot)
                ended = slot.end

    def look(self, wall: int) -> tuple[A | None, int]:
        index = bisect_right(self._begins, wall)
        if index and wall < self._slots[index - 1].end:
            slot = self._slots[index - 1]
            return slot.answer, slot.end
        return None, self._begins[index] if index < len(self._begins) else self.end

    def begins(self) -> Iterator[int]:
        return iter(self._begins)


class Dated(Generic[A]):
    """A layer of days: each `once`, or `yearly`."""

    def __init__(self, once: Iterable[Slot[A]], yearly: Iterable[Yearly[A]] = ()) -> None:
        self._once, self._yearly = tuple(once), tuple(yearly)
        self.last = max((slot.end for slot in self._once), default=-NEVER)
        self._laid = _Laid(self._once, -NEVER, -NEVER if self._yearly else NEVER)

    def __bool__(self) -> bool:
        return bool(self._once or self._yearly)

    def look(self, wall: int) -> tuple[A | None, int]:
        """What is set at a wall time (None: nothing), and the next wall time at which that may change (or NEVER)."""
        laid = self._laid
        if not laid.begin <= wall < laid.end:
            laid = self._laid = self._lay_out(wall_date(wall).year // _ERA * _ERA)
        return laid.look(wall)

    def _lay_out(self, year: int) -> "_Laid[A]":
        # What began in the year before may run over New Year. The year 9999 is the last, and has no next New Year.
        first, last = max(year, 2), min(year + _ERA, 9998)
        slots = [yearly.in_year(y) for yearly in self._yearly for y in range(first - 1, last + 1)]
        begin = wall_day(date(year, 1, 1)) if year else -NEVER
        end = wall_day(date(year + _ERA, 1, 1)) if year + _ERA <= date.max.year else NEVER
        return _Laid((*self._once, *slots), begin, end)


class Weekly(Generic[A]):
    """A layer of slots that return every week. They count from a Monday's midnight, and may end after Sunday's."""

    def __init__(self, slots: Iterable[Slot[A]]) -> None:
        # Last week's slots may run into this one, and next week's tell when a change comes.
        shifted = (
            Slot(slot.begin + shift, slot.end + shift, slot.order, slot.answer)
            for slot in slots
            for shift in (-WEEK, 0, WEEK)
        )
        self._laid = _Laid(shifted, -WEEK, NEVER)

    def __bool__(self) -> bool:
        return bool(self.changes())

    def look(self, wall: int) -> tuple[A | None, int]:
        """As Dated.look."""
        position = (wall - MONDAY) % WEEK
        answer, change = self._laid.look(position)
        return answer, wall - position + change

    def changes(self) -> list[int]:
        """Wall times of one week at which something begins or ends."""
        begins = list(self._laid.begins())
        ends = [self._laid.look(begin)[1] for begin in begins]
        return [MONDAY + position for position in (*begins, *ends)]
