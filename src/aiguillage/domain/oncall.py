"""Who is on call: the rotas of one account, asked about a moment."""

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

import msgspec

from aiguillage.domain.queues import ROTA
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
from aiguillage.domain.turns import Roster, Turns
from aiguillage.domain.wall import DAY, EARLIEST, LATEST, WEEK, Wall, shown_by, shown_on, since_monday
from aiguillage.domain.wallclock import clock_span, day_end

_DAYS_A_WEEK = WEEK // DAY
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
        self._wall = Wall(time_zone)
        self._rotas: Mapping[int, Rota] = by_kind.get("rota", {})
        self._codes = {rota.code.casefold(): rota_id for rota_id, rota in self._rotas.items()}
        self._calendars = [fact for fact in by_kind.get("calendar", {}).values() if fact.owner_type == ROTA]
        self._rosters: dict[int, Roster[Member]] = {}
        self._remembered: dict[int, tuple[int, int, Duty]] = {}

    def duty(self, rota_id: int, at: int) -> Duty:
        """Who is on duty at a moment. Raises KeyError for an unknown rota."""
        return self._duty(rota_id, at)[0]

    def duty_now(self, rota_id: int, at: int) -> Duty:
        """The same, remembered until anything changes."""
        remembered = self._remembered.get(rota_id)
        if remembered is not None and remembered[0] <= at < remembered[1]:
            return remembered[2]
        duty, same = self._duty(rota_id, at)
        self._remembered[rota_id] = (at, same, duty)
        return duty

    def rota_named(self, text: str) -> int | None:
        """The id of the rota with that code."""
        return self._codes.get(text.casefold())

    def shifts(self, rota_id: int, begin: int, end: int) -> Iterator[tuple[int, int, Member | None, str]]:
        """Who is on duty in `[begin, end)`, period by period, and what says so; a gap has no member and no source."""
        roster, since, end = self._roster(rota_id), _bounded(begin), _bounded(end)
        while since < end:
            held = roster.look(since)
            until = held.until
            while until < end and (after := roster.look(until))[:2] == held[:2]:
                until = after.until
            until = min(until, end)
            yield since, until, held.value, held.source
            since = until

    def gaps(self, rota_id: int, begin: int, end: int) -> list[tuple[int, int]]:
        """The periods in `[begin, end)` in which nobody is on duty."""
        return [(since, until) for since, until, member, _ in self.shifts(rota_id, begin, end) if member is None]

    def _duty(self, rota_id: int, at: int) -> tuple[Duty, int]:
        """The duty, and until when it is this one: another layer may come to name the same member."""
        held, until, after = self._roster(rota_id).change(_bounded(at))
        return Duty(held.value, held.source, until if until < LATEST else None, after), held.until

    def _roster(self, rota_id: int) -> Roster[Member]:
        roster = self._rosters.get(rota_id)
        if roster is None:
            rota = self._rotas[rota_id]
            members = {folded(member.name): member for member in rota.members}
            layers = [_turns(self._wall, layer, members) for layer in rota.layers]
            roster = Roster(self._wall, layers, [*self._shifts(rota_id, rota), *self._overrides(rota, members)])
            self._rosters[rota_id] = roster
        return roster

    def _shifts(self, rota_id: int, rota: Rota) -> list[tuple[int, int, tuple[Member, str]]]:
        """The shifts of its calendars; those that began later come later."""
        first, naming = self._wall.first, Naming(rota.members)
        events = [event for calendar in self._calendars if calendar.owner_id == rota_id for event in calendar.events]
        shifts = [
            (first(shown_by(event.begins)), first(shown_by(day_end(event.ends))), (member, CALENDAR))
            for event in events
            if (member := naming.named(event.label, event.people).member) is not None
        ]
        return sorted(shifts, key=lambda shift: shift[0])

    def _overrides(self, rota: Rota, members: Mapping[str, Member]) -> Iterator[tuple[int, int, tuple[Member, str]]]:
        first = self._wall.first
        for override in rota.overrides:
            member = members[folded(override.member)]
            yield first(shown_by(override.begins)), first(shown_by(day_end(override.ends))), (member, OVERRIDE)


def _bounded(at: int) -> int:
    return min(max(at, EARLIEST), LATEST)


def _turns(wall: Wall, layer: Layer, members: Mapping[str, Member]) -> Turns[Member]:
    """A layer in moments and microseconds; a single holder has no turns."""
    first = shown_on(layer.start, layer.handover)
    holders = tuple(members[folded(name)] for name in layer.members)
    return Turns(
        layer.name,
        holders[:1] if len(set(holders)) == 1 else holders,
        first,
        layer.every * UNITS[layer.unit] // DAY,
        _counted(layer, first),
        wall.first(first),
        LATEST if layer.end is None else wall.first(shown_on(layer.end, time())),
        tuple(span for window in layer.windows for span in _spans(window)) or ((0, WEEK),),
    )


def _counted(layer: Layer, first: int) -> tuple[int, ...]:
    """Which days of a week count for turns of days, 0 the first: those with a window, on which the layer is then set.

    A day lasts from one handover to the next. Where that leaves none, all on which the layer is set.
    """
    if layer.unit != DAYS or not layer.windows:
        return tuple(range(_DAYS_A_WEEK))
    spans = [(begin + shift, end + shift) for w in layer.windows for begin, end in _spans(w) for shift in (0, WEEK)]
    begins = [since_monday(first) + place * DAY for place in range(_DAYS_A_WEEK)]
    is_set = [any(begin < day + DAY and day < end for begin, end in spans) for day in begins]
    weekdays = {window.day_of_week for window in layer.windows}
    named = [day // DAY % _DAYS_A_WEEK + 1 in weekdays for day in begins]
    both = tuple(place for place in range(_DAYS_A_WEEK) if is_set[place] and named[place])
    return both or tuple(place for place in range(_DAYS_A_WEEK) if is_set[place])


def _spans(window: Window) -> Iterator[tuple[int, int]]:
    """A window in microseconds since Monday 00:00; one that runs over the week's end comes in two."""
    midnight = (window.day_of_week - 1) * DAY
    begin, end = (midnight + place for place in clock_span(window.start_time, window.end_time))
    yield begin, min(end, WEEK)
    if end > WEEK:
        yield 0, end - WEEK
