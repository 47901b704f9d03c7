"""How the web room says no: RFC 9457 problem details, each kind of refusal mapped once."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.plugins.problem_details import ProblemDetailsConfig, ProblemDetailsException, ProblemDetailsPlugin

from aiguillage.api.summed import summed
from aiguillage.domain.accounts import CHALLENGE
from aiguillage.domain.errors import Kind, Refusal, about_error
from aiguillage.domain.problems import CODES, OUR_MISTAKE, Code, problem
from aiguillage.translation import ENGLISH, preferred, refused_in

OF_FRAMEWORK = {
    CODES[code].status: code
    for code in (Code.UNKNOWN_PATH, Code.METHOD_NOT_ALLOWED, Code.TOO_LONG, Code.WRONG_TYPE, Code.FAILED)
}
"""What the framework turns away, by its status; anything else cannot be read."""

DETAIL = {
    Code.UNKNOWN_PATH: "There is nothing at this path. /docs lists the paths.",
    Code.METHOD_NOT_ALLOWED: "This path does not take this method. The Allow header lists those that it takes.",
    Code.FAILED: OUR_MISTAKE,
}
"""What to do where the framework only says what happened."""

WAIT = 5
"""Seconds after which a request may be sent again, where nobody knows better."""

TOO_MUCH = "This takes more memory than one request may use. Ask for less, or send less at a time."


_MORE = {Code.UNAUTHORIZED: {"WWW-Authenticate": CHALLENGE}}


class _Problem(ProblemDetailsException):
    """A problem, which is written out in the language of whoever asked."""

    def to_response(self, request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        """The answer, by the request's Accept-Language."""
        self.speak(preferred(request.headers.get("accept-language", "")))
        return super().to_response(request)

    def speak(self, language: str) -> None:
        """Says it in a language."""
        if language == ENGLISH:
            return
        extra = cast("dict[str, Any]", self.extra)
        self.detail, errors = refused_in(language, self.detail, extra.get("errors"))
        if errors is not None:
            extra["errors"] = errors
        self.headers = {**(self.headers or {}), "Content-Language": language}


def _problem(
    code: Code, detail: str, headers: dict[str, str] | None = None, errors: Mapping[str, list[str]] | None = None
) -> _Problem:
    told = problem(code, detail, errors=errors)
    extra = {"code": told.code} | ({} if errors is None else {"errors": told.errors})
    return _Problem(status_code=told.status, title=told.title, detail=told.detail, headers=headers, extra=extra)


def refused(refusal: Refusal) -> _Problem:
    """A refusal, in its own words; where a file is on the server is for the log alone."""
    is_away = refusal.kind is Kind.UNAVAILABLE
    wait = WAIT if refusal.wait is None and is_away else refusal.wait
    headers = _MORE.get(refusal.code) if wait is None else {"Retry-After": str(wait)}
    message = refusal.message
    if refusal.path is not None:
        summed.write("request_refused", logging.ERROR, apart={}, kind=refusal.kind, why=message)
        message = message.replace(str(refusal.path), refusal.path.name)
    errors = None
    if refusal.kind is Kind.INVALID:
        errors = refusal.errors or {refusal.field or "request": [message]}
    return _problem(refusal.code, message, headers, errors)


def turned_away(error: HTTPException) -> _Problem:
    """What the framework itself turns away."""
    code = OF_FRAMEWORK.get(HTTPStatus(error.status_code), Code.BAD_REQUEST)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(error)
    return _problem(code, DETAIL.get(code, error.detail), error.headers)


def too_long(longest: int) -> _Problem:
    """A body of more bytes than are taken."""
    return _problem(Code.TOO_LONG, f"The body has more than {longest:,} bytes. Send less at a time.")


def failed(error: Exception) -> _Problem:
    """A failure of ours: its type and place go to the log, nothing of it to the client.

    The error's text stays out of the log, because it may quote what somebody sent.
    """
    summed.write("request_failed", logging.ERROR, apart={}, **about_error(error))
    return _problem(Code.FAILED, DETAIL[Code.FAILED])


def problem_of(error: Exception) -> _Problem:
    """Whatever went wrong, as a problem."""
    if isinstance(error, _Problem):
        return error
    if isinstance(error, Refusal):
        return refused(error)
    if isinstance(error, MemoryError):
        return _problem(Code.TOO_MUCH, TOO_MUCH)
    return turned_away(error) if isinstance(error, HTTPException) else failed(error)


def problem_answer(error: Exception, language: str) -> Response[bytes]:
    """The same, written out in a language, as in `fr`."""
    told = problem_of(error)
    told.speak(language)
    answer = ProblemDetailsException.to_response(told, cast("Any", None))
    body = msgspec.json.encode(answer.content)
    return Response(body, status_code=answer.status_code, headers=answer.headers, media_type=answer.media_type)


PROBLEMS = ProblemDetailsPlugin(
    ProblemDetailsConfig(
        exception_to_problem_detail_map={Refusal: refused, HTTPException: turned_away, Exception: failed}
    )
)
