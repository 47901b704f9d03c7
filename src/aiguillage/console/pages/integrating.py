"""Phone systems: what to copy into each so that it asks about the account's calls, filled in."""

from aiguillage.console.pages.phone_systems import WITH_CODES, start_of
from aiguillage.console.visits import Answer, Shown, Visit, page
from aiguillage.desk.facts import list_facts
from aiguillage.domain.phone_systems import PHONE_SYSTEM, TWILIO, WEBHOOK
from aiguillage.integrations import TITLES, TOKEN, Place, files_of, systems
from aiguillage.storage.facts import Kept


@page("/{account}/integrations")
def integrations(_visit: Visit) -> Answer:
    """Which phone systems there are."""
    values = {"systems": systems(), "titles": TITLES, "place_here": "integrations"}
    return Shown("integrations.html", values)


@page("/{account}/integrations/{system}")
def integration(visit: Visit) -> Answer:
    """One system's files. Raises Refusal(missing)."""
    system = visit.path["system"]
    files = files_of(system, _place(visit))
    values = {
        "system": system,
        "system_title": TITLES[system],
        "files": files,
        "has_token": any(TOKEN in text for text in files.values()),
        "start": start_of(system) if system in WITH_CODES else None,
        "there": _there(visit, system) if system in WITH_CODES else [],
        "place_here": "integrations",
    }
    return Shown("integration.html", values)


def _there(visit: Visit, system: str) -> list[Kept]:
    """The account's phone systems whose requests are those of a system."""
    asks = TWILIO if system == TWILIO else WEBHOOK
    return [one for one in list_facts(visit.db, visit.actor, visit.code, PHONE_SYSTEM) if one.fact.system == asks]


def _place(visit: Visit) -> Place:
    return Place(visit.base, visit.code)
