"""Answers that an account writes itself: a text with places, `{destination}`, each filled in and escaped.

    {"target": "{destination}", "vip": {vip}}     media type json: in quotes as text, without them as JSON's value
    <Dial to="{destination}">{company}</Dial>     xml: in text, or in an attribute's quotes
    {destination};{priority}                      text: on one line

A place is the name of a field of V2's answer in braces. There is nothing else: no conditions, no loops, no code. What
stands around the places is sent as it was written. It is looked at when it is saved: whatever the fields hold, what is
sent is JSON or XML.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate

from aiguillage.domain.answered import ATTRIBUTES, FIELDS, Told
from aiguillage.domain.errors import invalid

JSON, XML, TEXT = "json", "xml", "text"
MEDIA_TYPES = (JSON, XML, TEXT)
LONGEST = 4_000
_PLACE = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
_NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that no XML document may have, escaped or not."""

_PLAIN_IN_XML = re.compile("[ !#-%(-;=?-~\u00a0-\ud7ff\ue000-\ufffd]*")
_DECLARATION = re.compile(r"\s*<\?xml\s[^?{}]*\?>")
_XML = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


class Place(NamedTuple):
    """One place: the attribute of the answer that fills it, and how the value is written."""

    attribute: str
    write: Callable[[Any], str]


Template = tuple[str | Place, ...]
"""A text cut into what is sent as it is and places."""


def in_xml(text: str) -> str:
    """A text as it can be inside an XML element or an attribute's quotes; what XML cannot have is a question mark."""
    return text if is_plain_in_xml(text) else _NO_XML.sub("?", text).translate(_XML)


def is_plain_in_xml(text: str) -> bool:
    """Whether a text can be in XML as it is: most can."""
    return _PLAIN_IN_XML.fullmatch(text) is not None


def _plain(value: object) -> str:
    """A value as text on one line: booleans as true and false, nothing for None."""
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool) else " ".join(str(value).split())


def _xml(value: object) -> str:
    return in_xml(_plain(value))


def _json(value: object) -> str:
    return json.dumps(value)


def _quoted(value: object) -> str:
    """A value inside the quotes of a JSON text."""
    return json.dumps(_plain(value))[1:-1]


_WRITERS: dict[str, Callable[[Any], str]] = {XML: _xml, TEXT: _plain}


def check_template(text: str, media_type: str, field: str) -> str:
    """The template as it is kept; nothing stays nothing. Raises Refusal(invalid), which says what is wrong with it."""
    text = text.strip()
    if media_type not in MEDIA_TYPES:
        raise invalid(f"'{media_type[:40]}' is not a media type. Choose from: {', '.join(MEDIA_TYPES)}.", "media_type")
    if len(text) > LONGEST:
        raise invalid(f"The answer has {len(text):,} characters. Use up to {LONGEST:,}.", field)
    for name in _PLACE.findall(text):
        if name not in FIELDS:
            raise invalid(f"'{name[:40]}' is not a field. Use any of: {', '.join(FIELDS)}.", field)
    if text:
        _CHECKS[media_type](text, field)
    return text


def _check_text(text: str, field: str) -> None:
    left = _PLACE.sub("", text)
    if "{" in left or "}" in left:
        raise invalid("A brace of the answer belongs to no field. Write fields as in {destination}.", field)


def _check_json(text: str, field: str) -> None:
    sample = "".join(
        piece if isinstance(piece, str) else ("x" if piece.write is _quoted else "null") for piece in cut(text, JSON)
    )
    try:
        written = json.loads(sample, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid(f"The answer is not JSON: {error}. Put fields in quotes, or in a value's place.", field) from None
    for one in _texts(written):
        _check_text(one, field)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no value of JSON")


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """All texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _check_xml(text: str, field: str) -> None:
    _check_text(text, field)
    body = _DECLARATION.sub("", text, count=1)
    if "<!" in body or "<?" in body or _NO_XML.search(body):
        raise invalid("Leave out comments, CDATA, document types, instructions and control characters.", field)
    try:
        # A reference can stand where a text can, and nowhere else: not in the name of an element, say.
        ParserCreate().Parse(_PLACE.sub("&lt;", body).encode(), True)  # noqa: FBT003 - a C function, that is all
    except ExpatError as error:
        raise invalid(f"The answer is not XML: {error}. Put fields in text or quotes.", field) from None


_CHECKS = {JSON: _check_json, XML: _check_xml, TEXT: _check_text}


@lru_cache(maxsize=1024)
def cut(text: str, media_type: str) -> Template:
    """A template that was checked, cut into its pieces once."""
    pieces: list[str | Place] = []
    quoted, end = False, 0
    for found in _PLACE.finditer(text):
        before = text[end : found.start()]
        quoted = _ends_in_quotes(before, quoted)
        write = _WRITERS.get(media_type) or (_quoted if quoted else _json)
        pieces += (before, Place(ATTRIBUTES[found[1]], write))
        end = found.end()
    return (*pieces, text[end:])


def _ends_in_quotes(text: str, quoted: bool) -> bool:  # noqa: FBT001 - where it begins
    """Whether a piece of JSON ends inside a text; `quoted` where it begins in one."""
    escaped = False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = quoted
        elif sign == '"':
            quoted = not quoted
    return quoted


def fill(template: Template, told: Told) -> str:
    """What is sent: the template with each place filled in."""
    return "".join(
        [piece if isinstance(piece, str) else piece.write(getattr(told, piece.attribute)) for piece in template]
    )
