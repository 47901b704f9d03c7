"""The door of the management API: the head alone settles who may ask; then the body is read, in the lane of its kind.

head --> length, token, right, query, media type       refused: the body stays unread
|
lane --> is there room for one more of this account?    503, or 429 for signing in
|
body --> in memory, or in a file without a name for what is carried out apart
|
a thread of the lane, or a process of its own (apart.py)
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler, route

from aiguillage.api.apart import Apart
from aiguillage.api.bodies import Gone, Sent, nameless_file
from aiguillage.api.carrying import ACCOUNT, Head, Means, carry_out
from aiguillage.api.child import Order
from aiguillage.api.operations import Operation
from aiguillage.api.problems import problem_of, too_long
from aiguillage.api.reading import check_query, check_type, read_parameters
from aiguillage.api.rights import admission_noted, note_answer
from aiguillage.desk.acting import actor_of
from aiguillage.desk.admitting import Right, admit
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.lanes import Lane, Lanes
from aiguillage.storage.joined import one_view
from aiguillage.storage.sqlite.engine import Database

Clock = Callable[[], int]
_GONE = 499
"""What nobody is there to read."""


class Door:
    """What every operation is carried out with: the database, the call log, the clock, what decides calls again.

    `prepare` is what a process for heavy work does first; it and `replay` are sent there, so they are functions of a
    module. `public_url` is under which address people reach this server, where that is known.
    """

    def __init__(
        self,
        db: Database,
        log: Path,
        clock: Clock,
        replay: Callable[..., Any],
        *,
        prepare: Callable[[], None],
        public_url: str = "",
    ) -> None:
        self.db = db
        self.clock = clock
        self.lanes = Lanes()
        self._means = Means(db, log, replay, frozenset())
        self._apart = Apart(db.path.parent)
        self._prepare = prepare
        self._public_url = public_url.rstrip("/")

    def handlers(self, operations: Iterable[Operation]) -> list[HTTPRouteHandler]:
        """A handler for each path."""
        by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
        for operation in operations:
            by_path[operation.path][operation.method] = operation
        shown = frozenset(path for path, methods in by_path.items() if "GET" in methods)
        self._means = self._means._replace(shown=shown)
        return [self._handler(path, methods) for path, methods in by_path.items()]

    async def close(self) -> None:
        """Ends what goes on in processes and threads of its own."""
        await self._apart.close()
        self.lanes.close()

    def _handler(self, path: str, methods: Mapping[str, Operation]) -> HTTPRouteHandler:
        @route(
            path.replace("}", ":str}"),
            http_method=[*methods, "HEAD"] if "GET" in methods else [*methods],  # type: ignore[list-item]
            include_in_schema=False,
            status_code=200,  # the operation says another; the framework only wants one that allows for a body
            request_max_body_size=None,  # the operation's own length is asked for as the body comes
            name=path,
        )
        async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
            return await self._answered(methods[_method(request)], request)

        return answer

    async def _answered(self, operation: Operation, request: Request[Any, Any, Any]) -> Response[Any]:
        sent = Sent(request, operation.longest)
        try:
            return await self._let_in(operation, request, sent)
        except Gone:
            return Response(b"", status_code=_GONE)
        except (Refusal, HTTPException) as error:
            problem = problem_of(error)
            if await sent.is_left_behind():
                problem.headers = {**(problem.headers or {}), "Connection": "close"}
            raise problem from None

    async def _let_in(self, operation: Operation, request: Request[Any, Any, Any], sent: Sent) -> Response[Any]:
        """Answers a request, or says why not. Raises Refusal, HTTPException, Gone."""
        if sent.length > operation.longest:
            raise too_long(operation.longest)
        head = await self.lanes.admitting.carry("", self._head, operation, request, sent)
        response = await self._carried_out(operation, request, sent, head)
        note_answer(operation, head.actor, response.status_code or HTTPStatus.OK)
        return response

    async def _carried_out(
        self, operation: Operation, request: Request[Any, Any, Any], sent: Sent, head: Head
    ) -> Response[Any]:
        """The answer to who was let in. Raises Refusal where there is no room, HTTPException, Gone."""
        apart = operation.apart is not None and (sent.length_is_unknown or sent.length >= operation.apart)
        async with AsyncExitStack() as stack:
            turn = stack.enter_context(self._lane(operation, apart=apart).entered(_whose(operation, head)))
            if apart:
                spool = stack.enter_context(nameless_file(self.db.path.parent))
                await sent.write_to(spool, self.lanes.apart.run)
                await stack.enter_async_context(turn)
                longer = operation.longer is not None
                order = Order(self._means, operation.name, head, self._prepare, may_be_longer=longer)
                return await self._apart.answered(request, order, spool.fileno(), stack)
            body = await sent.read()
            await stack.enter_async_context(turn)
            lane = self._lane(operation, apart=False)
            return await lane.run(carry_out, self._means, operation, head, body)

    def _lane(self, operation: Operation, *, apart: bool) -> Lane:
        lanes = self.lanes
        if operation.fetches:
            return lanes.fetching
        if apart:
            return lanes.apart
        if HTTPStatus.TOO_MANY_REQUESTS in operation.refuses:
            return lanes.signing_in
        return lanes.reading if operation.method == "GET" else lanes.changing

    def _head(self, operation: Operation, request: Request[Any, Any, Any], sent: Sent) -> Head:
        """The request, if it may be made at all. Raises Refusal, HTTPException."""
        with one_view(self.db) as db:
            return self._head_in(db, operation, request, sent)

    def _head_in(self, db: Database, operation: Operation, request: Request[Any, Any, Any], sent: Sent) -> Head:
        with admission_noted(operation):
            actor = self._actor(db, operation, request)
        parameters = read_parameters(request.scope["query_string"])
        account = parameters.pop(ACCOUNT, "")
        if operation.about_account and (not account or not isinstance(account, str)):
            raise invalid("customer_account is missing. Name the account, as in customer_account=CL0000.", ACCOUNT)
        account_id = 0
        if not operation.public:
            with admission_noted(operation, actor):
                account_id = _admit(db, operation, actor, str(account))
        if operation.method != "GET" or operation.apart is not None:
            check_query(operation.query, parameters)
        headers = {name.lower(): value for name, value in request.headers.items()}
        check_type(operation, headers.get("content-type", ""), sent=sent.is_there)
        return Head(
            request.method,
            dict(request.path_params),
            str(account),
            account_id,
            parameters,
            headers,
            self._url(request),
            address_of(request),
            actor,
        )

    def _actor(self, db: Database, operation: Operation, request: Request[Any, Any, Any]) -> Actor:
        at = self.clock()
        if operation.public:
            return Actor("", at)
        return actor_of(db, request.headers.get("authorization", ""), address_of(request), at)

    def _url(self, request: Request[Any, Any, Any]) -> str:
        """The request's address, as those outside write it."""
        if not self._public_url:
            return str(request.url)
        query = request.url.query
        return f"{self._public_url}{request.url.path}{'?' if query else ''}{query}"


def _admit(db: Database, operation: Operation, actor: Actor, account: str) -> int:
    """The account's id. Raises Refusal unless the actor has the right that the operation takes.

    Where nothing is sent with a request, the desk itself asks for an operator: it may have to hide that a thing is
    there at all.
    """
    about = account if operation.about_account else ""
    operators = operation.operators and operation.body is not None
    with db.read() as connection:
        return admit(connection, actor, Right(about, operation.needs or Role.ROUTE, operators))


def _method(request: Request[Any, Any, Any]) -> str:
    return "GET" if request.method == "HEAD" else str(request.method)


def _whose(operation: Operation, head: Head) -> str:
    """Whose share of a lane the request takes: the account's, else the user's, else the address's."""
    if operation.about_account:
        return head.account
    return f"user {head.actor.user_id}" if head.actor.user_id else f"from {head.address}"


def address_of(request: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The client's address; None over a Unix socket whose proxy names nobody."""
    return request.client.host if request.client and request.client.host else None
