"""Puts words to the OpenAPI document: a description on every property and parameter that has none of its own."""

from functools import cache
from typing import Any

from aiguillage.api.words import WORDS
from aiguillage.api.words_told import Word

Schemas = dict[str, Any]
UNSAID = object()
"""Where there is no example."""


def described_schemas(schemas: Schemas) -> Schemas:
    """The schemas with a description on each property, also of objects inside them; `schemas` stay as they are."""
    return {name: _described(schema, name) for name, schema in schemas.items()}


def _described(schema: Any, owner: str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(schema, list):
        return [_described(one, owner) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: value if key.startswith("example") else _described(value, owner) for key, value in schema.items()}
    if "properties" in schema:
        told["properties"] = {name: _property(one, owner, name) for name, one in told["properties"].items()}
    return told


def _property(schema: Schemas, owner: str, field: str) -> Schemas:
    text = text_of(field, owner)
    return {"description": text} | schema if text else schema


def text_of(field: str, *owners: str) -> str:
    """What a field of the first of these shapes that has its own words for it means; empty where nobody said."""
    word = next((own for owner in owners if (own := own_word(owner, field)) is not None), general_word(field))
    text = word if isinstance(word, str) or word is None else word[0]
    return (text or "").replace("#", field[-1:])


def own_word(owner: str, field: str) -> Word | None:
    """What is said of a field of this shape alone: under the longest beginning of the shape's name."""
    own = [one for name in _names(field) for one in _owned().get(name, ()) if owner.startswith(one[0])]
    return max(own, key=lambda one: len(one[0]))[1] if own else None


def general_word(field: str) -> Word | None:
    """What is said of a field wherever it stands."""
    return next((word for name in _names(field) if (word := WORDS.get(name)) is not None), None)


def value_of(word: Word | None, field: str) -> Any:  # noqa: ANN401 - JSON
    """The example that goes with the words; one of several by the field's number. UNSAID where there is none."""
    if word is None or isinstance(word, str):
        return UNSAID
    value = word[1]
    return value[int(field[-1]) - 1] if isinstance(value, tuple) else value


def _names(field: str) -> tuple[str, ...]:
    return (field, f"{field[:-1]}#") if field[-1:].isdigit() else (field,)


@cache
def _owned() -> dict[str, list[tuple[str, Word]]]:
    """The words for fields of single shapes: field -> beginnings of shapes' names, and the words."""
    found: dict[str, list[tuple[str, Word]]] = {}
    for name, word in WORDS.items():
        shape, dot, field = name.rpartition(".")
        if dot:
            found.setdefault(field, []).append((shape, word))
    return found
