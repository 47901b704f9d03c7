"""What an HTTP answer says of a request that is not carried out: problem details (RFC 9457), a code for programs."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, NamedTuple

import msgspec

from aiguillage.domain.meanings import means

MEDIA_TYPE = "application/problem+json"


class Code(StrEnum):
    """Why, in one word that a program can compare; CODES has what each means."""

    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    PROOF_NEEDED = "proof_needed"
    NOT_FOUND = "not_found"
    UNKNOWN_PATH = "unknown_path"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    TAKEN = "taken"
    IN_USE = "in_use"
    IN_PROGRESS = "in_progress"
    STALE = "stale"
    TOO_LONG = "too_long"
    WRONG_TYPE = "wrong_type"
    INVALID = "invalid"
    CODE_NEEDED = "code_needed"
    NEW_PASSWORD_NEEDED = "new_password_needed"  # noqa: S105 - a word
    QUOTA = "quota"
    TOO_MUCH = "too_much"
    LIMITED = "limited"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    BUSY = "busy"


class Meaning(NamedTuple):
    """The status that goes with a code, and what a client does about it."""

    status: HTTPStatus
    do: str


CODES: Mapping[Code, Meaning] = {
    Code.BAD_REQUEST: Meaning(HTTPStatus.BAD_REQUEST, "Mend the program: the request cannot be read."),
    Code.UNAUTHORIZED: Meaning(HTTPStatus.UNAUTHORIZED, "Send a good token, or sign in again."),
    Code.FORBIDDEN: Meaning(HTTPStatus.FORBIDDEN, "Ask with a token that may do this, or leave it."),
    Code.PROOF_NEEDED: Meaning(
        HTTPStatus.FORBIDDEN, "Ask the person for their password or code, and send the request again with it."
    ),
    Code.NOT_FOUND: Meaning(HTTPStatus.NOT_FOUND, "Take the thing for gone. The same is said of what you may not see."),
    Code.UNKNOWN_PATH: Meaning(HTTPStatus.NOT_FOUND, "Mend the address: this server has no such path."),
    Code.METHOD_NOT_ALLOWED: Meaning(HTTPStatus.METHOD_NOT_ALLOWED, "Use a method that the `Allow` header lists."),
    Code.CONFLICT: Meaning(HTTPStatus.CONFLICT, "Show `detail` to the person: something else has to be changed first."),
    Code.TAKEN: Meaning(HTTPStatus.CONFLICT, "Choose another value, or change the thing that has this one."),
    Code.IN_USE: Meaning(HTTPStatus.CONFLICT, "Change or remove first what names the thing."),
    Code.IN_PROGRESS: Meaning(HTTPStatus.CONFLICT, "Wait a second, then send the same request again."),
    Code.STALE: Meaning(HTTPStatus.PRECONDITION_FAILED, "Read the thing again, and make your change to that."),
    Code.TOO_LONG: Meaning(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Send less at a time."),
    Code.WRONG_TYPE: Meaning(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body in a type that `detail` names."),
    Code.INVALID: Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Correct what `detail` names. Show each of `errors`, where they are sent, beside its field.",
    ),
    Code.CODE_NEEDED: Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Ask the person for a code of their second factor, and sign in with it."
    ),
    Code.NEW_PASSWORD_NEEDED: Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Ask the person for a password of their own, and sign in with it as `new`."
    ),
    Code.QUOTA: Meaning(HTTPStatus.UNPROCESSABLE_ENTITY, "Remove some things first: there is room for no more."),
    Code.TOO_MUCH: Meaning(HTTPStatus.UNPROCESSABLE_ENTITY, "Ask for less, or send less at a time."),
    Code.LIMITED: Meaning(HTTPStatus.TOO_MANY_REQUESTS, "Wait for as many seconds as `Retry-After` says."),
    Code.FAILED: Meaning(HTTPStatus.INTERNAL_SERVER_ERROR, "Tell whoever runs the server, and try again later."),
    Code.UNAVAILABLE: Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE, "Wait a moment, as `Retry-After` says where it is sent. Then send it again."
    ),
    Code.BUSY: Meaning(HTTPStatus.SERVICE_UNAVAILABLE, "Wait as `Retry-After` says, and send fewer at a time."),
}
"""Every code; the pages about the API have them in a table. A look-up's `invalid` is a 400 (dialects/http.py)."""


class Problem(msgspec.Struct, frozen=True):
    """The body of every refusal (RFC 9457): `detail` says to people what to do, `code` to programs.

    A 422 has `errors` too: what is wrong, field by field, as Laravel writes it (contracts/cx-engine.md).
    """

    status: Annotated[int, means("The HTTP status.")]
    title: Annotated[str, means("The status in words.")]
    detail: Annotated[str, means("What is wrong, and what to do.")]
    code: Annotated[Code, means("Why, in a word for programs. docs/management-api.md says what to do about each.")]
    errors: Annotated[dict[str, list[str]] | msgspec.UnsetType, means("On 422: what is wrong, field by field.")] = (
        msgspec.UNSET
    )


OUR_MISTAKE = "This is our mistake, not yours, and it was noted. Try again later."
"""What every door says of a failure."""


def problem(
    code: Code, detail: str, *, status: HTTPStatus | None = None, errors: Mapping[str, list[str]] | None = None
) -> Problem:
    """A problem; `status` is for a door where the code has another one than its own."""
    found = CODES[code].status if status is None else status
    return Problem(found.value, found.phrase, detail, code, msgspec.UNSET if errors is None else dict(errors))


def as_json(told: Problem) -> bytes:
    """The problem, written out."""
    return msgspec.json.encode(told)
