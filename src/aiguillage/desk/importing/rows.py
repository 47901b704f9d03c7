"""Rows: the cells of one, read by its header's plan, make a draft of a contact or are refused."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.entering import parser_of
from aiguillage.desk.importing.cells import given_in
from aiguillage.desk.importing.columns import Plan, heading_of, understand
from aiguillage.desk.importing.files import Row
from aiguillage.desk.importing.headings import NUMBERS, OWN_ID, SEVERAL, Meaning, Said, type_of, words_of
from aiguillage.desk.importing.outcome import AS_NAMED, Columns, Refused, Unread
from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import PARTS, Contact, Field, Telecom, parse_line, with_values
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.given import Sent, keep_given

MOST_HEADERS = 1_000
REMEMBERED = 4_096
MOST_COLUMNS_TOLD = 200
LONGEST_ID = 18
NOTHING = Contact()
KIND = "kind of number"
NO_KIND = -1


class Draft(NamedTuple):
    """A row understood. `speaks` tells which set of facts it tells; a refused row keeps what could be read of it."""

    line: int
    contact: Contact
    speaks: int
    own_id: int | None
    refused: tuple[Refused, ...]


class Step(NamedTuple):
    """How the cell at a position of a row is read. `parse` takes a text, for numbers and emails lists too.

    `kind_at` is the position of the cell that says of what kind numbers are, or NO_KIND.
    """

    at: int
    column: str
    fact: str
    parse: Callable[[Any], Any]
    kind_at: int


class Reading(NamedTuple):
    """How rows below one header are read."""

    steps: tuple[Step, ...]
    speaks: int


class RowReader:
    """Reads rows for one account, and remembers which columns it met and what they mean.

    `columns` and `unread` are for people, `column_of` tells the first column of a fact, `spoken` the sets of facts.
    The header of a file's first row is the file's; where rows stand `each_alone` it is that row's own.
    """

    def __init__(
        self, account: Account, fields: list[Field], *, each_alone: bool = False, chosen: Columns = AS_NAMED
    ) -> None:
        self._each_alone, self._chosen = each_alone, chosen
        self.columns: dict[str, str] = {}
        self.unread: dict[str, Unread] = {}
        self.column_of: dict[str, str] = {}
        self.spoken: list[frozenset[Meaning]] = []
        self._code, self._country, self._fields = account.code, account.country, fields
        self._readings: dict[tuple[str, ...], Reading] = {}
        self._parsers: dict[Meaning, Callable[[Any], Any]] = {}

    def read(self, row: Row) -> Draft:
        """A row's draft. Raises Refusal(invalid) for the header of the first row."""
        if row.fault:
            return self._useless(row, row.fault)
        reading = self._readings.get(row.header)
        if reading is None:
            try:
                reading = self._reading(row.header)
            except Refusal as refusal:
                if not self._readings and not self._each_alone:
                    raise
                return self._useless(row, refusal.message)
        return self._draft(row, reading)

    def _useless(self, row: Row, why: str) -> Draft:
        return Draft(row.line, NOTHING, self._number_of(frozenset()), None, (Refused(row.line, "", "", why),))

    def _reading(self, header: tuple[str, ...]) -> Reading:
        plan = understand(header, self._fields, self._chosen)
        self._note(plan)
        if len(self._readings) >= MOST_HEADERS:
            self._readings.clear()
        kinds = {one.of: one.at for one in plan.kinds}
        steps = tuple(
            Step(index, column, meaning.fact, self._parser(meaning), kinds.get(index, NO_KIND))
            for index, column, meaning in plan.cells
        )
        self._readings[header] = Reading(steps, self._number_of(plan.speaks))
        return self._readings[header]

    def _note(self, plan: Plan) -> None:
        for _, column, meaning in plan.cells[: MOST_COLUMNS_TOLD - len(self.columns)]:
            self.columns[column] = heading_of(Said(meaning))
            self.column_of.setdefault(meaning.fact, column)
        for one in plan.kinds[: MOST_COLUMNS_TOLD - len(self.columns)]:
            self.columns[one.column] = KIND
        for unread in plan.unread[: MOST_COLUMNS_TOLD - len(self.unread)]:
            self.unread[unread.column] = unread

    def _number_of(self, spoken: frozenset[Meaning]) -> int:
        if spoken not in self.spoken:
            self.spoken.append(spoken)
        return self.spoken.index(spoken)

    def _draft(self, row: Row, reading: Reading) -> Draft:
        found: dict[str, Any] = {}
        given: dict[str, Sent] = {}
        refused: tuple[Refused, ...] = ()
        cells = row.cells
        for at, column, fact, parse, kind_at in reading.steps:
            cell = cells[at]
            if not cell:
                continue
            try:
                if type(cell) is str and kind_at == NO_KIND and fact not in found:
                    found[fact] = parse(cell)
                elif fact in SEVERAL:
                    parsed = parse(cell) if kind_at == NO_KIND else _of_kind(parse(cell), cells[kind_at])
                    found[fact] = found[fact] + parsed if fact in found else parsed
                    if type(cell) is not str:
                        given |= given_in(cell, parsed)
                else:
                    raise invalid("Write a text or a number here, not a list or an object.")
            except Refusal as refusal:
                refused += (_refused(row.line, column, cell, refusal),)
        own_id = found.pop(OWN_ID, None)
        contact = _contact(found)
        if given:
            contact = keep_given(contact, given)
        return Draft(row.line, contact, reading.speaks, own_id, refused)

    def _parser(self, meaning: Meaning) -> Callable[[Any], Any]:
        """What reads the cells of a column; for facts with few different values it remembers the last ones."""
        if meaning not in self._parsers:
            self._parsers[meaning] = self._new_parser(meaning)
        return self._parsers[meaning]

    def _new_parser(self, meaning: Meaning) -> Callable[[Any], Any]:
        fact = meaning.fact
        if fact == OWN_ID:
            return self._own_id
        parse = parser_of(fact, self._country, self._fields, meaning.type)
        return parse if PARTS[fact].several or PARTS[fact].unique else lru_cache(REMEMBERED)(parse)

    def _own_id(self, text: str) -> int | None:
        """The id in `CL0000:12`; another account's means nothing here."""
        if not text.strip():
            return None
        account, _, number = text.strip().rpartition(":")
        if not account or not number.isascii() or not number.isdigit() or len(number) > LONGEST_ID:
            raise invalid(f"'{text[:40]}' is not an id of aiguillage, as in {self._code}:12. Leave the cell empty.")
        return int(number) if account == self._code else None


def _of_kind(telecoms: tuple[Telecom, ...], kind: object) -> tuple[Telecom, ...]:
    """The numbers with the type, or else the label, that another cell tells: `* Work Fax`, `Chalet`."""
    told = kind.strip(" *") if isinstance(kind, str) else ""
    known = type_of(words_of(told))
    label = "" if known else parse_line(told)
    return tuple([Telecom(one.number, one.type or known, one.label or label) for one in telecoms])


def _refused(line: int, column: str, cell: object, refusal: Refusal) -> Refused:
    value = cell if isinstance(cell, str) else msgspec.json.encode(cell).decode()
    return Refused(line, column, value[:100], refusal.message)


def _contact(found: dict[str, Any]) -> Contact:
    """The contact that a row tells of; what it does not tell, or leaves blank, is empty."""
    if NUMBERS in found:
        found[NUMBERS] = _once(found[NUMBERS])
    return with_values(NOTHING, found)


def _once(telecoms: tuple[Telecom, ...]) -> tuple[Telecom, ...]:
    """Each number once, as it was told first."""
    if len(telecoms) < 2:  # noqa: PLR2004 - nothing can be there twice
        return telecoms
    return tuple({telecom.number: telecom for telecom in reversed(telecoms)}.values())[::-1]
