"""The journal: who changed what, before and after in words, and the way back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiguillage.console.changes import Told, tell
from aiguillage.console.forms import OWNER
from aiguillage.console.labels import ENTITIES
from aiguillage.console.moments import begin_of
from aiguillage.console.pages.facts import NAMED, named, owners
from aiguillage.console.visits import Answer, Moved, Shown, Visit, faults_of, form, number_of, page
from aiguillage.desk.fields import list_fields
from aiguillage.desk.journal import Wanted, list_changes
from aiguillage.desk.reverting import is_revertible, revert_change, undo_changes
from aiguillage.desk.users import list_grants
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.journal import Entry

LISTED = 40
FILTERS = ("entity", "entity_id", "actor", "since")


@page("/{account}/journal", role=Role.MANAGE)
def journal(visit: Visit) -> Answer:
    """Some of the changes, newest first."""
    return _shown(visit, {})


def _shown(visit: Visit, faults: dict[str, list[str]], status: int = 422) -> Shown:
    asked = {name: visit.query.get(name, "").strip() for name in FILTERS}
    found: list[Entry] = []
    try:
        who = (visit.db, visit.actor, visit.code)
        before = _number(visit.query.get("before", ""))
        found = list_changes(*who, wanted=_wanted(visit, asked), before_seq=before, limit=LISTED + 1)
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        faults = faults_of(refusal)
    more = urlencode({**asked, "before": found[LISTED - 1].seq}) if len(found) > LISTED else None
    values = {
        "changes": [(one, is_revertible(one.entry)) for one in _told(visit, found[:LISTED])],
        "more": more,
        "asked": asked,
        "faults": faults,
        "filtered": any(asked.values()),
        "begun": bool(visit.query.get("before")),
        "entities": ENTITIES,
        "people": list_grants(visit.db, visit.actor, visit.code),
        "place_here": "journal",
    }
    return Shown("journal.html", values, status if faults else 200)


def _told(visit: Visit, entries: list[Entry]) -> list[Told]:
    names: dict[str, dict[str, str]] = {part: dict(named(visit, kind)) for part, kind in NAMED.items()}
    names[OWNER] = dict(owners(visit))
    fields = list_fields(visit.db, visit.actor, visit.code)
    return [tell(visit, entry, fields, names) for entry in entries]


def _wanted(visit: Visit, asked: dict[str, str]) -> Wanted:
    """What the form asks for. Raises Refusal(invalid)."""
    given: dict[str, Any] = {name: asked[name] for name in ("entity", "actor") if asked[name]}
    if asked["entity_id"]:
        given["entity_id"] = _number(asked["entity_id"])
    if asked["since"]:
        given["since"] = begin_of(visit, asked["since"], "since")
    return Wanted(**given)


def _number(text: str) -> int | None:
    return number_of(text)


@form("/{account}/journal/{seq}/revert", role=Role.MANAGE)
def revert(visit: Visit) -> Answer:
    """Takes a change back; that too can be taken back."""
    return _taken_back(visit, revert_change, visit.say("The change is taken back."))


@form("/{account}/journal/{seq}/undo", role=Role.MANAGE)
def undo(visit: Visit) -> Answer:
    """Takes back all that was changed together with a change."""
    return _taken_back(visit, undo_changes, visit.say("What was changed is as it was before."))


def _taken_back(visit: Visit, back: Callable[..., Entry], said: str) -> Answer:
    try:
        done = back(visit.db, visit.actor, visit.code, visit.id("seq"))
    except Refusal as refusal:
        if refusal.kind not in {Kind.CONFLICT, Kind.INVALID}:
            raise
        return _shown(visit, {"": [refusal.message]}, 409)
    return Moved(f"{visit.at}/journal", said, undo=done.seq)
