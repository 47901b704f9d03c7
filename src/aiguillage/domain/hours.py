"""Opening hours: where a call queue sends calls at a moment, why, and until when.

The first that applies decides: switch, exception on the queue, on its group, holiday, dated span on the queue, on its
group, weekly span on the queue, on its group, the queue's default destination. A queue without any span, its own or
its group's, has no opening hours: it is open.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from aiguillage.domain.moments import DAY
from aiguillage.domain.queues import (
    ACCOUNT,
    GROUP,
    QUEUE,
    Calendar,
    DayException,
    Holiday,
    Observance,
    Queue,
    Switch,
    TimeSpan,
)
from aiguillage.domain.steps import Steps, batches, finish, let_go
from aiguillage.domain.timeline import (
    NEVER,
    Dated,
    Held,
    Slot,
    WallClock,
    Weekly,
    Yearly,
    clock_span,
    day_end,
    next_change,
    wall_date,
    wall_day,
    wall_time,
)

_FAR = 9 * 366 * DAY
"""A 29 February returns after eight years at the latest."""

OWNERS = 20
"""Of how many owners what is set is freed in a step: each may have hundreds of facts."""

_Owner = tuple[str, int | None]
_ByOwner = dict[_Owner, list[tuple[int, Any]]]


class State(msgspec.Struct, frozen=True, gc=False):
    """Where a queue sends calls. `open`: inside a time span, or without any; `destination`: None where nothing is set.

    `reason` is switch, exception, holiday, time_span, default or no_hours; `of` (account, group or queue) is what that
    belongs to and `label` what it is called. `until` is the first moment at which any of these differ (microseconds
    since 1970 UTC); None: as far as is set, never.
    """

    open: bool
    destination: str | None
    reason: str
    of: str
    label: str
    until: int | None


def _says(reason: str, of: str, label: str, destination: str | None, *, is_open: bool = False) -> State:
    return State(is_open, destination, reason, of, label, None)


class _Plan:
    """What is set for one queue, strongest first."""

    def __init__(
        self,
        clock: WallClock,
        queue: Queue,
        switches: Iterable[Switch],
        dated: Iterable[Dated[State]],
        weekly: Iterable[Weekly[State]],
        *,
        has_hours: bool,
    ) -> None:
        self._clock = clock
        self._queue = queue
        self._own = queue.number or queue.code
        self._switches = [(s, _says("switch", s.owner_type, s.name, s.destination)) for s in switches if s.on]
        self._dated = tuple(layer for layer in dated if layer)
        self._weekly = tuple(layer for layer in weekly if layer)
        self._default = _says("default", QUEUE, "", queue.default_destination)
        if not has_hours:
            self._default = _says("no_hours", QUEUE, "", queue.default_destination or self._own, is_open=True)
        self.last = max((layer.last for layer in self._dated), default=-NEVER)

    def look(self, at: int) -> Held[State]:
        """What is set at a moment."""
        switched = self._switched(at)
        if switched is not None:
            return switched
        wall = self._clock.wall(at)
        answer, change = _first(self._dated, wall)
        if answer is None:
            answer, weekly = _first(self._weekly, wall)
            change = min(change, weekly)
        return Held(self._whole(answer), self._clock.change(at, wall, change))

    def settled(self, at: int, _times: int) -> int:
        """Until when nothing but a week's time spans begins and ends."""
        switched, wall = self._switched(at), self._clock.wall(at)
        return self._clock.change(at, wall, _first(self._dated, wall)[1]) if switched is None else switched.until

    def _switched(self, at: int) -> Held[State] | None:
        for switch, state in self._switches:
            if switch.holds(at):
                return Held(state, NEVER if switch.until is None else switch.until)
        return None

    def _whole(self, answer: State | None) -> State:
        """The answer with this queue's destination, where what is set names none."""
        if answer is None or answer.destination is not None:
            return answer or self._default
        own = self._own if answer.open else self._queue.default_destination
        return State(answer.open, own, answer.reason, answer.of, answer.label, None)


def _first(layers: Iterable[Dated[State] | Weekly[State]], wall: int) -> tuple[State | None, int]:
    """What the strongest layer says that says anything; only a stronger one that begins can end it before its time."""
    soonest = NEVER
    for layer in layers:
        answer, change = layer.look(wall)
        soonest = min(soonest, change)
        if answer is not None:
            return answer, soonest
    return None, soonest


