"""A geo list: its zones as a map where they are departments, as a table always; and a typed value tried."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from aiguillage.console.pages.facts import BESIDE, Beside
from aiguillage.console.rendering import HERE
from aiguillage.console.visits import Visit
from aiguillage.desk.documents import compile_account
from aiguillage.desk.facts import list_facts
from aiguillage.domain.contacts import Select
from aiguillage.domain.errors import Refusal
from aiguillage.storage.facts import Kept

DEPARTMENTS = "fr-departments"
COLOURS = 8
"""Classes of colour; more destinations than that share them, and the table tells them apart."""

_SHAPE = re.compile(r'<path\s+id="(\w+)"\s+aria-label="([^"]+)"\s+d="([^"]+)"')


class Shape(NamedTuple):
    """A department on the map: its outline, and the colour of its destination; None for those of the fallback."""

    code: str
    name: str
    outline: str
    colour: int | None
    destination: str


@cache
def _departments() -> tuple[tuple[str, str, str], ...]:
    """The code, name and outline of each department of the vendored map."""
    found = _SHAPE.findall((HERE / "vendored" / "france.departments.svg").read_text())
    return tuple((code.upper(), name, outline) for code, name, outline in found)


def map_of(visit: Visit, kept: Kept) -> Mapping[str, Any]:
    """What the page of a geo list shows beside its form."""
    zones = [
        one for one in list_facts(visit.db, visit.actor, visit.code, "geo_destination") if one.fact.geo_list == kept.id
    ]
    colours = {to: n for n, to in enumerate(dict.fromkeys(_words(one.fact.select) for one in zones))}
    by_code = {code: _words(one.fact.select) for one in zones for code in one.fact.zones}
    fallback = _words(kept.fact.fallback)
    shapes = [
        Shape(
            code,
            name,
            outline,
            colours[by_code[code]] % COLOURS if code in by_code else None,
            by_code.get(code, fallback),
        )
        for code, name, outline in (_departments() if kept.fact.model == DEPARTMENTS else ())
    ]
    return {
        "zones": [(one, _words(one.fact.select), colours[_words(one.fact.select)] % COLOURS) for one in zones],
        "fallback": fallback,
        "shapes": shapes,
        "unassigned": [shape.name for shape in shapes if shape.colour is None],
        **_tried(visit, kept.id),
    }


BESIDE["geography"] = Beside("geography.html", map_of)


def _words(select: Select) -> str:
    """Four destinations in a line, `-` for none in between."""
    return ", ".join(one or "-" for one in select).rstrip(", -")


def _tried(visit: Visit, list_id: int) -> dict[str, Any]:
    """Which zone a typed value tells, if one was typed."""
    value, tried, faults = visit.query.get("value", "").strip(), None, dict[str, list[str]]()
    if value:
        try:
            zone = compile_account(visit.db, visit.actor, visit.code).geography.find(list_id, value)
            tried = (zone.fallback, zone.zone, zone.nickname, _words(zone.select))
        except Refusal as refusal:
            faults = {"value": [refusal.message]}
    return {"value": value, "tried": tried, "value_faults": faults}
