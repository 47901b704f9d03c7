"""Carries out operations: who asks, what was sent, the use case, the answer; the same for every one."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler, route
from litestar.params import RawBody
from litestar.response import Stream

from aiguillage.api.idempotency import answered_before
from aiguillage.api.operations import LONGEST_BODY, LONGEST_ID, Asked, File, Operation, Shown, Upload
from aiguillage.api.paging import LISTING
from aiguillage.api.problems import too_long
from aiguillage.desk.acting import actor_of
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.unfit import unfit
from aiguillage.storage.engine import Database

ACCOUNT = "customer_account"
ACTOR = "actor"
LONGEST_QUERY = 8 * 1024
MOST_ETAGS = 20
"""That an If-Match may list; more are not looked at."""

STALE = HTTPStatus.PRECONDITION_FAILED
"""What an operation refuses that has states, as ETags tell them; the others know no If-Match."""

Clock = Callable[[], int]
_Parameters = dict[str, str | list[str]]
_ETAG = re.compile(r'"[^"]*"|[^\s,"]+')


class Door:
    """What every operation is carried out with: the database, the call log, the clock, what decides calls again."""

    def __init__(self, db: Database, log: Path, clock: Clock, replay: Callable[..., Any]) -> None:
        self.db = db
        self.log = log
        self.clock = clock
        self.replay = replay
        self._shown: set[str] = set()

    def handlers(self, operations: Iterable[Operation]) -> list[HTTPRouteHandler]:
        """A handler for each path."""
        by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
        for operation in operations:
            by_path[operation.path][operation.method] = operation
        self._shown |= {path for path, methods in by_path.items() if "GET" in methods}
        return [self._handler(path, methods) for path, methods in by_path.items()]

    def _handler(self, path: str, methods: Mapping[str, Operation]) -> HTTPRouteHandler:
        longest = max(operation.longest for operation in methods.values())

        async def admit(request: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
            """Turns a request away before its body is kept."""
            operation, length = methods[_method(request.scope)], int(request.headers.get("content-length", "0"))
            try:
                _check_length(operation, length)
                request.scope["state"][ACTOR] = await sync_to_thread(self._actor, operation, request)
            except (HTTPException, Refusal):
                if length <= LONGEST_BODY:
                    await _drain(request)
                raise

        @route(
            path.replace("}", ":str}"),
            http_method=[*methods, "HEAD"] if "GET" in methods else [*methods],  # type: ignore[list-item]
            include_in_schema=False,
            sync_to_thread=True,
            status_code=200,  # the operation says another; the framework only wants one that allows for a body
            request_max_body_size=longest,
            exception_handlers={RequestEntityTooLarge: lambda request, _error: too_long(longest).to_response(request)},
            guards=[admit],
            name=path,
        )
        def answer(request: Request[Any, Any, Any], body: RawBody) -> Response[Any]:
            return self._carry_out(methods[_method(request.scope)], request, body)

        return answer

    def _carry_out(self, operation: Operation, request: Request[Any, Any, Any], body: bytes) -> Response[Any]:
        _check_length(operation, len(body))
        parameters = read_parameters(request.scope["query_string"])
        account = parameters.pop(ACCOUNT, "")
        if operation.about_account and (not account or not isinstance(account, str)):
            raise invalid("customer_account is missing. Name the account, as in customer_account=CL0000.", ACCOUNT)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(
            db=self.db,
            log=self.log,
            actor=request.scope["state"][ACTOR],
            account=str(account),
            path=request.path_params,
            query=as_query(operation.query, parameters),
            body=read_body(operation, headers.get("content-type", ""), body),
            url=str(request.url),
            headers=headers,
            replay=self.replay,
            address=address_of(request),
        )
        key = headers.get("idempotency-key")
        if key is None or operation.method != "POST" or operation.public:
            return self._respond(operation, asked)
        return answered_before(asked, operation, key, body, partial(self._respond, operation))

    def _respond(self, operation: Operation, asked: Asked) -> Response[Any]:
        """Carries the operation out, and puts what it answers on the wire."""
        result = run_if_unchanged(operation, asked)
        if isinstance(result, File):
            headers = {"Content-Disposition": f'attachment; filename="{result.name}"'}
            return Stream(result.pieces, media_type=result.media_type, headers=headers, status_code=operation.status)
        headers = {}
        if isinstance(result, Shown):
            headers["ETag"] = f'"{result.seq}"'
            result = result.body
        if operation.answer is None:
            return Response(None, status_code=204, headers=headers)
        if operation.is_shown_by(self._shown):
            headers["Location"] = location_of(asked, result.id)
        if operation.may_be_minimal and "return=minimal" in asked.headers.get("prefer", ""):
            headers["Preference-Applied"] = "return=minimal"
            return Response(b"", status_code=operation.minimal, headers=headers)
        body = msgspec.json.encode(result)
        return Response(body, status_code=operation.status, headers=headers, media_type="application/json")

    def _actor(self, operation: Operation, request: ASGIConnection[Any, Any, Any, Any]) -> Actor:
        at = self.clock()
        if operation.public:
            return Actor("", at)
        return actor_of(self.db, request.headers.get("authorization", ""), address_of(request), at)


def _method(scope: Any) -> str:  # noqa: ANN401 - an ASGI scope
    method: str = scope["method"]
    return "GET" if method == "HEAD" else method


async def _drain(request: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Lets go of a body: a client that still sends would find the connection reset, and not see the answer."""
    async for _ in cast("Request[Any, Any, Any]", request).stream():
        pass


