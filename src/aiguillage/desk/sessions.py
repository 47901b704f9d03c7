"""Sessions: what people get by signing in, for twelve hours, to be listed and ended."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, select

from aiguillage.desk.change import Change, change_directory, find_account, require_full_role
from aiguillage.desk.throttle import KNOWN_FOR, SECOND
from aiguillage.desk.token_rows import SESSION, Token, end_token, keep_token, read_tokens
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Kind, Refusal, conflict, missing
from aiguillage.storage.engine import Database
from aiguillage.storage.schema import DIRECTORY_ID, accounts, can_be_id, tokens, users

LASTS = 12 * 3_600 * SECOND
"""A working day, in microseconds: nothing makes a session last longer."""

UNNAMED = "session"
LONGEST_NAME = 200


def open_session(change: Change, user_id: int, *, address: str | None, agent: str) -> tuple[Token, str]:
    """A new session of a user who proved to be it, and its secret; sessions that ended long ago are forgotten."""
    at = change.actor.at
    old = (tokens.c.kind == SESSION) & (tokens.c.expires_at <= at - KNOWN_FOR)
    change.connection.execute(delete(tokens).where(old))
    name = "".join(letter for letter in agent if letter.isprintable()).strip()[:LONGEST_NAME] or UNNAMED
    return keep_token(
        change,
        Token(
            id=0,
            user_id=user_id,
            email=change.actor.name,
            kind=SESSION,
            name=name,
            role=Role.MANAGE.word,
            address=address,
            created_at=at,
            expires_at=at + LASTS,
        ),
    )


def switch_account(db: Database, actor: Actor, account_id: int) -> tuple[Token, str]:
    """A session like the one acted with, held to one account and ending with it; and its secret. Raises Refusal.

    Any session of a user can switch to any of their accounts: it is their sign-in that counts.
    """
    with change_directory(db, actor) as change:
        session = _require_session(change.connection, actor)
        user = change.connection.execute(select(users).where(users.c.id == actor.user_id)).one()
        code = _code_of(change.connection, user, actor.at, account_id)
        fresh = msgspec.structs.replace(session, accounts=(code,), created_at=actor.at)
        return keep_token(change, fresh)


def _code_of(connection: Connection, user: Row[Any], at: int, account_id: int) -> str:
    """The code of an account on which the user has a role. Raises Refusal(missing) alike for others and for none."""
    mine = select(accounts.c.code).where(accounts.c.id == account_id, accounts.c.id > DIRECTORY_ID)
    code = connection.execute(mine).scalar() if can_be_id(account_id) else None
    try:
        if code is not None:
            find_account(connection, Actor(user.email, at, user.id, user.operator), code, Role.ROUTE)
            return str(code)
    except Refusal as refusal:
        if refusal.kind is not Kind.MISSING:
            raise
    raise missing("There is no account of that id here for you. GET /accounts lists yours.")


def _require_session(connection: Connection, actor: Actor) -> Token:
    """The session acted with. Raises Refusal(conflict) for another kind of token."""
    found = read_tokens(connection, tokens.c.id == actor.token_id, tokens.c.kind == SESSION)
    if not found:
        raise conflict("This is no session. Sign in first: POST /login.")
    return found[0]


def sign_out(db: Database, actor: Actor) -> None:
    """Ends the session acted with. Raises Refusal(conflict) for another kind of token."""
    with change_directory(db, actor) as change:
        end_token(change, _require_session(change.connection, actor))


def list_sessions(db: Database, actor: Actor) -> list[Token]:
    """The actor's own open sessions, for operators everybody's; oldest first. Raises Refusal(forbidden)."""
    require_full_role(actor)
    with db.read() as connection:
        return read_tokens(connection, *_open(actor))


def revoke_session(db: Database, actor: Actor, session_id: int) -> None:
    """Ends a session: the next request with it is refused. Raises Refusal(missing), also for somebody else's."""
    require_full_role(actor)
    with change_directory(db, actor) as change:
        found = (
            read_tokens(change.connection, tokens.c.id == session_id, *_open(actor)) if can_be_id(session_id) else []
        )
        if not found:
            raise missing("There is no session of that id of yours. List them: aiguillage session list")
        end_token(change, found[0])


def _open(actor: Actor) -> list[ColumnElement[bool]]:
    """The sessions that are good at this moment and that the actor may see."""
    good = [tokens.c.kind == SESSION, tokens.c.revoked_at.is_(None), tokens.c.expires_at > actor.at]
    return good if actor.operator else [*good, tokens.c.user_id == actor.user_id]
