"""What Encom's dialects and V2 have in common: their error bodies (contracts/encom.md, 'Both')."""

import json
from functools import lru_cache

from aiguillage.dialects.http import JSON, TEXT, Answer, render
from aiguillage.domain.accounts import CHALLENGE
from aiguillage.domain.errors import Kind, Refusal

METHODS = ("GET", "HEAD")
STATUS = {
    Kind.INVALID: (400, "bad request"),
    Kind.UNAUTHORIZED: (401, "unauthorized"),
    Kind.FORBIDDEN: (403, "not authorized"),
    Kind.MISSING: (404, "not found"),
    Kind.CONFLICT: (409, "conflict"),
    Kind.UNAVAILABLE: (503, "unavailable"),
    Kind.STALE: (412, "precondition failed"),
    Kind.LIMITED: (429, "too many requests"),
}
"""Every kind of refusal, as status and words."""

_MORE = {401: ((b"www-authenticate", CHALLENGE.encode()),)}


def refuse(refusal: Refusal, *, raw: bool) -> Answer:
    """The error's body: JSON, or its words as text; a raw 404 is empty (Asterisk would dial the text)."""
    status, words = STATUS[refusal.kind]
    more = _MORE.get(status, ()) if refusal.wait is None else ((b"retry-after", b"%d" % refusal.wait),)
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
    body = json.dumps({"response": "method not allowed"}).encode()
    return render(405, JSON, body, ((b"allow", ", ".join(methods).encode()),))
