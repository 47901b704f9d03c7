"""The call log's file: what is asked of it, and what is said when it cannot be used."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.storage.calls import (
    Call,
    Stranger,
    open_log,
    read_calls,
    read_strangers,
)
from tests.refusal import refused

ADD_CALL = """
    INSERT INTO calls (at, account_id, number, known_by, contact_id, dialect, outcome, destinations, own_us, worker)
    VALUES (?, ?, ?, ?, ?, 'encom_v1', ?, ?, 20, 'w')"""
KNOWN = Call(30, "+33199001234", "number", 7, "encom_v1", "known", "207,209,,", 20, "w")
STRANGER = Call(20, "+33199005678", None, None, "encom_v1", "unknown", None, 20, "w")
WITHHELD = Call(10, "", None, None, "encom_v1", "unknown", None, 20, "w")
CODE_ALONE = Call(5, None, None, None, "encom_v1", "unknown", None, 20, "w")


def row(call: Call, account_id: int = 1) -> tuple[Any, ...]:
    """A call as its row begins."""
    return call.at, account_id, call.number, call.known_by, call.contact_id, call.outcome, call.destinations


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A call log with four calls of one account and one of another."""
    path = tmp_path / "calls.db"
    with closing(open_log(path)) as connection:
        connection.executemany(ADD_CALL, [row(call) for call in (STRANGER, CODE_ALONE, KNOWN, WITHHELD)])
        connection.execute(ADD_CALL, row(KNOWN, account_id=2))
    return path


@pytest.mark.parametrize(
    ("since", "outcome", "limit", "calls"),
    [
        (0, None, 100, [KNOWN, STRANGER, WITHHELD, CODE_ALONE]),
        (0, None, 2, [KNOWN, STRANGER]),
        (20, None, 100, [KNOWN, STRANGER]),
        (31, None, 100, []),
        (0, "unknown", 100, [STRANGER, WITHHELD, CODE_ALONE]),
        (0, "known", 100, [KNOWN]),
    ],
)
def test_an_accounts_calls_are_read_newest_first(
    log: Path, since: int, outcome: str | None, limit: int, calls: list[Call]
) -> None:
    assert list(read_calls(log, 1, since, outcome, limit)) == calls


def test_strangers_are_counted_by_number_the_most_frequent_first(log: Path) -> None:
    with closing(open_log(log)) as connection:
        connection.executemany(ADD_CALL, [(at, 1, "+33199005678", None, None, "unknown", None) for at in (40, 50)])

    strangers = list(read_strangers(log, 1, 0, 100))

    assert strangers == [Stranger("+33199005678", 3, 50), Stranger("", 2, 10)]
    assert list(read_strangers(log, 1, 0, 1)) == strangers[:1]
    assert list(read_strangers(log, 1, 45, 100)) == [Stranger("+33199005678", 1, 50)]


def test_a_log_that_is_not_there_has_no_calls_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"

    assert list(read_calls(path, 1, 0, None, 100)) == []
    assert list(read_strangers(path, 1, 0, 100)) == []
    assert not path.exists()


def test_a_log_that_is_being_made_has_no_calls_yet(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    path.touch()

    assert list(read_calls(path, 1, 0, None, 100)) == []


def test_opening_the_log_again_loses_nothing(log: Path) -> None:
    open_log(log).close()

    assert len(list(read_calls(log, 1, 0, None, 100))) == 4


def test_a_log_that_is_no_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    path.write_text("This is a shopping list, not a database.\n" * 100)

    with refused(Kind.UNAVAILABLE, r"calls.db cannot be used \(.+\)\. Move it away"):
        open_log(path)
    with refused(Kind.UNAVAILABLE, "Move it away"):
        list(read_calls(path, 1, 0, None, 100))


def test_a_log_in_a_directory_that_is_missing_is_refused(tmp_path: Path) -> None:
    with refused(Kind.UNAVAILABLE, "unable to open database file"):
        open_log(tmp_path / "missing" / "calls.db")


@pytest.mark.parametrize(("since", "limit"), [(2**63, 1), (0, 2**63), (-(2**63) - 1, 1)])
def test_a_number_that_no_column_holds_is_refused(log: Path, since: int, limit: int) -> None:
    with refused(Kind.INVALID, "A number is out of range"):
        list(read_calls(log, 1, since, None, limit))


FORMER_LOG = """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, account_id INTEGER NOT NULL, number TEXT, known_by TEXT,
        contact_id INTEGER, dialect TEXT NOT NULL, outcome TEXT NOT NULL, destinations TEXT, own_us INTEGER NOT NULL,
        worker TEXT NOT NULL, call_id TEXT, asked TEXT, destination TEXT, reason TEXT, seq INTEGER
    ) STRICT"""
ADD_FORMER = """
    INSERT INTO calls (at, account_id, dialect, outcome, destinations, destination, reason, own_us, worker, seq)
    VALUES (?, 1, ?, ?, ?, ?, ?, 20, 'w', 1)"""
FORMER_CALLS = [
    (("encom_v1", "known", "207,209,,", None, "known_caller"), ("207", "404")),
    (("encom_v1", "known", ",209,,", None, "known_caller"), (None, "404")),
    (("encom_v0", "unknown", None, None, "unknown_caller"), (None, "404")),
    (("v2", "known", "207,209,,", "300", "opening_hours"), ("300", "default")),
    (("v2", "known", "207,209,,", None, "opening_hours"), (None, "default")),
    (("v2", "unknown", None, "200", "unknown_caller"), (None, "404")),
    (("v2", "unknown", None, "291", "geography"), ("291", "default")),
]
"""Calls as the log before this one kept them; where they were sent, and what unknown callers got."""


def test_the_log_of_a_former_release_is_brought_up_to_date_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiguillage.storage.calls.UPGRADED_AT_ONCE", 3)
    path = tmp_path / "calls.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(FORMER_LOG)
        connection.executemany(ADD_FORMER, [(at, *call) for at, (call, _) in enumerate(FORMER_CALLS)])
        connection.commit()

    read = sorted(read_calls(path, 1, 0, None, 100), key=lambda call: call.at)
    with closing(open_log(path)) as connection:
        connection.execute("UPDATE calls SET unknown = NULL")
    again = {call.unknown for call in read_calls(path, 1, 0, None, 100)}

    assert [(call.destination, call.unknown) for call in read] == [now for _, now in FORMER_CALLS]
    assert again == {None}
