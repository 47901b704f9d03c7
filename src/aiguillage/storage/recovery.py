"""Recovery codes of users: kept as their SHA-256 alone, each gone once it was used."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, insert, select

from aiguillage.domain.accounts import digest_of
from aiguillage.storage.schema import recovery_codes as codes


def put_codes(connection: Connection, user_id: int, fresh: Iterable[str]) -> None:
    """Keeps a user's codes in place of those before; none, where there are none."""
    connection.execute(delete(codes).where(codes.c.user_id == user_id))
    rows = [{"user_id": user_id, "digest": digest_of(one)} for one in fresh]
    if rows:
        connection.execute(insert(codes), rows)


def has_recovery_code(connection: Connection, user_id: int, code: str) -> bool:
    """Whether it is a code of the user that was not used yet."""
    mine = (codes.c.user_id == user_id) & (codes.c.digest == digest_of(code))
    return connection.execute(select(codes).where(mine)).first() is not None


def spend_recovery_code(connection: Connection, user_id: int, code: str) -> bool:
    """The same; from now on it is used."""
    mine = (codes.c.user_id == user_id) & (codes.c.digest == digest_of(code))
    return connection.execute(delete(codes).where(mine)).rowcount == 1


def count_codes(connection: Connection, user_id: int) -> int:
    """How many codes the user has left."""
    mine = select(func.count()).select_from(codes).where(codes.c.user_id == user_id)
    return int(connection.execute(mine).scalar_one())
