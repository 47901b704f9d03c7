"""Facts of a contact as somebody enters them, field by field, parsed into what Contact keeps."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from aiguillage.desk.importing.cells import LONGEST_SENT, MOST_IN_A_CELL, TOO_MANY, parse_email_destination
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
from aiguillage.domain.errors import Refusal, about, invalid
from aiguillage.domain.given import Sent, keep_given, sent_as
from aiguillage.domain.numbers import parse_number, parse_prefix

LONGEST_REFERENCE = 64
TEXTS: dict[str, Callable[[str], str]] = {
    "reference": lambda text: parse_text(text, LONGEST_REFERENCE),
    "code": parse_code,
    "language": parse_language,
    "company": parse_text,
    "first_name": parse_text,
    "last_name": parse_text,
    "email_destination": parse_email_destination,
    "telecom_destination": parse_destination,
}
CLEARED_TO_NONE = frozenset({"reference", "code", "email_destination", "telecom_destination"})
LISTS = ("numbers", "emails")
NAMES = (*TEXTS, *LISTS, *FIELD_KEYS)
"""What somebody can enter: `numbers` and `emails` are lists, `select_1` .. `boolean_4` the account's fields."""


def entered(before: Contact, given: Mapping[str, Any], country: str) -> Contact:
    """The contact with what was entered in place of what it had; None and empty lists clear. Raises Refusal(invalid).

    Numbers are read by the country's rules, one with a star at its end is a number prefix; a number that the contact
    has already keeps its type and label. `telecoms` are numbers that replace all that is known of the old ones: texts
    or objects, given back as they came, as e-mail addresses are.
    """
    changes: dict[str, Any] = {}
    sent: dict[str, Sent] = dict(before.given)
    for name, value in given.items():
        with about(name):
            if name in TEXTS:
                changes[name] = _enter_text(name, value)
            elif name == "numbers":
                changes["telecoms"] = _enter_numbers(before, value, country)
            elif name == "telecoms":
                changes["telecoms"] = _enter_sent(name, value or (), sent, lambda part: _telecom(part, country))
            elif name == "emails":
                changes["emails"] = _enter_sent(name, value or (), sent, _email)
            elif name in FIELD_KEYS:
                _enter_field(before, changes, field_position(name), value)
            else:
                raise invalid(f"A contact has no '{name[:40]}'. It has: {', '.join(NAMES)}.")
    return keep_given(msgspec.structs.replace(before, **changes), sent)


def _enter_text(name: str, value: str | None) -> str | None:
    if value is None or not value.strip():
        return None if name in CLEARED_TO_NONE else ""
    return TEXTS[name](value)


def _enter_numbers(before: Contact, values: Iterable[str], country: str) -> tuple[Telecom, ...]:
    kept = {telecom.number: telecom for telecom in before.telecoms}
    numbers = []
    for index, value in enumerate(values):
        with about(f"numbers.{index}"):
            numbers.append(_number(value, country))
    return tuple(kept.get(number, Telecom(number)) for number in dict.fromkeys(numbers))


def _enter_sent(
    name: str, parts: Sequence[Sent], sent: dict[str, Sent], read: Callable[[Sent], tuple[str, Any]]
) -> tuple[Any, ...]:
    """Numbers or e-mail addresses as they were sent, each once; `sent` is told how."""
    if len(parts) > MOST_IN_A_CELL:
        raise invalid(TOO_MANY, name)
    found: dict[str, Any] = {}
    for index, part in enumerate(parts):
        try:
            key, entered_as = read(part)
            given = sent_as(part)
            if len(msgspec.json.encode(given)) > LONGEST_SENT:
                raise invalid(f"It is too long. Send at most {LONGEST_SENT} characters.")
        except Refusal as refusal:
            raise invalid(refusal.message, f"{name}.{index}") from None
        if key not in found:
            found[key], sent[key] = entered_as, given
    return tuple(found.values())


def _telecom(part: Sent, country: str) -> tuple[str, Telecom]:
    text, kind, label = _members(part, "number")
    number = _number(text, country)
    return number, Telecom(number, parse_text(kind), parse_text(label))


def _number(text: str, country: str) -> str:
    return parse_prefix(text, country) + "*" if text.strip().endswith("*") else parse_number(text, country)


def _email(part: Sent) -> tuple[str, str]:
    email = check_email(_members(part, "email")[0])
    return email, email


def _members(part: Sent, name: str) -> tuple[str, str, str]:
    found = part if isinstance(part, dict) else {name: part}
    text, kind, label = found.get(name), found.get("type") or "", found.get("label") or ""
    if not (isinstance(text, str) and isinstance(kind, str) and isinstance(label, str)):
        raise invalid(f"It is neither a text nor an object with '{name}', as a text, and perhaps 'type' and 'label'.")
    return text, kind, label


def _enter_field(before: Contact, changes: dict[str, Any], position: int, value: str | bool | None) -> None:  # noqa: FBT001
    """A destination, or yes or no; None leaves it to the field's default."""
    name, index = ("select", position - 1) if position <= SELECTS else ("boolean", position - 1 - SELECTS)
    if isinstance(value, str):
        value = parse_destination(value) if name == "select" else parse_boolean(value)
    values = list(changes.get(name, getattr(before, name)))
    values[index] = value
    changes[name] = tuple(values)
