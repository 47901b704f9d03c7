"""Links by which people choose a password: one a user, kept as the SHA-256 of its secret alone."""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from aiguillage.domain.accounts import digest_of, looks_like_secret, new_secret
from aiguillage.storage.schema import sign_in_links as links
from aiguillage.storage.schema import users


def put_link(connection: Connection, user_id: int, at: int, expires_at: int, seen_by: int | None = None) -> str:
    """A new link of a user, in place of the one before: its secret. `seen_by` is whose manager is shown it."""
    end_link(connection, user_id)
    secret = new_secret()
    row = {"user_id": user_id, "digest": digest_of(secret), "created_at": at, "expires_at": expires_at}
    connection.execute(insert(links).values(**row, seen_by=seen_by))
    return secret


def end_link(connection: Connection, user_id: int) -> bool:
    """Ends a user's link; whether there was one."""
    return connection.execute(delete(links).where(links.c.user_id == user_id)).rowcount > 0


def end_seen_link(connection: Connection, user_id: int, account_id: int) -> None:
    """Ends a user's link that a manager of another account has seen."""
    elsewhere = links.c.seen_by.is_not(None) & (links.c.seen_by != account_id)
    connection.execute(delete(links).where(links.c.user_id == user_id, elsewhere))


def user_of_link(connection: Connection, secret: str, at: int) -> Row[Any] | None:
    """The row of the user whose link it is, with `expires_at`; None where it is good for nothing."""
    if not looks_like_secret(secret):
        return None
    good = (links.c.digest == digest_of(secret)) & (links.c.expires_at > at) & users.c.disabled_at.is_(None)
    statement = select(users, links.c.expires_at).join(links, links.c.user_id == users.c.id)
    return connection.execute(statement.where(good)).first()
