"""A second reading of an account's hours, as simple as can be: every fact is looked at for every moment."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import chain
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiguillage.domain.queues import Queue, Switch, TimeSpan

SECOND = 1_000_000
A_DAY = timedelta(days=1)
By = Mapping[str, Mapping[int, Any]]
Owners = list[tuple[str, int | None]]
Said = Iterator[tuple[str, str, str | None, str]]
Covering = Iterator[tuple[datetime, int, str | None, str]]


class Read(NamedTuple):
    """What a reading of the facts says."""

    open: bool
    destination: str | None
    reason: str
    of: str
    label: str


def read(by: By, zone: ZoneInfo, queue_id: int, at: int) -> Read:
    """One moment, read from the facts one after the other."""
    queue: Queue = by["queue"][queue_id]
    wall = datetime.fromtimestamp(at / SECOND, zone).replace(tzinfo=None)
    for switch in switches(by, queue_id, queue.group, at):
        return Read(False, switch.destination, "switch", switch.owner_type, switch.name)
    owners = [("queue", queue_id), ("group", queue.group)]
    for reason, of, destination, label in chain(closed(by, owners, wall), opened(by, owners, wall)):
        own = (queue.number or queue.code) if reason == "time_span" else queue.default_destination
        return Read(reason == "time_span", destination or own, reason, of, label)
    if any((span.owner_type, span.owner_id) in owners for span in by["time_span"].values()):
        return Read(False, queue.default_destination, "default", "queue", "")
    return Read(True, queue.default_destination or queue.number or queue.code, "no_hours", "queue", "")


def switches(by: By, queue_id: int, group_id: int | None, at: int) -> Iterator[Switch]:
    for owner in (("account", None), ("queue", queue_id), ("group", group_id)):
        for _, switch in sorted(by["switch"].items()):
            if (switch.owner_type, switch.owner_id) == owner and switch.on and (not switch.until or at < switch.until):
                yield switch


def closed(by: By, owners: Owners, wall: datetime) -> Said:
    for owner in owners:
        for _, _, destination, label in sorted(exceptions(by, owner, wall)):
            yield "exception", owner[0], destination, label
    for destination, label in holidays(by, wall.date()):
        yield "holiday", "account", destination, label


def opened(by: By, owners: Owners, wall: datetime) -> Said:
    for matches in (on_date, on_weekday):
        for owner in owners:
            for _, _, destination, label in sorted(spans(by, owner, wall, matches)):
                yield "time_span", owner[0], destination, label


def on_date(span: TimeSpan, day: date) -> bool:
    return span.date_full == day


def on_weekday(span: TimeSpan, day: date) -> bool:
    return span.day_of_week == day.isoweekday()


def spans(by: By, owner: tuple[str, int | None], wall: datetime, matches: Callable[[TimeSpan, date], bool]) -> Covering:
    today = wall.date()
    for span_id, span in by["time_span"].items():
        if (span.owner_type, span.owner_id) == owner:
            for day in (today - A_DAY, today):
                if matches(span, day):
                    begin, end = datetime.combine(day, span.start_time), datetime.combine(day, span.end_time)
                    end = end + A_DAY if end <= begin else end
                    if begin <= wall < (end if span.start_time == span.end_time else ended(end)):
                        yield begin, span_id, span.destination, span.reference


def ended(end: datetime) -> datetime:
    """A day's last minute is its end."""
    return datetime.combine(end.date() + A_DAY, time()) if (end.hour, end.minute) == (23, 59) else end


def exceptions(by: By, owner: tuple[str, int | None], wall: datetime) -> Covering:
    today = wall.date()
    for fact_id, fact in by["exception"].items():
        if (fact.owner_type, fact.owner_id) == owner:
            first = first_of_year(fact.first_day, fact.last_day, today) if fact.every_year else fact.first_day
            if first is not None and first <= today and (fact.every_year or today <= fact.last_day):
                yield datetime.combine(first, time()), fact_id, fact.destination, fact.label
    for fact_id, calendar in by["calendar"].items():
        if (calendar.owner_type, calendar.owner_id) == owner:
            for event in calendar.events:
                if event.begins <= wall < ended(event.ends):
                    yield event.begins, fact_id, calendar.destination, event.label


@cache
def first_of_year(first: date, last: date, day: date) -> date | None:
    """The first of the days up to this one that the yearly days contain; None where this one is not among them."""

    def within(day: date) -> bool:
        today, begin, end = ((d.month, d.day) for d in (day, first, last))
        return begin <= today <= end if begin <= end else today >= begin or today <= end

    if not within(day):
        return None
    while within(day - A_DAY):
        day -= A_DAY
    return day


def holidays(by: By, today: date) -> Iterator[tuple[str | None, str]]:
    for _, holiday in sorted(by["holiday"].items()):
        same = (holiday.day.month, holiday.day.day) == (today.month, today.day)
        if holiday.day == today or (holiday.every_year and same):
            yield holiday.destination, holiday.label
    for _, observance in sorted(by["observance"].items()):
        for observed in observance.days:
            if observed.day == today and observed.label not in observance.off:
                yield observance.destinations.get(observed.label), observed.label
