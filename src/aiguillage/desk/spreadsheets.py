"""Spreadsheets: rows written to an XLSX file row by row, and read from it piece by piece."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from aiguillage.desk.change import read_facts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import invalid
from aiguillage.storage.searching import Search, Wanted
from aiguillage.storage.sqlite.engine import Database, written_beside
from aiguillage.storage.sqlite.staging import private_directory

MOST_ROWS = 1_048_575
"""Below the header, by the format."""

PIECE = 1 << 18
"""Bytes."""


def require_room(db: Database, actor: Actor, code: str) -> None:
    """Raises Refusal(invalid) for an account with more contacts than a sheet has rows."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        count = Search(connection, Wanted(account_id, {}, None, None)).count()
    require_rows(count or 0, "contacts")


def require_rows(count: int, what: str) -> None:
    """Raises Refusal(invalid) for more than a sheet has rows."""
    if count > MOST_ROWS:
        raise invalid(f"A sheet has {MOST_ROWS:,} rows at most, and there are {count:,} {what}. Export them as CSV.")


def sheet_pieces(directory: Path, header: Sequence[str], rows: Iterable[list[str]], name: str) -> Iterator[bytes]:
    """The bytes of an XLSX file, which is written at once: privately, row by row, whole before the first of them.

    Raises Refusal(unavailable) where it cannot be written.
    """
    pieces = _written(directory, header, rows, name)
    return chain([next(pieces)], pieces)


def _written(directory: Path, header: Sequence[str], rows: Iterable[list[str]], name: str) -> Iterator[bytes]:
    with ExitStack() as stack:
        with written_beside(directory):
            home = stack.enter_context(private_directory(directory))
            path = home / "export.xlsx"
            _write(path, header, rows, name)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _write(path: Path, header: Sequence[str], rows: Iterable[list[str]], name: str) -> None:
    import xlsxwriter  # noqa: PLC0415 - takes its time, and no call path needs it
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - same

    home = str(path.parent)
    options = {"constant_memory": True, "tmpdir": home, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    sheet = book.add_worksheet(name)
    for number, cells in enumerate(chain([header], rows)):
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(number, column, cell)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from error  # what the system said
