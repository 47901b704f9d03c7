"""What resources have in common: bodies, what a resource of facts is, values as they are written and read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time
from typing import Any, NamedTuple, get_args

import msgspec

from aiguillage.api.operations import Asked, Nothing
from aiguillage.desk.journal import seq_since
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.moments import parse_moment
from aiguillage.domain.unfit import unfit
from aiguillage.storage.facts import Kept

BASE = "/smart-routings"
UNSET = msgspec.UNSET
MIDNIGHT = ("24:00", "24:00:00")
Text = str | None | msgspec.UnsetType
Number = int | None | msgspec.UnsetType
Flag = bool | None | msgspec.UnsetType
Reader = Callable[[Any, str], Any]
"""Reads a value that can be written in several ways; it is told the field's name for a refusal."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent: on update a field left out stays as it is, and null clears it."""


def given(body: msgspec.Struct, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The fields that were sent, by the names that the fact has for them."""
    renamed = names or {}
    sent = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {renamed.get(name, name): value for name, value in sent if value is not UNSET}


class FactResource(NamedTuple):
    """A resource whose things are facts of one kind.

    `names` are the fact's names for what the API calls otherwise; `reads` read values that can be written in several
    ways, in bodies and filters. Where fields and values do not go one by one, `settle` makes the fact's values of what
    was sent (beside the fact before, None for a new one), and `tell` what is answered of them. `scope` is the path's
    parameter that names the fact it belongs to, and that fact's kind. `of_account` is a field that can only be the
    account's id. `place` are the fields that can be sent in the query. `bulk` are the methods of its path /bulk.
    `example` is a new thing, `change` what may be sent to change one, `removed` are ids that may go together.
    """

    path: str
    noun: str
    plural: str
    tag: str
    kind: str
    body: type[Body]
    answer: type[msgspec.Struct]
    names: Mapping[str, str] = {}
    reads: Mapping[str, Reader] = {}
    settle: Callable[[dict[str, Any], Any], dict[str, Any]] = lambda sent, _before: sent
    tell: Callable[[Asked, Kept], Mapping[str, Any]] = lambda _asked, _kept: {}
    scope: tuple[str, str] | None = None
    of_account: str = ""
    place: type[msgspec.Struct] = Nothing
    bulk: tuple[str, ...] = ()
    removed: Sequence[int] = ()
    example: Any = None
    change: Any = None
    description: str = ""

    def read(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Fields with their values read. Raises Refusal(invalid)."""
        return {
            name: self.reads[name](value, name) if name in self.reads and value is not None else value
            for name, value in sent.items()
        }

    def changes(self, sent: Mapping[str, Any], before: Any) -> dict[str, Any]:  # noqa: ANN401 - a fact of the kind
        """What was sent as values of the fact. Raises Refusal(invalid)."""
        return self.settle({self.names.get(name, name): value for name, value in self.read(sent).items()}, before)

    def answered(self, asked: Asked, kept: Kept, account_id: int) -> dict[str, Any]:
        """What is answered of a fact, by the fields of the answer."""
        told = {"id": kept.id, "customer_id": account_id, self.of_account: account_id, **self.tell(asked, kept)}
        return {
            name: told[name] if name in told else getattr(kept.fact, self.names.get(name, name))
            for name in self.answer.__struct_fields__
        }


def make_fact(kind: type[msgspec.Struct], changes: dict[str, Any], names: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - the kind says which
    """A fact of that kind; null is a value's default where it cannot be nothing. Raises Refusal(invalid)."""
    with named(names or {}):
        try:
            return msgspec.convert(cleared(kind, changes), kind)
        except msgspec.ValidationError as error:
            raise unfit(error) from None


@contextmanager
def named(names: Mapping[str, str]) -> Iterator[None]:
    """Refusals name their fields as the API does; `names` are the desk's names for what the API calls otherwise."""
    apis = {own: name for name, own in names.items()}
    try:
        yield
    except Refusal as refusal:
        field, dot, rest = (refusal.field or "").partition(".")
        known = apis.get(field, field) + dot + rest
        if known:
            refusal.message = refusal.message.replace(f"'{refusal.field}'", f"'{known}'")
            refusal.field = known
        refusal.beside = [apis.get(field, field) for field in refusal.beside]
        raise


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


def cleared(kind: type[msgspec.Struct], changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, with the default for each null where the value cannot be nothing."""
    defaults = {
        field.name: field.default
        for field in msgspec.structs.fields(kind)
        if field.default is not msgspec.NODEFAULT and type(None) not in get_args(field.type)
    }
    return {name: defaults.get(name) if value is None else value for name, value in changes.items()}


def since(asked: Asked, kept: Sequence[Kept]) -> Sequence[Kept]:
    """Those that were changed since the moment that the query names. Raises Refusal(invalid)."""
    if asked.query.updated_since is UNSET:
        return kept
    moment = parse_moment(asked.query.updated_since, "updated_since")
    seq = seq_since(asked.db, asked.actor, asked.account, moment)
    return [one for one in kept if one.seq >= seq]


def read_day(text: str, field: str) -> str:
    """A date as it is kept. Raises Refusal(invalid)."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise invalid(f"'{text[:40]}' is no date. Write YYYY-MM-DD, as in 2026-12-25.", field) from None


def read_end(text: str, field: str) -> str:
    """A time of day at which something ends, as it is kept; 24:00 is midnight. Raises Refusal(invalid)."""
    return read_time("00:00" if text.strip() in MIDNIGHT else text, field)


def read_time(text: str, field: str) -> str:
    """A time of day as it is kept. Raises Refusal(invalid)."""
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or ":" not in text:
        raise invalid(f"'{text[:40]}' is no time. Write HH:MM or HH:MM:SS by the account's clock.", field)
    return found.isoformat(timespec="seconds")


def gathered(sent: dict[str, Any], fields: Sequence[str], name: str, before: Any) -> dict[str, Any]:  # noqa: ANN401 - a fact
    """What was sent, the values of some fields put into the one value that they are parts of."""
    found = {field: sent.pop(field) for field in fields if field in sent}
    if not found:
        return sent
    kept = [None] * len(fields) if before is None else getattr(before, name)
    return sent | {name: tuple(found.get(field, old) for field, old in zip(fields, kept, strict=True))}


def require_same(asked: Asked, parameter: str, sent: dict[str, Any], field: str) -> None:
    """Raises Refusal(invalid) when the body names another thing than the path does."""
    if sent.get(field) not in (None, asked.id(parameter)):
        raise invalid(f"{field} is not what the path says. Leave it out, or send the id in the path.", field)
