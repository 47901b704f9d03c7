"""An operation carried out, from what was asked to what is answered: in a thread, or in a process of its own."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Response
from litestar.background_tasks import BackgroundTask
from litestar.response import Stream

from aiguillage.api.idempotency import answered_before
from aiguillage.api.jobs import Job
from aiguillage.api.operations import STALE, Asked, File, Operation, Remarks, Shown
from aiguillage.api.problems import problem_answer
from aiguillage.api.reading import Parameters, as_query, read_body, read_expected
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.engine import Database

ACCOUNT = "customer_account"
LEAST_COMPRESSED = 1 << 10
"""Bytes; less is not worth it."""

_GZIP, _EFFORT = 31, 4
"""zlib's window for the form of gzip, and how hard it tries: harder costs twice the time for a tenth less."""


class Means(NamedTuple):
    """What every operation is carried out with: the database, the call log, what decides logged calls again.

    `shown` are the paths that show a thing.
    """

    db: Database
    log: Path
    replay: Callable[..., Any]
    shown: frozenset[str]


class Head(NamedTuple):
    """A request that was let in, without its body. `headers` have their names in small letters."""

    method: str
    path: Mapping[str, str]
    account: str
    parameters: Parameters
    headers: Mapping[str, str]
    url: str
    address: str | None
    actor: Actor


def carry_out(means: Means, operation: Operation, head: Head, body: bytes) -> Response[Any]:
    """What is answered, a refusal too."""
    try:
        response = _answer(means, operation, head, body)
    except Exception as error:  # noqa: BLE001 - each kind has its answer
        response = problem_answer(error)
    return compressed(response, head.headers.get("accept-encoding", ""))


def _answer(means: Means, operation: Operation, head: Head, body: bytes) -> Response[Any]:
    asked = Asked(
        db=means.db,
        log=means.log,
        actor=head.actor,
        account=head.account,
        path=head.path,
        query=as_query(operation.query, head.parameters),
        body=read_body(operation, head.headers.get("content-type", ""), body),
        url=head.url,
        headers=head.headers,
        replay=means.replay,
        address=head.address,
    )
    key = head.headers.get("idempotency-key")
    if key is None or operation.method != "POST" or operation.public:
        return _respond(means, operation, asked)
    return answered_before(asked, operation, key, body, partial(_respond, means, operation))


def _respond(means: Means, operation: Operation, asked: Asked) -> Response[Any]:
    """Carries the operation out, and puts what it answers on the wire."""
    result = run_if_unchanged(operation, asked)
    if isinstance(result, File):
        headers = {"Content-Disposition": f'attachment; filename="{result.name}"'}
        return Stream(result.pieces, media_type=result.media_type, headers=headers, status_code=operation.status)
    headers, work = {}, None
    if isinstance(result, Job):
        result, work = result.body, BackgroundTask(result.work, means.db)
        if operation.longer is not None:
            return _accepted(asked, result, work)
    if isinstance(result, Shown):
        headers["ETag"] = f'"{result.seq}"'
        result = result.body
    if operation.answer is None:
        return _done(result, headers)
    if operation.is_shown_by(means.shown):
        headers["Location"] = location_of(asked, result.id)
    if operation.may_be_minimal and "return=minimal" in asked.headers.get("prefer", ""):
        headers["Preference-Applied"] = "return=minimal"
        return Response(b"", status_code=operation.minimal, headers=headers, background=work)
    body = msgspec.json.encode(result)
    return Response(body, status_code=operation.status, headers=headers, media_type="application/json", background=work)


def _done(remarks: Remarks | None, headers: dict[str, str]) -> Response[Any]:
    """The answer of what has nothing to show but, perhaps, something to remark."""
    if remarks is None or not remarks.remarks:
        return Response(None, status_code=204, headers=headers)
    return Response(msgspec.json.encode(remarks), headers=headers, media_type="application/json")


def _accepted(asked: Asked, thing: Any, work: BackgroundTask) -> Response[Any]:  # noqa: ANN401 - whatever has an id
    """Says where the thing is that tells how far it is."""
    return Response(
        msgspec.json.encode(thing),
        status_code=HTTPStatus.ACCEPTED,
        headers={"Location": location_of(asked, thing.id)},
        media_type="application/json",
        background=work,
    )


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


def location_of(asked: Asked, thing_id: int) -> str:
    """Where what was added or begun is shown."""
    account = f"?{urlencode({ACCOUNT: asked.account})}" if asked.account else ""
    return f"{urlsplit(asked.url).path}/{thing_id}{account}"


def compressed(response: Response[Any], accepted: str) -> Response[Any]:
    """The answer, compressed if it is long and the client takes gzip."""
    is_stream = isinstance(response, Stream)
    if not is_stream and len(response.content or b"") < LEAST_COMPRESSED:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if not takes_gzip(accepted):
        return response
    response.headers["Content-Encoding"] = "gzip"
    if isinstance(response, Stream):
        response.iterator = zipped(response.iterator)  # type: ignore[arg-type] # the pieces of a File
    else:
        response.content = b"".join(zipped([response.content]))
    return response


def zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in the form of gzip."""
    packing = zlib.compressobj(_EFFORT, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        if some := packing.compress(piece):
            yield some
    yield packing.flush()


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding lists gzip, and does not forbid it."""
    for part in accepted.lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";q=")
        if name == "gzip":
            return quality.strip("0.") != "" or not quality
    return False
