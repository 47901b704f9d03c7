"""Tokens: a user's personal bearer secrets, which can never do more than their user."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update

from aiguillage.desk.change import Change, change_directory, find_account
from aiguillage.desk.users import require_user
from aiguillage.domain.accounts import Actor, Role, check_unknown_mode, new_secret, parse_hosts
from aiguillage.domain.contacts import parse_text
from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing
from aiguillage.storage.engine import Database
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import can_be_id, tokens, users


class Token(msgspec.Struct, frozen=True):
    """A token without its secret. `accounts` empty: all that its user has; `hosts` empty: from anywhere.

    `expires_at` and `revoked_at` are microseconds since 1970 UTC, or None.
    """

    id: int
    email: str
    name: str
    role: str
    accounts: tuple[str, ...]
    hosts: tuple[str, ...]
    unknown: str | None
    expires_at: int | None
    revoked_at: int | None


def issue_token(  # noqa: PLR0913 - each is a property of the token
    db: Database,
    actor: Actor,
    email: str,
    *,
    name: str,
    role: Role = Role.ROUTE,
    accounts: Sequence[str] = (),
    hosts: Sequence[str] = (),
    expires_at: int | None = None,
    unknown: str | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which is told this once and kept as its SHA-256 only. Raises Refusal.

    Users issue their own; operators issue anybody's.
    """
    name, blocks = parse_text(name), parse_hosts(hosts)
    check_unknown_mode(unknown)
    if not name:
        raise invalid("A token needs a name that tells what it is for.")
    if expires_at is not None and expires_at <= actor.at:
        raise invalid("The token would have expired already. Choose a later moment.")
    with change_directory(db, actor) as change:
        user = _holder(change, email)
        for code in accounts:
            _require_role(change, user, code)
        secret, seq = new_secret(), change.take_seqs()
        token = Token(seq, user.email, name, role.word, tuple(accounts), blocks, unknown, expires_at, None)
        change.connection.execute(
            insert(tokens).values(
                id=seq,
                user_id=user.id,
                name=name,
                digest=hashlib.sha256(secret.encode()).digest(),
                role=int(role),
                accounts=as_json(accounts) if accounts else None,
                hosts=as_json(blocks) if blocks else None,
                unknown=unknown,
                created_at=actor.at,
                expires_at=expires_at,
            )
        )
        change.record(seq, "issue", "token", seq, None, token)
    return token, secret


def _holder(change: Change, email: str) -> Row[Any]:
    """The user that a token is for: oneself, or anybody where an operator asks. Raises Refusal."""
    if not change.actor.operator and email.lower() != change.actor.name:
        raise Refusal(Kind.FORBIDDEN, "A token is personal: you can issue your own only. Ask an operator for others'.")
    user = require_user(change.connection, email)
    if user.disabled_at is not None:
        raise conflict(f"The user {user.email} is disabled. Issue the token to somebody else.")
    return user


def _require_role(change: Change, user: Row[Any], code: str) -> None:
    """Raises Refusal unless the user has a role on the account: the token would be good for nothing there."""
    holder = Actor(user.email, change.actor.at, user.id, user.operator)
    try:
        find_account(change.connection, holder, code, Role.ROUTE)
    except Refusal as refusal:
        if not change.actor.operator:
            raise
        find_account(change.connection, change.actor, code, Role.ROUTE)
        raise missing(
            f"{user.email} has no role on {code}. Give them one first: aiguillage user grant {user.email} {code} route"
        ) from refusal


def list_tokens(db: Database, actor: Actor, email: str | None = None) -> list[Token]:
    """The actor's own tokens; for operators everybody's, or one user's. Oldest first."""
    statement = select(tokens, users.c.email).join(users, users.c.id == tokens.c.user_id).order_by(tokens.c.id)
    if not actor.operator:
        statement = statement.where(tokens.c.user_id == actor.user_id)
    if email is not None:
        statement = statement.where(users.c.email == email.lower())
    with db.read() as connection:
        return [
            Token(
                row.id,
                row.email,
                row.name,
                Role(row.role).word,
                tuple(msgspec.json.decode(row.accounts or "[]")),
                tuple(msgspec.json.decode(row.hosts or "[]")),
                row.unknown,
                row.expires_at,
                row.revoked_at,
            )
            for row in connection.execute(statement)
        ]


def revoke_token(db: Database, actor: Actor, token_id: int) -> None:
    """Ends a token: the next call with it is refused. Raises Refusal(missing), also for somebody else's."""
    with change_directory(db, actor) as change:
        mine = select(tokens).where(tokens.c.id == token_id)
        row = change.connection.execute(mine).first() if can_be_id(token_id) else None
        if row is None or not (actor.operator or row.user_id == actor.user_id):
            raise missing(f"There is no token {token_id} of yours. List them: aiguillage token list")
        if row.revoked_at is None:
            change.connection.execute(update(tokens).where(tokens.c.id == token_id).values(revoked_at=actor.at))
            change.record(change.take_seqs(), "revoke", "token", token_id, {"revoked": False}, {"revoked": True})
