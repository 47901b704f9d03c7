"""What phone systems sign their requests with: kept as it is, because to check a signature takes the key itself."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from aiguillage.storage.schema import phone_system_keys


def keep_key(connection: Connection, account_id: int, phone_system_id: int, secret: str) -> None:
    """Keeps what a phone system signs with, in place of what it did before."""
    erase_keys_of(connection, account_id, [phone_system_id])
    connection.execute(insert(phone_system_keys).values(account_id=account_id, id=phone_system_id, secret=secret))


def has_key(connection: Connection, account_id: int, phone_system_id: int) -> bool:
    """Whether a phone system has one."""
    mine = (phone_system_keys.c.account_id == account_id) & (phone_system_keys.c.id == phone_system_id)
    return connection.execute(select(phone_system_keys.c.id).where(mine)).first() is not None


def erase_keys_of(connection: Connection, account_id: int, phone_system_ids: Sequence[int]) -> bool:
    """Forgets what some phone systems sign with; whether there was anything."""
    mine = (phone_system_keys.c.account_id == account_id) & phone_system_keys.c.id.in_(phone_system_ids)
    return connection.execute(delete(phone_system_keys).where(mine)).rowcount > 0
