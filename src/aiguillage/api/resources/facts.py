"""The five operations that resources of facts share, written once: index, show, store, update, destroy; and in bulk."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import MOST_BESIDE, AnyAsked, Operation, Remarks, Shown
from aiguillage.api.paging import LISTING, Paged, chosen, page_type, query_of
from aiguillage.api.resources.shared import (
    UNSET,
    Body,
    Fields,
    body_of,
    given,
    in_rows,
    require_same,
    sent_fields,
    shown_of,
    since,
)
from aiguillage.desk.facts import Done, add_fact, add_facts, list_facts, remove_fact, remove_facts, set_fact, show_fact
from aiguillage.desk.sent import changes_of, filters_of, new_fact, on_wire
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import about_row, invalid, missing
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.meanings import means
from aiguillage.domain.parts import parts_of
from aiguillage.domain.queues import ACCOUNT
from aiguillage.domain.remarks import Remark
from aiguillage.storage.facts import Kept

MOST_STORED, MOST_REMOVED = 1_000, 10_000
CHANGING = (404, 409, 412)
SURPRISES = means(
    "What may surprise: overlaps and which of them wins, gaps of a minute, what is always or never open.", []
)


class Ids(Body, frozen=True):
    """Things by their ids."""

    ids: Annotated[list[int], meanings.IDS]


class FactResource(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A resource whose things are facts of one kind, which says what their parts are.

    `path` is where they are, `noun` and `plural` are what people call them, `sent` and `told` say what a body and an
    answer are. `tell` gives what is answered of some parts at the moment
    of the request. `scope` is the path's parameter that names the fact it belongs to, and that fact's kind.
    `of_account` are fields that the fact does not have: they can only say that it is the account's, as the values do
    (None for the account's id). `place` are the fields that can be sent in the query too. `bulk` are the methods of its
    path /bulk. `example` is a new thing, `change` what may be sent to change one, `removed` are ids that may go
    together.
    """

    path: str
    noun: str
    plural: str
    tag: str
    kind: str
    sent: str
    told: str
    tell: Callable[[AnyAsked, Kept], dict[str, Any]] = lambda _asked, _kept: {}
    scope: tuple[str, str] | None = None
    of_account: Fields = {}
    place: tuple[str, ...] = ()
    bulk: tuple[str, ...] = ()
    removed: Sequence[int] = ()
    example: Any = None
    change: Any = None
    description: str = ""

    @cached_property
    def name(self) -> str:
        """What one of them is called in the names of operations and shapes."""
        return "".join(word.capitalize() for word in self.noun.replace("-", " ").split())

    @cached_property
    def names(self) -> str:
        """The same for several."""
        return f"{self.name}{'es' if self.name.endswith('ch') else 's'}"

    @cached_property
    def body(self) -> type[Body]:
        """What is sent."""
        return body_of(self.name, self._fact, self.sent, self.of_account)

    @cached_property
    def answer(self) -> type[msgspec.Struct]:
        """What is answered."""
        return shown_of(self.name, self._fact, self.told, self.of_account)

    @cached_property
    def query(self) -> type[msgspec.Struct]:
        """What can be sent beside a body."""
        fields = [
            (name, Annotated[kind | msgspec.UnsetType, about], UNSET)
            for name, (kind, about) in sent_fields(self._fact, self.of_account).items()
            if name in self.place
        ]
        return msgspec.defstruct(f"{self.name}Place", fields, frozen=True, kw_only=True, forbid_unknown_fields=True)

    @property
    def _fact(self) -> type[msgspec.Struct]:
        return BY_NAME[self.kind].type

    def answered(self, asked: AnyAsked, kept: Kept) -> dict[str, Any]:
        """What is answered of a fact, by the fields of the answer."""
        parts = {part.wire: part.value(kept.fact) for part in parts_of(self._fact)}
        own = {name: asked.account_id if kind is int else ACCOUNT for name, (kind, _) in self.of_account.items()}
        return {"id": kept.id, **parts, "customer_id": asked.account_id, **own, **self.tell(asked, kept)}


