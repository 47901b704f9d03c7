"""What tests look up in a database behind the desk's back."""

from typing import Any

from sqlalchemy import Row, select, text

from aiguillage.storage.engine import Database
from aiguillage.storage.schema import accounts


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
