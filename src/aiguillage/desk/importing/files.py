"""Contact files: what a file is, whatever its name says, and its rows one by one."""

import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from aiguillage.desk.importing.cells import unguarded
from aiguillage.desk.importing.texts import bounded_lines, csv_rows, find_encoding
from aiguillage.domain.errors import invalid

LARGEST_SHEET = 256 << 20
"""Bytes of a spreadsheet unpacked: it is held in memory whole. CSV and JSON lines are read row by row."""

ZIP = b"PK\x03\x04"
KINDS = "Name a CSV, XLSX or JSON lines file"


class Row(NamedTuple):
    """One row that is not blank: the line where it begins, what its columns are called, its cells.

    Cells are text, None for null, lists and objects in JSON lines. `fault` says why the row cannot be used.
    """

    line: int
    header: tuple[str, ...]
    cells: list[Any]
    fault: str = ""


class SentFile(NamedTuple):
    """A file that somebody sent: what they call it, and its bytes."""

    name: str
    content: bytes


class SentRows(NamedTuple):
    """Rows that somebody sent without a file. `line` counts them; each is refused by itself, the first one too."""

    name: str
    rows: Sequence[Row] | Iterator[Row]


Source = Path | SentFile | SentRows


class ContactFile(NamedTuple):
    """An open file: its encoding (or `xlsx`, `json`), its rows, how far they are read, and of how much."""

    encoding: str
    rows: Iterator[Row]
    done: Callable[[], int]
    total: int


@contextmanager
def open_contacts(source: Source) -> Iterator[ContactFile]:
    """Opens a CSV, XLSX or JSON lines file. Raises Refusal(invalid), also while the rows are read."""
    if isinstance(source, SentRows):
        yield ContactFile("json", iter(source.rows), lambda: 1, 1)
    elif isinstance(source, SentFile):
        with BytesIO(source.content) as stream:
            yield _understood(stream, len(source.content))
    else:
        with _opened(source) as file:
            yield _understood(file, source.stat().st_size)


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise invalid(f"{path} is not a file. {KINDS}.")
        return path.open("rb")
    except OSError as error:
        raise invalid(f"{path} cannot be read ({error.strerror}). {KINDS}.") from error


def _understood(stream: BinaryIO, size: int) -> ContactFile:
    if stream.read(len(ZIP)) == ZIP:
        sheet = _sheet(stream)
        return ContactFile("xlsx", _sheet_rows(sheet), lambda: size, size)
    stream.seek(0)
    encoding = find_encoding(stream)
    stream.seek(0)
    text = TextIOWrapper(stream, encoding, newline="")
    first = text.read(1000).lstrip()[:1]
    text.seek(0)
    if first == "[":
        raise invalid("The file is one JSON array. Write JSON lines: one object a line, without brackets and commas.")
    rows = _json_rows(text) if first == "{" else _table_rows(csv_rows(text))
    # Through the text, so that it lives as long as the file is open: text that is let go complains of its open stream.
    return ContactFile(encoding.removesuffix("-sig"), rows, lambda: text.buffer.tell(), size)  # noqa: PLW0108 - holds the text


def _table_rows(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """The rows below the header. A short row lacks its last cells, which spreadsheets leave out when they are empty."""
    _line, names = next(rows, (0, []))
    header = tuple(name.strip() for name in names)
    if not header:
        raise invalid("The file is empty. Its first line must name its columns, as in: reference;number;destination1")
    width, row = len(header), None
    for line, cells in rows:
        if len(cells) > width and any(cells[width:]):
            fault = f"The row has {len(cells)} cells, the first line names {width}. Quote cells that have a delimiter."
            row = Row(line, header, [], fault)
        else:
            plain = [unguarded(cell) if cell[:1] == "'" else cell for cell in cells]
            row = Row(line, header, plain + [""] * (width - len(cells)))
        yield row
    if row is None:
        raise invalid("The file has a first line that names its columns, and no contact below it.")


def _json_rows(text: TextIO) -> Iterator[Row]:
    """The objects of a JSON lines file; each has columns of its own, by name."""
    decode = msgspec.json.Decoder().decode
    for line, words in enumerate(bounded_lines(text), start=1):
        if not words.strip():
            continue
        try:
            found = decode(words)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            yield Row(line, (), [], f"The line is no JSON ({error}). Write one object a line.")
            continue
        if isinstance(found, dict):
            yield Row(line, tuple(found), [cell_of(value) for value in found.values()])
        else:
            yield Row(line, (), [], "The line is no JSON object. Write one object a line, in braces.")


def _sheet(stream: BinaryIO) -> CalamineSheet:
    """The first visible sheet with something in it."""
    try:
        with zipfile.ZipFile(stream) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > LARGEST_SHEET:
            raise invalid("The spreadsheet is too large. Save it as CSV (UTF-8), and import that.")
        stream.seek(0)
        book = CalamineWorkbook.from_filelike(stream)
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        sheets = [book.get_sheet_by_name(name) for name in visible]
    except PasswordError as error:
        raise invalid("The spreadsheet has a password. Save it without one, and import that.") from error
    except (CalamineError, zipfile.BadZipFile) as error:
        raise invalid(
            f"The file is a ZIP archive, but no spreadsheet ({error}). Import the XLSX or CSV file in it."
        ) from error
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if not filled:
        raise invalid("The spreadsheet is empty. The first row of its first sheet must name the columns.")
    return filled[0]


def _sheet_rows(sheet: CalamineSheet) -> Iterator[Row]:
    rows = ((line, [cell_of(value) or "" for value in row]) for line, row in enumerate(sheet.iter_rows(), start=1))
    return _table_rows((line, cells) for line, cells in rows if any(cells))


def cell_of(value: object) -> Any:  # noqa: ANN401 - lists and objects of JSON stay as they are
    """A cell as people see it: whole numbers without the `.0` that spreadsheets keep."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (int, float)) else value
