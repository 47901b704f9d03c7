"""Turns: who holds a duty at a moment and when that changes, for layers of turns and for spans that go over them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from aiguillage.domain.wall import DAY, LATEST, WEEK, Wall, since_monday

V = TypeVar("V")
MOST_TURNS = 400
"""After so many changes of hands among the layers that change nothing, what they do is taken to repeat itself."""

_DAYS_A_WEEK = WEEK // DAY
_WATCHED = 2 * WEEK
"""While only windows open and close, two weeks show all there is to see, even where one has a day of 23 hours."""


class Held(NamedTuple, Generic[V]):
    """What holds at a moment, what says so, and until when nothing at all changes. None: nobody."""

    value: V | None
    source: str
    until: int


class Cover(Generic[V]):
    """Spans `[begin, end)` laid over each other; where they overlap, the later in the sequence is seen."""

    def __init__(self, spans: Sequence[tuple[int, int, V]]) -> None:
        self._begins: list[int] = []
        self.seen: list[V | None] = []
        waiting = sorted(((begin, rank) for rank, (begin, _, _) in enumerate(spans)), reverse=True)
        open_ranks: list[int] = []
        for cut in sorted({cut for begin, end, _ in spans for cut in (begin, end)}):
            while waiting and waiting[-1][0] == cut:
                heappush(open_ranks, -waiting.pop()[1])
            while open_ranks and spans[-open_ranks[0]][1] <= cut:
                heappop(open_ranks)
            self._see(cut, spans[-open_ranks[0]][2] if open_ranks else None)

    def _see(self, begin: int, value: V | None) -> None:
        if value != (self.seen[-1] if self.seen else None):
            self._begins.append(begin)
            self.seen.append(value)

    def look(self, at: int) -> tuple[V | None, int]:
        """What is seen at a point (None: nothing), and where that ends."""
        index = bisect_right(self._begins, at)
        until = self._begins[index] if index < len(self._begins) else LATEST
        return self.seen[index - 1] if index else None, until


class Turns(NamedTuple, Generic[V]):
    """A layer: its holders take turns of `every` days, the first from when the wall shows `first`.

    Its days begin at that time of day. Those alone count whose place in the week is `counted`: 0 is the first day's.
    It is set at moments in `[begins, ends)`, and there while the wall shows a time of `week`: spans since Monday 00:00.
    """

    source: str
    holders: tuple[V, ...]
    first: int
    every: int
    counted: tuple[int, ...]
    begins: int
    ends: int
    week: tuple[tuple[int, int], ...]

    def turn(self, wall: Wall, at: int) -> tuple[V, int]:
        """Who has the turn at a moment, and until when; nobody hands over to themselves where there is one holder.

        Where the clock is put back, the wall shows the time before a handover once more: it stays handed over.
        """
        if len(self.holders) == 1:
            return self.holders[0], LATEST
        count = max(0, self._days_counted((wall.shown(at) - self.first) // DAY)) // self.every
        until = wall.first(self._begin(count + 1))
        if until <= at:
            count += 1
            until = wall.first(self._begin(count + 1))
        return self.holders[count % len(self.holders)], until

    def _days_counted(self, day: int) -> int:
        """How many days count from the first to before the last that does, up to this day; -1: none does so far."""
        weeks, place = divmod(day, _DAYS_A_WEEK)
        return weeks * len(self.counted) + bisect_right(self.counted, place) - 1

    def _begin(self, turn: int) -> int:
        """What the wall shows when a turn begins."""
        weeks, number = divmod(turn * self.every, len(self.counted))
        return self.first + (weeks * _DAYS_A_WEEK + self.counted[number]) * DAY


class _Stretch(Generic[V]):
    """The layers of a stretch of time in which none of them starts or ends: which of them is seen when in a week."""

    def __init__(self, wall: Wall, layers: Sequence[Turns[V]]) -> None:
        self._wall = wall
        self._layers = layers

    @cached_property
    def _week(self) -> Cover[Turns[V]]:
        # Laid out when it is first asked: a year may have a hundred stretches, and a call asks one of them.
        return Cover([(begin, end, layer) for layer in self._layers for begin, end in layer.week])

    @cached_property
    def _seen(self) -> list[Turns[V]]:
        return list(dict.fromkeys(layer for layer in self._week.seen if layer is not None))

    @cached_property
    def _always(self) -> bool:
        return self._week.look(0) == (self._seen[0], WEEK)

    def look(self, at: int, until: int) -> Held[V]:
        """What holds at a moment, until the given one at most."""
        layer: Turns[V] | None = self._seen[0]
        if not self._always:
            place = since_monday(self._wall.shown(at))
            layer, end = self._week.look(place)
            until = min(until, self._wall.after(at, min(end, WEEK) - place))
        if layer is None:
            return Held(None, "", until)
        value, end = layer.turn(self._wall, at)
        return Held(value, layer.source, min(until, end))

    def settled(self, at: int) -> int:
        """Until when no layer that is seen at some time of the week changes hands."""
        return min(layer.turn(self._wall, at)[1] for layer in self._seen)


class Roster(Generic[V]):
    """Layers, of which the later are seen where they are set, and spans of moments that go over all of them."""

    def __init__(self, wall: Wall, layers: Sequence[Turns[V]], over: Sequence[tuple[int, int, tuple[V, str]]]) -> None:
        self._over = Cover(over)
        self._stretches = Cover(list(_stretches(wall, layers)))

    def look(self, at: int) -> Held[V]:
        """What holds at a moment, until nothing at all changes."""
        over, until = self._over.look(at)
        if over is not None:
            return Held(over[0], over[1], until)
        stretch, end = self._stretches.look(at)
        until = min(until, end)
        return Held(None, "", until) if stretch is None else stretch.look(at, until)

    def change(self, at: int) -> tuple[Held[V], int, V | None]:
        """What holds at a moment, when somebody else or nobody takes its place (LATEST: never), and who does.

        Goes from one moment at which anything changes to the next, and past those that cannot matter.
        """
        now = self.look(at)
        until, settled, watched, turns = now.until, at, at, 0
        while until < LATEST:
            held = self.look(until)
            if held.value != now.value:
                return now, until, held.value
            if until >= settled:
                turns += 1
                settled = self._settled(until, turns % MOST_TURNS == 0)
                watched = until + _WATCHED
            until = held.until if held.until < watched else max(held.until, settled)
        return now, LATEST, None

    def _settled(self, at: int, repeats: bool) -> int:  # noqa: FBT001 - read beside its only call
        """Until when nothing but windows opens and closes; where turns only repeat themselves, they do not count."""
        over, until = self._over.look(at)
        if over is not None:
            return until
        stretch, end = self._stretches.look(at)
        if stretch is not None and not repeats:
            end = min(end, stretch.settled(at))
        return min(until, end)


def _stretches(wall: Wall, layers: Sequence[Turns[V]]) -> Iterator[tuple[int, int, _Stretch[V]]]:
    cuts = sorted({cut for layer in layers for cut in (layer.begins, layer.ends)})
    for begin, end in pairwise(cuts):
        there = [layer for layer in layers if layer.begins <= begin and end <= layer.ends]
        if there:
            yield begin, end, _Stretch(wall, there)
