"""What the HTTP dialects share: parameters read strictly, answers with their length told."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from aiguillage.domain.errors import invalid

Scope = dict[str, Any]
"""An ASGI connection scope, as the web server makes it."""

LONGEST_QUERY = 8 * 1024
TEXT = b"text/plain; charset=utf-8"
JSON = b"application/json"


class Answer(NamedTuple):
    """An HTTP answer; `headers` are ASGI's pairs of bytes."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def render(status: int, media_type: bytes, body: bytes, more: Iterable[tuple[bytes, bytes]] = ()) -> Answer:
    """An answer with its type and length told."""
    return Answer(status, [(b"content-type", media_type), (b"content-length", b"%d" % len(body)), *more], body)


def read_query(raw: bytes) -> dict[str, str]:
    """The parameters of a query string, percent-decoded as UTF-8.

    Raises Refusal(invalid) when it is over 8 KiB, not UTF-8, or gives one parameter two values.
    """
    if len(raw) > LONGEST_QUERY:
        raise invalid("the query is longer than 8 KiB")
    found: dict[str, str] = {}
    try:
        for pair in raw.decode().split("&"):
            name, _, value = pair.partition("=")
            if "%" in pair or "+" in pair:
                name, value = unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")
            if found.setdefault(name, value) != value:
                raise invalid(f"{name[:40]} is given twice with two values")
    except UnicodeDecodeError:
        raise invalid("the query is not UTF-8") from None
    return found
