"""An operation carried out, from what was asked to what is answered: in a thread, or in a process of its own."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Response
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import HTTPException
from litestar.response import Stream

from aiguillage.api.idempotency import answered_before
from aiguillage.api.jobs import Job
from aiguillage.api.operations import (
    LONGEST_BODY,
    LONGEST_SECRETS,
    PROOF,
    STALE,
    AnyAsked,
    Asked,
    File,
    Operation,
    Remarks,
    Shown,
    Upload,
)
from aiguillage.api.problems import problem_answer
from aiguillage.api.reading import UNREADABLE, Parameters, as_query, read_body, read_expected
from aiguillage.compression import compressed
from aiguillage.desk.trying import faults_of
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.faults import all_faults
from aiguillage.storage.joined import one_view
from aiguillage.storage.sqlite.engine import Database
from aiguillage.translation import preferred

ACCOUNT = "customer_account"


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
    account_id: int
    parameters: Parameters
    headers: Mapping[str, str]
    url: str
    address: str | None
    actor: Actor

    @property
    def language(self) -> str:
        """What people are answered in, as in `fr`."""
        return preferred(self.headers.get("accept-language", ""))


def carry_out(means: Means, operation: Operation, head: Head, body: bytes) -> Response[Any]:
    """What is answered, a refusal too. What only reads, reads in one view; a file is read as it is sent."""
    try:
        with one_view(means.db) if operation.method == "GET" and not operation.gives else nullcontext(means.db) as db:
            response = _answer(means._replace(db=db), operation, head, body)
    except Refusal as refusal:
        response = problem_answer(whole_refusal(refusal, means, operation, head, body), head.language)
    except Exception as error:  # noqa: BLE001 - each kind has its answer
        response = problem_answer(error, head.language)
    return compressed(response, head.headers.get("accept-encoding", ""))


def _answer(means: Means, operation: Operation, head: Head, body: bytes) -> Response[Any]:
    asked = asked_of(means, operation, head, body)
    key = head.headers.get("idempotency-key")
    if key is None or operation.method != "POST" or operation.public:
        return _respond(means, operation, asked)
    return answered_before(asked, operation, key, body, partial(_respond, means, operation))


def asked_of(means: Means, operation: Operation, head: Head, body: bytes) -> AnyAsked:
    """The request, read. Raises Refusal(invalid), and HTTPException for a body that cannot be read."""
    return Asked(
        db=means.db,
        log=means.log,
        actor=head.actor,
        account=head.account,
        account_id=head.account_id,
        path=head.path,
        query=as_query(operation.query, head.parameters),
        body=read_body(operation, head.headers.get("content-type", ""), body),
        url=head.url,
        headers=head.headers,
        replay=means.replay,
        address=head.address,
    )


def whole_refusal(refusal: Refusal, means: Means, operation: Operation, head: Head, body: bytes) -> Refusal:
    """The refusal with all faults of query and body.

    What is left when a fault is put aside is tried on a database that forgets it. Where trying would do more than write
    there, or weigh a password once more than is counted, what is left is only read. A body that cannot be read as a
    whole, though what was refused was found in it, has no others.
    """
    if refusal.field is None or operation.body is Upload or len(body) > LONGEST_BODY:
        return refusal
    with suppress(*UNREADABLE):
        return _with_others(refusal, means, operation, head, body)
    return refusal


def _with_others(refusal: Refusal, means: Means, operation: Operation, head: Head, body: bytes) -> Refusal:
    sent = None if operation.body is None else msgspec.json.decode(body or b"{}") or {}
    parts, examples = [head.parameters, sent], [{}, operation.example]
    if not _may_be_tried(operation):
        return all_faults(refusal, parts, examples, partial(_read, means, operation, head))
    attempt = partial(_try, means, operation, head)
    return faults_of(means.db, refusal, parts, examples, attempt, writes=operation.method != "GET")


def _may_be_tried(operation: Operation) -> bool:
    is_about_secrets = operation.longest == LONGEST_SECRETS
    return not (operation.method == "DELETE" or operation.reaches_out or operation.public or is_about_secrets)


def _read(means: Means, operation: Operation, head: Head, left: list[Any]) -> AnyAsked | None:
    """What is left of query and body, read; None where it cannot be. Raises Refusal(invalid)."""
    parameters, sent = left
    body = b"" if sent is None else msgspec.json.encode(sent)
    with suppress(HTTPException):
        return asked_of(means, operation, head._replace(parameters=parameters), body)
    return None


def _try(means: Means, operation: Operation, head: Head, db: Database, left: list[Any]) -> None:
    """What is left, carried out without a proof: its password was weighed once. Raises Refusal."""
    parameters, sent = left
    if isinstance(sent, dict):
        sent = {name: value for name, value in sent.items() if name not in PROOF}
    asked = _read(means._replace(db=db), operation, head, [parameters, sent])
    if asked is not None:
        run_if_unchanged(operation, asked)


def _respond(means: Means, operation: Operation, asked: AnyAsked) -> Response[Any]:
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


def _accepted(asked: AnyAsked, thing: Any, work: BackgroundTask) -> Response[Any]:  # noqa: ANN401 - whatever has an id
    """Says where the thing is that tells how far it is."""
    return Response(
        msgspec.json.encode(thing),
        status_code=HTTPStatus.ACCEPTED,
        headers={"Location": location_of(asked, thing.id)},
        media_type="application/json",
        background=work,
    )


def run_if_unchanged(operation: Operation, asked: AnyAsked) -> Any:  # noqa: ANN401 - the operation says which
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


def location_of(asked: AnyAsked, thing_id: int) -> str:
    """Where what was added or begun is shown."""
    account = f"?{urlencode({ACCOUNT: asked.account})}" if asked.account else ""
    return f"{urlsplit(asked.url).path}/{thing_id}{account}"
