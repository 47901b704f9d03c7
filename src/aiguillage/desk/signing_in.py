"""Signing in: an e-mail address, a password and, where the user has one, a code of the second factor."""

from typing import Any

import msgspec
from sqlalchemy import Row, select, update

from aiguillage.desk.change import change_directory
from aiguillage.desk.passwords import Proven, prove_password, require_still_so, wrong
from aiguillage.desk.second_factor import is_on, spend_code
from aiguillage.desk.sessions import open_session
from aiguillage.desk.throttle import forgive, refund
from aiguillage.desk.token_rows import Token, read_tokens
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import invalid
from aiguillage.storage.engine import Database
from aiguillage.storage.schema import tokens, users


class Credentials(msgspec.Struct, frozen=True):
    """What somebody signs in with; `code` is needed by those who have a second factor."""

    email: str
    password: str
    code: str = ""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """A user as they see themselves, and the token that they act with."""

    id: int
    email: str
    name: str
    operator: bool
    second_factor: bool
    token: Token


def sign_in(
    db: Database, at: int, credentials: Credentials, *, address: str | None, agent: str = ""
) -> tuple[Who, str]:
    """That user with a new session, and its secret; `agent` is the client's own name, for the list of sessions.

    Raises Refusal: unauthorized alike for all that is wrong, limited for too many tries, invalid when the password is
    right and only the code is missing.
    """
    proven = prove_password(db, at, credentials.email, credentials.password, address)
    if is_on(proven.user) and not credentials.code:
        _ask_for_code(db, at, proven)
    actor = Actor(proven.user.email, at, proven.user.id)
    with change_directory(db, actor) as change:
        user = require_still_so(change.connection, proven)
        if is_on(user) and not spend_code(change.connection, user, credentials.code, at):
            raise wrong()
        forgive(change.connection, at, proven.paid)
        if proven.rehashed is not None:
            mine = update(users).where(users.c.id == user.id)
            change.connection.execute(mine.values(password=proven.rehashed))
        session, secret = open_session(change, user.id, address=address, agent=agent)
    return _who(user, session), secret


def _ask_for_code(db: Database, at: int, proven: Proven) -> None:
    """Raises Refusal(invalid). The try is no failure; but what failed before is not forgotten without the code."""
    with db.write() as connection:
        refund(connection, at, proven.paid)
    raise invalid("The second factor is on. Send its code too, as code.", "code")


def show_me(db: Database, actor: Actor) -> Who:
    """The user who acts, with the token that they act with."""
    with db.read() as connection:
        user = connection.execute(select(users).where(users.c.id == actor.user_id)).one()
        token = read_tokens(connection, tokens.c.id == actor.token_id)[0]
    return _who(user, token)


def _who(user: Row[Any], token: Token) -> Who:
    return Who(
        id=user.id,
        email=user.email,
        name=user.name,
        operator=user.operator,
        second_factor=is_on(user),
        token=token,
    )
