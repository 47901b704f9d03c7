"""Values of another kind than they should be: what msgspec says of them, in the words of who sends JSON."""

import re

import msgspec

from aiguillage.domain.errors import FIELD, Refusal, invalid

WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
    "date": "a date",
    "time": "a time",
    "datetime": "a moment",
}
LONGEST_FIELD = 80
_KINDS = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_INDEX = re.compile(r"\[(\d+)\]")


def unfit(error: msgspec.ValidationError) -> Refusal:
    """What msgspec says of a value, with the field's name apart, as in `emails.0`."""
    text, _, place = str(error).partition(" - at `$")
    place = _INDEX.sub(r".\1", place.strip("`.")).removeprefix("[...]").lstrip(".")
    if "unknown field `" in text:
        field = f"{place}.{text.partition('unknown field `')[2].rstrip('`')}".lstrip(".")[:LONGEST_FIELD]
        return invalid(f"There is no '{FIELD}' here. Leave it out.", field)
    if "missing required field `" in text:
        field = text.partition("missing required field `")[2].rstrip("`")
        field = f"{place}.{field}".lstrip(".")
        return invalid(f"'{FIELD}' is missing. Send it.", field)
    field = (place or "body")[:LONGEST_FIELD]
    kinds = _KINDS.fullmatch(text)
    if kinds is None:
        return invalid(f"{text}. Send a value of that kind.", field)
    return invalid(f"'{FIELD}' is {_in_words(kinds[2])}. It must be {_in_words(kinds[1])}.", field)


def _in_words(kinds: str) -> str:
    """Kinds of JSON values as msgspec writes them, as in `str | null`."""
    return " or ".join(WORDS.get(kind, kind) for kind in kinds.split(" | "))
