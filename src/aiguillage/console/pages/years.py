"""A year of a call queue or group: which of its days are out of the ordinary, and where each is changed."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiguillage.console.rendering import day_in_words, day_of_month
from aiguillage.console.visits import Visit, number_of
from aiguillage.desk.documents import Times
from aiguillage.domain.hours import State
from aiguillage.domain.moments import in_zone
from aiguillage.domain.queues import GROUP, QUEUE, DayException
from aiguillage.domain.timeline import Yearly, wall_day
from aiguillage.storage.facts import Kept
from aiguillage.telling import WHY

FIRST, LAST = 1970, 2999
"""The years that can be shown."""

DAYS = 7


class Day(NamedTuple):
    """A day of the year. `look` is a class of colour, `to` where it is changed; both empty for none."""

    day: date
    number: str
    words: str
    look: str
    to: str


class Line(NamedTuple):
    """Days in a row of which the same is set."""

    first: date
    last: date
    what: str
    destination: str
    look: str
    to: str


class Month(NamedTuple):
    """A month as weeks from Monday on; None for days of other months."""

    first: date
    weeks: list[list[Day | None]]


def year_of(visit: Visit, times: Times, kept: Kept) -> Mapping[str, Any]:
    """What the page of a queue or group shows of a year: that of today, or the one that is asked for."""
    today = in_zone(visit.actor.at, ZoneInfo(times.time_zone)).date()
    asked = number_of(visit.query.get("year", "")) or today.year
    year = min(max(asked, FIRST), LAST)
    found = times.hours.days(kept.kind, kept.id, date(year, 1, 1), date(year, 12, 31))
    days = [_day(visit, times, kept, day, found.get(day)) for day in _days(year)]
    return {"year": year, "today": today, "months": _months(days), "lines": list(_lines(visit, days, found))}


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _day(visit: Visit, times: Times, kept: Kept, day: date, state: State | None) -> Day:
    words = day_in_words(visit, day, same_year=True)
    if state is not None:
        words += f": {_what(visit, state)}" + (f" → {state.destination}" if state.destination else "")
    return Day(
        day,
        day_of_month(visit, day),
        words,
        "" if state is None else state.reason.replace("_", "-"),
        _to(visit, times, kept, day),
    )


def _what(visit: Visit, state: State) -> str:
    return f"{visit.say(WHY[state.reason])} {state.label}".strip()


def _to(visit: Visit, times: Times, kept: Kept, day: date) -> str:
    """Where a day is changed: the closing day that it is one of, else a new one. Back from there one comes here."""
    own = [(kept.kind, kept.id)]
    if kept.kind == QUEUE and kept.fact.group is not None:
        own.append((GROUP, kept.fact.group))
    slug = "call-queues" if kept.kind == QUEUE else "groups"
    back = {"back": f"{visit.at}/{slug}/{kept.id}?year={day.year}#year"}
    for owner in own:
        for fact_id, fact in times.facts["exception"].items():
            if (fact.owner_type, fact.owner_id) == owner and _covers(fact, day):
                return f"{visit.at}/closing-days/{fact_id}?{urlencode(back)}"
    new = {"owner_type": kept.kind, "owner_id": kept.id, "first_day": day, "last_day": day}
    return f"{visit.at}/closing-days/new?{urlencode(new | back)}"


def _covers(fact: DayException, day: date) -> bool:
    """Whether a day is one of a fact's."""
    if not fact.every_year:
        return fact.first_day <= day <= fact.last_day
    each = Yearly(fact.first_day, fact.last_day, 0, None)
    return any(slot.begin <= wall_day(day) < slot.end for slot in map(each.in_year, (day.year - 1, day.year)))


def _months(days: list[Day]) -> list[Month]:
    by_month = ([*each] for _, each in groupby(days, lambda one: one.day.month))
    return [Month(some[0].day, _weeks(some)) for some in by_month]


def _weeks(days: list[Day]) -> list[list[Day | None]]:
    before: list[Day | None] = [None] * days[0].day.weekday()
    filled = [*before, *days]
    filled += [None] * (-len(filled) % DAYS)
    return [filled[n : n + DAYS] for n in range(0, len(filled), DAYS)]


def _lines(visit: Visit, days: list[Day], found: Mapping[date, State]) -> Iterator[Line]:
    """The days out of the ordinary as a list."""
    for state, each in groupby(days, lambda one: found.get(one.day)):
        some = [*each]
        if state is not None:
            what, destination = _what(visit, state), state.destination or ""
            yield Line(some[0].day, some[-1].day, what, destination, some[0].look, some[0].to)
