"""Cells: what stands in one, parsed into what Contact keeps."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from aiguillage.domain.accounts import check_email
from aiguillage.domain.contacts import Telecom, parse_text, shortened, unfloated
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.given import Sent, sent_as
from aiguillage.domain.numbering import certain
from aiguillage.domain.numbers import E164, parse_number, parse_prefix

LONGEST_SENT = 1_000
"""Characters of JSON of one number or e-mail address, with all that is sent along."""

MOST_IN_A_CELL = 50
TOO_MANY = f"More than {MOST_IN_A_CELL} are too many for one contact. Use a number prefix (+3319900*) for a range."
_PLAIN = re.compile(r"[0-9+ .()]+")
"""A number with what people write inside one, and nothing that could part two."""

_BETWEEN = re.compile(r"[|,\r\n\t\v\f\x85\u2028\u2029•]|:{3,}|;(?!\s*[A-Za-z-]+=)")
_DIALLED_AFTER = re.compile(r"((?:[0-9][^0-9;,|\r\n\t]{0,3}){7,})(?:,,+|;ext=)[0-9]{1,8}#?(?=\s*(?:$|[;,|\r\n\t]))")
"""An extension behind a whole number: a pause (`,,12`) or a parameter (`;ext=12`), not a number of its own."""

_WORDS = re.compile(r"(?i)(?<=[0-9)\s])(?:ou|et|et/ou|or|and|and/or|puis|sinon|then|else|&)(?=[0-9+(\s])")
_LOOSE = re.compile(r"/|\s[-\u2010-\u2015]\s")
_WHOLE = re.compile(r"\s*[+0](?:[^0-9]*[0-9]){6}")
_QUOTES = " \t\u00a0'\"`\u2018\u2019\u201c\u201d«»"
_BETWEEN_EMAILS = re.compile(r"[;,|/\s]+|:{3,}")
_WORDS_BETWEEN_EMAILS = frozenset({"", "ou", "et", "or", "and", "&"})
_BRACKETED = re.compile(r"<([^<>]*)>")
_SHORTENED = re.compile(r"\+?[0-9]+[.,]?[0-9]*[eE]\+?[0-9]+|#{3,}")
_GROUPED = re.compile(r"[0-9]{1,2}(?:,[0-9]{3}){3,4}")
_FLOAT = re.compile(r"(\+?[0-9]+)[.,]0{1,2}")
_SIGNS = "=+\\-@＝＋－＠"  # noqa: RUF001 - as wide as Chinese characters, in which a spreadsheet may take them too
_GUARDED = re.compile(rf"'+[{_SIGNS}]|'[0-9+(*#][0-9 .()/+*#-]*$")
_QUOTED = re.compile(r'=\s*(?:[tT]\()?\s*"((?:[^"]|"")*)"\s*\)?\s*')
_EQUATED = re.compile(r"=\s*(\+?[0-9][0-9 .()]*)")
GUARDS = frozenset("'=")
"""What a guarded cell begins with."""

_FORMULA = re.compile(rf"'*[{_SIGNS}]")
_NUMBERS = re.compile(r"\+[0-9]+\*?(, \+?[0-9]+\*?)*")


def unguarded(text: str) -> str:
    """The text without what keeps a spreadsheet from changing it: an apostrophe in front, or `="0199001234"`."""
    if text[:1] == "=":
        quoted, equated = _QUOTED.fullmatch(text), _EQUATED.fullmatch(text)
        return quoted[1].replace('""', '"') if quoted else equated[1] if equated else text
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def guarded(text: str) -> str:
    """The text, safe in a spreadsheet: an apostrophe goes in front of formulas. E.164 numbers are none."""
    return "'" + text if _FORMULA.match(text) and not _NUMBERS.fullmatch(text) else text


def parse_emails(cell: str | list[Any] | dict[str, Any]) -> tuple[str, ...]:
    """The addresses in a cell, or in a list of texts or of objects with `email`. Raises Refusal(invalid)."""
    found = _addresses(cell) if isinstance(cell, str) else [text for text, _type, _label in _members(cell, "email")]
    if len(found) > MOST_IN_A_CELL:
        raise invalid(TOO_MANY)
    return tuple(dict.fromkeys([check_email(email) for email in found if email.strip()]))


def _addresses(text: str) -> list[str]:
    """The parts of a text that are an address each: `a@example.org ou Zoé <b@example.org>` has two."""
    if text.count("@") == 1:
        return [text]
    bracketed = _BRACKETED.findall(text)
    if bracketed and len(bracketed) == text.count("@"):
        return bracketed
    return [part for part in _BETWEEN_EMAILS.split(text) if part.lower() not in _WORDS_BETWEEN_EMAILS]


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
            raise invalid(f"What is sent with {key} is too long. Send at most {LONGEST_SENT} characters.")
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
            raise invalid(f"'{str(part)[:40]}' is neither a text nor an object with '{name}'.")
        yield text, kind, label


def split_numbers(text: str, country: str) -> list[str]:
    """The numbers in a text, as E.164; prefixes end in a star. Raises Refusal(invalid)."""
    fast = certain(text.replace(" ", ""), country)
    if fast is not None:
        return [fast]
    if text.isdecimal() or _PLAIN.fullmatch(text) or unfloated(text.strip()) != text.strip():
        return [_number(text, country)]
    if _SHORTENED.fullmatch(text.strip()):
        raise shortened(text.strip())
    if _GROUPED.fullmatch(text.strip()):
        raise _unclear(text)
    parts = [part for part in _BETWEEN.split(_DIALLED_AFTER.sub(r"\1", text)) if part.strip()]
    if len(parts) > MOST_IN_A_CELL:
        raise invalid(TOO_MANY)
    return [number for part in parts for number in _joined(part, country)]


def _joined(text: str, country: str) -> list[str]:
    """The numbers between words (`ou`, `et`). `0199001234 ou 35` is left to people: 35 may be an ending."""
    parts = [part for part in _WORDS.split(text) if part.strip()]
    numbers = [number for part in parts for number in _loosely_joined(part, country)]
    return numbers if len(parts) == 1 else _of_a_kind(numbers, text)


def _loosely_joined(text: str, country: str) -> list[str]:
    """One number written with slashes or dashes, or several. `207/208` are two; `0199001234/35` is left to people."""
    parts = [part for part in _LOOSE.split(text) if part.strip()]
    if len(parts) <= 1:
        return [_number(text, country)]
    if not all(_WHOLE.match(part) for part in parts):
        try:
            whole = parse_number(text, country)
        except Refusal:
            whole = E164("")
        if whole.startswith("+"):
            return [whole]
    return _of_a_kind([_number(part, country) for part in parts], text)


def _of_a_kind(numbers: list[str], text: str) -> list[str]:
    """The numbers, if all are short ones, or all are full. Raises Refusal(invalid)."""
    if len({number.startswith("+") for number in numbers}) > 1:
        raise _unclear(text)
    return numbers


def _unclear(text: str) -> Refusal:
    return invalid(f"'{text[:40]}' is ambiguous. Write each number in full, with a semicolon between them.")


def _number(text: str, country: str) -> str:
    text = text.strip(_QUOTES)
    if text.endswith("*"):
        return parse_prefix(text, country) + "*"
    if not text.lstrip("+").isdecimal():
        if _SHORTENED.fullmatch(text):
            raise shortened(text)
        text = unfloated(text)
    return parse_number(text, country)
