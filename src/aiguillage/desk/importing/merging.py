"""Merging: a contact kept, and what a row tells of it, make the contact as it will be."""

from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple

from aiguillage.desk.importing.headings import ANY_TYPE, NUMBERS, Meaning
from aiguillage.domain.contacts import PARTS, Contact, Telecom, values_of, with_values
from aiguillage.domain.given import keep_given


class Told(NamedTuple):
    """What a set of columns tells: which of PARTS but for numbers, and the types of those, if any."""

    parts: tuple[bool, ...]
    types: frozenset[str]


def merged(before: Contact, row: Contact, spoken: frozenset[Meaning]) -> Contact:
    """The contact as it will be: an absent column leaves a fact alone, an empty cell clears it.

    Numbers keep their label, and their type where the column says none. Where every column of numbers says a type,
    numbers of other types stay.
    """
    told = _told(spoken)
    changes: dict[str, Any] = dict(compress(zip(PARTS, values_of(row), strict=True), told.parts))
    if told.types:
        changes[NUMBERS] = _merged_telecoms(before, row, told.types)
    after = with_values(before, changes)
    return keep_given(after, before.given | row.given) if before.given or row.given else after


@lru_cache(1_024)
def _told(spoken: frozenset[Meaning]) -> Told:
    facts = {meaning.fact for meaning in spoken} - {NUMBERS}
    types = frozenset(meaning.type for meaning in spoken if meaning.fact == NUMBERS)
    return Told(tuple(name in facts for name in PARTS), types)


def _merged_telecoms(before: Contact, row: Contact, types: frozenset[str]) -> tuple[Telecom, ...]:
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
