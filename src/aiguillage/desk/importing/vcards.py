"""vCards (2.1, 3.0, 4.0), read by a process of its own (desk/apart.py): each is a row with columns of its own.

    vCard                              column, as headings.py understands it     cell
    N:Roche;Camille;;Dr;               Family Name, Given Name, Name Prefix      Roche, Camille, Dr
    FN:Camille Roche                   FN, where N says nothing                  Camille Roche
    ORG:Clinique;Urgences              ORG, ORG (department)                     Clinique, Urgences
    TEL;TYPE=WORK,VOICE:0199001234     TEL, TEL - Type                           0199001234, work
    item1.TEL:0639981234               TEL 2, TEL 2 - Type                       0639981234, Chalet
    item1.X-ABLabel:Chalet
    BDAY:19700101                      BDAY                                      19700101

What repeats has a number behind its name. Pictures and sounds are left out before the library sees the card: it takes
the square of a property's lines.
"""

import codecs
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO, TextIOWrapper
from threading import Lock
from typing import Any, BinaryIO, NamedTuple, TextIO

import msgspec

from aiguillage.desk.apart import Limits, Reader, read_apart, tell
from aiguillage.desk.importing.texts import STRAY, bounded_lines

LIMITS = Limits(memory=512 << 20, seconds=120)
TOO_MUCH = "The vCards are too many to be read at once. Split the file, and import its parts."
READER = Reader("aiguillage.desk.importing.vcards", LIMITS, TOO_MUCH, Lock())

LONGEST_CARD, MOST_LINES = 64 << 10, 2_000
"""Characters and lines of one vCard without its pictures."""

MOST_OF_A_KIND = 50
"""Properties of one name in a vCard."""

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
TOO_LONG = f"The vCard has more than {LONGEST_CARD:,} characters, pictures left out. Is it one contact's?"
TOO_MANY = f"The vCard has more than {MOST_OF_A_KIND} properties of one name. Is it one contact's?"
NO_END = f"The vCard has no end ({END}). Export it again: something is missing."
OUTSIDE = f"The line is in no vCard: none has begun ({BEGIN}). Export the file again."
GROUP = "The vCard is about a group of contacts, and nobody in particular. Leave it out."
BEGINNING = 200
"""Bytes that tell whether a file is one of vCards."""

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAVY = re.compile(r"(?i)((?:[a-z0-9-]+\.)?(?:photo|logo|sound|key))[;:]")
_PROPERTY = re.compile(r"[A-Za-z0-9_.-]+[;:]")
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_HEAD = re.compile(rf"(?:[A-Za-z0-9_-]+\.)?[A-Za-z0-9_-]+(?:;+[A-Za-z0-9_-]+(?:={_VALUE}(?:,{_VALUE})*)?)*;*:")
"""What stands before a value. On any other line the library may try forever."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMPONENT = re.compile(r"((?:[^;\\]|\\.)*)(?:;|$)", re.DOTALL)
_OF_APPLE = re.compile(r"_\$!<(.*)>!\$_")
_NAME_PARTS = ("Family Name", "Given Name", "Middle Name", "Name Prefix", "Name Suffix")
_SAYS_NOTHING = frozenset({"", "voice", "pref", "text", "msg", "video", "internet"})
"""Types of a number that any number may have."""

_UNTOLD = frozenset({"BEGIN", "END", "VERSION", "N", "FN", "TEL", "ORG", "X-ABLABEL"})
"""What is of the form itself, or is read on its own account."""


class Card(NamedTuple):
    """A vCard as a row: the line where it begins, its columns, its cells; `fault` says why it cannot be used."""

    line: int
    columns: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    fault: str = ""


class Property(NamedTuple):
    """A line of a vCard: its name in capitals, its group in small letters, its types, its value as it stands."""

    name: str
    group: str
    types: tuple[str, ...]
    value: str


def begins_card(content: bytes) -> bool:
    """Whether a file is one of vCards, in any encoding."""
    start = content[:BEGINNING]
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip().upper().startswith(BEGIN.encode())


@contextmanager
def open_cards(stream: BinaryIO, encoding: str) -> Iterator[Iterator[Card]]:
    """The vCards in a file. Raises Refusal, also while they are read."""
    decode = msgspec.json.Decoder(Card).decode
    with read_apart(READER, stream, encoding) as things:
        yield (decode(thing) for thing in things)


def _read(stream: BinaryIO, encoding: str) -> Iterator[Card]:
    stream.seek(0)
    for line, text, fault in _cards(TextIOWrapper(stream, encoding)):
        yield Card(line, fault=fault) if fault else _read_card(line, text)


def _cards(text: TextIO) -> Iterator[tuple[int, str, str]]:
    """Of each vCard the line where it begins and its text, or why it cannot be used."""
    begun, kept = 0, Kept()
    for number, line in enumerate(bounded_lines(text), start=1):
        word = line.strip().upper()
        if word == BEGIN:
            if begun:
                yield begun, "", NO_END
            begun, kept = number, Kept()
        elif not begun:
            if word:
                yield number, "", OUTSIDE
        elif word == END:
            yield begun, "".join(kept.lines), TOO_LONG if kept.is_full else ""
            begun = 0
        else:
            kept.keep(line)
    if begun:
        yield begun, "", NO_END


class Kept:
    """The lines of one vCard that count, as many as it may have."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._room = LONGEST_CARD
        self._heavy = False

    @property
    def is_full(self) -> bool:
        """Whether it has more than is kept."""
        return self._room < 0 or len(self.lines) > MOST_LINES

    def keep(self, line: str) -> None:
        """Keeps a line, and of a picture its name alone."""
        heavy = _HEAVY.match(line)
        if heavy:
            line = f"{heavy[1]}:\n"
        elif self._heavy and not _PROPERTY.match(line):
            return
        self._heavy = heavy is not None
        self._room -= len(line)
        if not self.is_full:
            self.lines.append(line)


