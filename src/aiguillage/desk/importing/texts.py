"""Text files: which encoding, which delimiter, lines of a bearable length."""

import codecs
import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from aiguillage.domain.errors import Refusal, invalid

LONGEST_LINE = 1 << 20
"""Characters, of a row too; more is no contact, and might not fit in memory."""

MOST_BLANK_LINES = 2_000_000
"""Lines with nothing in them but delimiters: more than spreadsheets leave behind, and each takes its time."""

LONGEST_HEAD = 1 << 16
"""Characters by which a file is told apart, and its delimiter shown."""

BLANK = ' \t\r\n;,"'
CHUNK = 1 << 20
DELIMITERS = ";,\t"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
STRAY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""Control characters that mean nothing in a cell. Some programs put one before digits, to keep spreadsheets off."""

_MEANINGLESS = bytes([*range(9), *range(14, 32), 127])


def find_encoding(stream: BinaryIO) -> str:
    """The encoding of the whole file, by its mark or by trying: UTF-8, else Windows-1252.

    Raises Refusal(invalid), also for a file that is no text: one whose beginning has a NUL.
    """
    start = stream.read(CHUNK)
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return _require(stream, encoding)
    if b"\0" in start:
        raise invalid("The file is not text. Save it as CSV (UTF-8), XLSX or JSON lines, and import that.")
    return "utf-8" if _decodes(stream, "utf-8") else _require(stream, "windows-1252")


def _require(stream: BinaryIO, encoding: str) -> str:
    if not _decodes(stream, encoding):
        raise invalid("The file's characters are not UTF-8, UTF-16 or Windows-1252 throughout. Save it as CSV (UTF-8).")
    return encoding


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is in that encoding."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def has_stray(stream: BinaryIO) -> bool:
    """Whether the file may have control characters that mean nothing: so that lines of other files need no look."""
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        if len(chunk.translate(None, _MEANINGLESS)) != len(chunk):
            return True
    return False


def bounded_lines(stream: TextIO) -> Iterator[str]:
    """The lines with their ends. Raises Refusal(invalid) at one that is too long."""
    number = blank = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if not line.strip(BLANK):
            blank += 1
            if blank > MOST_BLANK_LINES:
                raise invalid(
                    f"More than {MOST_BLANK_LINES:,} lines of the file are blank. Remove them, and import it."
                )
        if len(line) == LONGEST_LINE:
            raise invalid(f"Line {number} has more than {LONGEST_LINE:,} characters. Is the file a list of contacts?")
        yield line


def csv_rows(stream: TextIO, *, stray: bool = False) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file that are not blank, each with the number of its first line; the header comes first.

    A first line `sep=;`, as spreadsheets write it, names the delimiter. With `stray`, control characters that mean
    nothing are left out. Raises Refusal(invalid).
    """
    lines = bounded_lines(stream)
    if stray:
        lines = (STRAY.sub("", line) for line in lines)
    head, start, delimiter = _head(lines)
    yield from _rows(_again(head, lines), delimiter, start)


def find_delimiter(start: str) -> str:
    """The delimiter of a CSV file that begins so."""
    return _head(iter(start.splitlines(keepends=True)))[2]


def _head(lines: Iterator[str]) -> tuple[str, int, str]:
    """The line that names the columns, its number, and the delimiter."""
    head, start, delimiter = next(lines, ""), 1, ""
    named = head.strip().lower()
    if named.startswith("sep=") and len(named) <= len("sep=;"):
        delimiter, start = head[4:5].strip("\r\n"), 2
        head = next(lines, "")
    while head and not head.strip():
        head, start = next(lines, ""), start + 1
    return head, start, delimiter or _delimiter(head)


def _again(head: str, lines: Iterator[str]) -> Iterator[str]:
    yield head
    yield from lines


def _delimiter(head: str) -> str:
    """The delimiter that splits the header into most columns."""
    return max(DELIMITERS, key=lambda delimiter: _columns(head, delimiter))


def _columns(head: str, delimiter: str) -> int:
    """Into how many columns the delimiter splits the header; none where that cannot be read."""
    try:
        return len(next(csv.reader([head], delimiter=delimiter), ()))
    except csv.Error:
        return 0


def _rows(lines: Iterator[str], delimiter: str, start: int) -> Iterator[tuple[int, list[str]]]:
    read: list[str] = []
    last: list[str] = []
    reader = csv.reader(_noted(lines, read), delimiter=delimiter)
    line = begun = start
    try:
        for row in reader:
            if any(row):
                yield line, row
            begun, line = line, start + reader.line_num
            last = read.copy()
            read.clear()
    except csv.Error as error:
        raise _unreadable(line, str(error)) from error
    if _ends_in_quotes(last, delimiter):
        raise _unreadable(begun, "the file ends inside quotes")


def _noted(lines: Iterator[str], read: list[str]) -> Iterator[str]:
    """The lines, each noted among those of its row. Raises csv.Error where these are too many."""
    length = 0
    for line in lines:
        length = length + len(line) if read else len(line)
        if length > LONGEST_LINE:
            raise csv.Error(f"the row has more than {LONGEST_LINE:,} characters")
        read.append(line)
        yield line


def _ends_in_quotes(lines: list[str], delimiter: str) -> bool:
    """Whether the lines of a file's last row open quotes that nothing closes: they would swallow the rows below."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _unreadable(line: int, why: str) -> Refusal:
    return invalid(
        f"Line {line} cannot be read ({why}). A quote that is opened and never closed may be the "
        "cause: double the quotes inside a cell."
    )
