"""How the web room says no: RFC 9457 problem details, each kind of refusal mapped once."""

import logging
from http import HTTPStatus
from typing import Any, cast

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.plugins.problem_details import ProblemDetailsConfig, ProblemDetailsException, ProblemDetailsPlugin

from aiguillage.api.summed import summed
from aiguillage.domain.accounts import CHALLENGE
from aiguillage.domain.errors import Kind, Refusal, place_of

STATUS = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.MISSING: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Kind.STALE: HTTPStatus.PRECONDITION_FAILED,
    Kind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
}
"""Every kind of refusal, as a status."""

DETAIL = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path. /docs lists the paths.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path does not take this method. The Allow header lists those that it takes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "This is our mistake, not yours, and it was noted. Try again later.",
}
"""What to do where the framework only says what happened."""

WAIT = 5
"""Seconds after which a request may be sent again, where nobody knows better."""

TOO_MUCH = "This takes more memory than one request may use. Ask for less, or send less at a time."


class Problem(msgspec.Struct, frozen=True):
    """The body of every refusal (RFC 9457); `detail` says what to do.

    A 422 has `errors` too: what is wrong, field by field, as Laravel writes it (contracts/cx-engine.md).
    """

    status: int
    title: str
    detail: str
    errors: dict[str, list[str]] | msgspec.UnsetType = msgspec.UNSET


_MORE = {HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": CHALLENGE}}


def _problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> ProblemDetailsException:
    return ProblemDetailsException(status_code=status, title=status.phrase, detail=detail, headers=headers)


def refused(refusal: Refusal) -> ProblemDetailsException:
    """A refusal, in its own words; where a file is on the server is for the log alone."""
    status = STATUS[refusal.kind]
    wait = WAIT if refusal.wait is None and status is HTTPStatus.SERVICE_UNAVAILABLE else refusal.wait
    headers = _MORE.get(status) if wait is None else {"Retry-After": str(wait)}
    message = refusal.message
    if refusal.path is not None:
        summed.write("request_refused", logging.ERROR, apart={}, kind=refusal.kind, why=message)
        message = message.replace(str(refusal.path), refusal.path.name)
    problem = _problem(status, message, headers)
    if refusal.kind is Kind.INVALID:
        problem.extra = {"errors": refusal.errors or {refusal.field or "request": [message]}}
    return problem


def turned_away(error: HTTPException) -> ProblemDetailsException:
    """What the framework itself turns away."""
    status = HTTPStatus(error.status_code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(error)
    return _problem(status, DETAIL.get(status, error.detail), error.headers)


def too_long(longest: int) -> ProblemDetailsException:
    """A body of more bytes than are taken."""
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _problem(status, f"The body has more than {longest:,} bytes. Send less at a time.")


def failed(error: Exception) -> ProblemDetailsException:
    """A failure of ours: its type and place go to the log, nothing of it to the client.

    The error's text stays out of the log, because it may quote what somebody sent.
    """
    summed.write("request_failed", logging.ERROR, apart={}, error=type(error).__name__, where=place_of(error))
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _problem(status, DETAIL[status])


def problem_of(error: Exception) -> ProblemDetailsException:
    """Whatever went wrong, as a problem."""
    if isinstance(error, ProblemDetailsException):
        return error
    if isinstance(error, Refusal):
        return refused(error)
    if isinstance(error, MemoryError):
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, TOO_MUCH)
    return turned_away(error) if isinstance(error, HTTPException) else failed(error)


def problem_answer(error: Exception) -> Response[bytes]:
    """The same, written out."""
    answer = problem_of(error).to_response(cast("Any", None))
    body = msgspec.json.encode(answer.content)
    return Response(body, status_code=answer.status_code, headers=answer.headers, media_type=answer.media_type)


PROBLEMS = ProblemDetailsPlugin(
    ProblemDetailsConfig(
        exception_to_problem_detail_map={Refusal: refused, HTTPException: turned_away, Exception: failed}
    )
)
