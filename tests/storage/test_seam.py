"""What only SQLite does stands in a room of its own."""

import re
from pathlib import Path

import pytest

import aiguillage

ROOT = Path(aiguillage.__file__).parent
ITS_OWN = re.compile(
    r"PRAGMA|ATTACH|INSERT OR |CROSS JOIN|INDEXED BY|create_function|json_each|sqlite_(master|schema|insert)"
    r"|dialects\.sqlite|\bGLOB\b|\browid\b|fts5|storage\.sqlite\.library|import sqlite3"
)
ON_FILES = ("calls", "call_", "claims", "pseudonym_key", "revisions")
"""The call log and other files beside the database, which are SQLite's on any machine; migrations are one side's."""

DESK = [
    source
    for room in ("storage", "desk", "api")
    for source in sorted((ROOT / room).rglob("*.py"))
    if not {"sqlite", "migrations"} & {*source.parts} and not source.stem.startswith(ON_FILES)
]


@pytest.mark.parametrize("source", DESK, ids=lambda one: one.stem)
def test_nothing_else_speaks_sqlite(source: Path) -> None:
    assert ITS_OWN.findall(source.read_text()) == []


def test_the_room_has_what_it_says() -> None:
    room = ROOT / "storage" / "sqlite"
    told = (room / "__init__.py").read_text()

    assert [one.stem for one in room.glob("*.py") if one.stem != "__init__" and one.stem not in told] == []
