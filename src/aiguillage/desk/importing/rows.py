"""Rows: the cells of one, read by its header's plan, make a draft of a contact or are refused."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.importing.cells import (
    given_in,
    parse_boolean_cell,
    parse_code_cell,
    parse_destination_cell,
    parse_email_destination,
    parse_emails,
    parse_name,
    parse_reference,
    parse_spoken_language,
    parse_telecoms,
    unfloated,
)
from aiguillage.desk.importing.columns import SEVERAL, Plan, understand
from aiguillage.desk.importing.files import Row
from aiguillage.desk.importing.headings import EMAILS, NUMBERS, OWN_ID, Meaning, type_of, words_of
from aiguillage.desk.importing.outcome import Refused, Unread
from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import (
    FIELD_KEYS,
    SELECTS,
    Contact,
    Field,
    Telecom,
)
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.given import Sent, keep_given

MOST_HEADERS = 1_000
REMEMBERED = 4_096
MOST_COLUMNS_TOLD = 200
LONGEST_ID = 18
NOTHING = Contact()
SELECT_KEYS = FIELD_KEYS[:SELECTS]
MOSTLY_DIFFERENT = frozenset({"reference", "code"})
SAID = {NUMBERS: "number", EMAILS: "email"}
KIND = "kind of number"
NO_KIND = -1
TEXTS: dict[str, Callable[[str], str]] = {
    "reference": parse_reference,
    "code": parse_code_cell,
    "language": parse_spoken_language,
    "company": parse_name,
    "first_name": parse_name,
    "last_name": parse_name,
    "email_destination": parse_email_destination,
    "telecom_destination": parse_destination_cell,
}


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

    def __init__(self, account: Account, fields: list[Field], *, each_alone: bool = False) -> None:
        self._each_alone = each_alone
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
        plan = understand(header, self._fields)
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
            self.columns[column] = f"{meaning.type} number" if meaning.type else SAID.get(meaning.fact, meaning.fact)
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
                if fact in SEVERAL:
                    parsed = parse(cell) if kind_at == NO_KIND else _of_kind(parse(cell), cells[kind_at])
                    found[fact] = found[fact] + parsed if fact in found else parsed
                    if type(cell) is not str:
                        given |= given_in(cell, parsed)
                elif type(cell) is str:
                    found[fact] = parse(cell)
                else:
                    raise invalid("Write a text or a number here, no list and no object.")
            except Refusal as refusal:
                refused += (_refused(row.line, column, cell, refusal),)
        contact = _contact(found)
        if given:
            contact = keep_given(contact, given)
        return Draft(row.line, contact, reading.speaks, found.get(OWN_ID), refused)

    def _parser(self, meaning: Meaning) -> Callable[[Any], Any]:
        """What reads the cells of a column; for facts with few different values it remembers the last ones."""
        if meaning not in self._parsers:
            self._parsers[meaning] = self._new_parser(meaning)
        return self._parsers[meaning]

    def _new_parser(self, meaning: Meaning) -> Callable[[Any], Any]:
        fact = meaning.fact
        if fact == NUMBERS:
            return partial(parse_telecoms, kind=meaning.type, country=self._country)
        if fact == EMAILS:
            return parse_emails
        if fact == OWN_ID:
            return _text(self._own_id)
        if fact in SELECT_KEYS:
            return lru_cache(REMEMBERED)(_text(partial(_chosen, _choices(self._fields[SELECT_KEYS.index(fact)]))))
        parse = _text(TEXTS.get(fact, parse_boolean_cell))
        return parse if fact in MOSTLY_DIFFERENT else lru_cache(REMEMBERED)(parse)

    def _own_id(self, text: str) -> int | None:
        """The id in `CL0000:12`; another account's means nothing here."""
        account, _, number = text.rpartition(":")
        if not account or not number.isascii() or not number.isdigit() or len(number) > LONGEST_ID:
            raise invalid(f"'{text[:40]}' is no id of aiguillage, as in {self._code}:12. Leave the cell empty.")
        return int(number) if account == self._code else None


def _of_kind(telecoms: tuple[Telecom, ...], kind: object) -> tuple[Telecom, ...]:
    """The numbers with the type, or else the label, that another cell tells: `* Work Fax`, `Chalet`."""
    told = kind.strip(" *") if isinstance(kind, str) else ""
    known = type_of(words_of(told))
    label = "" if known else parse_name(told)
    return tuple([Telecom(one.number, one.type or known, one.label or label) for one in telecoms])


def _text(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Reads a cell of text; None for a blank one."""

    def read(cell: str) -> Any:  # noqa: ANN401 - whatever the fact is kept as
        text = cell.strip()
        return parse(text) if text else None

    return read


def _refused(line: int, column: str, cell: object, refusal: Refusal) -> Refused:
    value = cell if isinstance(cell, str) else msgspec.json.encode(cell).decode()
    return Refused(line, column, value[:100], refusal.message)


Choices = tuple[Field, frozenset[str], dict[str, str]]


def _chosen(choices: Choices, text: str) -> str:
    """A destination, or the one that the field's option of that name stands for. Raises Refusal(invalid)."""
    field, values, names = choices
    value = text if text in values else names.get(text.casefold()) or unfloated(text)
    if field.strict and value not in values:
        raise invalid(f"'{text[:40]}' is no option of {field.label}. Choose one of: {', '.join(sorted(values))[:200]}.")
    return value if value in values else parse_destination_cell(value)


def _choices(field: Field) -> Choices:
    """A select field, its options' values, and the values by the options' names."""
    values = frozenset(option.value for option in field.options)
    return field, values, {option.name.casefold(): option.value for option in field.options}


def _contact(found: dict[str, Any]) -> Contact:
    """The contact that a row tells of; what it does not tell, or leaves blank, is empty."""
    get = found.get
    return Contact(
        reference=get("reference"),
        code=get("code"),
        language=get("language") or "",
        company=get("company") or "",
        first_name=get("first_name") or "",
        last_name=get("last_name") or "",
        telecoms=_once(get(NUMBERS, ())),
        emails=get("emails", ()),
        select=(get("select_1"), get("select_2"), get("select_3"), get("select_4")),
        boolean=(get("boolean_1"), get("boolean_2"), get("boolean_3"), get("boolean_4")),
        email_destination=get("email_destination"),
        telecom_destination=get("telecom_destination"),
    )


def _once(telecoms: tuple[Telecom, ...]) -> tuple[Telecom, ...]:
    """Each number once, as it was told first."""
    if len(telecoms) < 2:  # noqa: PLR2004 - nothing can be there twice
        return telecoms
    return tuple({telecom.number: telecom for telecom in reversed(telecoms)}.values())[::-1]
