"""What Encom's dialects and V2 have in common: error bodies, parameters (contracts/encom.md, 'Both')."""

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from aiguillage.dialects.http import JSON, STATUS, TEXT, Answer, more_about, render
from aiguillage.domain import described
from aiguillage.domain.described import Content
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.meanings import means

METHODS = ("GET", "HEAD")
WORDS = {
    400: "bad request",
    401: "unauthorized",
    403: "not authorized",
    404: "not found",
    405: "method not allowed",
    409: "conflict",
    412: "precondition failed",
    429: "too many requests",
    503: "unavailable",
}


def refuse(refusal: Refusal, *, raw: bool) -> Answer:
    """The error's body: JSON, or its words as text; a raw 404 is empty (Asterisk would dial the text)."""
    status, more = STATUS[refusal.kind], more_about(refusal)
    words = WORDS[status]
    if raw:
        return render(status, TEXT, b"" if status == 404 else words.encode(), more)  # noqa: PLR2004
    body = {"response": words} | ({"detail": refusal.message} if refusal.kind is Kind.INVALID else {})
    return render(status, JSON, json.dumps(body, ensure_ascii=False).encode(), more)


@lru_cache(maxsize=2)
def not_found(*, raw: bool) -> Answer:
    """What an unknown caller's call flow is told."""
    return refuse(Refusal(Kind.MISSING, ""), raw=raw)


def method_not_allowed(methods: tuple[str, ...] = METHODS) -> Answer:
    """A 405 with the methods that are."""
    body = json.dumps({"response": WORDS[405]}).encode()
    return render(405, JSON, body, ((b"allow", ", ".join(methods).encode()),))


NUMBER_TEXT = (
    "The caller's number: international (`0033199001234`, `+33199001234`), national in the account's country "
    '(`0199001234`), with blanks, dashes or brackets, with a name (`"Camille" <0199001234>`), or a SIP or tel URI. '
    "A `+` may be sent as it is or as `%2B`. A withheld caller (`anonymous`, `restricted`, an empty SIP user ...) "
    "and what is no number at all are unknown callers, not errors."
)
CODE_TEXT = "The digits that the caller typed to say who they are. Blanks are ignored."
NUMBERS = {
    "international": {"summary": "International, with 00", "value": "0033199001234"},
    "plus": {"summary": "International, with +", "value": "+33199001234"},
    "national": {"summary": "National, with blanks", "value": "01 99 00 12 34"},
    "sip": {"summary": "A SIP URI", "value": "sip:+33199001234@sip.example.org"},
    "withheld": {"summary": "A withheld caller", "value": "anonymous"},
}
PlainAccount = Annotated[str, msgspec.Meta(min_length=1, pattern="^[A-Za-z][A-Za-z0-9_-]{1,31}$")]
Account = Annotated[
    PlainAccount,
    means("The code of the account. A token's user may hold several, so every request names one.", "CL0000"),
]
Short = Annotated[str, msgspec.Meta(max_length=128)]
Left = msgspec.UnsetType
Code = Annotated[Short, means(CODE_TEXT, "4321")]
Number = Annotated[str, means(NUMBER_TEXT, examples=NUMBERS)]


def listed(names: Collection[str]) -> str:
    """The pattern of some of the names with commas between: clients write lists in as many ways as there are."""
    one = "|".join(names)
    return f"^({one})(,({one}))*$"


RESPONSE = means("The answer in words, always these.")


def _says(name: str, status: int) -> type[msgspec.Struct]:
    """The shape of a JSON object that says nothing but the words of a status."""
    response = Annotated[Literal[WORDS[status]], RESPONSE]  # type: ignore[valid-type] # made here
    return msgspec.defstruct(name, [("response", response)], forbid_unknown_fields=True)


class BadRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is answered to a request that cannot be understood."""

    response: Annotated[Literal["bad request"], RESPONSE]
    detail: Annotated[str, msgspec.Meta(min_length=1), means("What is wrong with the request.")]


REFUSALS: dict[int, tuple[type[msgspec.Struct], str, str]] = {
    400: (BadRequest, "The request is malformed: a parameter is missing, wrong, too long or given twice.", ""),
    401: (_says("Unauthorized", 401), "The token is missing, unknown, expired or revoked.", "WWW-Authenticate"),
    403: (
        _says("Forbidden", 403),
        "The token may not ask about this account, or there is no such account; both look alike.",
        "",
    ),
    404: (_says("NotFound", 404), "The caller is unknown: neither the number nor the code belongs to a contact.", ""),
    405: (_says("MethodNotAllowed", 405), "The path does not take this method.", "Allow"),
    429: (
        _says("TooManyRequests", 429),
        "Too many wrong codes came from this caller, or on this account. Ask again later.",
        "Retry-After",
    ),
    503: (
        _says("Unavailable", 503),
        "The facts cannot be read at this moment; route the call by your own default.",
        "",
    ),
}
"""Every status but 200: the shape of its body, what it means, the header that goes with it."""


def refusals(*, raw: bool, headers: tuple[str, ...] = ()) -> dict[str, described.Answer | str]:
    """The answers of every status but 200; `raw` where the dialect has a text format, `headers` are in each."""
    return {str(status): refusal(status, raw=raw, headers=headers) for status in REFUSALS}


def refusal(status: int, words: str = "", *, raw: bool = False, headers: tuple[str, ...] = ()) -> described.Answer:
    """The answer of a status, in other `words` where there are any."""
    shape, description, own = REFUSALS[status]
    example: Any = {"response": WORDS[status]}
    content = {described.JSON: Content(shape, example | {"detail": "number or code is missing"})}
    if status != 400:  # noqa: PLR2004
        content = {described.JSON: Content(shape, example)}
    if raw and status == 404:  # noqa: PLR2004
        content |= text("With `format=raw`: nothing, so that no phone system dials it.", "", always=True)
    elif raw and status != 405:  # noqa: PLR2004
        content |= text("With `format=raw`: the same words.", WORDS[status], always=True)
    return described.Answer(words or description, content, (*headers, *filter(None, [own])))


def text(description: str, example: str, *, always: bool = False) -> dict[str, Content]:
    """A text body; `always` the example."""
    kind: Any = Literal[example] if always else str
    return {described.TEXT: Content(Annotated[kind, means(description)], example)}