def _read_card(line: int, text: str) -> Card:
    try:
        found = _properties(text)
    except Exception as error:  # noqa: BLE001 - the library raises anything at all on what others made up
        return Card(line, fault=f"The vCard cannot be read ({str(error)[:80]}). Export it again.")
    if any(one.name in {"KIND", "X-ADDRESSBOOKSERVER-KIND"} and one.value.lower() == "group" for one in found):
        return Card(line, fault=GROUP)
    if max(Counter(one.name for one in found).values(), default=0) > MOST_OF_A_KIND:
        return Card(line, fault=TOO_MANY)
    cells = [*_names(found), *_numbers(found), *_others(found)]
    return Card(line, tuple(column for column, _ in cells), tuple(STRAY.sub("", cell) for _, cell in cells))


def _properties(text: str) -> list[Property]:
    from vobject.base import getLogicalLines, textLineToContentLine  # noqa: PLC0415 - only the reading process needs it

    found = []
    for logical, number in getLogicalLines(StringIO(text), allowQP=True):
        head = _HEAD.match(logical)
        if head is None:
            raise ValueError(f"'{logical[:40]}' is no line of one")
        # In capitals: the library knows no other QUOTED-PRINTABLE.
        line = textLineToContentLine(head[0].upper() + logical[head.end() :], number)
        types = ",".join([*line.params.get("TYPE", ()), *line.singletonparams]).lower().split(",")
        found.append(Property(line.name, (line.group or "").lower(), tuple(types), line.value))
    return found


def _names(found: list[Property]) -> Iterator[tuple[str, str]]:
    """Whose the card is. `FN` puts together what `N` says, so it is read where `N` says nothing."""
    named = next((parts for one in found if one.name == "N" and any(parts := _components(one.value))), None)
    organisation = next((_components(one.value) for one in found if one.name == "ORG"), [""])
    if named is not None:
        for column, part in zip(_NAME_PARTS, named, strict=False):
            if part or column in _NAME_PARTS[:2]:
                yield column, part
    for column, one in _numbered([one for one in found if one.name == "FN"]):
        text = _text(one.value)
        # A company's card has the company's name in both.
        yield column, "" if text == organisation[0] else text
    for column, one in _numbered([one for one in found if one.name == "ORG"]):
        name, *departments = _components(one.value)
        yield column, name
        if any(departments):
            yield f"{column} (department)", departments[0]


def _numbers(found: list[Property]) -> Iterator[tuple[str, str]]:
    """The numbers, each with its type or its label: one column at least, which tells that there are no others."""
    labels = {one.group: _label(one.value) for one in found if one.name == "X-ABLABEL" and one.group}
    telecoms = [one for one in found if one.name == "TEL" and "pager" not in one.types]
    for column, one in _numbered(telecoms):
        yield column, _text(one.value)
        kind = labels.get(one.group) or " ".join(word for word in one.types if word not in _SAYS_NOTHING)
        if kind:
            yield f"{column} - Type", kind
    if not telecoms:
        yield "TEL", ""
    if any(one.name == "TEL" and "pager" in one.types for one in found):
        yield "TEL (pager)", ""


def _others(found: list[Property]) -> Iterator[tuple[str, str]]:
    return ((column, _text(one.value)) for column, one in _numbered([one for one in found if one.name not in _UNTOLD]))


def _numbered(found: list[Property]) -> Iterator[tuple[str, Property]]:
    """Each property with its name, which has a number behind it from the second of that name on."""
    counts: Counter[str] = Counter()
    for one in found:
        counts[one.name] += 1
        yield one.name if counts[one.name] == 1 else f"{one.name} {counts[one.name]}", one


def _text(value: Any) -> str:  # noqa: ANN401 - the library's
    return _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], str(value)).strip()


def _components(value: str) -> list[str]:
    return [_text(part) for part in _COMPONENT.findall(value)][: len(_NAME_PARTS)] or [""]


def _label(value: str) -> str:
    text = _text(value)
    apple = _OF_APPLE.fullmatch(text)
    return apple[1] if apple else text


if __name__ == "__main__":
    tell(_read(sys.stdin.buffer, sys.argv[1]), LIMITS)
