"""Phone systems: what to copy into each so that it asks about the account's calls, filled in."""

from aiguillage.console.visits import Answer, Shown, Visit, page
from aiguillage.integrations import TITLES, Place, files_of, systems


@page("/{account}/integrations")
def integrations(_visit: Visit) -> Answer:
    """Which phone systems there are."""
    values = {"systems": list(systems()), "titles": TITLES, "place_here": "integrations"}
    return Shown("integrations.html", values)


@page("/{account}/integrations/{system}")
def integration(visit: Visit) -> Answer:
    """One system's files. Raises Refusal(missing)."""
    system = visit.path["system"]
    files = files_of(system, _place(visit))
    values = {"system": system, "system_title": TITLES[system], "files": files, "place_here": "integrations"}
    return Shown("integration.html", values)


def _place(visit: Visit) -> Place:
    return Place(visit.base, visit.code)
