"""Facts of a contact as somebody enters, imports or sends them, part by part, read into what Contact keeps."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from aiguillage.desk.importing.cells import (
    MOST_IN_A_CELL,
    TOO_MANY,
    given_in,
    parse_emails,
    parse_telecoms,
    split_numbers,
)
from aiguillage.domain.contacts import FIELD_KEYS, PARTS, SELECTS, Contact, Field, Telecom, unfloated, with_values
from aiguillage.domain.errors import Refusal, about, invalid
from aiguillage.domain.given import Sent, keep_given

NUMBERS = "numbers"
"""What `telecoms` are called by people who enter numbers alone: those that stay keep their types and labels."""

NAMES = tuple(NUMBERS if name == "telecoms" else name for name in PARTS)
"""What somebody can enter."""


def entered(before: Contact, given: Mapping[str, Any], country: str, fields: Sequence[Field]) -> Contact:
    """The contact with what was entered in place of what it had; None and empty lists clear. Raises Refusal(invalid).

    Numbers are read by the country's rules, one with a star at its end is a number prefix; of `numbers` one that the
    contact has already keeps its type and label. `telecoms` are numbers that replace all that is known of the old ones:
    texts or objects, given back as they came, as e-mail addresses are.
    """
    values: dict[str, Any] = {}
    sent: dict[str, Sent] = dict(before.given)
    for name, value in given.items():
        with about(name):
            part = PARTS.get(name)
            if name == NUMBERS:
                values["telecoms"] = _enter_numbers(before, value or (), country)
            elif part is None:
                raise invalid(f"A contact has no '{name[:40]}'. It has: {', '.join(NAMES)}.")
            elif part.several:
                values[name] = _enter_several(name, value or (), sent, parser_of(name, country, fields))
            elif isinstance(value, str):
                values[name] = parser_of(name, country, fields)(value)
            else:
                values[name] = part.empty if value is None else value
    return keep_given(with_values(before, values), sent)


def parser_of(name: str, country: str, fields: Sequence[Field], kind: str = "") -> Callable[[Any], Any]:
    """What reads values of that part, whoever sends them: texts, and lists of numbers and of e-mail addresses.

    `kind` is the type of numbers that say none. It raises Refusal(invalid).
    """
    if name == "telecoms":
        return partial(parse_telecoms, kind=kind, country=country)
    if name == "emails":
        return parse_emails
    if name in FIELD_KEYS[:SELECTS]:
        return partial(_chosen, fields[FIELD_KEYS.index(name)])
    return PARTS[name].read


def _chosen(field: Field, text: str) -> Any:  # noqa: ANN401 - as a part's
    """A destination, or the one that the field's option of that name stands for. Raises Refusal(invalid)."""
    text = text.strip()
    values = {option.value for option in field.options}
    names = {option.name.casefold(): option.value for option in field.options}
    value = text if text in values else names.get(text.casefold()) or unfloated(text)
    require_option(field, value or None)
    return value if value in values else PARTS[field.key].read(value)


def require_option(field: Field, value: str | None) -> None:
    """Raises Refusal(invalid) for a value that a strict field lacks."""
    if field.strict and value is not None and value not in {option.value for option in field.options}:
        choices = ", ".join(option.value for option in field.options)[:200] or "none yet, add an option first"
        raise invalid(
            f"'{value[:40]}' is not an option of field_{field.key} ({field.label}). Choose one of: {choices}.",
            field.key,
        )


def _enter_numbers(before: Contact, texts: Iterable[str], country: str) -> tuple[Telecom, ...]:
    kept = {telecom.number: telecom for telecom in before.telecoms}
    numbers: list[str] = []
    for index, text in enumerate(texts):
        with about(f"{NUMBERS}.{index}"):
            numbers += split_numbers(text, country)
    return tuple(kept.get(number, Telecom(number)) for number in dict.fromkeys(numbers))


def _enter_several(
    name: str, things: Sequence[Sent], sent: dict[str, Sent], read: Callable[[Any], tuple[Any, ...]]
) -> tuple[Any, ...]:
    """Numbers or e-mail addresses, each once; how each was sent is added to `sent`."""
    if len(things) > MOST_IN_A_CELL:
        raise invalid(TOO_MANY, name)
    found: dict[str, Any] = {}
    for index, thing in enumerate(things):
        try:
            parsed = read([thing])
            given = given_in([thing], parsed)
        except Refusal as refusal:
            raise invalid(refusal.message, f"{name}.{index}") from None
        for one in parsed:
            key = one.number if isinstance(one, Telecom) else one
            if key not in found:
                found[key], sent[key] = one, given.get(key, key)
    return tuple(found.values())