class Hours:
    """One account's timetable: a time zone's name and `kind -> id -> fact`; missing kinds are empty."""

    def __init__(self, time_zone: str, by_kind: Mapping[str, Mapping[int, Any]]) -> None:
        self._clock = WallClock(time_zone)
        self._queues: dict[int, Queue] = {}
        self._switches: _ByOwner = {}
        self._spans: _ByOwner = {}
        self._exceptions: _ByOwner = {}
        self._calendars: _ByOwner = {}
        self._holidays: tuple[Dated[State], ...] = ()
        self._by_number: dict[str, int] = {}
        self._by_code: dict[str, int] = {}
        self._owned: dict[_Owner, tuple[Dated[State], Dated[State], Weekly[State]]] = {}
        self._plans: dict[int, _Plan] = {}
        self._now: dict[int, tuple[int, int, State]] = {}
        finish(self.read(by_kind))

    def read(self, by_kind: Mapping[str, Mapping[int, Any]]) -> Steps[None]:
        """Takes up the facts, in steps; before the last one nobody may ask."""
        self._queues = dict(sorted(by_kind.get("queue", {}).items()))
        self._switches = yield from _by_owner(by_kind.get("switch", {}))
        self._spans = yield from _by_owner(by_kind.get("time_span", {}))
        self._exceptions = yield from _by_owner(by_kind.get("exception", {}))
        self._calendars = yield from _by_owner(by_kind.get("calendar", {}))
        self._holidays = (_by_hand(by_kind.get("holiday", {})), _computed(by_kind.get("observance", {})))
        yield
        active = [(queue_id, queue) for queue_id, queue in reversed(self._queues.items()) if queue.active]
        self._by_number = {queue.number: queue_id for queue_id, queue in active if queue.number is not None}
        self._by_code = {queue.code.lower(): queue_id for queue_id, queue in active}

    def let_go(self) -> Steps[None]:
        """Frees what is set, in steps, once nobody asks any more."""
        for held in (self._plans, self._owned, self._switches, self._spans, self._exceptions, self._calendars):
            yield from let_go(held, OWNERS)

    def state(self, queue_id: int, at: int) -> State:
        """Where the queue sends calls at any moment (microseconds since 1970 UTC). Raises KeyError: no such queue."""
        plan = self._plan(queue_id)
        held, until, _ = next_change(plan, at, max(at, plan.last) + _FAR)
        return held.value if until == NEVER else msgspec.structs.replace(held.value, until=until)

    def state_now(self, queue_id: int, at: int) -> State:
        """The same, remembered from the moment it was computed for until it ends: the call path's way."""
        kept = self._now.get(queue_id)
        if kept is None or not kept[0] <= at < kept[1]:
            state = self.state(queue_id, at)
            kept = self._now[queue_id] = (at, NEVER if state.until is None else state.until, state)
        return kept[2]

    def queue_of(self, destination: str) -> int | None:
        """The active queue whose number, else whose code, a destination is."""
        queue_id = self._by_number.get(destination)
        return self._by_code.get(destination.lower()) if queue_id is None else queue_id

    def queue_named(self, text: str) -> int | None:
        """The active queue of that code, else of that number."""
        queue_id = self._by_code.get(text.lower())
        return self._by_number.get(text) if queue_id is None else queue_id

    def account_switch(self, at: int) -> Switch | None:
        """The account's first switch that holds at a moment."""
        return next((switch for _, switch in self._switches.get((ACCOUNT, None), ()) if switch.holds(at)), None)

    def periods(self, queue_id: int, begin: int, end: int) -> Iterator[tuple[int, int, State]]:
        """Consecutive periods, (from, to, state), in each of which the queue's state stays as it is."""
        while begin < end:
            state = self.state(queue_id, begin)
            until = end if state.until is None else min(state.until, end)
            yield begin, until, state
            begin = until

    def days(self, kind: str, owner_id: int, first: date, last: date) -> dict[date, State]:
        """What is set for single days of a queue or group, both ends included; of one day what begins first in it.

        Exceptions, holidays and dated spans are; days that are as every week's are left out. Where what is set names no
        destination, there is none. Raises KeyError: no such queue.
        """
        exceptions, dated, _ = zip(*map(self._layers, self._owners(kind, owner_id)), strict=True)
        layers = [layer for layer in (*exceptions, *self._holidays, *dated) if layer]
        found: dict[date, State] = {}
        wall, end = wall_day(first), wall_day(last) + DAY
        while wall < end:
            answer, change = _first(layers, wall)
            until = min(change, end)
            if answer is not None:
                for begin in range(wall - wall % DAY, until, DAY):
                    found.setdefault(wall_date(begin), answer)
            wall = until
        return found

    def _plan(self, queue_id: int) -> _Plan:
        plan = self._plans.get(queue_id)
        if plan is None:
            queue = self._queues[queue_id]
            owners = self._owners(QUEUE, queue_id)
            switches = [switch for owner in ((ACCOUNT, None), *owners) for _, switch in self._switches.get(owner, ())]
            exceptions, dated, weekly = zip(*map(self._layers, owners), strict=True)
            plan = self._plans[queue_id] = _Plan(
                self._clock,
                queue,
                switches,
                (*exceptions, *self._holidays, *dated),
                weekly,
                has_hours=any(self._spans.get(owner) for owner in owners),
            )
        return plan

    def _owners(self, kind: str, owner_id: int) -> list[_Owner]:
        """A queue or group itself, then the queue's group. Raises KeyError: no such queue."""
        group = self._queues[owner_id].group if kind == QUEUE else None
        return [(kind, owner_id)] if group is None else [(kind, owner_id), (GROUP, group)]

    def _layers(self, owner: _Owner) -> tuple[Dated[State], Dated[State], Weekly[State]]:
        """The exceptions, dated spans and weekly spans of a queue or group."""
        layers = self._owned.get(owner)
        if layers is None:
            spans = self._spans.get(owner, ())
            layers = self._owned[owner] = (
                _exceptions(self._exceptions.get(owner, ()), self._calendars.get(owner, ())),
                Dated(_span_slot(i, span, wall_day(span.date_full)) for i, span in spans if span.date_full),
                Weekly(_span_slot(i, span, (span.day_of_week - 1) * DAY) for i, span in spans if span.day_of_week),
            )
        return layers


