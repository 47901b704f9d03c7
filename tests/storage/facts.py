"""What tests look up in a database behind the desk's back."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Row, select, text

from aiguillage.storage.schema import accounts, metadata
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.word_index import INDEX, TERMS


def facts_version(db: Database, code: str = "") -> int:
    """The version of an account's facts, or of the installation's."""
    with db.read() as connection:
        return int(connection.execute(select(accounts.c.facts_version).where(accounts.c.code == code)).scalar_one())


def account_id(db: Database, code: str) -> int:
    """The id of an account."""
    with db.read() as connection:
        return int(connection.execute(select(accounts.c.id).where(accounts.c.code == code)).scalar_one())


def rows(db: Database, statement: str, **values: object) -> list[Row[Any]]:
    """The rows that a statement finds."""
    with db.read() as connection:
        return list(connection.execute(text(statement), values))


def differences_from_schema(db: Database) -> list[Any]:
    """What a database has otherwise than the schema; SQLAlchemy knows nothing of the tables of an index by FTS5."""
    options = {"compare_server_default": True, "include_name": _is_of_schema}
    with db.read() as connection:
        differences: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return differences


def _is_of_schema(name: str | None, _kind: str, _parents: object) -> bool:
    return name is None or not (name == TERMS or name.startswith(INDEX))
