"""What Encom's dialects and V2 have in common: their error bodies (contracts/encom.md, 'Both')."""

import json
from functools import lru_cache

from aiguillage.dialects.http import JSON, STATUS, TEXT, Answer, more_about, render
from aiguillage.domain.errors import Kind, Refusal

METHODS = ("GET", "HEAD")
WORDS = {
    400: "bad request",
    401: "unauthorized",
    403: "not authorized",
    404: "not found",
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
    body = json.dumps({"response": "method not allowed"}).encode()
    return render(405, JSON, body, ((b"allow", ", ".join(methods).encode()),))
