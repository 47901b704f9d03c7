"""The source of an account's contacts: an address that they are imported from, on the page of imports."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aiguillage.console.pages.importing import start
from aiguillage.console.visits import Answer, Moved, Visit, faults_of, form, number_of
from aiguillage.desk.sources import begin_source, look_at_source, remove_source, set_source, values_sent
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.sqlite.engine import Database

SHOWN_HERE = {Kind.INVALID, Kind.CONFLICT, Kind.STALE, Kind.UNAVAILABLE}
STATUS = {Kind.INVALID: 422, Kind.CONFLICT: 409, Kind.STALE: 409, Kind.UNAVAILABLE: 503}


def _refused(visit: Visit, refusal: Refusal, typed: dict[str, Any] | None = None) -> Answer:
    """The page of imports with what is wrong. Raises what is no concern of the source."""
    if refusal.kind not in SHOWN_HERE:
        raise refusal
    faults = faults_of(refusal)
    if typed is None or refusal.kind is not Kind.INVALID:
        faults = {"source": [one for some in faults.values() for one in some]}
    return start(visit, faults, STATUS[refusal.kind], typed)


def begun(db: Database, actor: Actor, code: str) -> Callable[[], object]:
    """What imports from the address, in a process that has a database of its own. Raises Refusal."""
    return partial(begin_source(db, actor, code), db)


@form("/{account}/source", role=Role.EDIT)
def save(visit: Visit) -> Answer:
    """Sets the address, and when it is imported."""
    sent = visit.form
    typed: dict[str, Any] = {
        "url": sent.get("url", "").strip(),
        "schedule": sent.get("schedule", ""),
        "time_of_day": sent.get("time_of_day", ""),
        "active": bool(sent.get("active")),
        "delete_missing": bool(sent.get("delete_missing")),
        "partial": bool(sent.get("partial")),
    }
    try:
        expected = number_of(sent.get("seq", ""))
        set_source(visit.db, visit.actor, visit.code, values_sent(typed), expected=expected)
    except Refusal as refusal:
        return _refused(visit, refusal, typed)
    return Moved(f"{visit.at}/import", visit.say("The address is kept."))


@form("/{account}/source/look", role=Role.EDIT, lane="apart")
def look(visit: Visit) -> Answer:
    """Fetches the file, and shows what importing it would do."""
    try:
        held = visit.means["apart"](look_at_source, visit.actor, visit.code)
    except Refusal as refusal:
        return _refused(visit, refusal)
    return Moved(f"{visit.at}/import/{held.id}")


@form("/{account}/source/run", role=Role.EDIT, lane="apart")
def run(visit: Visit) -> Answer:
    """Imports from the address now; it goes on after the answer."""
    try:
        visit.means["apart"](begun, visit.actor, visit.code)
    except Refusal as refusal:
        return _refused(visit, refusal)
    return Moved(f"{visit.at}/import")


@form("/{account}/source/remove", role=Role.EDIT)
def remove(visit: Visit) -> Answer:
    """Removes the address; what was imported from it stays."""
    try:
        remove_source(visit.db, visit.actor, visit.code, expected=number_of(visit.form.get("seq", "")))
    except Refusal as refusal:
        return _refused(visit, refusal)
    return Moved(f"{visit.at}/import", visit.say("The address is removed. What was imported from it stays."))
