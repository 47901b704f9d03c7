"""Rotas against a second reading of the same facts that is simple enough to be believed.

It lists the handovers day by day, and looks at half hour after half hour. All times are on the half hour.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random

from aiguillage.domain.oncall import Layer, Member, Override, Rota, Window
from aiguillage.domain.queues import Event
from tests.domain.rotas import MEMBERS, PARIS, micro, on_call

ROTAS = 2000
HALF_HOUR = timedelta(minutes=30)
SCANNED = 3 * 48
SUMMER, WINTER = date(2026, 3, 29), date(2026, 10, 25)
DAYS = (SUMMER, WINTER, date(2028, 2, 29), date(2027, 3, 28), date(2027, 10, 31), date(2026, 12, 31), date(2026, 7, 14))
CLOCK_DAYS = {SUMMER, WINTER, date(2027, 3, 28), date(2027, 10, 31)}


@cache
def happens(wall: datetime) -> datetime:
    """When the clock on the wall first shows this or later; tried out on days when it is set."""
    if wall.date() not in CLOCK_DAYS:
        return wall.replace(tzinfo=PARIS).astimezone(UTC)
    when = datetime.combine(wall.date() - timedelta(days=1), time(12), tzinfo=UTC)
    while shown(when) < wall:
        when += HALF_HOUR
    return when


def shown(when: datetime) -> datetime:
    return when.astimezone(PARIS).replace(tzinfo=None, fold=0)


class Naive:
    """The same rota, read slowly."""

    def __init__(self, fact: Rota, events: list[Event], last: datetime) -> None:
        self.fact = fact
        self.members = {member.name: member for member in fact.members}
        self.events = sorted(events, key=lambda event: happens(event.begins))
        self.handovers = {layer.name: list(self.turns(layer, last)) for layer in fact.layers}

    def turns(self, layer: Layer, last: datetime) -> list[tuple[datetime, str]]:
        wall = datetime.combine(layer.start, layer.handover)
        turns = [(happens(wall), layer.members[0])]
        days = counted(layer)
        number = 0
        while happens(wall) <= last:
            if layer.unit == "weeks" or wall.isoweekday() in days:
                if number and number % (layer.every * (7 if layer.unit == "weeks" else 1)) == 0:
                    turns.append((happens(wall), layer.members[len(turns) % len(layer.members)]))
                number += 1
            wall += timedelta(days=1)
        return turns

    def who(self, when: datetime) -> tuple[Member | None, str]:
        for override in reversed(self.fact.overrides):
            if happens(override.begins) <= when < happens(override.ends):
                return self.members[override.member], "override"
        for event in reversed(self.events):
            if happens(event.begins) <= when < happens(event.ends):
                return self.members[event.label], "calendar"
        for layer in reversed(self.fact.layers):
            name = self.turn(layer, when)
            if name is not None:
                return self.members[name], layer.name
        return None, ""

    def turn(self, layer: Layer, when: datetime) -> str | None:
        if layer.end is not None and when >= happens(datetime.combine(layer.end, time())):
            return None
        if layer.windows and not any(inside(window, shown(when)) for window in layer.windows):
            return None
        begun = [name for begins, name in self.handovers[layer.name] if begins <= when]
        return begun[-1] if begun else None


def counted(layer: Layer) -> set[int]:
    """The days of the week, from handover to handover, that daily turns count."""
    is_set = set()
    for day in (date(2026, 6, 1) + timedelta(days=n) for n in range(7)):
        begin = datetime.combine(day, layer.handover)
        halves = [begin + n * HALF_HOUR for n in range(48)]
        if not layer.windows or any(inside(window, half) for half in halves for window in layer.windows):
            is_set.add(day.isoweekday())
    named = {window.day_of_week for window in layer.windows} or set(range(1, 8))
    return is_set & named or is_set


def inside(window: Window, wall: datetime) -> bool:
    for day in (wall.date(), wall.date() - timedelta(days=1)):
        begins, ends = datetime.combine(day, window.start_time), datetime.combine(day, window.end_time)
        if ends <= begins:
            ends += timedelta(days=1)
        if day.isoweekday() == window.day_of_week and begins <= wall < ends:
            return True
    return False


def any_time(random: Random) -> time:
    """Often at night, when clocks are set."""
    return time(random.choice((0, 1, 2, 2, 3, 9, random.randrange(24))), random.choice((0, 30)))


def any_span(random: Random, day: date) -> tuple[datetime, datetime]:
    begins = datetime.combine(day + timedelta(days=random.randint(-2, 2)), any_time(random))
    return begins, begins + random.choice((1, 1, 3, 20, 90)) * HALF_HOUR


def any_layer(random: Random, name: str, day: date) -> Layer:
    start = day - timedelta(days=random.choice((0, 1, 3, 7, 60, 200)))
    return Layer(
        name=name,
        members=tuple(random.choice(MEMBERS).name for _ in range(random.randint(1, 4))),
        every=random.choice((1, 1, 1, 2, 3)),
        unit=random.choice(("days", "weeks")),
        start=start,
        handover=any_time(random),
        end=random.choice((None, None, max(day, start) + timedelta(days=1))),
        windows=tuple(
            Window(day_of_week=random.randint(1, 7), start_time=any_time(random), end_time=any_time(random))
            for _ in range(random.choice((0, 0, 1, 3, 7)))
        ),
    )


def any_rota(random: Random, day: date) -> tuple[Rota, list[Event]]:
    overrides = []
    for _ in range(random.choice((0, 0, 1, 3))):
        begins, ends = any_span(random, day)
        overrides.append(Override(begins=begins, ends=ends, member=random.choice(MEMBERS).name))
    events = [Event(*any_span(random, day), random.choice(MEMBERS).name) for _ in range(random.choice((0, 0, 1, 3)))]
    layers = tuple(any_layer(random, f"Layer {number}", day) for number in range(random.choice((0, 1, 2, 2, 3))))
    return Rota(code="r", name="", members=MEMBERS, layers=layers, overrides=tuple(overrides)), events


def test_no_rota_differs_from_its_list_of_handovers() -> None:
    differences: list[tuple[int, str]] = []
    for seed in range(ROTAS):
        random = Random(seed)  # noqa: S311 - so that a difference can be looked at again
        day = DAYS[seed % len(DAYS)]
        fact, events = any_rota(random, day)
        first = datetime.combine(day - timedelta(days=1), time(10), tzinfo=UTC)
        naive = Naive(fact, events, first + (SCANNED + 2) * HALF_HOUR)
        differences += [(seed, what) for what in compared(random, fact, events, naive, first)]

    assert differences == []


def compared(random: Random, fact: Rota, events: list[Event], naive: Naive, first: datetime) -> list[str]:
    """What differs: periods, gaps, and duties at some moments."""
    duties = on_call(fact, events)
    scan = [first + n * HALF_HOUR for n in range(SCANNED)]
    seen = [naive.who(when) for when in scan]
    last = first + SCANNED * HALF_HOUR
    starts = [n for n in range(SCANNED) if n == 0 or seen[n] != seen[n - 1]]
    ends = [*(scan[n] for n in starts[1:]), last]
    shifts = [(micro(scan[n]), micro(end), *seen[n]) for n, end in zip(starts, ends, strict=True)]
    differences = []
    if list(duties.shifts(7, micro(first), micro(last))) != shifts:
        differences.append("shifts")
    if duties.gaps(7, micro(first), micro(last)) != [shift[:2] for shift in shifts if shift[2] is None]:
        differences.append("gaps")
    for n in (0, *random.sample(range(SCANNED), 10)):
        at = micro(scan[n]) + random.choice((0, 1, 29 * 60_000_000))
        duty = duties.duty_now(7, at)
        change = next((later for later in range(n, SCANNED) if seen[later][0] != seen[n][0]), None)
        expected = seen[n] if change is None else (*seen[n], micro(scan[change]), seen[change][0])
        told = (duty.member, duty.source, duty.until, duty.next)[: len(expected)]
        beyond = change is None and duty.until is not None and duty.until < micro(last)
        if told != expected or beyond:
            differences.append(f"duty {n}")
    return differences
