"""V2's formats: JSON, a flat map of texts, raw values, key=value pairs, lines of text, XML; TwiML is twiml.py's."""

from typing import Any
from urllib.parse import quote

import msgspec

from aiguillage.dialects.http import JSON, TEXT, Answer, render
from aiguillage.domain.answered import ATTRIBUTES, FREE_TEXT, Told
from aiguillage.domain.templates import in_xml, is_plain_in_xml

TEXTUAL = ("raw", "kv", "text", "xml", "twiml")
"""The formats whose errors are text/plain."""

FORMATS = ("json", "strings", *TEXTUAL)
XML = b"application/xml; charset=utf-8"
_encode = msgspec.json.Encoder().encode


def as_json(answer: Told) -> Answer:
    """All of it, on one line."""
    return render(200, JSON, _encode(answer))


def as_asked(answer: Told, wanted: str, fields: tuple[str, ...], trace: list[dict[str, Any]] | None) -> Answer:
    """The fields asked for (none: all, raw: the destination alone) in the format asked for; a trace goes with JSON."""
    chosen = fields or (("destination",) if wanted == "raw" else ())
    values = {name: getattr(answer, ATTRIBUTES[name]) for name in chosen} or msgspec.to_builtins(answer)
    if wanted == "json":
        return render(200, JSON, _encode(values if trace is None else values | {"trace": trace}))
    if wanted == "strings":
        return render(200, JSON, _encode({name: as_string(value) for name, value in values.items()}))
    media_type = XML if wanted == "xml" else TEXT
    return render(200, media_type, _WRITTEN[wanted](values).encode())


def as_string(value: object) -> str:
    """A value as the text that a flow compares it with: yes and no as `true` and `false`, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    """A value as text on one line: booleans as 1 and 0, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(value.split())
    return str(int(value)) if isinstance(value, bool) else str(value)


def _raw(values: dict[str, Any]) -> str:
    """The values with commas between them; one in a value becomes a blank, or it would look like two values."""
    return ",".join(_text(value).replace(", ", " ").replace(",", " ") for value in values.values())


def _pairs(values: dict[str, Any]) -> str:
    ordered = sorted(values.items(), key=lambda item: item[0] in FREE_TEXT)
    return "&".join(f"{name}={quote(_text(value), safe='')}" for name, value in ordered)


def _lines(values: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {_text(value)}".rstrip() for name, value in values.items())


def _elements(values: dict[str, Any]) -> str:
    texts = [_text(value) for value in values.values()]
    if not is_plain_in_xml("".join(texts)):
        texts = [in_xml(text) for text in texts]
    inside = "".join([f"<{name}>{text}</{name}>" for name, text in zip(values, texts, strict=True)])
    return f'<?xml version="1.0" encoding="UTF-8"?><route>{inside}</route>'


_WRITTEN = {"raw": _raw, "kv": _pairs, "text": _lines, "xml": _elements}
