"""Passwords: kept as Argon2id, proven in the same time whoever is asked about, set by their user or an operator."""

import secrets
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, select, update

from aiguillage.desk.change import Change, change_directory, require_operator, require_proven, require_unlimited
from aiguillage.desk.throttle import Lift, Paid, forgive, pay, refund
from aiguillage.desk.token_rows import SESSION, end_tokens
from aiguillage.desk.users import find_user, hash_password, one_time_until, require_user
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, conflict
from aiguillage.storage.links import end_link
from aiguillage.storage.schema import accounts, grants, users
from aiguillage.storage.sqlite.engine import Database

_one_at_a_time = Lock()
"""Each look at a password takes 64 MiB and a core for a while: many at once must not take a worker's memory."""


class Proven(NamedTuple):
    """A user whose password is right: their row, the try that it took, and the hash to keep from now on, if another."""

    user: Row[Any]
    paid: Paid
    rehashed: str | None


def wrong() -> Refusal:
    """The one answer to whatever is wrong: an e-mail that nobody has, or without a password; the password; the code."""
    return Refusal(Kind.UNAUTHORIZED, "The e-mail address, the password or the code is wrong. Try again.")


def prove_password(
    db: Database,
    at: int,
    email: str,
    password: str,
    address: str | None,
    *,
    one_time: bool = False,
    lift: Lift | None = None,
) -> Proven:
    """The user whose password it is. Raises Refusal (unauthorized, limited; conflict where it is a one-time password).

    One that somebody else set proves nothing but the right to set another, so `one_time` has to allow for it. `lift` is
    for who sent a code too. No transaction is open while the password is looked at.
    """
    paid = pay(db, at, email, address, lift)
    with db.read() as connection:
        row = find_user(connection, email)
    user = None if row is None or not _may_sign_in(row, at) else row
    nobodys = _nobodys_hash()
    right = _is_right(nobodys if user is None else user.password, password)
    if user is None or not right:
        raise wrong()
    if user.one_time_until is not None and not one_time:
        with db.write() as connection:
            refund(connection, at, paid)
        raise conflict("This password was set for you, and only serves to set your own. Do that first.")
    outdated = PasswordHasher().check_needs_rehash(user.password)
    return Proven(user, paid, PasswordHasher().hash(password) if outdated else None)


def _may_sign_in(user: Row[Any], at: int) -> bool:
    """Whether the user is let in at all, and has a password that is still good."""
    expired = user.one_time_until is not None and user.one_time_until <= at
    return user.disabled_at is None and user.password is not None and not expired


def require_still_so(connection: Connection, proven: Proven) -> Row[Any]:
    """The user's row now, if the password that was proven is still theirs. Raises Refusal(unauthorized)."""
    row = connection.execute(select(users).where(users.c.id == proven.user.id)).first()
    if row is None or row.disabled_at is not None or row.password != proven.user.password:
        raise wrong()
    return row


@cache
def _nobodys_hash() -> str:
    return PasswordHasher().hash(secrets.token_urlsafe())


def _is_right(hashed: str, password: str) -> bool:
    with _one_at_a_time:
        try:
            return PasswordHasher().verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def change_password(db: Database, actor: Actor, current: str, new: str, *, address: str | None) -> None:
    """Sets the actor's own password; their other sessions end. Raises Refusal (unauthorized, invalid, limited)."""
    require_unlimited(actor)
    with db.read() as connection:
        names = names_of(connection, require_user(connection, actor.name))
    hashed = hash_new(new, names, "new")
    proven = prove_password(db, actor.at, actor.name, current, address, one_time=True)
    with change_directory(db, actor) as change:
        require_still_so(change.connection, proven)
        forgive(change.connection, actor.at, proven.paid)
        keep_password(change, proven.user.id, hashed)


def set_password(db: Database, actor: Actor, email: str, password: str) -> None:
    """Sets a user's password for them (operators only), good for one sign-in; their sessions end. Raises Refusal.

    At the terminal, somebody's own is theirs from then on.
    """
    require_operator(actor)
    require_proven(actor)
    with db.read() as connection:
        user = require_user(connection, email)
        require_anothers(actor, user.id, "PUT /me/password")
        names = names_of(connection, user)
    hashed = hash_new(password, names, "password")
    with change_directory(db, actor) as change:
        user_id = require_user(change.connection, email).id
        keep_password(change, user_id, hashed, None if user_id == actor.user_id else one_time_until(actor.at))


def require_anothers(actor: Actor, user_id: int, own: str) -> None:
    """Raises Refusal(conflict) for who asks as an operator for what is their own, and takes their password."""
    if actor.token_id is not None and user_id == actor.user_id:
        raise conflict(f"This concerns your own user. Use {own}, which requires your password or a code.")


def names_of(connection: Connection, user: Row[Any]) -> list[str]:
    """What a user's password must not be made of: their names, and those of the accounts on which they have a role."""
    held = select(accounts.c.code, accounts.c.name).join(grants, grants.c.account_id == accounts.c.id)
    rows = connection.execute(held.where(grants.c.user_id == user.id))
    return [user.email, user.name, *(name for row in rows for name in row)]


def hash_new(password: str, names: Iterable[str], field: str) -> str:
    """A new password as it is kept, one at a time. Raises Refusal(invalid)."""
    with _one_at_a_time:
        return hash_password(password, names, field)


def keep_password(change: Change, user_id: int, hashed: str, until: int | None = None) -> None:
    """Keeps a hash, and ends the user's link and their sessions but the one acted with.

    The journal gets neither hash nor password. `until` makes it good for one sign-in, until that moment.
    """
    mine = update(users).where(users.c.id == user_id)
    change.connection.execute(mine.values(password=hashed, one_time_until=until))
    end_link(change.connection, user_id)
    change.record(change.take_seqs(), "password", "user", user_id, None, None)
    end_tokens(change, user_id, SESSION)