def _by_owner(facts: Mapping[int, Any]) -> Steps[_ByOwner]:
    """The facts of each owner with their ids, in the order of these."""
    owned: _ByOwner = defaultdict(list)
    for batch in batches(sorted(facts)):
        for fact_id in batch:
            fact = facts[fact_id]
            owned[fact.owner_type, fact.owner_id].append((fact_id, fact))
        yield
    return owned


def _span_slot(span_id: int, span: TimeSpan, midnight: int) -> Slot[State]:
    begin, end = clock_span(span.start_time, span.end_time)
    answer = _says("time_span", span.owner_type, span.reference, span.destination, is_open=True)
    return Slot(midnight + begin, midnight + end, span_id, answer)


def _exceptions(
    exceptions: Iterable[tuple[int, DayException]], calendars: Iterable[tuple[int, Calendar]]
) -> Dated[State]:
    slots: list[Slot[State] | Yearly[State]] = []
    for order, fact in exceptions:
        answer = _says("exception", fact.owner_type, fact.label, fact.destination)
        shape = Yearly[State] if fact.every_year else _on_days
        slots.append(shape(fact.first_day, fact.last_day, order, answer))
    for order, calendar in calendars:
        for event in calendar.events:
            label = event.label or calendar.name
            answer = _says("exception", calendar.owner_type, label, calendar.destination)
            slots.append(Slot(wall_time(event.begins), wall_time(day_end(event.ends)), order, answer))
    return Dated(slots)


def _by_hand(holidays: Mapping[int, Holiday]) -> Dated[State]:
    slots: list[Slot[State] | Yearly[State]] = []
    for order, holiday in holidays.items():
        answer = _says("holiday", ACCOUNT, holiday.label, holiday.destination)
        shape = Yearly[State] if holiday.every_year else _on_days
        slots.append(shape(holiday.day, holiday.day, order, answer))
    return Dated(slots)


def _computed(observances: Mapping[int, Observance]) -> Dated[State]:
    return Dated(
        _on_days(day.day, day.day, order, _says("holiday", ACCOUNT, day.label, fact.destinations.get(day.label)))
        for order, fact in observances.items()
        for day in fact.days
        if day.label not in fact.off
    )


def _on_days(first: date, last: date, order: int, answer: State) -> Slot[State]:
    return Slot(wall_day(first), wall_day(last) + DAY, order, answer)
