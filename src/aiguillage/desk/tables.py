"""Tables as files: CSV that spreadsheets open as it is, XLSX, JSON and JSON lines, piece by piece."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from aiguillage.desk.importing.cells import guarded
from aiguillage.desk.spreadsheets import sheet_pieces
from aiguillage.domain.errors import invalid

FORMATS = ("csv", "json", "jsonl")
SHEET = "xlsx"
PIECE = 1_000
"""Rows in one piece of a file."""

Thing = TypeVar("Thing")


class Table(NamedTuple):
    """What is exported: its name, its columns, its rows, and what it is as objects. Either is gone through once."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str | None]]
    objects: Iterable[Any]


def check_format(form: str, *, sheets: bool = False) -> str:
    """The format, if it is one. Raises Refusal(invalid)."""
    formats = (*FORMATS, SHEET) if sheets else FORMATS
    if form not in formats:
        raise invalid(f"'{form[:20]}' is not an export format. Choose one of: {', '.join(formats)}.", "format")
    return form


def table_pieces(table: Table, form: str, home: Path) -> Iterator[bytes]:
    """A table in one of FORMATS, or as a SHEET, which is written in a directory under `home` first."""
    if form == "csv":
        return csv_pieces(table.header, table.rows)
    if form == SHEET:
        return sheet_pieces(home, table.header, map(_safe, table.rows), table.name)
    return json_pieces(table.objects, lines=form == "jsonl")


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    """CSV: UTF-8 with a mark, semicolons; a cell that would be a formula begins with an apostrophe."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    yield BOM_UTF8 + text.getvalue().encode()
    for some in _pieces(rows):
        text.seek(0)
        text.truncate()
        writer.writerows(map(_safe, some))
        yield text.getvalue().encode()


def _safe(row: Sequence[str | None]) -> list[str]:
    return [guarded(cell or "") for cell in row]


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
