"""Tokens: a user's personal bearer secrets, which can never do more than their user."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from aiguillage.desk.change import (
    Change,
    change_directory,
    find_account,
    require_full_role,
    require_operator,
    require_proven,
    require_unchanged,
    state_of,
)
from aiguillage.desk.token_rows import (
    SESSION,
    Token,
    change_token,
    check_token,
    end_token,
    end_tokens,
    is_within,
    keep_token,
    read_tokens,
    require_no_more,
)
from aiguillage.desk.users import require_user
from aiguillage.domain.accounts import Actor, Role, check_unknown_mode, email_meant
from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing
from aiguillage.storage.schema import can_be_id, tokens, users
from aiguillage.storage.sqlite.engine import Database


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

    Users issue their own; operators issue anybody's. Who acts with a token gives it no more than that one has; who acts
    with a session has proved lately who they are.
    """
    require_full_role(actor)
    _require_fresh(actor)
    check_unknown_mode(unknown)
    token = Token(
        id=0,
        user_id=0,
        email=email,
        name=name,
        role=role.word,
        accounts=tuple(accounts),
        hosts=tuple(hosts),
        unknown=unknown,
        created_at=actor.at,
        expires_at=expires_at,
    )
    token = check_token(token, actor.at)
    if not is_within(actor, token):
        raise invalid("Your own token is limited to some accounts. Choose among those, or sign in.", "accounts")
    require_no_more(actor, token)
    with change_directory(db, actor) as change:
        user = _holder(change, email)
        for code in accounts:
            _require_role(change, user, code)
        return keep_token(change, _held_by(token, user))


def _held_by(token: Token, user: Row[Any]) -> Token:
    return msgspec.structs.replace(token, user_id=user.id, email=user.email)


def _holder(change: Change, email: str) -> Row[Any]:
    """The user that a token is for: oneself, or anybody where an operator asks. Raises Refusal."""
    if not change.actor.operator and email_meant(email) != change.actor.name:
        raise Refusal(
            Kind.FORBIDDEN, "A token is personal: you can only issue your own. Ask an operator for other users' tokens."
        )
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
        raise missing(f"{user.email} has no role on {code}. Give them one first.") from refusal


def list_tokens(db: Database, actor: Actor, email: str | None = None) -> list[Token]:
    """The actor's own tokens; for operators everybody's, or one user's. Oldest first; sessions are listed apart."""
    require_full_role(actor)
    conditions = [tokens.c.kind != SESSION]
    if not actor.operator:
        conditions.append(tokens.c.user_id == actor.user_id)
    if email is not None:
        conditions.append(users.c.email == email_meant(email))
    with db.read() as connection:
        return [token for token in read_tokens(connection, *conditions) if is_within(actor, token)]


def show_token(db: Database, actor: Actor, token_id: int) -> Token:
    """One token. Raises Refusal(missing), also for somebody else's."""
    require_full_role(actor)
    with db.read() as connection:
        return _require_token(connection, actor, token_id)


def set_token(
    db: Database, actor: Actor, token_id: int, changes: Mapping[str, Any], *, expected: int | None = None
) -> Token:
    """Changes a token's `name`, `hosts` or `expires_at`; its secret stays. Raises Refusal."""
    require_full_role(actor)
    if changes.keys() - {"name"}:
        _require_fresh(actor)
    with change_directory(db, actor) as change:
        after = change_token(change, _require_token(change.connection, actor, token_id), changes, expected)
        require_no_more(actor, after)
        return after


def revoke_token(db: Database, actor: Actor, token_id: int, *, expected: int | None = None) -> None:
    """Ends a token: the next call with it is refused. Raises Refusal(missing), also for somebody else's."""
    require_full_role(actor)
    with change_directory(db, actor) as change:
        token = _require_token(change.connection, actor, token_id)
        require_unchanged(state_of(token), expected)
        end_token(change, token)


def revoke_tokens(db: Database, actor: Actor, email: str) -> int:
    """Ends all tokens and sessions of a user, but not the one acted with; how many (operators only). Raises Refusal."""
    require_operator(actor)
    with change_directory(db, actor) as change:
        user = require_user(change.connection, email)
        return end_tokens(change, user.id)


def _require_fresh(actor: Actor) -> None:
    """Raises Refusal(forbidden) for a session that was found open: what it issued would outlast it."""
    if actor.session:
        require_proven(actor)


def _require_token(connection: Connection, actor: Actor, token_id: int) -> Token:
    mine = (tokens.c.id == token_id, tokens.c.kind != SESSION)
    found = read_tokens(connection, *mine) if can_be_id(token_id) else []
    if not found or not (actor.operator or found[0].user_id == actor.user_id) or not is_within(actor, found[0]):
        raise missing(f"You have no token {token_id}.")
    return found[0]
