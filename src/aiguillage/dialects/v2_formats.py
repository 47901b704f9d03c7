"""V2's formats: JSON, a flat map of texts, raw values, key=value pairs, lines of text, XML; TwiML is twiml.py's."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec.structs import astuple

from aiguillage.dialects.http import JSON, TEXT, Answer, render
from aiguillage.domain.answered import ATTRIBUTES, FIELDS, FREE_TEXT, Told
from aiguillage.domain.templates import in_xml

TEXTUAL = ("raw", "kv", "text", "xml", "twiml")
"""The formats whose errors are text/plain."""

FORMATS = ("json", "strings", *TEXTUAL)
XML = b"application/xml; charset=utf-8"
Names = tuple[str, ...]
_encode = msgspec.json.Encoder().encode
_PLAIN = re.compile("[ !#-%(-;=?-~\u00a1-\u167f]*")
"""What is written in XML as it is, and has no blank but the space: most values are of nothing else."""


def as_json(answer: Told) -> Answer:
    """All of it, on one line."""
    return render(200, JSON, _encode(answer))


def as_asked(answer: Told, wanted: str, fields: tuple[str, ...], trace: list[dict[str, Any]] | None) -> Answer:
    """The fields asked for (none: all, raw: the destination alone) in the format asked for; a trace goes with JSON."""
    names = fields or (("destination",) if wanted == "raw" else FIELDS)
    values = astuple(answer) if names is FIELDS else [getattr(answer, ATTRIBUTES[name]) for name in names]
    if wanted == "json":
        told = dict(zip(names, values, strict=True))
        return render(200, JSON, _encode(told if trace is None else told | {"trace": trace}))
    if wanted == "strings":
        texts = [value if value.__class__ is str else as_string(value) for value in values]
        return render(200, JSON, _encode(dict(zip(names, texts, strict=True))))
    texts, plain = _texts(values)
    if wanted == "xml":
        written = texts if plain else [in_xml(text) for text in texts]
        document = _document(names).copy()
        document[1::2] = written
        return render(200, XML, "".join(document).encode())
    return render(200, TEXT, _WRITTEN[wanted](names, texts).encode())


def as_string(value: object) -> str:
    """A value as the text that a flow compares it with: yes and no as `true` and `false`, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(values: Iterable[Any]) -> tuple[list[str], bool]:
    """Values as texts on one line, booleans as 1 and 0, nothing for None; and whether all can be in XML as they are."""
    texts = ["" if value is None else value if value.__class__ is str else str(int(value)) for value in values]
    joined = f"|{'|'.join(texts)}|"
    if _PLAIN.fullmatch(joined) and "| " not in joined and " |" not in joined and "  " not in joined:
        return texts, True
    return [" ".join(text.split()) for text in texts], False


def _raw(_: Names, texts: list[str]) -> str:
    """The values with commas between them; one in a value becomes a blank, or it would look like two values."""
    return ",".join([text.replace(", ", " ").replace(",", " ") for text in texts])


def _pairs(names: Names, texts: list[str]) -> str:
    ordered = sorted(zip(names, texts, strict=True), key=lambda item: item[0] in FREE_TEXT)
    return "&".join([f"{name}={quote(text, safe='')}" for name, text in ordered])


def _lines(names: Names, texts: list[str]) -> str:
    return "\n".join([f"{name}: {text}".rstrip() for name, text in zip(names, texts, strict=True)])


@lru_cache(maxsize=1024)
def _document(names: Names) -> list[str]:
    """The XML of some fields in pieces, every other one a value's place; kept: a call flow asks for the same."""
    pieces = ['<?xml version="1.0" encoding="UTF-8"?><route>']
    for name in names:
        pieces[-1] += f"<{name}>"
        pieces += ["", f"</{name}>"]
    pieces[-1] += "</route>"
    return pieces


_WRITTEN = {"raw": _raw, "kv": _pairs, "text": _lines}
