"""What an operation of the management API is: what it takes, what it answers, the use case behind it."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from aiguillage.api.jobs import Job
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import missing
from aiguillage.domain.meanings import means
from aiguillage.storage.sqlite.engine import Database

LONGEST_BODY, LONGEST_SECRETS = 1 << 20, 4 << 10
"""Bytes of an ordinary body, and of one with a password or a code."""

LONGEST_ID = 18
"""Digits that a column holds."""

MOST_BESIDE = 64 << 10
"""Bytes of a body that is read beside other requests, by an operation that takes long for many."""

PROOF = ("current_password", "current_code")
"""The fields of a proof of who asks: told nowhere, and no answer that is kept for a key can be guessed from them."""

STALE = HTTPStatus.PRECONDITION_FAILED
"""What an operation refuses that has states, as ETags tell them; the others know no If-Match."""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters beside the account."""


class Upload(NamedTuple):
    """A body that is a file: its bytes, what they are said to be, and what it is called, if anybody said so."""

    content: bytes
    content_type: str
    name: str = ""


Query = TypeVar("Query")
Body = TypeVar("Body")
Thing = TypeVar("Thing")


class Asked(NamedTuple, Generic[Query, Body]):
    """One request: who asks, about which account, with what query and body.

    `account_id` is that of `account`, whom the actor may ask about. `expected` is what If-Match says that the caller
    saw; `address` is the client's, None where nobody knows it; `replay` decides logged calls again.
    """

    db: Database
    log: Path
    actor: Actor
    account: str
    account_id: int
    path: Mapping[str, str]
    query: Query
    body: Body
    url: str
    headers: Mapping[str, str]
    expected: int | None = None
    replay: Any = None
    address: str | None = None

    def id(self, name: str = "id") -> int:
        """An id in the path. Raises Refusal(missing) for one that can be none."""
        text = self.path[name]
        if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_ID:
            raise missing("There is nothing with that id that you can see.")
        return int(text)


AnyAsked = Asked[Any, Any]
"""A request, where it does not matter what is sent with it."""


class Shown(NamedTuple, Generic[Thing]):
    """An object that is answered with its ETag: the number of the change that made it so."""

    body: Thing
    seq: int


class Remarks(msgspec.Struct, frozen=True):
    """What the person should know of what was done; answered where there is anything."""

    remarks: Annotated[
        list[str],
        means(
            "The call queues that have no opening hours any more.",
            ["Queue support has no opening hours: it is open at all times, and its calls go to 207."],
        ),
    ]


class File(NamedTuple):
    """A file that is answered piece by piece."""

    pieces: Iterator[bytes]
    media_type: str
    name: str


class Operation(NamedTuple):
    """One method of one path. `path` has its parameters in braces.

    `needs` is the role that the desk will want, `operators` says that it wants one of those: told in the description,
    and asked for before the body is read or a kept answer is given again. `public` operations take no token. A request
    whose body has `apart` bytes or more is carried out in a process of its own; None: never. One that `fetches` waits
    for other people's servers. A `body` of Upload is taken as it comes, in one of `takes`. `gives` are media types
    beside JSON. `hides` are the fields of body or answer that are secrets: nothing of them is kept for an
    Idempotency-Key. One that `reaches_out` does more than change the database: it asks another server, starts a
    thread, checks a password. One that answers nothing `may_remark` on what it did all the same. `example` is a body,
    `asks` are parameters of the query, `samples` are files by media type. `answered` is what an example of the answer,
    or of the job that is answered where it takes `longer`, has otherwise than others of its shape.
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    run: Callable[[AnyAsked], Any]
    query: type[msgspec.Struct] = Nothing
    body: Any = None
    answer: Any = None
    status: int = 200
    needs: Role | None = None
    operators: bool = False
    about_account: bool = True
    public: bool = False
    apart: int | None = None
    fetches: bool = False
    longest: int = LONGEST_BODY
    takes: tuple[str, ...] = ("application/json",)
    gives: tuple[str, ...] = ()
    description: str = ""
    refuses: tuple[int, ...] = ()
    hides: tuple[str, ...] = ()
    reaches_out: bool = False
    may_remark: bool = False
    example: Any = None
    asks: Mapping[str, Any] = {}
    samples: Mapping[str, Any] = {}
    answered: dict[str, Any] = {}  # noqa: RUF012 - of a named tuple, which nobody changes

    @property
    def _returns(self) -> Any:  # noqa: ANN401 - a type
        return getattr(self.run, "__annotations__", {}).get("return")

    @property
    def has_state(self) -> bool:
        """Whether it answers with an ETag: its use case says so in what it returns."""
        answered = get_args(self._returns)[0] if get_origin(self._returns) is Job else self._returns
        return answered is Shown or get_origin(answered) is Shown

    @property
    def goes_on(self) -> bool:
        """Whether it goes on after its answer, each time or where it takes long."""
        return get_origin(self._returns) is Job or self.longer is not None

    @property
    def longer(self) -> Any:  # noqa: ANN401 - a shape
        """What is answered instead (202) where it takes long: the thing that tells how far it is. None: never."""
        jobs = [one for one in get_args(self._returns) if get_origin(one) is Job]
        return get_args(jobs[0])[0] if jobs else None

    @property
    def may_be_minimal(self) -> bool:
        """Whether `Prefer: return=minimal` leaves the answer's object out; never one with a secret."""
        return self.answer is not None and self.method in {"POST", "PUT"} and not self.hides

    @property
    def minimal(self) -> int:
        """The status without a body: of what was added, its headers say that and where."""
        return self.status if self.status == HTTPStatus.CREATED else HTTPStatus.NO_CONTENT

    def is_shown_by(self, paths: Collection[str]) -> bool:
        """Whether it adds a thing to a collection, and one of the paths shows the thing."""
        adds = self.method == "POST" and self.status == HTTPStatus.CREATED
        return adds and f"{self.path}/{{id}}" in paths


