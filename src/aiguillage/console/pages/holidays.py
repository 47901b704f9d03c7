"""Public holidays: whose are observed, which of them count, and where calls go on each."""

from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiguillage.console.changes import last_of
from aiguillage.console.visits import Answer, Moved, Shown, Visit, faults_of, form, number_of, page
from aiguillage.desk.facts import list_facts
from aiguillage.desk.holidays import KIND, Setting, forget_holidays, observe_holidays, set_holidays
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.holidays import known_countries, known_places
from aiguillage.domain.moments import in_zone
from aiguillage.domain.queues import Observance
from aiguillage.storage.facts import Kept


class Day(NamedTuple):
    """A public holiday in the form: this year's days and next year's, whether it counts, where its calls go."""

    label: str
    this_year: list[date]
    next_year: list[date]
    counts: bool
    destination: str


@page("/{account}/holidays", drafts=True)
def holidays(visit: Visit) -> Answer:
    """The place that is chosen, and its holidays."""
    return _shown(visit, {})


def _shown(visit: Visit, faults: dict[str, list[str]], status: int = 200) -> Shown:
    """The page; after a refusal with what was typed."""
    kept = _observed(visit)
    year = in_zone(visit.actor.at, ZoneInfo(visit.here.time_zone)).year
    place = {"country": visit.here.country, "subdivision": ""}
    if kept is not None:
        place = {"country": kept.fact.country, "subdivision": kept.fact.subdivision}
    place |= {name: visit.query[name] for name in ("country",) if name in visit.query}
    place |= {name: visit.form[name] for name in place if name in visit.form}
    values: dict[str, Any] = {
        "kept": kept,
        "place": place,
        "countries": known_countries(),
        "places": _places(place["country"]),
        "years": (year, year + 1),
        "days": [] if kept is None else _typed(visit, _days(kept.fact, year)),
        "faults": faults,
        "place_here": "closing-days",
    }
    return Shown("holidays.html", values, status)


def _observed(visit: Visit) -> Kept | None:
    return next(iter(list_facts(visit.db, visit.actor, visit.code, KIND)), None)


def _places(country: str) -> dict[str, str]:
    try:
        return known_places(country)
    except Refusal:
        return {}


def _days(fact: Observance, year: int) -> list[Day]:
    """The holidays of this year and the next, by their days."""
    found: dict[str, Day] = {}
    for one in sorted(fact.days, key=lambda observed: observed.day):
        if one.day.year not in {year, year + 1}:
            continue
        off, to = one.label in fact.off, fact.destinations.get(one.label, "")
        shown = found.setdefault(one.label, Day(one.label, [], [], not off, to))
        (shown.this_year if one.day.year == year else shown.next_year).append(one.day)
    return sorted(
        found.values(), key=lambda shown: min(day.replace(year=2000) for day in shown.this_year + shown.next_year)
    )


def _typed(visit: Visit, days: list[Day]) -> list[Day]:
    """The holidays as they were typed, where a form was."""
    given = _given(visit)
    return [
        day._replace(counts=not given[day.label].off, destination=str(given[day.label].destination or ""))
        if day.label in given
        else day
        for day in days
    ]


def _given(visit: Visit) -> dict[str, Setting]:
    """What the form says of each holiday, in its order."""
    return {
        label: Setting(f"on.{row}" not in visit.form, visit.form.get(f"to.{row}", "").strip() or None)
        for row, label in enumerate(visit.lists.get("label", []))
    }


@form("/{account}/holidays", drafts=True)
def observe(visit: Visit) -> Answer:
    """Another place."""
    country, subdivision = visit.form.get("country", ""), visit.form.get("subdivision", "")
    try:
        observe_holidays(visit.db, visit.actor, visit.code, country, subdivision)
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return _shown(visit, faults_of(refusal), 422)
    return Moved(f"{visit.at}/holidays", visit.say("These public holidays count from now on."), undo=last_of(visit))


@form("/{account}/holidays/days", drafts=True)
def set_days(visit: Visit) -> Answer:
    """Which holidays count, and where calls go on each."""
    seen = visit.form.get("seq", "")
    expected = number_of(seen)
    try:
        done = set_holidays(visit.db, visit.actor, visit.code, _given(visit), expected=expected)
    except Refusal as refusal:
        if refusal.kind not in {Kind.INVALID, Kind.STALE}:
            raise
        field = "" if refusal.row is None else f"to.{refusal.row}"
        return _shown(visit, {field: [refusal.message]}, 422 if refusal.kind is Kind.INVALID else 409)
    return Moved(f"{visit.at}/holidays", visit.say("The public holidays are changed."), undo=done.kept.seq)


@form("/{account}/holidays/forget", drafts=True)
def forget(visit: Visit) -> Answer:
    """No public holidays any more."""
    forget_holidays(visit.db, visit.actor, visit.code)
    return Moved(f"{visit.at}/holidays", visit.say("No public holidays count any more."), undo=last_of(visit))
