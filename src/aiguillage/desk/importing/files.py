"""Contact files: what a file is, whatever its name says, and its rows one by one."""

import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NamedTuple, TextIO

import msgspec

from aiguillage.desk.importing.cells import GUARDS, unguarded
from aiguillage.desk.importing.sheets import cell_of, open_sheet
from aiguillage.desk.importing.texts import (
    LONGEST_HEAD,
    bounded_lines,
    csv_rows,
    find_delimiter,
    find_encoding,
    has_stray,
)
from aiguillage.desk.importing.vcards import BEGINNING, begins_card, open_cards
from aiguillage.domain.errors import invalid

ZIP = b"PK\x03\x04"
KINDS = "Name a CSV, XLSX, JSON lines or vCard file"


class Row(NamedTuple):
    """One row that is not blank: the line where it begins, what its columns are called, its cells.

    Cells are text, None for null, lists and objects in JSON lines. `fault` says why the row cannot be used.
    """

    line: int
    header: tuple[str, ...]
    cells: Sequence[Any]
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
    """An open file: its encoding (or `xlsx`, `json`, `vcard`), its rows, how far they are read, and of how much.

    `delimiter` is a CSV file's, else empty.
    """

    encoding: str
    rows: Iterator[Row]
    done: Callable[[], int]
    total: int
    delimiter: str = ""


@contextmanager
def open_contacts(source: Source) -> Iterator[ContactFile]:
    """Opens a CSV, XLSX, JSON lines or vCard file. Raises Refusal(invalid), also while the rows are read."""
    if isinstance(source, SentRows):
        yield ContactFile("json", iter(source.rows), lambda: 1, 1)
    elif isinstance(source, SentFile):
        with TemporaryFile() as stream, ExitStack() as stack:
            stream.write(source.content)
            yield _understood(stream, len(source.content), stack)
    else:
        with _opened(source) as file, ExitStack() as stack:
            yield _understood(file, source.stat().st_size, stack)


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise invalid(f"{path} is not a file. {KINDS}.")
        return path.open("rb")
    except OSError as error:
        raise invalid(f"{path} cannot be read ({error.strerror}). {KINDS}.") from error


def _understood(stream: BinaryIO, size: int, stack: ExitStack) -> ContactFile:
    stream.seek(0)
    if stream.read(len(ZIP)) == ZIP:
        return ContactFile("xlsx", _table_rows(stack.enter_context(open_sheet(stream))), lambda: size, size)
    stream.seek(0)
    is_card = begins_card(stream.read(BEGINNING))
    stream.seek(0)
    encoding = find_encoding(stream)
    if is_card:
        cards = stack.enter_context(open_cards(stream, encoding))
        return ContactFile("vcard", (Row(*card) for card in cards), lambda: size, size)
    stray = has_stray(stream)
    stream.seek(0)
    text = TextIOWrapper(stream, encoding, newline="")
    start = text.read(LONGEST_HEAD)
    first = start.lstrip()[:1]
    text.seek(0)
    if first == "[":
        raise invalid(
            "The file is one JSON array. Write JSON lines: one object per line, without brackets and "
            "commas around them."
        )
    rows = _json_rows(text) if first == "{" else _table_rows(csv_rows(text, stray=stray))
    # Through the text, so that it lives as long as the file is open: text that is let go complains of its open stream.
    delimiter = "" if first == "{" else find_delimiter(start)
    return ContactFile(encoding.removesuffix("-sig"), rows, lambda: text.buffer.tell(), size, delimiter)  # noqa: PLW0108 - holds the text


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
            text = "".join(cells)
            guarded = "'" in text or "=" in text
            plain = [unguarded(cell) if cell[:1] in GUARDS else cell for cell in cells] if guarded else cells
            row = Row(line, header, plain if len(plain) >= width else plain + [""] * (width - len(plain)))
        yield row
    if row is None:
        raise invalid("The file's first line names its columns, but no contact follows.")


def _json_rows(text: TextIO) -> Iterator[Row]:
    """The objects of a JSON lines file; each has columns of its own, by name."""
    decode = msgspec.json.Decoder().decode
    for line, words in enumerate(bounded_lines(text), start=1):
        if not words.strip():
            continue
        try:
            found = decode(words)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            yield Row(line, (), [], f"The line is not JSON ({error}). Write one object a line.")
            continue
        if isinstance(found, dict):
            yield Row(line, tuple(found), [cell_of(value) for value in found.values()])
        else:
            yield Row(line, (), [], "The line is not a JSON object. Write one object a line, in braces.")
