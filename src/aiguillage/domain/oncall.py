"""Who is on call: the rotas of one account, asked about a moment."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from aiguillage.domain.moments import DAY, WEEK
from aiguillage.domain.queues import ROTA, Event
from aiguillage.domain.rotas import (
    CALENDAR,
    DAYS,
    OVERRIDE,
    UNITS,
    Layer,
    Member,
    Override,
    Rota,
    Window,
    check_rota,
    folded,
)
from aiguillage.domain.shifts import Naming
from aiguillage.domain.timeline import (
    NEVER,
    Held,
    Laid,
    Slot,
    WallClock,
    Weekly,
    clock_span,
    day_end,
    later_in_list,
    next_change,
    since_monday,
    wall_time,
)

_DAYS_A_WEEK = WEEK // DAY
MOST_TURNS = 400
"""After so many changes of hands among the layers that change nothing, what they do is taken to repeat itself."""

__all__ = ["Duty", "Layer", "Member", "OnCall", "Override", "Rota", "Window", "check_rota"]


class Duty(msgspec.Struct, frozen=True, gc=False):
    """Who is on duty at a moment, what says so, until when (microseconds UTC), and who comes then.

    Without a member there is a gap; without `until` that never changes, as far as is set.
    """

    member: Member | None
    source: str
    until: int | None
    next: Member | None


class OnCall:
    """One account's rotas, read from facts of the kinds `rota` and `calendar`; each is worked out when first asked for.

    A handover, an override, a shift and a layer's first and last day begin and end at a moment: the first at which the
    clock on the wall shows their time, or that at which it jumps over it. Windows go by what the wall shows, like time
    spans: what the clock shows twice is inside both times.
    """

    def __init__(self, time_zone: str, by_kind: Mapping[str, Mapping[int, Any]]) -> None:
        self._clock = WallClock(time_zone)
        self._rotas: Mapping[int, Rota] = by_kind.get("rota", {})
        self._codes = {rota.code.casefold(): rota_id for rota_id, rota in self._rotas.items()}
        self._calendars = [fact for fact in by_kind.get("calendar", {}).values() if fact.owner_type == ROTA]
        self._rosters: dict[int, _Roster] = {}
        self._now: dict[int, tuple[int, int, Duty]] = {}

    def duty(self, rota_id: int, at: int) -> Duty:
        """Who is on duty at a moment. Raises KeyError for an unknown rota."""
        return self._duty(rota_id, at)[0]

    def duty_now(self, rota_id: int, at: int) -> Duty:
        """The same, remembered until anything changes."""
        kept = self._now.get(rota_id)
        if kept is None or not kept[0] <= at < kept[1]:
            duty, until = self._duty(rota_id, at)
            kept = self._now[rota_id] = (at, until, duty)
        return kept[2]

    def rota_named(self, text: str) -> int | None:
        """The id of the rota with that code."""
        return self._codes.get(text.casefold())

    def shifts(self, rota_id: int, begin: int, end: int) -> Iterator[tuple[int, int, Member | None, str]]:
        """Who is on duty in `[begin, end)`, period by period, and what says so; a gap has no member and no source."""
        roster, since = self._roster(rota_id), begin
        while since < end:
            held = roster.look(since)
            until = held.until
            while until < end and (after := roster.look(until))._replace(until=held.until) == held:
                until = after.until
            until = min(until, end)
            yield since, until, held.value, held.source
            since = until

    def gaps(self, rota_id: int, begin: int, end: int) -> list[tuple[int, int]]:
        """The periods in `[begin, end)` in which nobody is on duty."""
        return [(since, until) for since, until, member, _ in self.shifts(rota_id, begin, end) if member is None]

    def _duty(self, rota_id: int, at: int) -> tuple[Duty, int]:
        """The duty, and until when it is this one: another layer may come to name the same member."""
        held, until, after = next_change(self._roster(rota_id), at)
        return Duty(held.value, held.source, None if until == NEVER else until, after), held.until

    def _roster(self, rota_id: int) -> "_Roster":
        roster = self._rosters.get(rota_id)
        if roster is None:
            rota = self._rotas[rota_id]
            members = {folded(member.name): member for member in rota.members}
            layers = [_turns(self._clock, layer, members) for layer in rota.layers]
            over = [*self._shifts(rota_id, rota), *self._overrides(rota, members)]
            roster = self._rosters[rota_id] = _Roster(self._clock, layers, over)
        return roster

    def _shifts(self, rota_id: int, rota: Rota) -> list["_Over"]:
        """The shifts of its calendars; those that began later come later."""
        naming = Naming(rota.members)
        events = [event for calendar in self._calendars if calendar.owner_id == rota_id for event in calendar.events]
        shifts = [
            self._over(event, member, CALENDAR)
            for event in events
            if (member := naming.named(event.label, event.people).member) is not None
        ]
        return sorted(shifts, key=lambda shift: shift[0])

    def _overrides(self, rota: Rota, members: Mapping[str, Member]) -> Iterator["_Over"]:
        return (self._over(override, members[folded(override.member)], OVERRIDE) for override in rota.overrides)

    def _over(self, fact: Override | Event, member: Member, source: str) -> "_Over":
        first = self._clock.first
        return first(wall_time(fact.begins)), first(wall_time(day_end(fact.ends))), (member, source)


_Over = tuple[int, int, tuple[Member, str]]
"""From which moment to which who is on duty over all layers, and what says so."""


class _Turns(NamedTuple):
    """A layer: its holders take turns of `every` days, the first from when the wall shows `first`.

    Its days begin at that time of day. Those alone count whose place in the week is `counted`: 0 is the first day's.
    It is set at moments in `[begins, ends)`, and there while the wall shows a time of `week`: spans since Monday 00:00.
    """

    source: str
    holders: tuple[Member, ...]
    first: int
    every: int
    counted: tuple[int, ...]
    begins: int
    ends: int
    week: tuple[tuple[int, int], ...]

    def turn(self, clock: WallClock, at: int, wall: int) -> tuple[Member, int]:
        """Who has the turn at a moment, and until when; nobody hands over to themselves where there is one holder.

        Where the clock is put back, the wall shows the time before a handover once more: it stays handed over.
        """
        if len(self.holders) == 1:
            return self.holders[0], NEVER
        count = max(0, self._days_counted((wall - self.first) // DAY)) // self.every
        until = clock.first(self._begin(count + 1))
        if until <= at:
            count += 1
            until = clock.first(self._begin(count + 1))
        return self.holders[count % len(self.holders)], until

    def _days_counted(self, day: int) -> int:
        """How many days count from the first to before the last that does, up to this day; -1: none does so far."""
        weeks, place = divmod(day, _DAYS_A_WEEK)
        return weeks * len(self.counted) + bisect_right(self.counted, place) - 1

    def _begin(self, turn: int) -> int:
        """What the wall shows when a turn begins."""
        weeks, number = divmod(turn * self.every, len(self.counted))
        return self.first + (weeks * _DAYS_A_WEEK + self.counted[number]) * DAY


class _Stretch:
    """The layers of a stretch of time in which none of them starts or ends: which of them is seen when in a week."""

    def __init__(self, clock: WallClock, layers: Sequence[_Turns]) -> None:
        self._clock = clock
        self._layers = layers

    @cached_property
    def _week(self) -> Weekly[_Turns]:
        # Laid out when it is first asked: a year may have a hundred stretches, and a call asks one of them.
        slots = (Slot(*span, order, layer) for order, layer in enumerate(self._layers) for span in layer.week)
        return Weekly(slots, later_in_list)

    @cached_property
    def _seen(self) -> list[_Turns]:
        return list(self._week.answers())

    def look(self, at: int, until: int) -> Held[Member | None]:
        """What holds at a moment, until the given one at most."""
        wall = self._clock.wall(at)
        layer, change = self._week.look(wall)
        if change < NEVER:
            until = min(until, self._clock.change(at, wall, change))
        if layer is None:
            return Held(None, until)
        member, end = layer.turn(self._clock, at, wall)
        return Held(member, min(until, end), layer.source)

    def settled(self, at: int) -> int:
        """Until when no layer that is seen at some time of the week changes hands."""
        wall = self._clock.wall(at)
        return min(layer.turn(self._clock, at, wall)[1] for layer in self._seen)


class _Roster:
    """Layers, of which the later are seen where they are set, and what goes over all of them."""

    def __init__(self, clock: WallClock, layers: Sequence[_Turns], over: Sequence[_Over]) -> None:
        slots = (Slot(begin, end, place, said) for place, (begin, end, said) in enumerate(over))
        self._over = Laid(slots, later_in_list)
        self._stretches = Laid(_stretches(clock, layers))

    def look(self, at: int) -> Held[Member | None]:
        """Who is on duty at a moment, until nothing at all changes."""
        over, until = self._over.look(at)
        if over is not None:
            return Held(over[0], until, over[1])
        stretch, end = self._stretches.look(at)
        until = min(until, end)
        return Held(None, until) if stretch is None else stretch.look(at, until)

    def settled(self, at: int, times: int) -> int:
        """Until when nothing but windows opens and closes; where turns only repeat themselves, they do not count."""
        over, until = self._over.look(at)
        if over is not None:
            return until
        stretch, end = self._stretches.look(at)
        if stretch is not None and times % MOST_TURNS:
            end = min(end, stretch.settled(at))
        return min(until, end)


def _stretches(clock: WallClock, layers: Sequence[_Turns]) -> Iterator[Slot[_Stretch]]:
    cuts = sorted({cut for layer in layers for cut in (layer.begins, layer.ends)})
    for order, (begin, end) in enumerate(pairwise(cuts)):
        there = [layer for layer in layers if layer.begins <= begin and end <= layer.ends]
        if there:
            yield Slot(begin, end, order, _Stretch(clock, there))


def _turns(clock: WallClock, layer: Layer, members: Mapping[str, Member]) -> _Turns:
    """A layer in moments and microseconds; a single holder has no turns."""
    first = wall_time(datetime.combine(layer.start, layer.handover))
    holders = tuple(members[folded(name)] for name in layer.members)
    return _Turns(
        layer.name,
        holders[:1] if len(set(holders)) == 1 else holders,
        first,
        layer.every * UNITS[layer.unit] // DAY,
        _counted(layer, first),
        clock.first(first),
        NEVER if layer.end is None else clock.first(wall_time(datetime.combine(layer.end, time()))),
        tuple(map(_span, layer.windows)) or ((0, WEEK),),
    )


def _counted(layer: Layer, first: int) -> tuple[int, ...]:
    """Which days of a week count for turns of days, 0 the first: those with a window, on which the layer is then set.

    A day lasts from one handover to the next. Where that leaves none, all on which the layer is set.
    """
    if layer.unit != DAYS or not layer.windows:
        return tuple(range(_DAYS_A_WEEK))
    spans = [(begin + by, end + by) for begin, end in map(_span, layer.windows) for by in (-WEEK, 0, WEEK)]
    begins = [since_monday(first) + place * DAY for place in range(_DAYS_A_WEEK)]
    is_set = [any(begin < day + DAY and day < end for begin, end in spans) for day in begins]
    weekdays = {window.day_of_week for window in layer.windows}
    named = [day // DAY % _DAYS_A_WEEK + 1 in weekdays for day in begins]
    both = tuple(place for place in range(_DAYS_A_WEEK) if is_set[place] and named[place])
    return both or tuple(place for place in range(_DAYS_A_WEEK) if is_set[place])


def _span(window: Window) -> tuple[int, int]:
    """A window in microseconds since Monday 00:00; it may end after the week does."""
    begin, end = clock_span(window.start_time, window.end_time)
    midnight = (window.day_of_week - 1) * DAY
    return midnight + begin, midnight + end
