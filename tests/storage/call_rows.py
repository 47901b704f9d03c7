"""Calls put into a call log behind the workers' backs."""

from contextlib import closing
from pathlib import Path

from aiguillage.storage.calls import COLUMNS, Call, open_log

ADD = f"INSERT INTO calls ({COLUMNS}, account_id) VALUES ({'?, ' * len(Call.__struct_fields__)}?)"  # noqa: S608 - names of ours


def add_calls(log: Path, account_id: int, *calls: Call) -> None:
    """Adds calls of an account to a log, which is made if it is not there."""
    with closing(open_log(log)) as connection:
        rows = ([getattr(call, name) for name in Call.__struct_fields__] for call in calls)
        connection.execute("BEGIN")
        connection.executemany(ADD, ((*row, account_id) for row in rows))
        connection.execute("COMMIT")


def stranger(at: int, number: str | None, **more: object) -> Call:
    """An unknown caller's call."""
    return Call(at, number, None, None, "encom_v1", "unknown", None, 20, "w", **{"seq": 1, "unknown": "404"} | more)  # type: ignore[arg-type]


KNOWN_AS = {"seq": 1, "unknown": "404", "destination": "207"}


def known(at: int, number: str | None, contact_id: int, **more: object) -> Call:
    """A known caller's call."""
    return Call(at, number, "number", contact_id, "encom_v1", "known", "207,209,,", 20, "w", **KNOWN_AS | more)  # type: ignore[arg-type]
