"""Sessions: what people get by signing in, for twelve hours, to be listed and ended."""

from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from aiguillage.desk.change import Change, change_directory, find_account, require_full_role, require_operator
from aiguillage.desk.throttle import KNOWN_FOR, place_of_client
from aiguillage.desk.token_rows import SESSION, Token, end_token, end_tokens, is_within, keep_token, read_tokens
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Kind, Refusal, conflict, missing
from aiguillage.domain.mails import program_of
from aiguillage.domain.sessions import IDLE, LASTS, MOST, NOTED_EVERY
from aiguillage.storage.schema import DIRECTORY_ID, accounts, can_be_id, tokens, users
from aiguillage.storage.sqlite.engine import Database

UNNAMED = "session"
LONGEST_NAME = 200


def open_session(change: Change, user_id: int, *, address: str | None, agent: str) -> tuple[Token, str]:
    """A new session of a user who proved to be it, and its secret; sessions that ended long ago are forgotten.

    A user has at most MOST at once: the oldest make room.
    """
    at = change.actor.at
    old = (tokens.c.kind == SESSION) & (tokens.c.expires_at <= at - KNOWN_FOR)
    change.connection.execute(delete(tokens).where(old))
    signed_in = (tokens.c.user_id == user_id, tokens.c.switched_from.is_(None))
    for session in read_tokens(change.connection, *_good(at), *signed_in)[: 1 - MOST]:
        _end(change, session.id)
    return keep_token(
        change,
        Token(
            id=0,
            user_id=user_id,
            email=change.actor.name,
            kind=SESSION,
            name=_named(agent),
            role=Role.MANAGE.word,
            address=address,
            created_at=at,
            expires_at=at + LASTS,
            used_at=at,
        ),
    )


def is_new_place(connection: Connection, user_id: int, address: str | None, agent: str, at: int) -> bool:
    """Whether no session of the user of the last 30 days had that address, or none had that program.

    An address stands for all that one customer of a network has; a program's versions do not count.
    """
    mine = (tokens.c.user_id == user_id) & (tokens.c.kind == SESSION) & (tokens.c.created_at > at - KNOWN_FOR)
    rows = connection.execute(select(tokens.c.address, tokens.c.name).where(mine).distinct()).all()
    programs = {program_of(row.name) for row in rows}
    places = {row.address and place_of_client(row.address) for row in rows}
    return program_of(_named(agent)) not in programs or (address and place_of_client(address)) not in places


def _named(agent: str) -> str:
    """What a session is called after the client's own name."""
    return "".join(letter for letter in agent if letter.isprintable()).strip()[:LONGEST_NAME] or UNNAMED


def switch_account(db: Database, actor: Actor, account_id: int) -> tuple[Token, str]:
    """A session like the one acted with, held to one account and ending with it; and its secret. Raises Refusal.

    Any session of a user can switch to any of their accounts: it is their sign-in that counts.
    """
    with change_directory(db, actor) as change:
        session = _require_session(change.connection, actor)
        user = change.connection.execute(select(users).where(users.c.id == actor.user_id)).one()
        code = _code_of(change.connection, user, actor.at, account_id)
        first = session.switched_from or session.id
        held = msgspec.structs.replace(session, accounts=(code,), switched_from=first, used_at=actor.at)
        return keep_token(change, held)


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
    raise missing("There is no account with that id that you can see. GET /accounts lists yours.")


def _require_session(connection: Connection, actor: Actor) -> Token:
    """The session acted with, if it is still open. Raises Refusal(conflict) for another kind of token."""
    mine = (tokens.c.id == actor.token_id, tokens.c.kind == SESSION, tokens.c.revoked_at.is_(None))
    found = read_tokens(connection, *mine)
    if not found:
        raise conflict("This is not a session. Sign in first: POST /login.")
    return found[0]


def sign_out(db: Database, actor: Actor) -> None:
    """Ends the session acted with, the one that it was switched from, and all others switched from that.

    Raises Refusal(conflict) for another kind of token.
    """
    with change_directory(db, actor) as change:
        session = _require_session(change.connection, actor)
        _end(change, session.switched_from or session.id)


def note_use(db: Database, session: Row[Any], at: int) -> None:
    """Notes that a session is used, once a minute; while the file is held or full, the next use is noted."""
    if abs(at - (session.used_at or session.created_at)) >= NOTED_EVERY:
        _note(db, session, {"used_at": at})


def note_token_use(db: Database, token: Row[Any], at: int, address: str | None) -> None:
    """Notes that a user's token is used, and from where: once a minute, and when the address is another one."""
    if token.used_at is None or abs(at - token.used_at) >= NOTED_EVERY or token.address != address:
        _note(db, token, {"used_at": at, "address": address})


def _note(db: Database, token: Row[Any], values: dict[str, Any]) -> None:
    with suppress(Refusal), db.write_at_once() as connection:
        connection.execute(update(tokens).where(tokens.c.id == token.id).values(values))


def end_session(change: Change, session: Row[Any]) -> None:
    """Ends a session, the one that it was switched from, and all others switched from that."""
    _end(change, session.switched_from or session.id)


def _end(change: Change, session_id: int) -> None:
    """Ends a session and those that were switched from it."""
    for session in read_tokens(change.connection, (tokens.c.id == session_id) | (tokens.c.switched_from == session_id)):
        end_token(change, session)


def list_sessions(db: Database, actor: Actor) -> list[Token]:
    """The actor's own open sessions, for operators everybody's; oldest first. Raises Refusal(forbidden).

    Who acts with a token that is held to accounts sees those that are held to the same.
    """
    require_full_role(actor)
    with db.read() as connection:
        return _open(connection, actor)


def last_sign_ins(db: Database, actor: Actor) -> dict[int, int]:
    """When users last signed in, by id, as far as the sessions of the last 30 days tell; for operators.

    Raises Refusal(forbidden).
    """
    require_operator(actor)
    last = select(tokens.c.user_id, func.max(tokens.c.created_at)).where(tokens.c.kind == SESSION)
    with db.read() as connection:
        return {row[0]: row[1] for row in connection.execute(last.group_by(tokens.c.user_id))}


def end_sessions(db: Database, actor: Actor, user_id: int) -> int:
    """Ends all sessions of a user but the one acted with (operators only); how many. Raises Refusal(forbidden)."""
    require_operator(actor)
    with change_directory(db, actor) as change:
        return end_tokens(change, user_id, SESSION)


def revoke_session(db: Database, actor: Actor, session_id: int) -> None:
    """Ends a session and those switched from it: the next request is refused. Raises Refusal(missing)."""
    require_full_role(actor)
    with change_directory(db, actor) as change:
        found = _open(change.connection, actor, tokens.c.id == session_id) if can_be_id(session_id) else []
        if not found:
            raise missing("You have no session with that id.")
        _end(change, found[0].id)


def _open(connection: Connection, actor: Actor, *conditions: ColumnElement[bool]) -> list[Token]:
    """The sessions that are good at this moment and that the actor may see."""
    good = [*conditions, *_good(actor.at)]
    mine = good if actor.operator else [*good, tokens.c.user_id == actor.user_id]
    return [session for session in read_tokens(connection, *mine) if is_within(actor, session)]


def _good(at: int) -> list[ColumnElement[bool]]:
    """What makes a token a session that is open at a moment."""
    used_at = func.coalesce(tokens.c.used_at, tokens.c.created_at)
    open_ = [tokens.c.kind == SESSION, tokens.c.revoked_at.is_(None), tokens.c.expires_at > at]
    return [*open_, used_at >= at - IDLE]
