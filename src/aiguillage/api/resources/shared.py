"""The five operations that resources share, written once: index, show, store, update, destroy."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from aiguillage.api.moments import parse_moment
from aiguillage.api.operations import Asked, Nothing, Operation, Shown, unfit
from aiguillage.api.paging import LISTING, Paged, chosen, page_type, query_of
from aiguillage.desk.change import account_id_of
from aiguillage.desk.facts import add_fact, list_facts, remove_fact, set_fact, show_fact
from aiguillage.desk.journal import seq_since
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


class FactOperations:
    """What is done with the things of a resource of facts."""

    def __init__(self, resource: FactResource) -> None:
        self._resource = resource
        self._query = query_of(f"{_camel(resource.noun)}Query", resource.answer)
        self._filters = tuple(field for field in self._query.__struct_fields__ if field not in LISTING)

    def operations(self) -> list[Operation]:
        """Index, store, show, update, destroy."""
        resource, name, noun = self._resource, _camel(self._resource.noun), self._resource.noun
        one, answer = f"{resource.path}/{{id}}", resource.answer
        of_scope = (404,) if resource.scope else ()
        index = Operation("GET", resource.path, f"list{name}s", f"List {resource.plural}", resource.tag, self.index)
        store = Operation("POST", resource.path, f"add{name}", f"Add a {noun}", resource.tag, self.store)
        show = Operation("GET", one, f"show{name}", f"Show a {noun}", resource.tag, self.show)
        update = Operation("PUT", one, f"set{name}", f"Change a {noun}", resource.tag, self.update)
        destroy = Operation("DELETE", one, f"remove{name}", f"Remove a {noun}", resource.tag, self.destroy)
        entered = {"body": resource.body, "answer": answer, "needs": Role.EDIT, "example": resource.example}
        changing = (404, 409, 412)
        return [
            index._replace(query=self._query, answer=page_type(name, answer), needs=Role.READ, refuses=of_scope),
            store._replace(query=resource.store_query, status=201, refuses=(*of_scope, 409), **entered),
            show._replace(answer=answer, needs=Role.READ, refuses=(404,)),
            update._replace(refuses=changing, **entered),
            destroy._replace(status=204, needs=Role.EDIT, refuses=changing),
        ]

    def index(self, asked: Asked) -> Paged:
        """The resource's things, filtered and paged."""
        kept = list_facts(asked.db, asked.actor, asked.account, self._resource.kind)
        account_id = account_id_of(asked.db, asked.actor, asked.account)
        shown = [self._resource.show(one, account_id) for one in since(asked, self._of_scope(asked, kept))]
        return chosen(shown, asked.query, self._filters, asked.url)

    def show(self, asked: Asked) -> Shown:
        """One of them."""
        return self._shown(asked, self._require(asked))

    def store(self, asked: Asked) -> Shown:
        """A new one."""
        changes = self._resource.enter(asked.body, asked) | self._scope(asked)
        fact = make_fact(BY_NAME[self._resource.kind].type, changes)
        return self._shown(asked, add_fact(asked.db, asked.actor, asked.account, fact).kept)

    def update(self, asked: Asked) -> Shown:
        """One of them with what was sent in place of what it had."""
        kept, changes = self._require(asked), self._resource.enter(asked.body, asked)
        who = (asked.db, asked.actor, asked.account)
        return self._shown(asked, set_fact(*who, kept.kind, kept.id, changes, expected=asked.expected).kept)

    def destroy(self, asked: Asked) -> None:
        """One of them is gone."""
        kept = self._require(asked)
        remove_fact(asked.db, asked.actor, asked.account, kept.kind, kept.id, expected=asked.expected)

    def _scope(self, asked: Asked) -> dict[str, Any]:
        """What the path says that they belong to. Raises Refusal(missing) where there is no such thing."""
        if self._resource.scope is None:
            return {}
        parameter, kind, field = self._resource.scope
        show_fact(asked.db, asked.actor, asked.account, kind, asked.id(parameter))
        return {field: asked.id(parameter)}

    def _of_scope(self, asked: Asked, kept: Sequence[Kept]) -> list[Kept]:
        scope = self._scope(asked)
        return [one for one in kept if all(getattr(one.fact, field) == value for field, value in scope.items())]

    def _require(self, asked: Asked) -> Kept:
        kept = show_fact(asked.db, asked.actor, asked.account, self._resource.kind, asked.id())
        if not self._of_scope(asked, [kept]):
            raise missing("There is nothing of that id here for you.")
        return kept

    def _shown(self, asked: Asked, kept: Kept) -> Shown:
        return Shown(self._resource.show(kept, account_id_of(asked.db, asked.actor, asked.account)), kept.seq)


def _camel(noun: str) -> str:
    return "".join(word.capitalize() for word in noun.replace("-", " ").split())


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
