"""Calendars: feeds of closing days and shifts, when each was read, why it cannot be, and reading one at once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiguillage.console.changes import last_of
from aiguillage.console.pages.facts import WHOLE, named, owners
from aiguillage.console.visits import Answer, Moved, Shown, Visit, faults_of, form, number_of, page
from aiguillage.desk.calendars import (
    KIND,
    CalendarState,
    begin_calendar,
    list_calendars,
    refresh_calendar,
    show_calendar,
)
from aiguillage.desk.facts import remove_fact
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.queues import ROTA, Calendar
from aiguillage.storage.facts import Kept


@page("/{account}/calendars")
def calendars(visit: Visit) -> Answer:
    """All of them, and a form for another feed."""
    return _shown(visit, {}, {})


def _shown(visit: Visit, typed: Mapping[str, str], faults: Mapping[str, list[str]], status: int = 422) -> Shown:
    found = list_calendars(visit.db, visit.actor, visit.code)
    choices = [owner for owner in owners(visit) if owner[0] != WHOLE]
    choices += [(f"{ROTA}:{id_}", name) for id_, name in named(visit, ROTA)]
    names = dict(choices)
    values: dict[str, Any] = {
        "calendars": [(one, names.get(f"{one.calendar.owner_type}:{one.calendar.owner_id}", "")) for one in found],
        "remarks": {one.kept.id: [visit.tell(remark) for remark in one.remarks] for one in found},
        "host_of": lambda url: urlsplit(url).hostname or url,
        "choices": choices,
        "typed": typed,
        "faults": faults,
        "place_here": "calendars",
    }
    return Shown("calendars.html", values, status if faults else 200)


@form("/{account}/calendars", lane="fetching")
def add(visit: Visit) -> Answer:
    """A new feed, read at once."""
    sent = visit.form
    owner_type, _, owner_id = sent.get("owner", "").partition(":")
    calendar = Calendar(
        owner_type=owner_type,
        owner_id=number_of(owner_id) or 0,
        name=sent.get("name", "").strip(),
        url=sent.get("url", "").strip() or None,
        destination=sent.get("destination", "").strip() or None,
    )
    try:
        kept, _reading = begin_calendar(visit.db, visit.actor, visit.code, calendar)
    except Refusal as refusal:
        if refusal.kind not in {Kind.INVALID, Kind.CONFLICT, Kind.MISSING}:
            raise
        return _shown(visit, sent, faults_of(refusal))
    return _read(visit, kept, visit.say("The calendar is added."), last_of(visit))


@form("/{account}/calendars/{id}/read", lane="fetching")
def read(visit: Visit) -> Answer:
    """Reads one now."""
    return _read(visit, show_calendar(visit.db, visit.actor, visit.code, visit.id()).kept, "")


def _read(visit: Visit, kept: Kept, said: str, undo: int | None = None) -> Answer:
    """Reads a calendar in a process of its own, and says what came of it."""
    visit.means["apart"](refresh_calendar, visit.actor, visit.code, kept.id)
    state: CalendarState = show_calendar(visit.db, visit.actor, visit.code, kept.id)
    if state.calendar.trouble:
        came = visit.say("It cannot be read: {why}", why=visit.say(state.calendar.trouble))
    else:
        came = visit.say("It was read: {count} events count.", count=state.use.used)
    return Moved(f"{visit.at}/calendars", f"{said} {came}".strip(), undo=undo)


@form("/{account}/calendars/{id}/remove", role=Role.EDIT)
def remove(visit: Visit) -> Answer:
    """Removes one with its events."""
    remove_fact(visit.db, visit.actor, visit.code, KIND, visit.id())
    return Moved(f"{visit.at}/calendars", visit.say("It is removed."), undo=last_of(visit))
