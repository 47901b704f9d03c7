"""Signing in: an e-mail address, a password and, where the user has one, a code of the second factor."""

from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Row, select, update

from aiguillage.desk.acting import token_of
from aiguillage.desk.change import Change, change_directory
from aiguillage.desk.passwords import Proven, hash_new, keep_password, names_of, prove_password, require_still_so, wrong
from aiguillage.desk.second_factor import has_code, is_on, spend_code
from aiguillage.desk.sessions import LONGEST_NAME, end_session, is_new_place, open_session
from aiguillage.desk.throttle import forgive, refund
from aiguillage.desk.token_rows import SESSION, Token, read_tokens
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.mails import SIGN_IN
from aiguillage.domain.problems import Code
from aiguillage.domain.recovery import recovery_code
from aiguillage.storage.mails import add_mail
from aiguillage.storage.recovery import count_codes
from aiguillage.storage.schema import tokens, users
from aiguillage.storage.sqlite.engine import Database


class Credentials(msgspec.Struct, frozen=True):
    """What somebody signs in with; `code` is needed by those who have a second factor.

    `new` is the password to have from now on, for those whose password somebody else set.
    """

    email: str
    password: str
    code: str = ""
    new: str = ""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """A user as they see themselves, and the token that they act with.

    `codes_left` is how many recovery codes are left to somebody who has just signed in with one.
    """

    id: int
    email: str
    name: str
    operator: bool
    second_factor: bool
    token: Token
    codes_left: int | None = None


def sign_in(
    db: Database,
    at: int,
    credentials: Credentials,
    *,
    address: str | None,
    agent: str = "",
    authorization: str = "",
    language: str = "",
) -> tuple[Who, str]:
    """That user with a new session, and its secret; `agent` is the client's own name, for the list of sessions.

    The session that they came with, in an Authorization header, ends. A sign-in from a new place is mailed to them, in
    the `language` that they read here.
    Raises Refusal: unauthorized alike for all that is wrong, limited for too many tries; invalid when the password is
    right, and the code is missing, or the password to have in place of one that somebody else set.
    """
    email, code = credentials.email, credentials.code
    lift = partial(has_code, email=email, code=code, at=at) if code else None
    proven = prove_password(db, at, email, credentials.password, address, one_time=True, lift=lift)
    hashed = _require_all(db, at, credentials, proven)
    former = token_of(db, authorization, at)
    actor = Actor(proven.user.email, at, proven.user.id)
    with change_directory(db, actor) as change:
        user = require_still_so(change.connection, proven)
        if is_on(user) and not spend_code(change.connection, user, code, at):
            raise wrong()
        forgive(change.connection, at, proven.paid)
        if hashed is not None:
            keep_password(change, user.id, hashed)
        elif proven.rehashed is not None:
            mine = update(users).where(users.c.id == user.id)
            change.connection.execute(mine.values(password=proven.rehashed))
        if former is not None and former.kind == SESSION and former.user_id == user.id:
            end_session(change, former)
        _tell_of_new_place(change, user, address, agent, language)
        session, secret = open_session(change, user.id, address=address, agent=agent)
        left = count_codes(change.connection, user.id) if is_on(user) and recovery_code(code) else None
    return msgspec.structs.replace(who_is(user, session), codes_left=left), secret


def _tell_of_new_place(change: Change, user: Row[Any], address: str | None, agent: str, language: str) -> None:
    """Has a mail say that the user signed in from an address or with a program that none of their sessions had."""
    if language and language != user.language:
        mine = update(users).where(users.c.id == user.id)
        change.connection.execute(mine.values(language=language))
    if is_new_place(change.connection, user.id, address, agent, change.actor.at):
        facts = {"address": address or "", "program": agent[:LONGEST_NAME]}
        add_mail(change.connection, change.actor.at, SIGN_IN, user.email, language=language, facts=facts)


def _require_all(db: Database, at: int, credentials: Credentials, proven: Proven) -> str | None:
    """The hash of the user's own password in place of a one-time one, if theirs is one. Raises Refusal(invalid).

    What is missing makes the try no failure; but what failed before is not forgotten for it.
    """
    try:
        if is_on(proven.user) and not credentials.code:
            raise invalid("The second factor is on. Send its code too, as code.", "code", code=Code.CODE_NEEDED)
        if proven.user.one_time_until is None:
            _require_no_new(credentials)
            return None
        if not credentials.new or credentials.new == credentials.password:
            raise invalid(
                "This password was set for you, and works only once. Also send your own, for later sign-ins, as new.",
                "new",
                code=Code.NEW_PASSWORD_NEEDED,
            )
        with db.read() as connection:
            names = names_of(connection, proven.user)
        return hash_new(credentials.new, names, "new")
    except Refusal:
        with db.write() as connection:
            refund(connection, at, proven.paid)
        raise


def _require_no_new(credentials: Credentials) -> None:
    if credentials.new:
        raise invalid("Your password is already your own. Leave out new; PUT /me/password changes it.", "new")


def show_me(db: Database, actor: Actor) -> Who:
    """The user who acts, with the token that they act with."""
    with db.read() as connection:
        user = connection.execute(select(users).where(users.c.id == actor.user_id)).one()
        token = read_tokens(connection, tokens.c.id == actor.token_id)[0]
    return who_is(user, token)


def who_is(user: Row[Any], token: Token) -> Who:
    """A user as they see themselves, with the token that they act with."""
    return Who(
        id=user.id,
        email=user.email,
        name=user.name,
        operator=user.operator,
        second_factor=is_on(user),
        token=token,
    )
