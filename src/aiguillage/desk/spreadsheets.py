"""Spreadsheets: rows written to an XLSX file row by row, and read from it piece by piece."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from aiguillage.desk.change import read_facts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import invalid
from aiguillage.storage.engine import Database
from aiguillage.storage.searching import Search, Wanted
from aiguillage.storage.staging import private_directory

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
    """The bytes of an XLSX file; it is written whole before the first of them, privately and row by row."""
    import xlsxwriter  # noqa: PLC0415 - takes its time, and no call path needs it

    with private_directory(directory) as home:
        path = home / "export.xlsx"
        options = {"constant_memory": True, "tmpdir": str(home), "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(chain([header], rows)):
                for column, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(number, column, cell)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
