"""What resources have in common: bodies and answers, also those that only repeat a fact, made of its parts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import AnyAsked
from aiguillage.desk.journal import seq_since
from aiguillage.domain import meanings
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.moments import parse_moment
from aiguillage.domain.parts import parts_of
from aiguillage.storage.facts import Kept

BASE = "/smart-routings"
UNSET = msgspec.UNSET
Text = str | None | msgspec.UnsetType
Number = int | None | msgspec.UnsetType
Flag = bool | None | msgspec.UnsetType
Fields = Mapping[str, tuple[Any, msgspec.Meta]]
"""Types and words of fields, by their names."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent: on update a field left out stays as it is, and null clears it."""


def body_of(name: str, fact: type[msgspec.Struct], doc: str, also: Fields) -> type[Body]:
    """The shape in which a fact is sent: all parts and what it has `also`, each to be left out or null."""
    fields = [
        (field, Annotated[kind | msgspec.UnsetType | None, about], UNSET)
        for field, (kind, about) in sent_fields(fact, also).items()
    ]
    shape: type[Body] = _shape(f"{name}Body", fields, doc, (Body,))
    return shape


def sent_fields(fact: type[msgspec.Struct], also: Fields) -> Fields:
    """What is sent of a fact, and what it has `also`."""
    return {part.wire: (part.sent, part.sent_words) for part in parts_of(fact)} | dict(also)


def shown_of(name: str, fact: type[msgspec.Struct], doc: str, also: Fields) -> type[msgspec.Struct]:
    """The shape in which a fact is answered: its id, each of its parts, what it has `also`, and the account's id."""
    parts = {part.wire: (part.shown, part.shown_words) for part in parts_of(fact)} | dict(also)
    parts = {"id": (int, meanings.ID), **parts, "customer_id": (int, meanings.CUSTOMER_ID)}
    fields = [(field, Annotated[kind, about]) for field, (kind, about) in parts.items()]
    shape: type[msgspec.Struct] = _shape(f"{name}Shown", fields, doc)
    return shape


def _shape(name: str, fields: Any, doc: str, bases: tuple[type[msgspec.Struct], ...] = (msgspec.Struct,)) -> Any:  # noqa: ANN401 - made here
    """A struct; what only parts of facts are in, nobody names."""
    return msgspec.defstruct(name, fields, bases=bases, namespace={"__doc__": doc}, frozen=True, kw_only=True)


def given(body: msgspec.Struct, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The fields that were sent, as JSON, by the names that the fact has for them."""
    renamed = names or {}
    return {renamed.get(name, name): value for name, value in msgspec.to_builtins(body).items()}


@contextmanager
def in_rows() -> Iterator[None]:
    """Refusals about one of several things name its place, as in `3.name`."""
    try:
        yield
    except Refusal as refusal:
        if refusal.row is not None:
            refusal.field = f"{refusal.row}.{refusal.field}" if refusal.field else str(refusal.row)
            refusal.beside = [f"{refusal.row}.{field}" for field in refusal.beside]
        raise


def since(asked: AnyAsked, kept: Sequence[Kept]) -> Sequence[Kept]:
    """Those that were changed since the moment that the query names. Raises Refusal(invalid)."""
    if asked.query.updated_since is UNSET:
        return kept
    moment = parse_moment(asked.query.updated_since, "updated_since")
    seq = seq_since(asked.db, asked.actor, asked.account, moment)
    return [one for one in kept if one.seq >= seq]


def require_same(asked: AnyAsked, parameter: str, sent: dict[str, Any], field: str) -> None:
    """Raises Refusal(invalid) when the body names another thing than the path does."""
    if sent.get(field) not in (None, asked.id(parameter)):
        raise invalid(f"{field} does not match the path. Leave it out, or send the id that is in the path.", field)
