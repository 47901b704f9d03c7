"""Rows: the cells of one, read by its header's plan, make a draft of a contact or are refused."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.importing.cells import (
    parse_emails,
    parse_name,
    parse_reference,
    parse_spoken_language,
    parse_telecoms,
    unguarded,
)
from aiguillage.desk.importing.columns import ANY_TYPE, NUMBERS, OWN_ID, Meaning, Plan, understand
from aiguillage.desk.importing.files import Row
from aiguillage.desk.importing.outcome import Refused
from aiguillage.domain.accounts import Account
from aiguillage.domain.contacts import (
    FIELD_KEYS,
    SELECTS,
    Contact,
    Field,
    Telecom,
    parse_boolean,
    parse_code,
    parse_destination,
)
from aiguillage.domain.errors import Refusal, invalid

MOST_PLANS = 1_000
MOST_COLUMNS_TOLD = 200
LONGEST_ID = 18
NOTHING = Contact()
SELECT_KEYS = FIELD_KEYS[:SELECTS]
SAID = {NUMBERS: "number", "emails": "email"}
TEXTS: dict[str, Callable[[str], str]] = {
    "reference": parse_reference,
    "code": parse_code,
    "language": parse_spoken_language,
    "company": parse_name,
    "first_name": parse_name,
    "last_name": parse_name,
}


class Draft(NamedTuple):
    """A row understood. `speaks` is the number of the set of facts that it tells; refused rows keep what could be read."""

    line: int
    contact: Contact
    speaks: int
    own_id: int | None
    refused: tuple[Refused, ...]


class RowReader:
    """Reads rows for one account, and remembers which columns it met and what they mean."""

    def __init__(self, account: Account, fields: list[Field]) -> None:
        self.columns: dict[str, str] = {}
        self.unknown: dict[str, None] = {}
        self.spoken: list[frozenset[Meaning]] = []
        self.column_of: dict[str, str] = {}
        self._code, self._country, self._fields = account.code, account.country, fields
        self._plans: dict[tuple[str, ...], tuple[Plan, int]] = {}
        self._choices = [_choices(field) for field in fields[:SELECTS]]

    def read(self, row: Row) -> Draft:
        """A row's draft. Raises Refusal(invalid) for the header of the first row."""
        if row.fault:
            return Draft(row.line, NOTHING, self._silence(), None, (Refused(row.line, "", "", row.fault),))
        try:
            plan, speaks = self._plans.get(row.header) or self._plan(row.header)
        except Refusal as refusal:
            if not self._plans:
                raise
            return Draft(row.line, NOTHING, self._silence(), None, (Refused(row.line, "", "", refusal.message),))
        return self._draft(row, plan, speaks)

    def _plan(self, header: tuple[str, ...]) -> tuple[Plan, int]:
        plan = understand(header, self._fields)
        for _, column, meaning in plan.cells[:MOST_COLUMNS_TOLD]:
            self.columns[column] = f"{meaning.type} number" if meaning.type else SAID.get(meaning.fact, meaning.fact)
            self.column_of.setdefault(meaning.fact, column)
        for column in plan.unknown[: MOST_COLUMNS_TOLD - len(self.unknown)]:
            self.unknown[column] = None
        if len(self._plans) >= MOST_PLANS:
            self._plans.clear()
        self._plans[header] = plan, self._number_of(plan.speaks)
        return self._plans[header]

    def _number_of(self, spoken: frozenset[Meaning]) -> int:
        if spoken not in self.spoken:
            self.spoken.append(spoken)
        return self.spoken.index(spoken)

    def _silence(self) -> int:
        return self._number_of(frozenset())

    def _draft(self, row: Row, plan: Plan, speaks: int) -> Draft:
        found: dict[str, Any] = {}
        refused: tuple[Refused, ...] = ()
        for index, column, meaning in plan.cells:
            cell = row.cells[index]
            if type(cell) is str:
                cell = unguarded(cell.strip())
            if not cell:
                continue
            try:
                self._put(found, meaning, cell)
            except Refusal as refusal:
                value = cell if isinstance(cell, str) else msgspec.json.encode(cell).decode()
                refused += (Refused(row.line, column, value[:100], f"{column}: {refusal.message}"),)
        return Draft(row.line, _contact(found), speaks, found.get(OWN_ID), refused)

    def _put(self, found: dict[str, Any], meaning: Meaning, cell: Any) -> None:
        """Adds what a cell tells to what was found of the contact. Raises Refusal(invalid)."""
        fact = meaning.fact
        if fact == NUMBERS:
            telecoms: dict[str, Telecom] = found.setdefault(NUMBERS, {})
            for telecom in parse_telecoms(cell, meaning.type, self._country):
                telecoms.setdefault(telecom.number, telecom)
        elif fact == "emails":
            found["emails"] = tuple(dict.fromkeys(found.get("emails", ()) + parse_emails(cell)))
        elif not isinstance(cell, str):
            raise invalid("Write a text or a number here, no list and no object.")
        elif fact in TEXTS:
            found[fact] = TEXTS[fact](cell)
        elif fact == OWN_ID:
            found[OWN_ID] = self._own_id(cell)
        elif fact in SELECT_KEYS:
            found[fact] = self._chosen(SELECT_KEYS.index(fact), cell)
        else:
            found[fact] = parse_boolean(cell)

    def _own_id(self, text: str) -> int | None:
        """The id in `CL0000:12`; another account's means nothing here."""
        account, _, number = text.rpartition(":")
        if not account or not number.isascii() or not number.isdigit() or len(number) > LONGEST_ID:
            raise invalid(f"'{text[:40]}' is no id of aiguillage, as in {self._code}:12. Leave the cell empty.")
        return int(number) if account == self._code else None

    def _chosen(self, position: int, text: str) -> str:
        """A destination, or the one that the field's option of that name stands for. Raises Refusal(invalid)."""
        field, values, names = self._choices[position]
        value = text if text in values else names.get(text.casefold(), text)
        if field.strict and value not in values:
            raise invalid(
                f"'{text[:40]}' is no option of {field.label}. Choose one of: {', '.join(sorted(values))[:200]}."
            )
        return parse_destination(value)


def _choices(field: Field) -> tuple[Field, frozenset[str], dict[str, str]]:
    """A select field, its options' values, and the values by the options' names."""
    values = frozenset(option.value for option in field.options)
    return field, values, {option.name.casefold(): option.value for option in field.options}


def _contact(found: dict[str, Any]) -> Contact:
    """The contact that a row tells of; what it does not tell is empty."""
    get = found.get
    return Contact(
        reference=get("reference"),
        code=get("code"),
        language=get("language", ""),
        company=get("company", ""),
        first_name=get("first_name", ""),
        last_name=get("last_name", ""),
        telecoms=tuple(get(NUMBERS, {}).values()),
        emails=get("emails", ()),
        select=(get("select_1"), get("select_2"), get("select_3"), get("select_4")),
        boolean=(get("boolean_1"), get("boolean_2"), get("boolean_3"), get("boolean_4")),
    )


def merged(before: Contact, row: Contact, spoken: Iterable[Meaning]) -> Contact:
    """The contact as it will be: an absent column leaves a fact alone, an empty cell clears it.

    Numbers keep their label, and their type where the column says none. Where every column of numbers says a type,
    numbers of other types stay.
    """
    changes: dict[str, Any] = {}
    values = {"select": list(before.select), "boolean": list(before.boolean)}
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
    return msgspec.structs.replace(before, **changes, select=tuple(values["select"]), boolean=tuple(values["boolean"]))


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
