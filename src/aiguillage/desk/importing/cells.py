"""Cells: what stands in one, parsed into what Contact keeps."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from aiguillage.domain.contacts import Telecom, parse_language, parse_text
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.given import Sent, sent_as
from aiguillage.domain.numbers import E164, parse_number, parse_prefix

LONGEST_REFERENCE, LONGEST_EMAIL, LONGEST_EMAIL_DESTINATION = 64, 254, 255
LONGEST_SENT = 1_000
"""Characters of JSON of one number or e-mail address, with all that is sent along."""

MOST_IN_A_CELL = 50
TOO_MANY = f"More than {MOST_IN_A_CELL} are too many for one contact. Use a number prefix (+3319900*) for a range."
_BETWEEN = re.compile(r"[;,|\r\n\t]+")
_DIALLED_AFTER = re.compile(r"((?:[0-9][^0-9;,|\r\n\t]{0,3}){7,})(?:,,+|;ext=)[0-9]{1,8}(?=\s*(?:$|[;,|\r\n\t]))")
"""An extension behind a whole number: a pause (`,,12`) or a parameter (`;ext=12`), not a number of its own."""

_BETWEEN_EMAILS = re.compile(r"[;,|\s]+")
_BROKEN = re.compile(r"\s*[\r\n\t]+\s*")
_SHORTENED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_SIGNS = "=+\\-@＝＋－＠"  # noqa: RUF001 - as wide as Chinese characters, in which a spreadsheet may take them too
_GUARDED = re.compile(rf"'+[{_SIGNS}]")
_FORMULA = re.compile(rf"'*[{_SIGNS}]")
_NUMBERS = re.compile(r"\+[0-9]+\*?(, \+?[0-9]+\*?)*")
LANGUAGES = {
    word: code
    for code, words in {
        "fr": "french français francais",
        "en": "english anglais",
        "de": "german deutsch allemand",
        "es": "spanish español espagnol",
        "it": "italian italiano italien",
        "nl": "dutch nederlands néerlandais",
    }.items()
    for word in words.split()
}


def unguarded(text: str) -> str:
    """The text without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def guarded(text: str) -> str:
    """The text, safe in a spreadsheet: an apostrophe goes in front of formulas. E.164 numbers are none."""
    return "'" + text if _FORMULA.match(text) and not _NUMBERS.fullmatch(text) else text


def parse_name(text: str) -> str:
    """A name; a line end inside a cell becomes a blank. Raises Refusal(invalid)."""
    return parse_text(_BROKEN.sub(" ", text) if "\n" in text or "\r" in text or "\t" in text else text)


def parse_reference(text: str) -> str:
    """An external reference. Raises Refusal(invalid)."""
    return parse_text(text, LONGEST_REFERENCE)


def parse_email_destination(text: str) -> str:
    """Where a contact's e-mails go. Raises Refusal(invalid)."""
    return parse_text(text, LONGEST_EMAIL_DESTINATION)


def parse_spoken_language(text: str) -> str:
    """A language by its code or its name. Raises Refusal(invalid)."""
    return LANGUAGES.get(text.strip().lower()) or parse_language(text)


def parse_emails(cell: str | list[Any] | dict[str, Any]) -> tuple[str, ...]:
    """The addresses in a cell, or in a list of texts or of objects with `email`. Raises Refusal(invalid)."""
    if isinstance(cell, str):
        found = _BETWEEN_EMAILS.split(cell)
    else:
        found = [text for text, _type, _label in _members(cell, "email")]
    if len(found) > MOST_IN_A_CELL:
        raise invalid(TOO_MANY)
    emails = [parse_text(email, LONGEST_EMAIL) for email in found if email.strip()]
    for email in emails:
        if "@" not in email:
            raise invalid(f"'{email[:40]}' is not an e-mail address.")
    return tuple(dict.fromkeys(emails))


def parse_telecoms(cell: str | list[Any] | dict[str, Any], kind: str, country: str) -> tuple[Telecom, ...]:
    """The numbers in a cell, or in a list of texts or of objects with `number`. Raises Refusal(invalid)."""
    if isinstance(cell, str):
        return tuple([Telecom(number, kind) for number in split_numbers(cell, country)])
    found = []
    for text, own_kind, label in _members(cell, "number"):
        numbers = split_numbers(text, country)
        found += [Telecom(number, parse_text(own_kind) or kind, parse_text(label)) for number in numbers]
    return tuple(found)


def given_in(cell: list[Any] | dict[str, Any], parsed: tuple[Telecom, ...] | tuple[str, ...]) -> dict[str, Sent]:
    """How each number or address in a list was sent; a text that holds several is not remembered."""
    parts = [cell] if isinstance(cell, dict) else cell
    if len(parts) != len(parsed):
        return {}
    keys = [one if isinstance(one, str) else one.number for one in parsed]
    given: dict[str, Sent] = {}
    for key, part in zip(keys, parts, strict=True):
        sent = sent_as(part if isinstance(part, dict) else str(part))
        if len(msgspec.json.encode(sent)) > LONGEST_SENT:
            raise invalid(f"What comes with {key} is too long. Send at most {LONGEST_SENT} characters.")
        given.setdefault(key, sent)
    return given


def _members(cell: list[Any] | dict[str, Any], name: str) -> Iterator[tuple[str, str, str]]:
    """The members of a JSON list (one object is a list of one): text, type and label of each."""
    parts = [cell] if isinstance(cell, dict) else cell
    if len(parts) > MOST_IN_A_CELL:
        raise invalid(TOO_MANY)
    for part in parts:
        found = part if isinstance(part, dict) else {name: part}
        text, kind, label = found.get(name), found.get("type") or "", found.get("label") or ""
        if isinstance(text, int) and not isinstance(text, bool):
            text = str(text)
        if not (isinstance(text, str) and isinstance(kind, str) and isinstance(label, str)):
            raise invalid(f"'{str(part)[:40]}' is no text, and no object with '{name}'.")
        yield text, kind, label


def split_numbers(text: str, country: str) -> list[str]:
    """The numbers in a text, as E.164; prefixes end in a star. Raises Refusal(invalid)."""
    if text.isalnum():
        return [_number(text, country)]
    if _SHORTENED.fullmatch(text.strip()):
        return [_number(text, country)]
    parts = [part for part in _BETWEEN.split(_DIALLED_AFTER.sub(r"\1", text)) if part.strip()]
    if len(parts) > MOST_IN_A_CELL:
        raise invalid(TOO_MANY)
    return [
        number for part in parts for number in (_slashed(part, country) if "/" in part else (_number(part, country),))
    ]


def _slashed(text: str, country: str) -> list[str]:
    """One number written with slashes, or several. `207/208` are two; an ending (`0199001234/35`) is left to people."""
    try:
        whole = parse_number(text, country)
    except Refusal:
        whole = E164("")
    if whole.startswith("+"):
        return [whole]
    numbers = [_number(part, country) for part in text.split("/") if part.strip()]
    if len({number.startswith("+") for number in numbers}) > 1:
        raise invalid(f"'{text[:40]}' is not clear. Write each number in full, with a semicolon between them.")
    return numbers


def _number(text: str, country: str) -> str:
    text = text.strip().lstrip("'")
    if text.endswith("*"):
        return parse_prefix(text, country) + "*"
    if _SHORTENED.fullmatch(text):
        raise invalid(f"'{text}' was shortened by a spreadsheet. Format the column as text, and export it again.")
    return parse_number(text, country)
