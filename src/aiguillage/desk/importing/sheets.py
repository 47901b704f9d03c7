"""Spreadsheets, read by a process of its own (desk/apart.py).

A few kilobytes of XLSX can claim a sheet of seventeen billion cells, and the library that reads it takes the claim at
its word: it must not be the process that answers calls which ends by that.
"""

import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from threading import Lock
from typing import Any, BinaryIO

import msgspec

from aiguillage.desk.apart import Limits, Reader, read_apart, tell
from aiguillage.desk.importing.texts import STRAY
from aiguillage.domain.errors import invalid

LARGEST_SHEET = 256 << 20
"""Bytes of a spreadsheet unpacked, as it says itself: it is held in memory whole."""

LIMITS = Limits(memory=2 << 30, seconds=120)
TOO_LARGE = "The spreadsheet is too large. Save it as CSV (UTF-8), and import that."
READER = Reader("aiguillage.desk.importing.sheets", LIMITS, TOO_LARGE, Lock())


@contextmanager
def open_sheet(stream: BinaryIO) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """The rows of the first visible sheet with something in it. Raises Refusal, also while they are read."""
    decode = msgspec.json.Decoder(tuple[int, list[str | None]]).decode
    with read_apart(READER, stream) as things:
        rows = (decode(thing) for thing in things)
        yield ((line, [cell or "" for cell in cells]) for line, cells in rows)


def _read(stream: BinaryIO) -> Iterator[tuple[int, list[str | None]]]:
    from python_calamine import (  # noqa: PLC0415 - only the reading process needs it
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetVisibleEnum,
    )

    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_SHEET:
                raise invalid(TOO_LARGE)
        stream.seek(0)
        book = CalamineWorkbook.from_filelike(stream)
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        filled = (sheet for sheet in map(book.get_sheet_by_name, visible) if sheet.start is not None)
        sheet = next(filled, None)
        if sheet is None:
            raise invalid("The spreadsheet is empty. The first row of its first sheet must name the columns.")
        for line, row in enumerate(sheet.iter_rows(), start=1):
            cells = [STRAY.sub("", cell_of(value)) or None for value in row]
            if any(cells):
                yield line, cells
    except PasswordError as error:
        raise invalid("The spreadsheet is protected by a password. Save it without one, and import that.") from error
    except (CalamineError, zipfile.BadZipFile) as error:
        raise invalid(
            f"The file is a ZIP archive, but not a spreadsheet ({error}). Import the XLSX or CSV file in it."
        ) from error


def cell_of(value: object) -> Any:  # noqa: ANN401 - lists and objects of JSON stay as they are
    """A cell as people see it: whole numbers without the `.0` that spreadsheets keep."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (int, float)) else value


if __name__ == "__main__":
    tell(_read(sys.stdin.buffer), LIMITS)
