"""Columns: how the rows below a header are read, which columns are not, and why."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aiguillage.desk.importing.headings import NUMBERS, OWN_ID, SEVERAL, Meaning, Said, plain, said_by, words_of
from aiguillage.desk.importing.outcome import AS_NAMED, Columns, Misread, Unread
from aiguillage.domain.contacts import PARTS, Field
from aiguillage.domain.errors import Refusal, invalid

_CUSTOMERS_NAME = frozenset({"nom", "name"})
_NO_STEM = frozenset({"type", "label", "libelle", "kind", "value", "valeur", "de", "du"})
_DIGITS = re.compile(r"[0-9]+")


class Kinds(NamedTuple):
    """A column that says of what kind the numbers of another are: where it is, its name, and where the other is."""

    at: int
    column: str
    of: int


class Plan(NamedTuple):
    """How the rows below one header are read: index, column and meaning of each cell that counts, the other columns."""

    cells: tuple[tuple[int, str, Meaning], ...]
    kinds: tuple[Kinds, ...]
    unread: tuple[Unread, ...]

    @property
    def speaks(self) -> frozenset[Meaning]:
        """What the file tells of each contact: what it does not tell stays as it is."""
        return frozenset(meaning for _, _, meaning in self.cells)


def understand(header: Iterable[str], fields: Iterable[Field], chosen: Columns = AS_NAMED) -> Plan:
    """How to read the rows below a header; `chosen` is what somebody says that some columns are.

    Raises Misread for one that tells nothing, or one thing twice.
    """
    names = tuple(header)
    labels = {plain(field.label): field.key for field in fields if plain(field.label)}
    said = _customers_apart(names, [said_by(name, labels) for name in names])
    said = [_chosen(chosen[name], labels) if name in chosen else one for name, one in zip(names, said, strict=True)]
    try:
        return _plan(names, said)
    except Refusal as refusal:
        raise Misread(refusal.message, {name: heading_of(one) for name, one in zip(names, said, strict=True)}) from None


def heading_of(said: Said) -> str:
    """What a column was understood as, in a word; empty where it is not read."""
    if said.meaning is None:
        return ""
    fact, kind = said.meaning
    return f"{kind} number" if kind else PARTS[fact].heading if fact in PARTS else fact


def _chosen(heading: str, labels: dict[str, str]) -> Said:
    """What somebody says that a column is."""
    return said_by(heading, labels) if heading else Said(why="left_out")


def _plan(names: Sequence[str], said: Sequence[Said]) -> Plan:
    """Raises Refusal(invalid)."""
    first = _first_of_each(names, said)
    kinds = _kinds(names, said)
    of_kinds = {one.at for one in kinds}
    cells: list[tuple[int, str, Meaning]] = []
    unread: list[Unread] = []
    for index, (name, one) in enumerate(zip(names, said, strict=True)):
        if one.meaning is None:
            if index not in of_kinds:
                unread.append(Unread.of(name, one.why, one.word))
        elif first.get(one.meaning.fact, index) != index:
            unread.append(Unread.of(name, "repeated", names[first[one.meaning.fact]]))
        else:
            cells.append((index, name, one.meaning))
    _require_whom(cells, unread)
    return Plan(tuple(cells), kinds, tuple(unread))


def _customers_apart(names: Sequence[str], said: list[Said]) -> list[Said]:
    """`Nom` beside `Nom (contact)` is the customer's name: the company's, where no other column tells that.

    Beside `Prénom` it is the person's, whoever the contact is.
    """
    people = any(one.person and one.meaning == Meaning("last_name") for one in said)
    if not people or any(one.strength == 0 and one.meaning == Meaning("first_name") for one in said):
        return said
    told = any(one.meaning == Meaning("company") for one in said)
    customers = Said(Meaning("last_name"), strength=3) if told else Said(Meaning("company"), strength=1)
    return [
        customers if plain(name) in _CUSTOMERS_NAME and one.meaning == Meaning("last_name") else one
        for name, one in zip(names, said, strict=True)
    ]


def _first_of_each(names: Sequence[str], said: Sequence[Said]) -> dict[str, int]:
    """The column that tells each fact which one column may tell: the one that says it best, else the first.

    Raises Refusal(invalid) where two say it by its own name.
    """
    first: dict[str, int] = {}
    for index, one in enumerate(said):
        if one.meaning is None or one.meaning.fact in SEVERAL:
            continue
        fact = one.meaning.fact
        other = first.setdefault(fact, index)
        if other != index and one.strength == said[other].strength == 0:
            raise invalid(
                f"The columns '{names[other]}' and '{names[index]}' both mean {fact}. Remove or rename one of them."
            )
        if one.strength < said[other].strength:
            first[fact] = index
    return first


def _kinds(names: Sequence[str], said: Sequence[Said]) -> tuple[Kinds, ...]:
    """The columns that say of what kind another's numbers are: `Phone 1 - Type` beside `Phone 1 - Value`."""
    if not any(one.kind for one in said):
        return ()
    numbers = {
        _stem(name): index
        for index, (name, one) in enumerate(zip(names, said, strict=True))
        if one.meaning is not None and one.meaning.fact == NUMBERS
    }
    return tuple(
        Kinds(index, name, numbers[_stem(name)])
        for index, (name, one) in enumerate(zip(names, said, strict=True))
        if one.kind and _stem(name) in numbers
    )


def _stem(name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """What two columns about one number have in common: their words and figures."""
    return frozenset(words_of(name)) - _NO_STEM, tuple(_DIGITS.findall(name))


def _require_whom(cells: list[tuple[int, str, Meaning]], unread: list[Unread]) -> None:
    """Raises Refusal(invalid) where no column tells whom a row is about."""
    if any(meaning.fact in {OWN_ID, "reference", "code", NUMBERS} for _, _, meaning in cells):
        return
    columns = ", ".join([one.column for one in unread] + [column for _, column, _ in cells])
    raise invalid(
        f"No column says which contact a row is about. The columns are: {columns[:200]}. Name one "
        "number (téléphone), code (code client) or reference; also understood: company (société), "
        "first_name (prénom), last_name (nom), language (langue), email (courriel), vip, "
        "on_call_contract (astreinte), destination1 to destination4 (file d'attente), boolean_3, "
        "boolean_4, and the account's own names of its fields."
    )
