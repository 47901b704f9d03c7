"""Forms of facts: the parts of a fact, as the domain declares them, become fields; what was sent becomes JSON again.

domain/parts.py names each part, its type, words and example; here is only how a browser shows such a type. A list of
structs, such as a rota's members, is rows of fields, `members.0.name`; a list of texts is a text with a line each.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.console.labels import CHOICES, HINTS, LABELS, NOT_LOOKED_AT, RARE
from aiguillage.console.visits import number_of
from aiguillage.domain.contacts import Select
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.moments import in_zone, iso, moment_of, parse_moment
from aiguillage.domain.parts import Part, parts_of
from aiguillage.domain.remarks import WEEKDAYS

DEEPEST = 8
"""Parts of a field's name."""

MOST_ROWS = 1_000
FILL_IN = "Fill this in."
MARK = "__row__"
"""Stands in the names of a row that is not there yet for its number."""

OWNER = "owner"
LONG = frozenset({"answer", "unknown_answer", "prompt", "prompt_again"})
"""Parts that are longer than a line shows."""

INPUTS = {bool: "yes", int: "number", date: "date", time: "time", datetime: "datetime-local"}
Choice = tuple[str, str]


class Field(NamedTuple):
    """One field of a form. `input` is an HTML input's type, or `yes`, `choice`, `lines`, `rows`, `text-area`.

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
    kind: type[msgspec.Struct],
    values: Mapping[str, Any],
    choices: Mapping[str, Sequence[Choice]],
    clock: str,
    at: str = "",
) -> Iterator[Field]:
    """The fields of a kind of fact, with values by the API's names; `choices` are the account's facts to choose from.

    `at` stands before each field's name. Moments are by the `clock` of a time zone.
    """
    required = {one.name for one in msgspec.structs.fields(kind) if one.required}
    for part in parts_of(kind):
        if part.name == "owner_type":
            continue
        yield _field(kind, part, values, choices, clock, at, required=part.name in required)


def _field(
    kind: type[msgspec.Struct],
    part: Part,
    values: Mapping[str, Any],
    choices: Mapping[str, Sequence[Choice]],
    clock: str,
    at: str,
    *,
    required: bool,
) -> Field:
    own = type_of(kind, part.name)
    name, label = at + part.wire, LABELS[part.name]
    hint = HINTS.get(part.name, _hint(part))
    value = values.get(part.wire)
    rare = part.name in RARE or part.name in NOT_LOOKED_AT.get(values.get("system", ""), ())
    field = Field(name, label, hint, INPUTS.get(own, "text"), value, required, rare=rare)
    if part.name == "owner_id":
        owner_type = next(one.wire for one in parts_of(kind) if one.name == "owner_type")
        value = f"{values.get(owner_type, '')}:{values.get(part.wire) or ''}"
        return field._replace(name=OWNER, input="choice", value=value, choices=choices[OWNER], hint="", required=True)
    if part.place is not None:
        return field._replace(label=f"{label} {part.place + 1}", required=False, hint="")
    if _is_moment(own, part):
        return field._replace(input="datetime-local", value=_local(value, clock))
    inner = _member(own)
    if inner is not None and issubclass(inner, msgspec.Struct):
        rows = [list(fields_of(inner, row, choices, clock, f"{name}.{n}.")) for n, row in enumerate(value or [])]
        model = list(fields_of(inner, {}, choices, clock, f"{name}.{MARK * (1 + at.count(MARK))}."))
        return field._replace(input="rows", rows=rows, model=model)
    if inner is not None:
        return field._replace(input="lines", value="\n".join(value) if isinstance(value, list | tuple) else value or "")
    if found := _choices(part.name, choices):
        field = field._replace(input="choice", value=str(value or ""), choices=found)
        return field if part.name in choices else field._replace(ours=True, hint="")
    return field._replace(input="text-area") if part.name in LONG else field


def _choices(name: str, choices: Mapping[str, Sequence[Choice]]) -> Sequence[Choice]:
    if name == "day_of_week":
        return [(str(n), day) for n, day in enumerate(WEEKDAYS, start=1)]
    if name in CHOICES:
        return CHOICES[name]
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


def is_list(kind: type[msgspec.Struct], name: str) -> bool:
    """Whether a part is a list."""
    return _member(type_of(kind, name)) is not None


def _member(kind: Any) -> type[Any] | None:  # noqa: ANN401 - a type
    """What a list has several of; None for what is no list."""
    return get_args(kind)[0] if get_origin(kind) is tuple and kind != Select else None


def defaults_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """What a new fact has unless somebody says otherwise, by the API's names: texts, and what is so."""
    own = {one.name: one.default for one in msgspec.structs.fields(kind)}
    return {part.wire: own[part.name] for part in parts_of(kind) if isinstance(own[part.name], str | bool)}