class FactOperations:
    """What is done with the things of a resource of facts."""

    def __init__(self, resource: FactResource) -> None:
        self._resource = resource
        kind = BY_NAME[resource.kind]
        self._remarking = kind.remarks is not None
        self._remarks_removal = kind.parting is not None
        self._query = query_of(f"{resource.name}Query", resource.answer)
        self._filters = tuple(field for field in self._query.__struct_fields__ if field not in LISTING)
        self._done = _with_remarks(resource.answer) if self._remarking else resource.answer
        many: Any = Annotated[list[self._done], meanings.LIST]  # type: ignore[name-defined] # made here
        self._many = msgspec.defstruct(f"{resource.names}Stored", [("data", many)], frozen=True)

    def operations(self) -> list[Operation]:
        """Index, store, show, update, destroy, and those of the path /bulk."""
        path = self._resource.path
        bulk = {"POST": self._store_many_operation, "DELETE": self._destroy_many_operation}
        return [
            self._operation("GET", path, "list{1}", f"List {self._resource.plural}", self.index)._replace(
                query=self._query,
                answer=page_type(self._resource.name, self._resource.answer),
                needs=Role.READ,
                description=self._resource.description,
            ),
            self._operation("POST", path, "add{}", "Add a {}", self.store)._replace(
                query=self._resource.query,
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
                query=self._resource.query,
                **self._entered() | {"refuses": CHANGING, "example": self._resource.change},
            ),
            destroy._replace(refuses=CHANGING, **self._removing()),
        ]

    def _store_many_operation(self) -> Operation:
        path, plural = f"{self._resource.path}/bulk", self._resource.plural
        operation = self._operation("POST", path, "add{1}", f"Add to {plural}, all or none", self.store_many)
        body = self._resource.body
        return operation._replace(
            query=self._resource.query,
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
            "DELETE", path, "remove{1}", f"Remove from {plural}, all or none", self.destroy_many
        )
        operation = operation._replace(
            description=f"Up to {MOST_REMOVED:,}.", example={"ids": list(self._resource.removed)}
        )
        return operation._replace(body=Ids, refuses=CHANGING[:2], **self._removing())

    def _operation(self, method: str, path: str, name: str, summary: str, run: Callable[[AnyAsked], Any]) -> Operation:
        one, several = self._resource.name, self._resource.names
        names = name.format(one, several), summary.format(self._resource.noun), self._resource.tag
        return Operation(method, path, *names, run)

    def _entered(self) -> dict[str, Any]:
        body, example = self._resource.body, self._resource.example
        return {"body": body, "answer": self._done, "needs": Role.EDIT, "example": example, "refuses": CHANGING[:2]}

    def _removing(self) -> dict[str, Any]:
        return {"status": 204, "needs": Role.EDIT, "may_remark": self._remarks_removal}

    def index(self, asked: AnyAsked) -> Paged:
        """The resource's things, filtered and paged."""
        kept = list_facts(asked.db, asked.actor, asked.account, self._resource.kind)
        found = since(asked, self._of_scope(asked, kept))
        shown = [self._resource.answer(**self._resource.answered(asked, one)) for one in found]
        given = {name: value for name in self._filters if (value := getattr(asked.query, name)) is not UNSET}
        written = filters_of(self._resource.kind, {name: value for name, value in given.items() if value != ""})
        return chosen(shown, msgspec.structs.replace(asked.query, **written), self._filters, asked.url)

    def show(self, asked: AnyAsked) -> Shown[Any]:
        """One of them."""
        kept = self._require(asked)
        return Shown(self._resource.answer(**self._resource.answered(asked, kept)), kept.seq)

    def store(self, asked: AnyAsked) -> Shown[Any]:
        """A new one."""
        with on_wire(self._resource.kind):
            fact = self._new(asked, given(asked.body) | given(asked.query))
            return self._shown(asked, [add_fact(asked.db, asked.actor, asked.account, fact)])[0]

    def store_many(self, asked: AnyAsked) -> Any:  # noqa: ANN401 - a struct made above
        """Several new ones."""
        if len(asked.body) > MOST_STORED:
            raise invalid(f"The list has {len(asked.body):,} entries. Send up to {MOST_STORED:,} at a time.", "body")
        common = given(asked.query)
        with in_rows(), on_wire(self._resource.kind):
            facts = [self._new_row(asked, n, common | given(body)) for n, body in enumerate(asked.body)]
            done = add_facts(asked.db, asked.actor, asked.account, facts)
        return self._many(data=[shown.body for shown in self._shown(asked, done)])

    def update(self, asked: AnyAsked) -> Shown[Any]:
        """One of them with what was sent in place of what it had."""
        fact_id, kind = self._id(asked), self._resource.kind
        who, sent = (asked.db, asked.actor, asked.account), self._sent(asked, given(asked.body) | given(asked.query))
        with on_wire(kind):
            return self._shown(asked, [set_fact(*who, kind, fact_id, changes_of(kind, sent), expected=asked.expected)])[
                0
            ]

    def destroy(self, asked: AnyAsked) -> Remarks:
        """One of them is gone."""
        who, fact_id = (asked.db, asked.actor, asked.account), self._id(asked)
        return _remarks(remove_fact(*who, self._resource.kind, fact_id, expected=asked.expected))

    def destroy_many(self, asked: AnyAsked) -> Remarks:
        """Several of them are gone, or none."""
        if len(asked.body.ids) > MOST_REMOVED:
            raise invalid(f"The list has {len(asked.body.ids):,} ids. Send up to {MOST_REMOVED:,} at a time.", "ids")
        return _remarks(remove_facts(asked.db, asked.actor, asked.account, self._resource.kind, asked.body.ids))

    def _new_row(self, asked: AnyAsked, row: int, sent: dict[str, Any]) -> Any:  # noqa: ANN401 - a fact of the kind
        with about_row(row):
            return self._new(asked, sent)

    def _new(self, asked: AnyAsked, sent: dict[str, Any]) -> Any:  # noqa: ANN401 - a fact of the kind
        return new_fact(self._resource.kind, self._sent(asked, sent), **self._scope(asked))

    def _sent(self, asked: AnyAsked, sent: dict[str, Any]) -> dict[str, Any]:
        """What was sent, but for what path and account say already. Raises Refusal(invalid) where it says otherwise."""
        for whose in self._resource.of_account:
            value = sent.pop(whose, None)
            if isinstance(value, str) and value.strip() != ACCOUNT:
                raise invalid(
                    f"A {self._resource.noun} belongs to the account. Send 'account', or leave it out.", whose
                )
            if isinstance(value, int) and value != asked.account_id:
                raise invalid(f"{whose} is not the account's id. Leave it out.", whose)
        if self._resource.scope is not None:
            parameter, kind = self._resource.scope
            field = next(part.wire for part in parts_of(BY_NAME[self._resource.kind].type) if part.name == kind)
            require_same(asked, parameter, sent, field)
            sent.pop(field, None)
        return sent

    def _scope(self, asked: AnyAsked) -> dict[str, Any]:
        """What the path says that they belong to. Raises Refusal(missing) where there is no such thing."""
        if self._resource.scope is None:
            return {}
        parameter, kind = self._resource.scope
        show_fact(asked.db, asked.actor, asked.account, kind, asked.id(parameter))
        return {kind: asked.id(parameter)}

    def _of_scope(self, asked: AnyAsked, kept: Sequence[Kept]) -> list[Kept]:
        scope = self._scope(asked)
        return [one for one in kept if all(getattr(one.fact, field) == value for field, value in scope.items())]

    def _id(self, asked: AnyAsked) -> int:
        """The id of the one that is meant. Raises Refusal(missing) for one that does not belong where the path says."""
        return asked.id() if self._resource.scope is None else self._require(asked).id

    def _require(self, asked: AnyAsked) -> Kept:
        kept = show_fact(asked.db, asked.actor, asked.account, self._resource.kind, asked.id())
        if not self._of_scope(asked, [kept]):
            raise missing("There is nothing with that id that you can see.")
        return kept

    def _shown(self, asked: AnyAsked, done: Sequence[Done]) -> list[Shown[Any]]:
        return [self._shown_one(asked, one) for one in done]

    def _shown_one(self, asked: AnyAsked, done: Done) -> Shown[Any]:
        values = self._resource.answered(asked, done.kept)
        remarks = {"remarks": _remarks(done.remarks).remarks} if self._remarking else {}
        return Shown(self._done(**values, **remarks), done.kept.seq)


def _remarks(remarks: Iterable[Remark]) -> Remarks:
    return Remarks(list(map(str, remarks)))


def _with_remarks(answer: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The answer with what the desk remarks on what was stored."""
    more = [("remarks", Annotated[list[str], SURPRISES])]
    return msgspec.defstruct(f"{answer.__name__}Stored", more, bases=(answer,), kw_only=True, frozen=True)
