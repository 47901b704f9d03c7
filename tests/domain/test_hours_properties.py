"""Hours against a second, naive reading of the same facts, drawn at random around days at which much can go wrong."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aiguillage.domain.holidays import ObservedDay
from aiguillage.domain.hours import Hours, State
from aiguillage.domain.queues import (
    Calendar,
    DayException,
    Event,
    Holiday,
    Observance,
    Queue,
    Switch,
    TimeSpan,
)
from tests.domain.naive_hours import SECOND, By, Read, read

SCHEDULES, MOMENTS, AT_ONCE = 2_000, 200, 100
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND

ZONES = ("Europe/Paris", "Europe/Paris", "Europe/Paris", "UTC", "America/Santiago", "Australia/Lord_Howe")
"""Santiago's clock changes at midnight, Lord Howe's by half an hour."""

CHANGES = {
    "Europe/Paris": ("2026-03-29T01:00", "2026-10-25T01:00", "2027-03-28T01:00", "2027-10-31T01:00"),
    "UTC": ("2026-12-31T23:59",),
    "America/Santiago": ("2026-04-05T03:00", "2026-09-06T04:00", "2027-04-04T03:00", "2027-09-05T04:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30", "2027-04-03T15:00", "2027-10-02T15:30"),
}
"""When the clocks of each zone change (UTC)."""

DAYS = (
    *(date.fromisoformat(change[:10]) + timedelta(days=n) for c in CHANGES.values() for change in c for n in (0, 1)),
    date(2026, 8, 15),  # a holiday on a Saturday
    date(2026, 11, 1),  # and one on a Sunday
    date(2026, 12, 31),
    date(2028, 2, 29),
    date(2026, 6, 10),
)
TIMES = (
    time(0),
    time(1),
    time(1, 30),
    time(2),
    time(2, 15),
    time(2, 30),
    time(3),
    time(3, 30),
    time(23, 30),
    time(23, 59),
)


def said(state: State) -> Read:
    return Read(state.open, state.destination, state.reason, state.of, state.label)


class Draw(random.Random):
    """Facts drawn at random, the same for the same seed. They crowd around the days at which much can go wrong."""

    def day(self) -> date:
        return self.choice(DAYS) + timedelta(days=self.randint(-2, 2))

    def time(self) -> time:
        return self.choice(TIMES) if self.random() < 0.6 else time(self.randrange(24), self.randrange(60))

    def moment(self, zone: str) -> int:
        """A moment that many schedules share: to draw one takes longer than to read it."""
        return self.choice(moments(zone))

    def new_moment(self, zone: str) -> int:
        kind = self.random()
        if kind < 0.4:
            near = microseconds(datetime.fromisoformat(self.choice(CHANGES[zone])).replace(tzinfo=UTC))
            at = near + self.randint(-180, 180) * 60 * SECOND
        elif kind < 0.8:
            day = datetime.combine(self.day(), self.time(), ZoneInfo(zone))
            at = microseconds(day) + self.choice((-1, 0, 0, 1)) * SECOND
        else:
            at = microseconds(datetime(2026, 1, 1, tzinfo=UTC)) + self.randint(0, 900 * 1440) * 60 * SECOND
        return at

    def destination(self) -> str | None:
        return self.choice((None, None, "300", "301"))

    def owner(self) -> dict[str, Any]:
        return self.choice(
            [{"owner_type": "queue", "owner_id": n} for n in (1, 2)]
            + [{"owner_type": "group", "owner_id": n} for n in (5, 6)]
        )

    def span(self) -> TimeSpan:
        when: dict[str, Any] = {"day_of_week": self.randint(1, 7)} if self.random() < 0.7 else {"date_full": self.day()}
        return TimeSpan(
            **self.owner(),
            **when,
            start_time=self.time(),
            end_time=self.time(),
            destination=self.destination(),
            reference=self.choice(("", "", "morning")),
        )

    def exception(self) -> DayException:
        first = self.day()
        long = self.choice((0, 0, 1, 4, 200))
        return DayException(
            **self.owner(),
            first_day=first,
            last_day=first + timedelta(days=long),
            every_year=self.random() < 0.3,
            label=self.choice(("", "stocktaking")),
            destination=self.destination(),
        )

    def calendar(self) -> Calendar:
        events = []
        for _ in range(self.randint(0, 3)):
            begins = datetime.combine(self.day(), self.time())
            events.append(Event(begins, begins + timedelta(minutes=self.choice((0, 45, 600, 3000))), "event"))
        return Calendar(**self.owner(), name="Closing days", events=tuple(events), destination=self.destination())

    def observance(self) -> Observance:
        days = tuple(ObservedDay(self.day(), self.choice(("Assomption", "Toussaint"))) for _ in range(4))
        return Observance(
            country="FR", days=days, off=self.choice(((), ("Toussaint",))), destinations={"Assomption": "310"}
        )

    def switch(self, zone: str) -> Switch:
        owner = self.owner() if self.random() < 0.8 else {"owner_type": "account"}
        until = None if self.random() < 0.2 else self.moment(zone)
        return Switch(**owner, name="storm", destination="320", on=self.random() < 0.5, until=until)

    def facts(self, zone: str) -> By:
        """An account's facts, each with an id of its own, in no order."""
        ids = iter(self.sample(range(10, 100), 80))

        def some(most: int, draw: Callable[[], Any]) -> dict[int, Any]:
            return {next(ids): draw() for _ in range(self.randint(0, most))}

        return {
            "queue": {
                1: Queue(name="Support", code="support", number="207", group=5, default_destination="209"),
                2: Queue(name="Sales", code="sales", group=self.choice((None, 5, 6))),
            },
            "time_span": some(10, self.span),
            "exception": some(3, self.exception),
            "calendar": some(2, self.calendar),
            "holiday": some(
                2, lambda: Holiday(day=self.day(), label="fair", every_year=self.random() < 0.5, destination="330")
            ),
            "observance": some(1, self.observance),
            "switch": some(2, lambda: self.switch(zone)),
        }


def microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND


@cache
def moments(zone: str) -> list[int]:
    draw = Draw(zone)
    return [draw.new_moment(zone) for _ in range(5_000)]


def drawn(seed: int) -> tuple[Draw, str, By, Hours]:
    draw = Draw(seed)
    zone = draw.choice(ZONES)
    by = draw.facts(zone)
    return draw, zone, by, Hours(zone, by)


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
def test_hours_say_what_a_naive_reading_of_the_same_facts_says(first: int) -> None:
    different = []

    for seed in range(first, first + AT_ONCE):
        draw, zone, by, hours = drawn(seed)
        wall = ZoneInfo(zone)
        for _ in range(MOMENTS):
            queue_id, at = draw.choice((1, 2)), draw.moment(zone)
            state, naive = said(hours.state(queue_id, at)), read(by, wall, queue_id, at)
            if state != naive:
                different.append((seed, zone, queue_id, at, state, naive))

    assert different == []


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
def test_a_state_holds_until_the_moment_it_says_and_no_longer(first: int) -> None:
    wrong = []

    for seed in range(first, first + AT_ONCE):
        draw, zone, by, hours = drawn(seed)
        wall = ZoneInfo(zone)
        for _ in range(MOMENTS // 40):
            queue_id, at = draw.choice((1, 2)), draw.moment(zone)
            state = hours.state(queue_id, at)
            end = at + 500 * DAY if state.until is None else state.until
            sampled = {at, max(at, end - SECOND), *(draw.randrange(at, end) for _ in range(4)), *near(zone, at, end)}
            held = {read(by, wall, queue_id, moment) for moment in sampled} == {said(state)}
            ended = state.until is None or read(by, wall, queue_id, state.until) != said(state)
            if not (held and ended):
                wrong.append((seed, zone, queue_id, at, state))

    assert wrong == []


def near(zone: str, begin: int, end: int) -> Iterator[int]:
    """Moments around each change of the clock from begin to end, ten minutes apart."""
    for change in CHANGES[zone]:
        middle = microseconds(datetime.fromisoformat(change).replace(tzinfo=UTC))
        yield from (at for at in range(middle - HOUR, middle + HOUR, 600 * SECOND) if begin <= at < end)


@pytest.mark.parametrize("seed", range(0, SCHEDULES, 40))
def test_what_is_remembered_is_what_would_be_computed(seed: int) -> None:
    draw, zone, _, hours = drawn(seed)
    some = [draw.moment(zone) for _ in range(50)]

    for at in (*sorted(some), *some):
        assert hours.state_now(1, at) == hours.state(1, at)


@pytest.mark.parametrize("seed", range(0, SCHEDULES, 100))
def test_the_periods_of_two_weeks_are_what_is_read_minute_by_minute(seed: int) -> None:
    draw, zone, by, hours = drawn(seed)
    wall, begin = ZoneInfo(zone), draw.moment(zone) // (60 * SECOND) * 60 * SECOND
    end = begin + 14 * DAY

    periods = list(hours.periods(1, begin, end))

    assert [period[0] for period in periods] == [begin, *(period[1] for period in periods[:-1])]
    assert periods[-1][1] == end
    minutes = {at: read(by, wall, 1, at) for at in range(begin, end, 300 * SECOND)}
    covered = {at: said(state) for first, last, state in periods for at in minutes if first <= at < last}
    assert covered == minutes
