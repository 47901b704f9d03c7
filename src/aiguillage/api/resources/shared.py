"""The five operations that resources share, written once: index, show, store, update, destroy."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from aiguillage.api.moments import parse_moment
from aiguillage.api.operations import Asked, Nothing, Operation, Shown, unfit
from aiguillage.api.paging import Paged, chosen, query_of
from aiguillage.desk.change import account_id_of
from aiguillage.desk.journal import seq_since
from aiguillage.desk.facts import add_fact, list_facts, remove_fact, set_fact, show_fact
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import missing
from aiguillage.domain.facts import BY_NAME
from aiguillage.storage.facts import Kept

BASE = "/smart-routings"
UNSET = msgspec.UNSET


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent: on update a field left out stays as it is, and null clears it."""


def given(body: msgspec.Struct, names: dict[str, str] | None = None) -> dict[str, Any]:
    """The fields that were sent, by the names that the fact has for them."""
    renamed = names or {}
    sent = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {renamed.get(name, name): value for name, value in sent if value is not UNSET}


class FactResource(NamedTuple):
    """A resource whose things are facts of one kind.

    `enter` makes changes to the fact out of a body, `show` the answer out of a kept fact and the account's id. `scope`
    is the path's parameter that names the fact it belongs to, and the fact's field for it.
    """

    path: str
    noun: str
    tag: str
    kind: str
    body: type[Body]
    answer: type[msgspec.Struct]
    enter: Callable[[Any, Asked], dict[str, Any]]
    show: Callable[[Kept, int], Any]
    plural: str
    scope: tuple[str, str, str] | None = None
    store_query: type[msgspec.Struct] = Nothing
    example: Any = None


def fact_operations(resource: FactResource) -> list[Operation]:
    """The five operations of a resource of facts."""
    name, noun, one = _camel(resource.noun), resource.noun, f"{resource.path}/{{id}}"
    query = query_of(f"{name}Query", resource.answer)
    page = msgspec.defstruct(f"{name}Page", [("data", list[resource.answer])], bases=(Paged,), kw_only=True, frozen=True)  # type: ignore[name-defined]
    things = [field.name for field in msgspec.structs.fields(query)][: -len(_LISTING)]

    def index(asked: Asked) -> Paged:
        kept = _mine(resource, asked, list_facts(asked.db, asked.actor, asked.account, resource.kind))
        account_id = account_id_of(asked.db, asked.actor, asked.account)
        shown = [resource.show(one, account_id) for one in since(asked, kept)]
        return chosen(shown, asked.query, things, asked.url)

    def show(asked: Asked) -> Shown:
        return _shown(resource, asked, _require(resource, asked))

    def store(asked: Asked) -> Shown:
        changes = resource.enter(asked.body, asked) | _scope_of(resource, asked)
        fact = make_fact(BY_NAME[resource.kind].type, changes)
        return _shown(resource, asked, add_fact(asked.db, asked.actor, asked.account, fact).kept)

    def update(asked: Asked) -> Shown:
        kept, changes = _require(resource, asked), resource.enter(asked.body, asked)
        expected = asked.expected
        done = set_fact(asked.db, asked.actor, asked.account, resource.kind, kept.id, changes, expected=expected)
        return _shown(resource, asked, done.kept)

    def destroy(asked: Asked) -> None:
        kept = _require(resource, asked)
        remove_fact(asked.db, asked.actor, asked.account, resource.kind, kept.id, expected=asked.expected)

    tag, answer, body = resource.tag, resource.answer, resource.body
    refuses = (404,) if resource.scope else ()
    example = resource.example
    return [
        Operation("GET", resource.path, f"list{name}s", f"List {resource.plural}", tag, index, query, answer=page, needs=Role.READ, refuses=refuses),
        Operation("POST", resource.path, f"add{name}", f"Add a {noun}", tag, store, resource.store_query, body, answer, 201, Role.EDIT, refuses=(*refuses, 409), example=example),
        Operation("GET", one, f"show{name}", f"Show a {noun}", tag, show, answer=answer, needs=Role.READ, refuses=(404,)),
        Operation("PUT", one, f"set{name}", f"Change a {noun}", tag, update, Nothing, body, answer, needs=Role.EDIT, refuses=(404, 409, 412), example=example),
        Operation("DELETE", one, f"remove{name}", f"Remove a {noun}", tag, destroy, status=204, needs=Role.EDIT, refuses=(404, 409, 412)),
    ]


_LISTING = ("q", "sort", "updated_since", "page", "per_page")


def _camel(noun: str) -> str:
    return "".join(word.capitalize() for word in noun.replace("-", " ").split())


def _scope_of(resource: FactResource, asked: Asked) -> dict[str, Any]:
    """What the path says the new fact belongs to. Raises Refusal(missing) where there is no such thing."""
    if resource.scope is None:
        return {}
    parameter, kind, field = resource.scope
    show_fact(asked.db, asked.actor, asked.account, kind, asked.id(parameter))
    return {field: asked.id(parameter)}


def _mine(resource: FactResource, asked: Asked, kept: Sequence[Kept]) -> list[Kept]:
    scope = _scope_of(resource, asked)
    return [one for one in kept if all(getattr(one.fact, field) == value for field, value in scope.items())]


def _require(resource: FactResource, asked: Asked) -> Kept:
    kept = show_fact(asked.db, asked.actor, asked.account, resource.kind, asked.id())
    if not _mine(resource, asked, [kept]):
        raise missing("There is nothing of that id here for you.")
    return kept


def _shown(resource: FactResource, asked: Asked, kept: Kept) -> Shown:
    return Shown(resource.show(kept, account_id_of(asked.db, asked.actor, asked.account)), kept.seq)


def make_fact(kind: type[msgspec.Struct], changes: dict[str, Any]) -> Any:  # noqa: ANN401 - the kind says which
    """A new fact. Raises Refusal(invalid) for a value that is missing or of another type."""
    try:
        return msgspec.convert(changes, kind)
    except msgspec.ValidationError as error:
        raise unfit(error) from None


def since(asked: Asked, kept: Sequence[Kept]) -> Sequence[Kept]:
    """Those that were changed since the moment that the query names. Raises Refusal(invalid)."""
    if asked.query.updated_since is UNSET:
        return kept
    moment = parse_moment(asked.query.updated_since, "updated_since")
    seq = seq_since(asked.db, asked.actor, asked.account, moment)
    return [one for one in kept if one.seq >= seq]
