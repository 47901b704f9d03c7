"""What was sent -> a fact: every door that takes facts as JSON has them says here what came, by the API's names."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

import msgspec

from aiguillage.domain.errors import Refusal
from aiguillage.domain.facts import BY_NAME, Fact
from aiguillage.domain.parts import parts_of, read, wire_names
from aiguillage.domain.unfit import unfit

Sent = Mapping[str, Any]
"""JSON by the API's names; what is left out stays as it is, and null clears."""


def new_fact(kind: str, sent: Sent, **others: Any) -> Fact:  # noqa: ANN401 - values of the fact
    """A fact of what was sent, and of `others` of its values. Raises Refusal(invalid)."""
    fact: Fact = make_fact(BY_NAME[kind].type, _values(kind, sent, None) | others)
    return fact


def filters_of(kind: str, sent: Sent) -> dict[str, Any]:
    """Values to look for, as facts have them that are answered; by the API's names, and so is what comes back.

    Raises Refusal(invalid).
    """
    parts = {part.wire: part for part in parts_of(BY_NAME[kind].type)}
    return {name: parts[name].written(value) if name in parts else value for name, value in sent.items()}


def changes_of(kind: str, sent: Sent) -> Callable[[Fact], dict[str, Any]]:
    """What makes the changed values of a fact as it is, as `set_fact` takes it; that raises Refusal(invalid)."""

    def changed(before: Fact) -> dict[str, Any]:
        values = _values(kind, sent, before)
        fact = make_fact(type(before), msgspec.to_builtins(before) | values)
        return {name: getattr(fact, name) for name in values}

    return changed


def _values(kind: str, sent: Sent, before: Fact | None) -> dict[str, Any]:
    shape = BY_NAME[kind].type
    found = {
        name: _gathered(shape, name, value, before) if isinstance(value, dict) else value
        for name, value in read(shape, sent).items()
    }
    return BY_NAME[kind].settle(found, before)


def _gathered(shape: type[Fact], name: str, given: dict[int, Any], before: Fact | None) -> tuple[Any, ...]:
    """A value that is sent as several fields, those that were left out as they were."""
    field = next(field for field in msgspec.structs.fields(shape) if field.name == name)
    kept = field.default if before is None else getattr(before, name)
    return tuple(given.get(place, old) for place, old in enumerate(kept))


def make_fact(kind: type[msgspec.Struct], values: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - the kind says which
    """A fact of that kind; null is a value's default where it cannot be nothing. Raises Refusal(invalid).

    `names` are the fact's names for what the API calls otherwise.
    """
    with named(wire_names(kind) if names is None else names):
        try:
            return msgspec.convert(_cleared(kind, values), kind)
        except msgspec.ValidationError as error:
            raise unfit(error) from None


def _cleared(kind: type[msgspec.Struct], values: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {
        field.name: field.default
        for field in msgspec.structs.fields(kind)
        if field.default is not msgspec.NODEFAULT and not _may_be_nothing(field.type)
    }
    return {name: defaults.get(name) if value is None else value for name, value in values.items()}


def _may_be_nothing(kind: Any) -> bool:  # noqa: ANN401 - an annotation
    return any(one is type(None) or _may_be_nothing(one) for one in get_args(kind) if not isinstance(one, msgspec.Meta))


@contextmanager
def on_wire(kind: str) -> Iterator[None]:
    """Refusals about a kind of fact name its fields as the API does."""
    with named(wire_names(BY_NAME[kind].type)):
        yield


@contextmanager
def named(names: Mapping[str, str]) -> Iterator[None]:
    """Refusals name their fields as the API does; `names` are the desk's names for what the API calls otherwise."""
    apis = {own: name for name, own in names.items()}
    try:
        yield
    except Refusal as refusal:
        if refusal.field is not None:
            field, dot, rest = refusal.field.partition(".")
            refusal.field = apis.get(field, field) + dot + rest
        refusal.beside = [apis.get(field, field) for field in refusal.beside]
        raise
