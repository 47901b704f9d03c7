"""Changes in words, as the journal shows them: what kind of thing, what was done to it, each part before and after."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiguillage.console.forms import OWNER
from aiguillage.console.labels import ACTIONS, ENTITIES, LABELS
from aiguillage.console.rendering import when
from aiguillage.console.visits import Visit
from aiguillage.desk.journal import last_change
from aiguillage.domain.contacts import FIELD_KEYS, SELECTS, Field
from aiguillage.domain.remarks import WEEKDAYS
from aiguillage.storage.facts import words_of
from aiguillage.storage.journal import ERASED, Entry

Names = Mapping[str, Mapping[str, str]]
"""Of facts that others name, by the part that names them and their ids as text; OWNER has kind and id."""

MOMENTS = frozenset({"until", "expires_at", "created_at", "used_at", "revoked_at", "undone_at", "at", "moment"})
SILENT = frozenset({"id", "owner_type", "position", "user_id", "given"})
"""Parts that say nothing to people beside the others."""

_NAMES = ("name", "company", "nickname", "label", "email", "file", "number")
_WHOLE_MINUTE = re.compile(r"([0-9]{2}:[0-9]{2}):00")
Values = Mapping[str, Any]
NOTHING: Values = {}


class Difference(NamedTuple):
    """A part that a change was about, in words; an empty text where there was nothing."""

    label: str
    before: str
    after: str


class Told(NamedTuple):
    """A change as people read it. `where` is the page of what it is about, below the account's; empty for none."""

    entry: Entry
    entity: str
    action: str
    name: str
    where: str
    differences: Sequence[Difference]


def last_of(visit: Visit) -> int | None:
    """The last change that the visitor made just now, which stands for all that were made together with it."""
    return last_change(visit.db, visit.actor, visit.code)


def tell(visit: Visit, entry: Entry, fields: Sequence[Field], names: Names) -> Told:
    """A change in words."""
    before, after = _parts(entry, entry.before), _parts(entry, entry.after)
    differences = [
        Difference(_label(visit, key, fields), old, new)
        for key in dict.fromkeys([*after, *before])
        if key not in SILENT
        for old, new in [(_value(visit, key, before, names), _value(visit, key, after, names))]
        if old != new
    ]
    name = _name(after) or _name(before)
    if entry.entity == "field" and 1 <= entry.entity_id <= len(fields):
        name = fields[entry.entity_id - 1].label
    slug = ENTITIES[entry.entity].slug if entry.entity in ENTITIES and after and entry.entity_id else ""
    where = f"{slug}/{entry.entity_id}" if slug and entry.entity != "account" else ""
    one = ENTITIES[entry.entity].one if entry.entity in ENTITIES else words_of(entry.entity).capitalize()
    return Told(entry, one, ACTIONS.get(entry.action, entry.action), name, where, differences)


def _parts(entry: Entry, side: dict[str, Any] | None) -> dict[str, Any]:
    """One side of a change; a contact's fields each by its own key."""
    parts = {} if side is None or side == ERASED else dict(side)
    if entry.entity == "contact":
        select, boolean = parts.pop("select", ()), parts.pop("boolean", ())
        parts |= dict(zip(FIELD_KEYS, select, strict=False)) | dict(zip(FIELD_KEYS[SELECTS:], boolean, strict=False))
    return parts


def _label(visit: Visit, key: str, fields: Sequence[Field]) -> str:
    if key in FIELD_KEYS:
        return fields[FIELD_KEYS.index(key)].label or key
    return visit.say(LABELS[key]) if key in LABELS else words_of(key).capitalize()


def _value(visit: Visit, key: str, side: Values, names: Names) -> str:
    value = side.get(key)
    if key == "owner_id":
        return names.get(OWNER, {}).get(f"{side.get('owner_type', '')}:{value or ''}", _said(visit, value))
    if key in names and value is not None:
        return names[key].get(str(value), str(value))
    if key == "day_of_week" and isinstance(value, int):
        return visit.say(WEEKDAYS[value - 1])
    if key in MOMENTS and isinstance(value, int):
        return when(visit, value)
    return _said(visit, value)


def _said(visit: Visit, value: object) -> str:
    """A value of any part."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return visit.say("yes") if value else visit.say("no")
    if isinstance(value, list):
        return ", ".join(said for one in value if (said := _said(visit, one)))
    if isinstance(value, dict):
        return " ".join(said for one in value.values() if (said := _said(visit, one)))
    whole = _WHOLE_MINUTE.fullmatch(str(value))
    return whole[1] if whole else str(value)


def _name(side: Values) -> str:
    """What the thing is called."""
    person = f"{side.get('first_name') or ''} {side.get('last_name') or ''}".strip()
    found = next((str(side[key]) for key in _NAMES if side.get(key)), "")
    return found or person or str(side.get("code") or "")
