"""Tables on the terminal, drawn by rich."""

import sys
from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDEST_NAME = 30
"""Characters of a first column that are not folded."""


def print_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A row of cells under each other's headings."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    first = max(len(row[0]) for row in rows)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=not table.columns and first <= WIDEST_NAME)
    for row in rows:
        table.add_row(*map(Text, row))
    _console().print(table)


def print_pairs(pairs: Mapping[str, str]) -> None:
    """Names in front of their values."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs.items():
        table.add_row(name, Text(value))
    _console().print(table)


def _console() -> Console:
    """The terminal as it is at this moment; nothing in the text is taken for markup."""
    return Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