def _check_length(operation: Operation, length: int) -> None:
    if length > operation.longest:
        raise too_long(operation.longest)


def address_of(request: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The client's address; None over a Unix socket whose proxy names nobody."""
    return request.client.host if request.client and request.client.host else None


def read_parameters(raw: bytes) -> _Parameters:
    """The query's parameters; a name with `[]` behind it is a list, as PHP writes it. Raises Refusal(invalid)."""
    if len(raw) > LONGEST_QUERY:
        raise invalid("The query is longer than 8 KiB. Send less.")
    found: _Parameters = {}
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise invalid("The query is not UTF-8. Encode it so, with % and two digits a byte.") from None
    for name, value in pairs:
        if name.endswith("[]"):
            listed = found.setdefault(name[:-2], [])
            if isinstance(listed, list):
                listed.append(value)
        elif found.setdefault(name, value) != value:
            raise invalid(f"{name[:40]} is given twice with two values. Give it once.", name[:40])
    return found


def as_query(shape: type[msgspec.Struct], parameters: _Parameters) -> Any:  # noqa: ANN401 - the operation says which
    """The parameters in the operation's shape; what is blank and not text was not given. Raises Refusal(invalid)."""
    empty = _blanks(shape)
    given = {name: value for name, value in parameters.items() if value != "" or name not in empty}
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(error) from None


@cache
def _blanks(shape: type[msgspec.Struct]) -> frozenset[str]:
    """The parameters for which a blank says nothing; for the others it is a value."""
    fields = msgspec.structs.fields(shape)
    texts = {field.encode_name for field in fields if str in (field.type, *get_args(field.type))}
    return frozenset({field.encode_name for field in fields} - texts | set(LISTING))


def read_body(operation: Operation, content_type: str, body: bytes) -> Any:  # noqa: ANN401 - same
    """The body in the operation's shape. Raises Refusal(invalid), and HTTPException for a body that cannot be read."""
    if operation.body is None:
        return None
    media_type = content_type.partition(";")[0].strip().lower()
    if operation.body is Upload:
        if media_type not in operation.takes:
            raise HTTPException(status_code=415, detail=f"Send one of: {', '.join(operation.takes)}.")
        return Upload(body, content_type)
    if media_type not in {"application/json", ""} or (body and not media_type):
        raise HTTPException(status_code=415, detail="Send JSON, with Content-Type: application/json.")
    if not body or (body.strip() == b"[]" and hasattr(operation.body, "__struct_fields__")):
        body = b"{}"  # PHP encodes an array without anything in it as a list
    try:
        return msgspec.json.decode(body, type=operation.body, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HTTPException(status_code=400, detail="The body is not JSON. Send a JSON object in UTF-8.") from None


def run_if_unchanged(operation: Operation, asked: Asked) -> Any:  # noqa: ANN401 - the operation says which
    """What the operation answers, for the first state that If-Match lists and the thing is in. Raises Refusal."""
    if STALE not in operation.refuses:
        return operation.run(asked)
    *others, last = read_expected(asked.headers.get("if-match"))
    for expected in others:
        try:
            return operation.run(asked._replace(expected=expected))
        except Refusal as refusal:
            if refusal.kind is not Kind.STALE:
                raise
    return operation.run(asked._replace(expected=last))


def read_expected(if_match: str | None) -> Sequence[int | None]:
    """The changes that If-Match names; None where any will do. Raises Refusal where none is an ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return (None,)
    texts = [text.strip('"') for text in _ETAG.findall(if_match)]
    ours = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID]
    if not ours:
        raise Refusal(Kind.STALE, "If-Match is no ETag of this object. Read the object again, and send its ETag.")
    return ours[:MOST_ETAGS]


def location_of(asked: Asked, thing_id: int) -> str:
    """Where what was added is shown."""
    account = f"?{urlencode({ACCOUNT: asked.account})}" if asked.account else ""
    return f"{urlsplit(asked.url).path}/{thing_id}{account}"
