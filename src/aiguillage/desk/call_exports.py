"""Calls as a file, however many they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from aiguillage.desk.calls import Search, all_calls
from aiguillage.desk.spreadsheets import require_rows
from aiguillage.desk.tables import SHEET, Table, check_format, table_pieces
from aiguillage.domain.accounts import Actor
from aiguillage.domain.moments import iso
from aiguillage.storage.calls import Call
from aiguillage.storage.sqlite.engine import Database

COLUMNS = (
    *("at", "number", "outcome", "known_by", "contact_id", "dialect", "destination", "destinations", "reason"),
    *("unknown", "call_id", "asked", "own_us", "seq"),
)


def export_calls(
    db: Database, log: Path, actor: Actor, code: str, search: Search, form: str = "csv"
) -> Iterator[bytes]:
    """The account's calls in a file's bytes, newest first. Raises Refusal before the first ones."""
    check_format(form, sheets=True)
    if form == SHEET:
        require_rows(sum(1 for _ in all_calls(db, log, actor, code, search)), "calls")
    documents = map(_document, all_calls(db, log, actor, code, search))
    rows = ([_cell(document[name]) for name in COLUMNS] for document in documents)
    return table_pieces(Table("calls", COLUMNS, rows, documents), form, db.path.parent)


def _document(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in COLUMNS} | {"at": iso(call.at, "milliseconds"), "asked": _asked(call)}


def _asked(call: Call) -> Any:  # noqa: ANN401 - whatever was asked
    return None if call.asked is None else msgspec.json.decode(call.asked)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
