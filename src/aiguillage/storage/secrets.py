"""Secrets that stand for one fact, such as a switch's code: kept as their SHA-256 alone."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, delete, insert, select

from aiguillage.domain.accounts import digest_of, looks_like_secret
from aiguillage.storage.journal import raise_facts_version
from aiguillage.storage.schema import DIRECTORY_ID, accounts, secrets


def keep_secret(connection: Connection, account_id: int, kind: str, fact_id: int, *, secret: str, at: int) -> None:
    """Keeps the secret of a fact, in place of the one before."""
    erase_secret(connection, account_id, kind, fact_id)
    connection.execute(
        insert(secrets).values(
            account_id=account_id, kind=kind, fact_id=fact_id, digest=digest_of(secret), created_at=at
        )
    )


def erase_secret(connection: Connection, account_id: int, kind: str, fact_id: int) -> bool:
    """Forgets the secret of a fact, if it has one. Workers forget what they know of tokens too: it may be one."""
    return erase_secrets(connection, account_id, kind, [fact_id])


def erase_secrets(connection: Connection, account_id: int, kind: str, fact_ids: Sequence[int]) -> bool:
    """Forgets the secrets of some facts of a kind."""
    of_it = (secrets.c.account_id == account_id) & (secrets.c.kind == kind) & secrets.c.fact_id.in_(fact_ids)
    erased = connection.execute(delete(secrets).where(of_it)).rowcount > 0
    if erased:
        raise_facts_version(connection, DIRECTORY_ID)
    return erased


def find_account_by_secret(connection: Connection, kind: str, secret: str) -> Row[tuple[int, int]] | None:
    """The account's row, with the `fact_id` that a secret stands for; None for a secret that stands for none."""
    if not looks_like_secret(secret):
        return None
    mine = (secrets.c.digest == digest_of(secret)) & (secrets.c.kind == kind)
    statement = select(accounts, secrets.c.fact_id).join(accounts, accounts.c.id == secrets.c.account_id)
    return connection.execute(statement.where(mine)).first()
