"""An account's facts copied into memory, to be changed there as the live ones are, and by the same use cases.

    in memory    accounts, facts, fact_keys, journal ...     copies, or empty: found first, changed freely
    attached     users, grants, contacts, drafts ...         the live file, which this connection can only read

SQLite looks for a table in its main database first, and then in those that are attached: so no statement need know
where it is run. What a use case did there is what it wrote into the journal there.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as FileConnection
from typing import cast

from sqlalchemy import Connection, Table, TextClause, create_engine, event, text
from sqlalchemy.pool import NullPool

from aiguillage.storage.schema import (
    accounts,
    calendar_texts,
    cti_origins,
    fact_keys,
    facts,
    journal,
    metadata,
    secrets,
    source_runs,
)
from aiguillage.storage.sqlite import library as sqlite
from aiguillage.storage.sqlite.engine import told

COPIED = (facts, fact_keys)
EMPTY = (journal, secrets, calendar_texts, cti_origins, source_runs)
"""What goes with facts when they are removed, and is not shown of a copy."""


@contextmanager
def copied_facts(path: Path, account_id: int, kinds: Iterable[str]) -> Iterator[Connection]:
    """A connection on which the account's facts of some kinds are copies. All of it is gone when this is over."""

    def connect() -> FileConnection:
        connection = sqlite.library.connect("file::memory:", uri=True, check_same_thread=False, isolation_level=None)
        connection.execute("ATTACH ? AS live", (f"{path.absolute().as_uri()}?mode=ro",))
        return cast("FileConnection", connection)

    engine = create_engine("sqlite://", module=sqlite.library, creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with told(path), engine.connect() as connection, connection.begin():
        metadata.create_all(connection, [accounts, *COPIED, *EMPTY], checkfirst=False)
        mine = {"account": account_id}
        connection.execute(_copy(accounts, "id = :account"), mine)
        for kind in kinds:
            for table in COPIED:
                connection.execute(_copy(table, "account_id = :account AND kind = :kind"), {**mine, "kind": kind})
        yield connection


def _copy(table: Table, which: str) -> TextClause:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return text(f"INSERT INTO main.{table.name} ({names}) SELECT {names} FROM live.{table.name} WHERE {which}")  # noqa: S608 - names of ours
