"""The installation as a whole."""

from sqlalchemy import func, select

from aiguillage.desk.change import require_operator
from aiguillage.domain.accounts import Actor
from aiguillage.storage.schema import DIRECTORY_ID, accounts, contacts, imports, journal, tokens, users
from aiguillage.storage.sqlite.engine import Database


def count_facts(db: Database, actor: Actor) -> dict[str, int]:
    """How many accounts, users, tokens, contacts, imports and changes are kept. Raises Refusal(forbidden)."""
    require_operator(actor)
    with db.read() as connection:
        return {
            "accounts": connection.execute(select(func.count()).where(accounts.c.id > DIRECTORY_ID)).scalar_one(),
            **{
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (users, tokens, contacts, imports)
            },
            "changes": connection.execute(select(func.count()).select_from(journal)).scalar_one(),
        }
