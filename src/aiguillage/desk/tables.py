"""Tables as files: CSV that spreadsheets open as it is, JSON and JSON lines, piece by piece."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any, TypeVar

import msgspec

from aiguillage.desk.importing.cells import guarded
from aiguillage.domain.errors import invalid

FORMATS = ("csv", "json", "jsonl")
PIECE = 1_000
"""Rows in one piece of a file."""

Thing = TypeVar("Thing")


def check_format(form: str) -> str:
    """The format, if it is one. Raises Refusal(invalid)."""
    if form not in FORMATS:
        raise invalid(f"'{form[:20]}' is no format of an export. Choose one of: {', '.join(FORMATS)}.", "format")
    return form


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    """CSV: UTF-8 with a mark, semicolons; a cell that would be a formula begins with an apostrophe."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    yield BOM_UTF8 + text.getvalue().encode()
    for some in _pieces(rows):
        text.seek(0)
        text.truncate()
        writer.writerows([guarded(cell or "") for cell in row] for row in some)
        yield text.getvalue().encode()


def json_pieces(objects: Iterable[Any], *, lines: bool = False) -> Iterator[bytes]:
    """JSON: an array of the objects, or a line for each."""
    if lines:
        for some in _pieces(objects):
            yield b"".join(msgspec.json.encode(one) + b"\n" for one in some)
        return
    before = b"["
    for some in _pieces(objects):
        yield before + b",\n".join(msgspec.json.encode(one) for one in some)
        before = b",\n"
    yield b"]" if before != b"[" else b"[]"


def _pieces(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    rest = iter(things)
    while some := list(islice(rest, PIECE)):
        yield some
