"""Passwords: kept as Argon2id, proven in the same time whoever is asked about, set by their user or an operator."""

import secrets
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, select, update

from aiguillage.desk.change import Change, change_directory, require_full_role, require_operator
from aiguillage.desk.throttle import Paid, forgive, pay
from aiguillage.desk.token_rows import SESSION, end_tokens
from aiguillage.desk.users import find_user, hash_password, require_user
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.storage.engine import Database
from aiguillage.storage.schema import users

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


def prove_password(db: Database, at: int, email: str, password: str, address: str | None) -> Proven:
    """The user whose password it is. Raises Refusal (unauthorized, limited).

    No transaction is open while the password is looked at.
    """
    paid = pay(db, at, email, address)
    with db.read() as connection:
        row = find_user(connection, email)
    user = None if row is None or row.disabled_at is not None or row.password is None else row
    nobodys = _nobodys_hash()
    right = _is_right(nobodys if user is None else user.password, password)
    if user is None or not right:
        raise wrong()
    outdated = PasswordHasher().check_needs_rehash(user.password)
    return Proven(user, paid, hash_password(password) if outdated else None)


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
    require_full_role(actor)
    hashed = _hash_new(new, actor.name)
    proven = prove_password(db, actor.at, actor.name, current, address)
    with change_directory(db, actor) as change:
        require_still_so(change.connection, proven)
        forgive(change.connection, actor.at, proven.paid)
        _keep(change, proven.user.id, hashed)


def set_password(db: Database, actor: Actor, email: str, password: str) -> None:
    """Sets a user's password for them (operators only); their sessions end. Raises Refusal."""
    require_operator(actor)
    hashed = _hash_new(password, email)
    with change_directory(db, actor) as change:
        _keep(change, require_user(change.connection, email).id, hashed)


def _hash_new(password: str, email: str) -> str:
    if password.lower() == email.lower():
        raise invalid("The password is the e-mail address. Choose another one.", "new")
    with _one_at_a_time:
        return hash_password(password)


def _keep(change: Change, user_id: int, hashed: str) -> None:
    """Keeps a hash and ends the user's sessions but the one acted with; the journal gets neither hash nor password."""
    change.connection.execute(update(users).where(users.c.id == user_id).values(password=hashed))
    change.record(change.take_seqs(), "password", "user", user_id, None, None)
    end_tokens(change, user_id, SESSION)
