"""What the HTTP dialects share: parameters read strictly, answers with their length told."""

from collections.abc import Container, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from aiguillage.domain.accounts import CHALLENGE
from aiguillage.domain.errors import CODE, Kind, Refusal, invalid
from aiguillage.domain.problems import CODES

Scope = dict[str, Any]
"""An ASGI connection scope, as the web server makes it."""

LONGEST_QUERY = 8 * 1024
STATUS = {kind: CODES[code].status for kind, code in CODE.items()} | {Kind.INVALID: HTTPStatus.BAD_REQUEST}
"""Every kind of refusal, as a status: whatever a call flow asks wrongly is a 400."""

TEXT = b"text/plain; charset=utf-8"
JSON = b"application/json"


Headers = tuple[tuple[bytes, bytes], ...]
"""ASGI's pairs of name and value."""


NOT_KEPT: Headers = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""What every answer says: it is about people, and for this caller and moment alone."""


def more_about(refusal: Refusal) -> Headers:
    """The headers of a refusal beside those of every answer: who asks, or when to ask again."""
    if refusal.wait is not None:
        return ((b"retry-after", b"%d" % refusal.wait),)
    return ((b"www-authenticate", CHALLENGE.encode()),) if refusal.kind is Kind.UNAUTHORIZED else ()


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Headers
    body: bytes


def render(status: int, media_type: bytes, body: bytes, more: Headers = ()) -> Answer:
    """An answer with its type and length told."""
    return Answer(status, _headers(media_type, len(body), more), body)


@lru_cache(maxsize=1024)
def _headers(media_type: bytes, length: int, more: Headers) -> Headers:
    """The headers of a type and length, kept: there are few of either."""
    return ((b"content-type", media_type), (b"content-length", b"%d" % length), *NOT_KEPT, *more)


def read_query(raw: bytes, names: Container[str]) -> dict[str, str]:
    """Those parameters of a query string that have one of the names, percent-decoded as UTF-8; no other is judged.

    Raises Refusal(invalid) when it is over 8 KiB, or one that is read is not UTF-8 or has two values.
    """
    if len(raw) > LONGEST_QUERY:
        raise invalid("the query is longer than 8 KiB")
    return read_form(raw, "query", names)


def read_form(raw: bytes, where: str, names: Container[str], given: dict[str, str] | None = None) -> dict[str, str]:
    """The same of any such text; `where` it stands is for the refusal's words.

    They are added to what was `given` elsewhere; one that has another value there has two.
    """
    given = {} if given is None else given
    try:
        return _read(raw.decode(), names, given)
    except UnicodeDecodeError:
        return _read_odd(raw, where, names, given)


def without_codes(text: str) -> str | None:
    """A text in which no more is coded than the `+` of a number, decoded; None for any other."""
    if "+" not in text:
        found = text.replace("%2B", "+")
        if "%" not in found:
            return found
    return None


def unquoted(text: str) -> str:
    """A name or value of a form, decoded. Raises UnicodeDecodeError."""
    found = without_codes(text)
    return unquote_plus(text, errors="strict") if found is None else found


def _read(text: str, names: Container[str], found: dict[str, str]) -> dict[str, str]:
    plain = without_codes(text)
    if plain is None:
        return _read_coded(text, names, found)
    for pair in plain.split("&"):
        name, _, value = pair.partition("=")
        if name in names and found.setdefault(name, value) != value:
            raise given_twice(name)
    return found


def _read_coded(text: str, names: Container[str], found: dict[str, str]) -> dict[str, str]:
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        coded = "%" in pair or "+" in pair
        if coded and ("%" in name or "+" in name):
            name = unquote_plus(name)
        if name not in names:
            continue
        if coded:
            value = unquoted(value)
        if found.setdefault(name, value) != value:
            raise given_twice(name)
    return found


def given_twice(name: str) -> Refusal:
    """The refusal of a parameter with two values."""
    return invalid(f"{name[:40]} is given twice with two values")


def _read_odd(raw: bytes, where: str, names: Container[str], given: dict[str, str]) -> dict[str, str]:
    """Of a text that is not UTF-8 all over: it may be so where it is read."""
    try:
        found = _read(raw.decode(errors="surrogateescape"), names, given)
        "".join(found.values()).encode()
    except UnicodeError:
        raise invalid(f"the {where} is not UTF-8") from None
    return found


def header_of(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    """The value of the first header of that name, nothing for one that is not there."""
    for name, value in headers:
        if name == wanted:
            return value
    return b""
