"""Merging: a contact kept, and what a row tells of it, make the contact as it will be."""

from collections.abc import Iterable
from typing import Any

import msgspec

from aiguillage.desk.importing.columns import ANY_TYPE, NUMBERS, OWN_ID, Meaning
from aiguillage.domain.contacts import FIELD_KEYS, Contact, Telecom
from aiguillage.domain.given import keep_given


def merged(before: Contact, row: Contact, spoken: Iterable[Meaning]) -> Contact:
    """The contact as it will be: an absent column leaves a fact alone, an empty cell clears it.

    Numbers keep their label, and their type where the column says none. Where every column of numbers says a type,
    numbers of other types stay.
    """
    changes: dict[str, Any] = {}
    values: dict[str, list[Any]] = {"select": list(before.select), "boolean": list(before.boolean)}
    for fact in {meaning.fact for meaning in spoken}:
        if fact in FIELD_KEYS:
            name, _, digit = fact.partition("_")
            values[name][int(digit) - 1] = getattr(row, name)[int(digit) - 1]
        elif fact != OWN_ID:
            changes[fact] = getattr(row, fact)
    if NUMBERS in changes:
        changes[NUMBERS] = _merged_telecoms(
            before, row, {meaning.type for meaning in spoken if meaning.fact == NUMBERS}
        )
    after = msgspec.structs.replace(before, **changes, select=tuple(values["select"]), boolean=tuple(values["boolean"]))
    return keep_given(after, before.given | row.given) if before.given or row.given else after


def _merged_telecoms(before: Contact, row: Contact, types: set[str]) -> tuple[Telecom, ...]:
    """The row's numbers, those that were there already in their old places, then the new ones."""
    told = {telecom.number: telecom for telecom in row.telecoms}
    kept = []
    for old in before.telecoms:
        new = told.pop(old.number, None)
        if new is not None:
            kept.append(Telecom(old.number, new.type or old.type, new.label or old.label))
        elif ANY_TYPE not in types and old.type not in types:
            kept.append(old)
    return (*kept, *told.values())
