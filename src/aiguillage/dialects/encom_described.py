"""What Encom's dialects and V2 have in common, described in OpenAPI (contracts/encom.md, 'Both')."""

from typing import Annotated, Literal

import msgspec

from aiguillage.dialects.described import Described, json_body, parameter, says, schema_named, text_body
from aiguillage.domain.accounts import CHALLENGE
from aiguillage.domain.words import means

ACCOUNT_CODE = {"type": "string", "minLength": 1, "pattern": "^[A-Za-z][A-Za-z0-9_-]{1,31}$"}
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
NUMBER = {"type": "string"}
CODE = {"type": "string", "maxLength": 128}

WORDS = {
    "Unauthorized": "unauthorized",
    "Forbidden": "not authorized",
    "NotFound": "not found",
    "MethodNotAllowed": "method not allowed",
    "TooManyRequests": "too many requests",
    "Unavailable": "unavailable",
}


class BadRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is answered to a request that cannot be understood."""

    response: Annotated[Literal["bad request"], means("The answer in words, always these.")]
    detail: Annotated[str, msgspec.Meta(min_length=1), means("What is wrong with the request.")]


SHAPES = (*(says(name, words) for name, words in WORDS.items()), BadRequest)
HEADERS: Described = {
    "Retry-After": {
        "description": "In how many seconds the next code is looked at.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1, "maximum": 60},
    },
    "WWW-Authenticate": {
        "description": "How to say who asks.",
        "required": True,
        "schema": {"type": "string", "const": CHALLENGE},
    },
    "Allow": {
        "description": "The methods that the path takes.",
        "required": True,
        "schema": {"type": "string", "enum": ["GET, HEAD", "GET, HEAD, POST"]},
    },
}
TOLD = {
    "400": ("BadRequest", "The request is malformed: a parameter is missing, wrong, too long or given twice."),
    "401": ("Unauthorized", "The token is missing, unknown, expired or revoked."),
    "403": ("Forbidden", "The token may not ask about this account, or there is no such account; both look alike."),
    "404": ("NotFound", "The caller is unknown: neither the number nor the code belongs to a contact."),
    "405": ("MethodNotAllowed", "The path does not take this method."),
    "429": (
        "TooManyRequests",
        "Too many wrong codes came from this caller, or with this token. Ask again later.",
    ),
    "503": ("Unavailable", "The facts cannot be read at this moment; route the call by your own default."),
}
"""Every status but 200: its schema and what it means."""


def refusals(*, raw: bool, headers: Described | None = None) -> Described:
    """The answers of every status but 200; `raw` where the dialect has a text format, `headers` go with each."""
    return {status: _refusal(status, raw=raw, headers=headers or {}) for status in TOLD}


def _refusal(status: str, *, raw: bool, headers: Described) -> Described:
    name, description = TOLD[status]
    words = WORDS.get(name, "bad request")
    example = {"response": words} | ({"detail": "number or code is missing"} if status == "400" else {})
    content = json_body(schema_named(name), example)
    if raw and status == "404":
        content |= text_body("With `format=raw`: nothing, so that no phone system dials it.", "", const="")
    elif raw and status != "405":
        content |= text_body("With `format=raw`: the same words.", words, const=words)
    own = {"401": "WWW-Authenticate", "405": "Allow", "429": "Retry-After"}.get(status)
    told = headers | ({own: {"$ref": f"#/components/headers/{own}"}} if own else {})
    return {"description": description, "content": content, **({"headers": told} if told else {})}


def account_parameter(where: str) -> Described:
    """The account that the request is about, in the query or in the path."""
    text = "The code of the account. A token's user may hold several, so every request names one."
    return parameter("customerAccount", text, where=where, required=True, schema=ACCOUNT_CODE, example="CL0000")
