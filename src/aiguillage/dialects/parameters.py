"""Parameters of a request: from its query, a JSON body or a form, and the values that several dialects read alike."""

import json
from collections.abc import Callable, Container, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from aiguillage.dialects.http import Scope, given_twice, header_of, read_form, read_query
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import SECOND, moment_of, read_iso

JSON_BODY, FORM_BODY = "application/json", "application/x-www-form-urlencoded"
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Members(list[tuple[str, Any]]):
    """A JSON object's members as they stand, so that one given twice is seen."""


ReadJson = Callable[[Any, Container[str]], Iterable[tuple[str, Any]]]
"""Finds the values of some names in a JSON body: an object's members as pairs, so that one given twice is seen."""


def read_both(scope: Scope, names: Container[str], find: ReadJson | None = None) -> dict[str, str]:
    """The parameters of a POST's query and body that have one of the names; no other is judged.

    `find` looks for them in a JSON body; if left out they are members of its object. Raises Refusal(invalid), also for
    one given two values.
    """
    query = scope["query_string"]
    given = read_query(query, names) if query else {}
    body: bytes | None = scope["body"]
    if body is None:
        raise invalid("the body is longer than 8 KiB, or was not sent to its end")
    if not body:
        return given
    kind = _kind_of(header_of(scope["headers"], b"content-type"))
    if kind == FORM_BODY:
        return read_form(body, "body", names, given)
    if kind != JSON_BODY:
        raise invalid(f"the content type is neither {JSON_BODY} nor {FORM_BODY}")
    for name, value in _read_json(body, names, find or _members):
        if given.setdefault(name, value) != value:
            raise given_twice(name)
    return given


@lru_cache(maxsize=64)
def _kind_of(content_type: bytes) -> str:
    """A media type without its parameters, kept: phone systems send the same."""
    return content_type.decode("latin-1").partition(";")[0].strip().lower()


def _read_json(body: bytes, names: Container[str], find: ReadJson) -> Iterable[tuple[str, str]]:
    """The members of an object that have one of the names, numbers and booleans as text.

    Null stands for a parameter that is left out.
    """
    try:
        members = json.loads(body.decode(), object_pairs_hook=Members, parse_int=str, parse_float=str)
        if isinstance(members, Members):
            return [(name, _as_text(value)) for name, value in find(members, names) if value is not None]
    except (ValueError, RecursionError):
        pass
    raise invalid("the body is no JSON object of texts, numbers, true and false")


def _members(members: Iterable[tuple[str, Any]], names: Container[str]) -> Iterable[tuple[str, Any]]:
    return ((name, value) for name, value in members if name in names)


def _as_text(value: object) -> str:
    """A value as a parameter. Raises ValueError for one that is none, or has half a character in it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - told like any other broken body
    value.encode()
    return value


def read_moment(text: str) -> int | datetime:
    """ISO 8601 as microseconds since 1970 UTC; without an offset as a time by the clock on the account's wall.

    Raises Refusal(invalid).
    """
    try:
        moment = read_iso(text)
    except ValueError:
        moment = None
    if moment is None or not _EARLIEST <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < _LATEST:
        raise invalid("at is no moment; write it as in 2026-11-24T18:00:00+01:00, or without the zone")
    return moment_of(moment) // SECOND * SECOND if moment.tzinfo else moment
