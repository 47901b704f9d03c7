"""The parts of a fact as they are sent and answered, read off its struct: names, types, words, parsers.

group: Annotated[int | None, means("The id of the queue's group ...", 3, wire="call_queue_group_id")] = None
|      |                           |                               |
name   type                        words                 example   what the API has otherwise
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from aiguillage.domain.contacts import Select
from aiguillage.domain.moments import parse_day, parse_end, parse_time, parse_wall

Parse = Callable[[Any, str], Any]
"""Makes of a value as it was sent the fact's, as JSON has it; gets the field's name, for a Refusal(invalid)."""

PARSERS: Mapping[Any, Parse] = {date: parse_day, time: parse_time, datetime: parse_wall}
ENDS = "ends"


class Part(NamedTuple):
    """One part of a fact. `name` is the fact's own for it, `wire` the API's.

    `sent` and `shown` are its types on the wire, `sent_words` and `shown_words` what is said of it there. `parse` is
    None where a value is taken as it was sent, `show` where it is answered as JSON has it. Of a value that the API has
    as several fields, such as four destinations, `place` is the one that this part is.

    Where the API has a part otherwise, `means` says so: `wire`; `type`, or `sent` for the type that is sent alone;
    `parse` and `show`; `shown`, the words of what is answered; `ends`, for a time of day at which something ends.
    """

    name: str
    wire: str
    sent: Any
    shown: Any
    sent_words: msgspec.Meta
    shown_words: msgspec.Meta
    parse: Parse | None
    show: Callable[[Any], Any] | None
    place: int | None = None

    def value(self, fact: msgspec.Struct) -> Any:  # noqa: ANN401 - of any part
        """The part as it is answered."""
        value = getattr(fact, self.name)
        if self.place is not None:
            return value[self.place]
        return _plain(value) if self.show is None else self.show(value)

    def written(self, sent: Any) -> Any:  # noqa: ANN401 - of any part
        """What was sent, as it would be answered. Raises Refusal(invalid)."""
        if self.parse is None or sent is None:
            return sent
        value = self.parse(sent, self.wire)
        return value if self.show is None else self.show(value)


@cache
def parts_of(kind: type[msgspec.Struct]) -> tuple[Part, ...]:
    """The parts of a kind of fact that have words, in the order of its struct."""
    return tuple(part for field in msgspec.structs.fields(kind) for part in _parts(field))


def wire_names(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The fact's names for what the API calls otherwise."""
    return {part.wire: part.name for part in parts_of(kind) if part.wire != part.name and part.place is None}


def _parts(field: msgspec.structs.FieldInfo) -> Iterator[Part]:
    if get_origin(field.type) is not Annotated:
        return
    kind, words = get_args(field.type)
    other = words.extra or {}
    wire = other.get("wire", field.encode_name)
    if kind == Select:
        for place, one in enumerate(get_args(Select)):
            numbered = _numbered(words, place)
            yield Part(field.name, wire.replace("#", str(place + 1)), one, one, numbered, numbered, None, None, place)
        return
    shown = other.get("type", wire_type(kind))
    yield Part(
        field.name,
        wire,
        other.get("sent", shown),
        shown,
        words,
        other.get("shown", words),
        other.get("parse") or parser_of(kind, ends=ENDS in other),
        other.get("show"),
    )


def _numbered(words: msgspec.Meta, place: int) -> msgspec.Meta:
    """The words of one of several fields: `#` is its number, its example the one of that number."""
    text, examples = words.description or "", words.examples or []
    return msgspec.Meta(description=text.replace("#", str(place + 1)), examples=[one[place] for one in examples])


def wire_type(kind: Any) -> Any:  # noqa: ANN401 - a type
    """The type that JSON has for one of a fact's: text for dates and times, lists for tuples."""
    if kind in PARSERS:
        return str
    if get_origin(kind) is tuple:
        return list[wire_type(get_args(kind)[0])]  # type: ignore[misc] # made here
    if get_origin(kind) in (Union, UnionType):
        return Union[tuple(wire_type(one) for one in get_args(kind))]  # noqa: UP007 - made here
    return twin_of(kind) if _is_struct(kind) else kind


@cache
def twin_of(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A struct inside a fact as it is sent and answered; nothing else may be sent with it."""
    fields: list[Any] = [
        (part.wire, Annotated[part.sent, part.sent_words], *_default(kind, part.name)) for part in parts_of(kind)
    ]
    name, words = f"{kind.__name__}Body", {"__doc__": kind.__doc__}
    return msgspec.defstruct(name, fields, namespace=words, frozen=True, kw_only=True, forbid_unknown_fields=True)


def _default(kind: type[msgspec.Struct], name: str) -> tuple[Any, ...]:
    """The default of a struct's field, as JSON has it; nothing where it has to be sent."""
    field = next(field for field in msgspec.structs.fields(kind) if field.name == name)
    return () if field.default is msgspec.NODEFAULT else (_plain(field.default),)


def _plain(value: Any) -> Any:  # noqa: ANN401 - of any type
    """A fact's value as JSON has it; a time of day to the second."""
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    told = msgspec.to_builtins(value)
    return list(told) if isinstance(told, tuple) else told


def parser_of(kind: Any, *, ends: bool = False) -> Parse | None:  # noqa: ANN401 - a type
    """How a value of a fact's type is parsed; None where it is taken as it was sent."""
    if ends:
        return parse_end
    inner = [one for one in get_args(kind) if one not in (type(None), ...)]
    if get_origin(kind) is tuple and _is_struct(inner[0]):
        return lambda sent, field: [read(inner[0], one, f"{field}.{n}.") for n, one in enumerate(sent)]
    return PARSERS.get(inner[0] if len(inner) == 1 else kind)


def read(kind: type[msgspec.Struct], sent: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    """What was sent of a fact, or of a struct inside one, by the fact's own names, parsed. Raises Refusal(invalid).

    A value that is one of several fields' is a mapping of places to values. `place` stands before fields' names.
    """
    found: dict[str, Any] = {}
    for part in parts_of(kind):
        if part.wire in sent:
            value = sent[part.wire]
            if part.place is not None:
                found.setdefault(part.name, {})[part.place] = value
            elif part.parse is None or value is None:
                found[part.name] = value
            else:
                found[part.name] = part.parse(value, f"{place}{part.wire}")
    return found


def _is_struct(kind: Any) -> bool:  # noqa: ANN401 - a type
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
