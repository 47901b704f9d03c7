"""Who acts with a token's secret: the user behind the token, held to what the token may do."""

from ipaddress import ip_network
from typing import Any

import msgspec
from sqlalchemy import Row, func, select

from aiguillage.desk.sessions import note_token_use, note_use
from aiguillage.desk.token_rows import PERSONAL, SESSION
from aiguillage.domain.accounts import Actor, Role, digest_of, host_allowed, secret_of
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.sessions import is_idle
from aiguillage.storage.schema import tokens, users
from aiguillage.storage.sqlite.engine import Database

UNAUTHORIZED = Refusal(
    Kind.UNAUTHORIZED, "The token is missing, unknown, expired or revoked. Sign in, or issue another one."
)


def actor_of(db: Database, authorization: str, address: str | None, at: int, *, noted: bool = True) -> Actor:
    """The actor of an Authorization header, who asks from that address; use is `noted` where it is somebody's own.

    Raises Refusal (unauthorized, forbidden).
    """
    row = token_of(db, authorization, at)
    if row is None:
        raise Refusal(UNAUTHORIZED.kind, UNAUTHORIZED.message)
    hosts = msgspec.json.decode(row.hosts or "[]")
    if hosts and not host_allowed(address, [ip_network(host) for host in hosts]):
        refusal = Refusal(Kind.FORBIDDEN, "The token may not be used from this address. Use one that can be.")
        refusal.user_id = row.user_id
        raise refusal
    personal = row.kind == PERSONAL
    if row.kind == SESSION and noted:
        note_use(db, row, at)
    elif personal and noted:
        note_token_use(db, row, at, address)
    only = None if row.accounts is None else frozenset(msgspec.json.decode(row.accounts))
    most = Role(row.role)
    return Actor(
        row.email,
        at,
        row.user_id,
        operator=bool(row.operator) and most is Role.MANAGE and only is None,
        most=most,
        only=only,
        everywhere=bool(row.operator),
        token_id=row.id,
        hosts=tuple(hosts) if personal else (),
        expires_at=row.expires_at if personal else None,
        session=row.kind == SESSION,
        proven_at=row.signed_in_at if row.kind == SESSION else None,
    )


def token_of(db: Database, authorization: str, at: int) -> Row[Any] | None:
    """The row of the header's token beside its user's, if both are good at that moment."""
    secret = secret_of(authorization)
    if secret is None:
        return None
    first = tokens.alias("first")
    signed_in_at = func.coalesce(first.c.created_at, tokens.c.created_at).label("signed_in_at")
    statement = (
        select(tokens, users.c.email, users.c.operator, signed_in_at)
        .join(users, users.c.id == tokens.c.user_id)
        .outerjoin(first, first.c.id == tokens.c.switched_from)
    )
    good = statement.where(
        tokens.c.digest == digest_of(secret), tokens.c.revoked_at.is_(None), users.c.disabled_at.is_(None)
    )
    with db.read() as connection:
        row = connection.execute(good).first()
    return row if row is not None and _lasts(row, at) else None


def _lasts(token: Row[Any], at: int) -> bool:
    """Whether a token has not expired, nor been left idle where it is a session."""
    if token.kind == SESSION and is_idle(at, token.used_at or token.created_at):
        return False
    return token.expires_at is None or token.expires_at > at
