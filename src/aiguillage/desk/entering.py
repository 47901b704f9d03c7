"""Facts of a contact as somebody enters them, field by field, parsed into what Contact keeps."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from aiguillage.domain.accounts import check_email
from aiguillage.domain.contacts import (
    FIELD_KEYS,
    SELECTS,
    Contact,
    Telecom,
    field_position,
    parse_boolean,
    parse_code,
    parse_destination,
    parse_language,
    parse_text,
)
from aiguillage.domain.errors import invalid
from aiguillage.domain.numbers import parse_number, parse_prefix

LONGEST_REFERENCE = 64
TEXTS: dict[str, Callable[[str], str]] = {
    "reference": lambda text: parse_text(text, LONGEST_REFERENCE),
    "code": parse_code,
    "language": parse_language,
    "company": parse_text,
    "first_name": parse_text,
    "last_name": parse_text,
}
LISTS = ("numbers", "emails")
NAMES = (*TEXTS, *LISTS, *FIELD_KEYS)
"""What somebody can enter: `numbers` and `emails` are lists, `select_1` .. `boolean_4` the account's fields."""


def entered(before: Contact, given: Mapping[str, Any], country: str) -> Contact:
    """The contact with what was entered in place of what it had; None and empty lists clear. Raises Refusal(invalid).

    Numbers are read by the country's rules, one with a star at its end is a number prefix; a number that the contact
    has already keeps its type and label.
    """
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name in TEXTS:
            changes[name] = _enter_text(name, value)
        elif name == "numbers":
            changes["telecoms"] = _enter_numbers(before, value, country)
        elif name == "emails":
            changes["emails"] = tuple(check_email(email.strip()) for email in value)
        elif name in FIELD_KEYS:
            _enter_field(before, changes, field_position(name), value)
        else:
            raise invalid(f"A contact has no '{name[:40]}'. It has: {', '.join(NAMES)}.")
    return msgspec.structs.replace(before, **changes)


def _enter_text(name: str, value: str | None) -> str | None:
    if value is None or not value.strip():
        return None if name in {"reference", "code"} else ""
    return TEXTS[name](value)


def _enter_numbers(before: Contact, values: Iterable[str], country: str) -> tuple[Telecom, ...]:
    kept = {telecom.number: telecom for telecom in before.telecoms}
    numbers = [
        parse_prefix(value, country) + "*" if value.strip().endswith("*") else parse_number(value, country)
        for value in values
    ]
    return tuple(kept.get(number, Telecom(number)) for number in dict.fromkeys(numbers))


def _enter_field(before: Contact, changes: dict[str, Any], position: int, value: str | bool | None) -> None:  # noqa: FBT001
    """A destination, or yes or no; None leaves it to the field's default."""
    name, index = ("select", position - 1) if position <= SELECTS else ("boolean", position - 1 - SELECTS)
    if isinstance(value, str):
        value = parse_destination(value) if name == "select" else parse_boolean(value)
    values = list(changes.get(name, getattr(before, name)))
    values[index] = value
    changes[name] = tuple(values)
