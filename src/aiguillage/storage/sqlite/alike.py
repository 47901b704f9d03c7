"""Texts compared whatever their case, accented letters too: SQLite's own lower() and LIKE know ASCII alone."""

import re
from sqlite3 import Connection as FileConnection

from sqlalchemy import ColumnElement, false, func

WHOLE, BEGINNING, WITHIN = "{}", "{}%", "%{}%"
"""Where a text is looked for."""


def know_letters(connection: FileConnection) -> None:
    """Gives a connection the function that `alike` asks for."""
    connection.create_function("lowered", 1, _lowered, deterministic=True)


def _lowered(text: str | None) -> str | None:
    return text and text.lower()


def alike(column: ColumnElement[str], text: str, where: str = WHOLE) -> ColumnElement[bool]:
    """Whether a column has a text there, in whatever case.

    Each call of a function of ours waits for the interpreter, so that only rows are asked about that may be alike.
    """
    if "\0" in text:
        return false()  # LIKE would end there, and nothing that is kept has one
    exact = where.format(re.sub(r"([%_/])", r"/\1", text.lower()))
    if text.isascii():
        return column.like(exact, escape="/")
    perhaps = where.format(re.sub(r"[%_]|[^\x00-\x7f]", "_", text))
    return column.like(perhaps) & func.lowered(column).like(exact, escape="/")
