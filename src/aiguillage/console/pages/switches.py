"""Switches: a card each, flipped with one button, until it is switched off or until a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiguillage.console.moments import moment_in
from aiguillage.console.pages.facts import LISTED, Beside, list_page
from aiguillage.console.visits import Answer, Moved, Visit, faults_of, form
from aiguillage.desk.facts import list_facts, show_fact
from aiguillage.desk.switches import KIND, flip_switch
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.moments import in_zone
from aiguillage.storage.facts import Kept

EVENING, MORNING = time(18), time(8)
NEVER, MOMENT = "never", "moment"


class Card(NamedTuple):
    """A switch as it is now; what was chosen and is wrong of it, where its form was refused."""

    id: int
    name: str
    destination: str
    on: bool
    until: int | None
    typed: Mapping[str, str]
    faults: Mapping[str, list[str]]


def cards(
    visit: Visit, kept: Sequence[Kept], refused: int | None = None, faults: Mapping[str, list[str]] | None = None
) -> Mapping[str, Any]:
    """What the page of all switches shows."""
    at = visit.actor.at
    return {
        "cards": [
            Card(
                one.id,
                one.fact.name,
                one.fact.destination,
                one.fact.holds(at),
                one.fact.until,
                visit.form if one.id == refused else {},
                (faults or {}) if one.id == refused else {},
            )
            for one in kept
        ],
        "choices": _choices(visit),
    }


LISTED["switches"] = Beside("switches.html", cards)


def _choices(visit: Visit) -> list[tuple[str, str]]:
    """Until when a switch may be on: moments that people mean most often, by the account's clock, and its words."""
    now = in_zone(visit.actor.at, ZoneInfo(visit.here.time_zone)).replace(tzinfo=None)
    evening, morning = datetime.combine(now, EVENING), datetime.combine(now + timedelta(days=1), MORNING)
    today = [(evening.isoformat(), visit.say("until 18:00 today"))] if now < evening else []
    tomorrow = (morning.isoformat(), visit.say("until 08:00 tomorrow"))
    return [(NEVER, visit.say("until I switch it off")), *today, tomorrow, (MOMENT, visit.say("until this moment:"))]


@form("/{account}/switches/{id}/flip", drafts=True)
def flip(visit: Visit) -> Answer:
    """Switches on, until a moment or until it is switched off; or off."""
    on = visit.form.get("to") == "on"
    try:
        until = _until(visit) if on else None
        done = flip_switch(visit.db, visit.actor, visit.code, visit.id(), "on" if on else "off", until)
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return _again(visit, faults_of(refusal))
    said = visit.say("{name} is on.") if on else visit.say("{name} is off.")
    return Moved(f"{visit.at}/switches", said.format(name=done.kept.fact.name), undo=done.kept.seq)


def _until(visit: Visit) -> int | None:
    """Until when the form says. Raises Refusal(invalid)."""
    chosen = visit.form.get("until", NEVER)
    if chosen == NEVER:
        return None
    text = visit.form.get("moment", "") if chosen == MOMENT else chosen
    return moment_in(visit, text, "until")


def _again(visit: Visit, faults: Mapping[str, list[str]]) -> Answer:
    """The page of all switches, with what is wrong at its switch."""
    refused = show_fact(visit.db, visit.actor, visit.code, KIND, visit.id()).id
    page_, kept = list_page(visit, "switches"), list_facts(visit.db, visit.actor, visit.code, KIND)
    return page_._replace(values={**page_.values, **cards(visit, kept, refused, faults)}, status=422)