Run = TypeVar("Run", bound=Callable[..., Any])


class Operations:
    """The operations of a resource, each declared by its handler.

        @OPERATIONS.put(ONE, "setSurveyRecord", needs=Role.EDIT, refuses=(412,), example={"score_2": "4"})
        def _set(asked: Asked[Nothing, RecordBody]) -> Shown[RecordShown]:
            \"\"\"Change a survey record.\"\"\"

    The handler's first sentence is the summary, what follows is the description. Its annotations say what it takes and
    answers; where a shape is made and cannot be named there, it is given. `common` are values of all its operations.
    """

    def __init__(self, tag: str, **common: Any) -> None:  # noqa: ANN401 - fields of Operation
        self._tag = tag
        self._common = common
        self._all: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        """In the order of their declarations."""
        return iter(self._all)

    def get(self, path: str, name: str, **more: Any) -> Callable[[Run], Run]:  # noqa: ANN401 - fields of Operation
        """Declares what GET does."""
        return self._declare("GET", path, name, more)

    def post(self, path: str, name: str, **more: Any) -> Callable[[Run], Run]:  # noqa: ANN401 - fields of Operation
        """Declares what POST does."""
        return self._declare("POST", path, name, more)

    def put(self, path: str, name: str, **more: Any) -> Callable[[Run], Run]:  # noqa: ANN401 - fields of Operation
        """Declares what PUT does."""
        return self._declare("PUT", path, name, more)

    def delete(self, path: str, name: str, **more: Any) -> Callable[[Run], Run]:  # noqa: ANN401 - fields of Operation
        """Declares what DELETE does."""
        return self._declare("DELETE", path, name, more)

    def _declare(self, method: str, path: str, name: str, more: Mapping[str, Any]) -> Callable[[Run], Run]:
        def declared(run: Run) -> Run:
            summary, _, rest = inspect.cleandoc(run.__doc__ or "").partition("\n\n")
            said = {"summary": summary.removesuffix("."), "description": " ".join(rest.split())}
            fields = {**said, **_shapes(run), **self._common, **more}
            self._all.append(Operation(method=method, path=path, name=name, tag=self._tag, run=run, **fields))
            return run

        return declared


def _shapes(run: Callable[..., Any]) -> dict[str, Any]:
    """What a handler takes and answers, as its annotations say it."""
    query, body = get_args(run.__annotations__["asked"])
    returns = run.__annotations__["return"]
    found = {"query": query, "body": None if body is type(None) else body, "answer": _answer(returns)}
    return {name: kind for name, kind in found.items() if kind is not Any}


def _answer(returns: Any) -> Any:  # noqa: ANN401 - a type
    """The object that is answered; None where there is none, or where it is a file."""
    if get_origin(returns) in (Union, UnionType):  # at once, or a job where it takes long
        return _answer(get_args(returns)[0])
    if get_origin(returns) in (Job, Shown):
        return _answer(get_args(returns)[0])
    return None if returns in (None, File, Remarks) else returns
