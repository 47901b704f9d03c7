"""Forms of facts: the parts of a fact, as the domain declares them, become fields; what was sent becomes JSON again.

domain/parts.py names each part, its type, words and example; here is only how a browser shows such a type. A list of
structs, such as a rota's members, is rows of fields, `members.0.name`; a list of texts is a text with a line each.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from aiguillage.console.labels import HINTS, LABELS, RARE
from aiguillage.domain.contacts import Select
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.parts import Part, parts_of
from aiguillage.domain.remarks import WEEKDAYS

MARK = "__row__"
"""Stands in the names of a row that is not there yet for its number."""

OWNER = "owner"
UNITS = (("days", "days"), ("weeks", "weeks"))
INPUTS = {bool: "yes", int: "number", date: "date", time: "time", datetime: "datetime-local"}
Choice = tuple[str, str]


class Field(NamedTuple):
    """One field of a form. `input` is an HTML input's type, or `yes`, `choice`, `lines`, `rows`.

    `ours` says that the choices are words of ours, which are translated, and no names. `rows` are the rows of a list,
    each its fields; `model` is one more row, its number MARK.
    """

    name: str
    label: str
    hint: str
    input: str
    value: Any
    required: bool
    choices: Sequence[Choice] = ()
    ours: bool = False
    rows: Sequence[Sequence["Field"]] = ()
    model: Sequence["Field"] = ()
    rare: bool = False


def fields_of(
    kind: type[msgspec.Struct], values: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]], at: str = ""
) -> Iterator[Field]:
    """The fields of a kind of fact, with values by the API's names; `choices` are the account's facts to choose from.

    `at` stands before each field's name.
    """
    required = {one.name for one in msgspec.structs.fields(kind) if one.required}
    for part in parts_of(kind):
        if part.name == "owner_type":
            continue
        yield _field(kind, part, values, choices, at, required=part.name in required)


def _field(
    kind: type[msgspec.Struct],
    part: Part,
    values: Mapping[str, Any],
    choices: Mapping[str, Sequence[Choice]],
    at: str,
    *,
    required: bool,
) -> Field:
    own = type_of(kind, part.name)
    name, label = at + part.wire, LABELS[part.name]
    hint = HINTS.get(part.name, _hint(part))
    value = values.get(part.wire)
    field = Field(name, label, hint, INPUTS.get(own, "text"), value, required, rare=part.name in RARE)
    if part.name == "owner_id":
        owner_type = next(one.wire for one in parts_of(kind) if one.name == "owner_type")
        value = f"{values.get(owner_type, '')}:{values.get(part.wire) or ''}"
        return field._replace(name=OWNER, input="choice", value=value, choices=choices[OWNER], hint="", required=True)
    if part.place is not None:
        return field._replace(label=f"{label} {part.place + 1}", required=False, hint="")
    inner = _member(own)
    if inner is not None and issubclass(inner, msgspec.Struct):
        rows = [list(fields_of(inner, row, choices, f"{name}.{n}.")) for n, row in enumerate(value or [])]
        model = list(fields_of(inner, {}, choices, f"{name}.{MARK * (1 + at.count(MARK))}."))
        return field._replace(input="rows", rows=rows, model=model)
    if inner is not None:
        return field._replace(input="lines", value="\n".join(value) if isinstance(value, list | tuple) else value or "")
    if found := _choices(part.name, choices):
        ours = part.name not in choices
        return field._replace(input="choice", value=str(value or ""), choices=found, ours=ours)
    return field


def _choices(name: str, choices: Mapping[str, Sequence[Choice]]) -> Sequence[Choice]:
    if name == "day_of_week":
        return [(str(n), day) for n, day in enumerate(WEEKDAYS, start=1)]
    if name == "unit":
        return UNITS
    return choices.get(name, ())


def _hint(part: Part) -> str:
    """What the API says of a part, without what only programs need."""
    text = (part.sent_words.description or "").partition(";")[0].replace("`", "").rstrip(".")
    return "" if text.startswith(("The id", "Destination ")) else f"{text}."


def type_of(kind: type[msgspec.Struct], name: str) -> Any:  # noqa: ANN401 - a type
    """The type of a part as its struct has it, without words, and without None where it may be nothing."""
    field = next(one for one in msgspec.structs.fields(kind) if one.name == name)
    own = get_args(field.type)[0] if get_origin(field.type) is Annotated else field.type
    if get_origin(own) in (Union, UnionType):
        own = next(one for one in get_args(own) if one is not type(None))
    return own


def _member(kind: Any) -> type[Any] | None:  # noqa: ANN401 - a type
    """What a list has several of; None for what is no list."""
    return get_args(kind)[0] if get_origin(kind) is tuple and kind != Select else None


def values_of(fact: msgspec.Struct) -> dict[str, Any]:
    """A fact's values by the API's names."""
    return {part.wire: part.value(fact) for part in parts_of(type(fact))}


def sent_of(kind: type[msgspec.Struct], form: Mapping[str, str], at: str = "") -> dict[str, Any]:
    """What a form sent of a fact, as JSON by the API's names; what is empty is null, a box not ticked is false.

    Of rows what is empty is left out, and so is a row in which nothing is filled in.
    """
    sent: dict[str, Any] = {}
    for part in parts_of(kind):
        own, name = type_of(kind, part.name), at + part.wire
        text = form.get(name, "").strip()
        inner = _member(own)
        if part.name in {"owner_type", "owner_id"}:
            owner_type, _, owner_id = form.get(OWNER, "").partition(":")
            sent[part.wire] = owner_type if part.name == "owner_type" else _number(owner_id)
        elif inner is not None and issubclass(inner, msgspec.Struct):
            rows = [sent_of(inner, form, f"{name}.{n}.") for n in _numbers(form, f"{name}.")]
            filled = ({key: value for key, value in row.items() if value not in (None, [])} for row in rows)
            sent[part.wire] = [row for row in filled if row]
        elif inner is not None:
            sent[part.wire] = [line.strip() for line in text.splitlines() if line.strip()]
        elif own is bool:
            sent[part.wire] = bool(text)
        elif own is int or part.sent is int:
            sent[part.wire] = _number(text)
        else:
            sent[part.wire] = text or None
    return sent


def _number(text: str) -> Any:  # noqa: ANN401 - JSON
    """A whole number; other text stays, for the refusal to quote."""
    return (int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text) if text else None  # noqa: PLR2004 - what a column holds


def _numbers(form: Mapping[str, str], at: str) -> list[str]:
    """The numbers of the rows whose fields begin so, in the order in which they came."""
    return list(dict.fromkeys(name[len(at) :].partition(".")[0] for name in form if name.startswith(at)))


def typed(kind: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed into the form of a kind, to show it again as it was."""
    return sent_of(BY_NAME[kind].type, form)
