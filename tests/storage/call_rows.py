"""Calls put into a call log behind the workers' backs."""

from contextlib import closing
from pathlib import Path

from aiguillage.storage.calls import Call, open_log

ADD = """
    INSERT INTO calls (at, number, known_by, contact_id, dialect, outcome, destinations, own_us, worker, call_id, asked,
        destination, reason, seq, account_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def add_calls(log: Path, account_id: int, *calls: Call) -> None:
    """Adds calls of an account to a log, which is made if it is not there."""
    with closing(open_log(log)) as connection:
        rows = ([getattr(call, name) for name in Call.__struct_fields__] for call in calls)
        connection.execute("BEGIN")
        connection.executemany(ADD, ((*row, account_id) for row in rows))
        connection.execute("COMMIT")


def stranger(at: int, number: str | None, **more: object) -> Call:
    """An unknown caller's call."""
    return Call(at, number, None, None, "encom_v1", "unknown", None, 20, "w", **{"seq": 1} | more)  # type: ignore[arg-type]


def known(at: int, number: str | None, contact_id: int, **more: object) -> Call:
    """A known caller's call."""
    return Call(at, number, "number", contact_id, "encom_v1", "known", "207,209,,", 20, "w", **{"seq": 1} | more)  # type: ignore[arg-type]