def values_of(fact: msgspec.Struct) -> dict[str, Any]:
    """A fact's values by the API's names."""
    return {part.wire: part.value(fact) for part in parts_of(type(fact))}


class _Node(NamedTuple):
    """What a form sent below one name: its own fields, and rows by their numbers or names."""

    texts: dict[str, str]
    below: dict[str, "_Node"]


def _tree_of(form: Mapping[str, str]) -> _Node:
    root = _Node({}, {})
    for name, text in form.items():
        *steps, last = name.split(".", DEEPEST)
        node = root
        for step in steps:
            node = node.below.setdefault(step, _Node({}, {}))
        node.texts[last] = text
    return root


def sent_of(kind: type[msgspec.Struct], form: Mapping[str, str], clock: str) -> dict[str, Any]:
    """What a form sent of a fact, as JSON by the API's names; what is empty is null, a box not ticked is false.

    Of rows what is empty is left out, and so is a row in which nothing is filled in. Moments are by the `clock` of a
    time zone. Raises Refusal(invalid) for more rows than any list has.
    """
    return _sent(kind, _tree_of(form), clock)


def _sent(kind: type[msgspec.Struct], form: _Node, clock: str) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for part in parts_of(kind):
        inner = _member(type_of(kind, part.name))
        if part.name in {"owner_type", "owner_id"}:
            owner_type, _, owner_id = form.texts.get(OWNER, "").partition(":")
            sent[part.wire] = owner_type if part.name == "owner_type" else _number(owner_id)
        elif inner is not None and issubclass(inner, msgspec.Struct):
            sent[part.wire] = _rows(inner, part, form, clock)
        else:
            sent[part.wire] = _value(kind, part, form.texts.get(part.wire, "").strip(), clock)
    return sent


def _rows(inner: type[msgspec.Struct], part: Part, form: _Node, clock: str) -> list[dict[str, Any]]:
    """The rows of a list in the order in which they came, but empty ones. Raises Refusal(invalid) for too many."""
    below = form.below.get(part.wire, _Node({}, {})).below
    if len(below) > MOST_ROWS:
        raise invalid(f"A list has at most {MOST_ROWS:,} rows. Leave some out.", part.wire)
    rows = (_sent(inner, row, clock) for row in below.values())
    filled = ({key: value for key, value in row.items() if value not in (None, [])} for row in rows)
    return [row for row in filled if row]


def _value(kind: type[msgspec.Struct], part: Part, text: str, clock: str) -> Any:  # noqa: ANN401 - JSON
    own = type_of(kind, part.name)
    if _member(own) is not None:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if own is bool:
        return bool(text)
    if _is_moment(own, part):
        return _moment(text, clock)
    return _number(text) if own is int or part.sent is int else text or None


def empty_of(kind: type[msgspec.Struct], sent: Mapping[str, Any]) -> dict[str, list[str]]:
    """What has to be filled in and is not, by field."""
    needed = {one.name for one in msgspec.structs.fields(kind) if one.required} - {"owner_type"}
    empty = [part.wire for part in parts_of(kind) if part.name in needed and sent.get(part.wire) in (None, "")]
    return {field: [FILL_IN] for field in empty}


def _is_moment(own: Any, part: Part) -> bool:  # noqa: ANN401 - a type
    """Whether a part is a moment: a number of microseconds that the API has as text."""
    return own is int and part.sent not in (int, int | None)


def _moment(text: str, clock: str) -> str | None:
    """A moment as the browser's field has it, by a clock, as the API has it; another text stays."""
    try:
        return iso(moment_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(clock)))) if text else None
    except (ValueError, OverflowError):
        return text


def _local(value: Any, clock: str) -> Any:  # noqa: ANN401 - what was typed may be anything
    """A moment as the browser's field has it, by a clock."""
    try:
        return f"{in_zone(parse_moment(value), ZoneInfo(clock)):%Y-%m-%dT%H:%M:%S}" if value else ""
    except Refusal:
        return value


def _number(text: str) -> Any:  # noqa: ANN401 - JSON
    """A whole number; other text stays, for the refusal to quote."""
    number = number_of(text)
    return text or None if number is None else number
