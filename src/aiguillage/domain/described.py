"""What an HTTP operation takes and answers, at whichever door: the grammar of which the API's description is made."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from aiguillage.domain.accounts import CHALLENGE

JSON, TEXT, XML = "application/json", "text/plain", "text/xml"


class Content(NamedTuple):
    """A body of one media type: its shape, and an example, or several by name, each with a summary and a value."""

    shape: Any
    example: Any = msgspec.UNSET
    examples: Mapping[str, Any] = {}


class Answer(NamedTuple):
    """What is answered with one status: when, as what by media type, with which of the HEADERS."""

    description: str
    content: Mapping[str, Content] = {}
    headers: tuple[str, ...] = ()
    links: Mapping[str, Any] = {}


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """An operation. `within` are the types and words of the parameters in its path, `query` is the shape of the others.

    `shared` are parameters that many operations take, by name. An answer that many give is the name that it has among
    the shared ones. `body` is what can be sent, by media type; it has to be unless it is `bodiless` that makes sense.
    `public` operations take no token.
    """

    method: str = "GET"
    path: str
    name: str
    tag: str
    summary: str
    description: str = ""
    within: Mapping[str, Any] = {}
    query: type[msgspec.Struct] | None = None
    shared: tuple[str, ...] = ()
    body: Mapping[str, Content] = {}
    bodiless: bool = False
    answers: Mapping[str, Answer | str]
    public: bool = False
    deprecated: bool = False


class Tag(NamedTuple):
    """A group of operations."""

    name: str
    description: str


HEADERS: Mapping[str, Any] = {
    "ETag": {
        "description": "The number of the change that made it so. Send it as `If-Match` to change this state alone.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
        "example": '"118"',
    },
    "Location": {
        "description": "The path that shows what was added or begun.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/smart-routings/contacts/12?customer_account=CL0000",
    },
    "Preference-Applied": {
        "description": "What was asked for with `Prefer`.",
        "schema": {"type": "string", "const": "return=minimal"},
    },
    "Content-Disposition": {
        "description": "The file's name.",
        "required": True,
        "schema": {"type": "string"},
        "example": 'attachment; filename="contacts-CL0000.csv"',
    },
    "WWW-Authenticate": {
        "description": "How to say who asks.",
        "required": True,
        "schema": {"type": "string", "const": CHALLENGE},
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "30",
    },
    "Allow": {
        "description": "The methods that the path takes.",
        "required": True,
        "schema": {"type": "string", "enum": ["GET, HEAD", "GET, HEAD, POST", "POST"]},
    },
    "Deprecation": {
        "description": "Since when the path is deprecated (RFC 9745).",
        "required": True,
        "schema": {"type": "string", "pattern": "^@[0-9]+$"},
        "example": "@1767225600",
    },
    "Link": {
        "description": "What comes after (RFC 5829).",
        "required": True,
        "schema": {"type": "string", "const": '</api/v1/smartRoutings>; rel="successor-version"'},
    },
    "Cache-Control": {"description": "`no-store`.", "schema": {"type": "string"}},
    "X-Request-Id": {
        "description": "The request's id: its own `X-Request-Id` where it is fit, else a new one. "
        "Log lines have it too.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
        "example": "9f2c4b7d1e60a853",
    },
}
"""Headers of answers; every answer has the last."""
