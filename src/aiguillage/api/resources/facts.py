"""The five operations that resources of facts share, written once: index, show, store, update, destroy; and in bulk."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from aiguillage.api.operations import MOST_BESIDE, Asked, Operation, Remarks, Shown
from aiguillage.api.paging import LISTING, Paged, chosen, page_type, query_of
from aiguillage.api.resources.shared import (
    UNSET,
    Body,
    FactResource,
    given,
    in_rows,
    make_fact,
    named,
    require_same,
    since,
)
from aiguillage.desk.change import account_id_of
from aiguillage.desk.facts import Done, add_fact, add_facts, list_facts, remove_fact, remove_facts, set_fact, show_fact
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import about_row, invalid, missing
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.remarks import Remark
from aiguillage.storage.facts import Kept

MOST_STORED, MOST_REMOVED = 1_000, 10_000
CHANGING = (404, 409, 412)


class Ids(Body, frozen=True):
    """Things by their ids."""

    ids: list[int]


class FactOperations:
    """What is done with the things of a resource of facts."""

    def __init__(self, resource: FactResource) -> None:
        self._resource = resource
        kind = BY_NAME[resource.kind]
        self._type, self._remarking = kind.type, kind.remarks is not None
        self._remarks_removal = kind.parting is not None
        self._name = "".join(word.capitalize() for word in resource.noun.replace("-", " ").split())
        self._query = query_of(f"{self._name}Query", resource.answer)
        self._filters = tuple(field for field in self._query.__struct_fields__ if field not in LISTING)
        self._done = _with_remarks(resource.answer) if self._remarking else resource.answer
        many: Any = list[self._done]  # type: ignore[name-defined] # made here
        self._many = msgspec.defstruct(f"{self._name}sStored", [("data", many)], frozen=True)

    def operations(self) -> list[Operation]:
        """Index, store, show, update, destroy, and those of the path /bulk."""
        path = self._resource.path
        bulk = {"POST": self._store_many_operation, "DELETE": self._destroy_many_operation}
        return [
            self._operation("GET", path, "list{}s", f"List {self._resource.plural}", self.index)._replace(
                query=self._query,
                answer=page_type(self._name, self._resource.answer),
                needs=Role.READ,
                description=self._resource.description,
            ),
            self._operation("POST", path, "add{}", "Add a {}", self.store)._replace(
                query=self._resource.place,
                status=201,
                **self._entered(),
            ),
            *(bulk[method]() for method in self._resource.bulk),
            *self._of_one(f"{path}/{{id}}"),
        ]

    def _of_one(self, path: str) -> list[Operation]:
        show = self._operation("GET", path, "show{}", "Show a {}", self.show)
        update = self._operation("PUT", path, "set{}", "Change a {}", self.update)
        destroy = self._operation("DELETE", path, "remove{}", "Remove a {}", self.destroy)
        return [
            show._replace(answer=self._resource.answer, needs=Role.READ),
            update._replace(
                query=self._resource.place,
                **self._entered() | {"refuses": CHANGING, "example": self._resource.change},
            ),
            destroy._replace(refuses=CHANGING, **self._removing()),
        ]

    def _store_many_operation(self) -> Operation:
        path, plural = f"{self._resource.path}/bulk", self._resource.plural
        operation = self._operation("POST", path, "add{}s", f"Add to {plural}, all or none", self.store_many)
        body = self._resource.body
        return operation._replace(
            query=self._resource.place,
            body=list[body],  # type: ignore[valid-type]
            answer=self._many,
            status=201,
            needs=Role.EDIT,
            apart=MOST_BESIDE,
            refuses=CHANGING[:2],
            example=[self._resource.example],
            description=f"Up to {MOST_STORED:,}. What each leaves out of what the query can say is taken from there.",
        )

    def _destroy_many_operation(self) -> Operation:
        path, plural = f"{self._resource.path}/bulk", self._resource.plural
        operation = self._operation(
            "DELETE", path, "remove{}s", f"Remove from {plural}, all or none", self.destroy_many
        )
        operation = operation._replace(
            description=f"Up to {MOST_REMOVED:,}.", example={"ids": list(self._resource.removed)}
        )
        return operation._replace(body=Ids, refuses=CHANGING[:2], **self._removing())

    def _operation(self, method: str, path: str, name: str, summary: str, run: Callable[[Asked], Any]) -> Operation:
        names = name.format(self._name), summary.format(self._resource.noun), self._resource.tag
        return Operation(method, path, *names, run)

    def _entered(self) -> dict[str, Any]:
        body, example = self._resource.body, self._resource.example
        return {"body": body, "answer": self._done, "needs": Role.EDIT, "example": example, "refuses": CHANGING[:2]}

    def _removing(self) -> dict[str, Any]:
        return {"status": 204, "needs": Role.EDIT, "may_remark": self._remarks_removal}

    def index(self, asked: Asked) -> Paged:
        """The resource's things, filtered and paged."""
        kept = list_facts(asked.db, asked.actor, asked.account, self._resource.kind)
        account_id = account_id_of(asked.db, asked.actor, asked.account)
        found = since(asked, self._of_scope(asked, kept))
        shown = [self._resource.answer(**self._resource.answered(asked, one, account_id)) for one in found]
        filters = {name: value for name in self._filters if (value := getattr(asked.query, name)) is not UNSET}
        written = self._resource.read({name: value for name, value in filters.items() if value != ""})
        query = msgspec.structs.replace(asked.query, **written)
        return chosen(shown, query, self._filters, asked.url)

    def show(self, asked: Asked) -> Shown:
        """One of them."""
        kept = self._require(asked)
        account_id = account_id_of(asked.db, asked.actor, asked.account)
        return Shown(self._resource.answer(**self._resource.answered(asked, kept, account_id)), kept.seq)

    def store(self, asked: Asked) -> Shown:
        """A new one."""
        fact = self._new(asked, given(asked.body) | given(asked.query))
        with named(self._resource.names):
            return self._shown(asked, [add_fact(asked.db, asked.actor, asked.account, fact)])[0]

    def store_many(self, asked: Asked) -> Any:  # noqa: ANN401 - a struct made above
        """Several new ones."""
        if len(asked.body) > MOST_STORED:
            raise invalid(f"There are {len(asked.body):,} of them. Send up to {MOST_STORED:,} at a time.", "body")
        common = given(asked.query)
        with in_rows(), named(self._resource.names):
            facts = [self._new_row(asked, n, common | given(body)) for n, body in enumerate(asked.body)]
            done = add_facts(asked.db, asked.actor, asked.account, facts)
        return self._many(data=[shown.body for shown in self._shown(asked, done)])

    def update(self, asked: Asked) -> Shown:
        """One of them with what was sent in place of what it had."""
        kept, sent = self._require(asked), self._sent(asked, given(asked.body) | given(asked.query))
        kind, names = self._type, self._resource.names

        def changed(before: Any) -> dict[str, Any]:  # noqa: ANN401 - a fact of the kind
            changes = self._resource.changes(sent, before)
            fact = make_fact(kind, msgspec.to_builtins(before) | changes, names)
            return {name: getattr(fact, name) for name in changes}

        who = (asked.db, asked.actor, asked.account)
        with named(names):
            return self._shown(asked, [set_fact(*who, kept.kind, kept.id, changed, expected=asked.expected)])[0]

    def destroy(self, asked: Asked) -> Remarks:
        """One of them is gone."""
        kept = self._require(asked)
        who = (asked.db, asked.actor, asked.account)
        return _remarks(remove_fact(*who, kept.kind, kept.id, expected=asked.expected))

    def destroy_many(self, asked: Asked) -> Remarks:
        """Several of them are gone, or none."""
        if len(asked.body.ids) > MOST_REMOVED:
            raise invalid(f"There are {len(asked.body.ids):,} ids. Send up to {MOST_REMOVED:,} at a time.", "ids")
        return _remarks(remove_facts(asked.db, asked.actor, asked.account, self._resource.kind, asked.body.ids))

    def _new_row(self, asked: Asked, row: int, sent: dict[str, Any]) -> Any:  # noqa: ANN401 - a fact of the kind
        with about_row(row):
            return self._new(asked, sent)

    def _new(self, asked: Asked, sent: dict[str, Any]) -> Any:  # noqa: ANN401 - a fact of the kind
        changes = self._resource.changes(self._sent(asked, sent), None) | self._scope(asked)
        return make_fact(self._type, changes, self._resource.names)

    def _sent(self, asked: Asked, sent: dict[str, Any]) -> dict[str, Any]:
        """What was sent, but for what path and account say already. Raises Refusal(invalid) where it says otherwise."""
        whose = self._resource.of_account
        if sent.get(whose) is not None and sent[whose] != account_id_of(asked.db, asked.actor, asked.account):
            raise invalid(f"{whose} is not the account's id. Leave it out.", whose)
        if self._resource.scope is not None:
            parameter, kind = self._resource.scope
            field = next(name for name, own in self._resource.names.items() if own == kind)
            require_same(asked, parameter, sent, field)
            sent.pop(field, None)
        return sent

    def _scope(self, asked: Asked) -> dict[str, Any]:
        """What the path says that they belong to. Raises Refusal(missing) where there is no such thing."""
        if self._resource.scope is None:
            return {}
        parameter, kind = self._resource.scope
        show_fact(asked.db, asked.actor, asked.account, kind, asked.id(parameter))
        return {kind: asked.id(parameter)}

    def _of_scope(self, asked: Asked, kept: Sequence[Kept]) -> list[Kept]:
        scope = self._scope(asked)
        return [one for one in kept if all(getattr(one.fact, field) == value for field, value in scope.items())]

    def _require(self, asked: Asked) -> Kept:
        kept = show_fact(asked.db, asked.actor, asked.account, self._resource.kind, asked.id())
        if not self._of_scope(asked, [kept]):
            raise missing("There is nothing of that id here for you.")
        return kept

    def _shown(self, asked: Asked, done: Sequence[Done]) -> list[Shown]:
        account_id = account_id_of(asked.db, asked.actor, asked.account)
        return [self._shown_one(asked, one, account_id) for one in done]

    def _shown_one(self, asked: Asked, done: Done, account_id: int) -> Shown:
        values = self._resource.answered(asked, done.kept, account_id)
        remarks = {"remarks": _remarks(done.remarks).remarks} if self._remarking else {}
        return Shown(self._done(**values, **remarks), done.kept.seq)


def _remarks(remarks: Iterable[Remark]) -> Remarks:
    return Remarks(list(map(str, remarks)))


def _with_remarks(answer: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The answer with what the desk remarks on what was stored."""
    more = [("remarks", list[str])]
    return msgspec.defstruct(f"{answer.__name__}Stored", more, bases=(answer,), kw_only=True, frozen=True)
