"""Users and their grants: who may do what on which account."""

from typing import Any

import msgspec
from argon2 import PasswordHasher
from sqlalchemy import Connection, Row, delete, insert, select, update

from aiguillage.desk.change import change_directory, change_facts, read_facts, require_operator
from aiguillage.domain.accounts import Actor, Role, check_email
from aiguillage.domain.contacts import parse_text
from aiguillage.domain.errors import conflict, invalid, missing
from aiguillage.storage.engine import Database
from aiguillage.storage.schema import accounts, grants, users

SHORTEST_PASSWORD = 12


class User(msgspec.Struct, frozen=True):
    """A person with an e-mail address; `grants` maps account codes to roles, as far as the actor may see them."""

    id: int
    email: str
    name: str
    operator: bool
    disabled: bool
    grants: dict[str, str]


def add_user(
    db: Database, actor: Actor, email: str, *, name: str = "", operator: bool = False, password: str | None = None
) -> User:
    """A new user; without a password they cannot sign in, but tokens work. Raises Refusal."""
    require_operator(actor)
    email, name = check_email(email), parse_text(name)
    hashed = None if password is None else hash_password(password)
    with change_directory(db, actor) as change:
        if find_user(change.connection, email) is not None:
            raise conflict(f"There is a user {email} already. Use another address, or give that user a role.")
        seq = change.take_seqs()
        row = {"id": seq, "email": email, "name": name, "operator": operator}
        change.connection.execute(insert(users).values(password=hashed, created_at=actor.at, **row))
        change.record(seq, "add", "user", seq, None, row)
    return User(seq, email, name, operator, disabled=False, grants={})


def hash_password(password: str) -> str:
    """The password as it is kept (Argon2id). Raises Refusal(invalid)."""
    if len(password) < SHORTEST_PASSWORD:
        raise invalid(f"The password is too short. Use at least {SHORTEST_PASSWORD} characters.")
    return PasswordHasher().hash(password)


def find_user(connection: Connection, email: str) -> Row[Any] | None:
    """The row of that e-mail address, whatever its case."""
    return connection.execute(select(users).where(users.c.email == email.lower())).first()


def require_user(connection: Connection, email: str) -> Row[Any]:
    """The row of that e-mail address. Raises Refusal(missing)."""
    row = find_user(connection, email)
    if row is None:
        raise missing(f"There is no user {email[:60]}. Add them first: aiguillage user add {email[:60]}")
    return row


def actor_named(db: Database, email: str, at: int) -> Actor:
    """The actor that a user is. Raises Refusal(missing) for one who is not there or disabled."""
    with db.read() as connection:
        row = require_user(connection, email)
    if row.disabled_at is not None:
        raise missing(f"The user {row.email} is disabled. Act as somebody else.")
    return Actor(row.email, at, row.id, row.operator)


def list_users(db: Database, actor: Actor, code: str | None = None) -> list[User]:
    """All users (operators only), or those of one account (its managers too), by e-mail. Raises Refusal."""
    if code is None:
        require_operator(actor)
        with db.read() as connection:
            return _users(connection, None)
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        return _users(connection, account_id)


def _users(connection: Connection, account_id: int | None) -> list[User]:
    held = select(grants.c.user_id, grants.c.role, accounts.c.code).join(accounts, accounts.c.id == grants.c.account_id)
    if account_id is not None:
        held = held.where(grants.c.account_id == account_id)
    roles: dict[int, dict[str, str]] = {}
    for row in connection.execute(held.order_by(accounts.c.code)):
        roles.setdefault(row.user_id, {})[row.code] = Role(row.role).word
    return [
        User(row.id, row.email, row.name, row.operator, row.disabled_at is not None, roles.get(row.id, {}))
        for row in connection.execute(select(users).order_by(users.c.email))
        if account_id is None or row.id in roles
    ]


def disable_user(db: Database, actor: Actor, email: str) -> None:
    """Shuts a user out; their tokens stop with the next call. Raises Refusal."""
    require_operator(actor)
    with change_directory(db, actor) as change:
        row = require_user(change.connection, email)
        if row.disabled_at is None:
            change.connection.execute(update(users).where(users.c.id == row.id).values(disabled_at=actor.at))
            change.record(change.take_seqs(), "disable", "user", row.id, {"disabled": False}, {"disabled": True})


def enable_user(db: Database, actor: Actor, email: str) -> None:
    """Lets a disabled user in again, with the tokens and roles they had. Raises Refusal."""
    require_operator(actor)
    with change_directory(db, actor) as change:
        row = require_user(change.connection, email)
        if row.disabled_at is not None:
            change.connection.execute(update(users).where(users.c.id == row.id).values(disabled_at=None))
            change.record(change.take_seqs(), "enable", "user", row.id, {"disabled": True}, {"disabled": False})


def grant_role(db: Database, actor: Actor, email: str, code: str, role: Role) -> None:
    """Gives a user a role on an account, in place of the one they had. Raises Refusal."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        row = require_user(change.connection, email)
        before = _take_away(change.connection, change.account_id, row.id)
        change.connection.execute(insert(grants).values(account_id=change.account_id, user_id=row.id, role=int(role)))
        if before is role:
            return
        after = {"email": row.email, "role": role.word}
        change.record(change.take_seqs(), "grant", "grant", row.id, before and {**after, "role": before.word}, after)


def revoke_role(db: Database, actor: Actor, email: str, code: str) -> None:
    """Takes a user's role on an account away. Raises Refusal."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        row = find_user(change.connection, email)
        before = None if row is None else _take_away(change.connection, change.account_id, row.id)
        if row is None or before is None:
            raise missing(f"{email[:60]} has no role on {code}. List who has: aiguillage user list --account {code}")
        gone = {"email": row.email, "role": before.word}
        change.record(change.take_seqs(), "revoke", "grant", row.id, gone, None)


def _take_away(connection: Connection, account_id: int, user_id: int) -> Role | None:
    mine = (grants.c.account_id == account_id) & (grants.c.user_id == user_id)
    role = connection.execute(select(grants.c.role).where(mine)).scalar()
    if role is not None:
        connection.execute(delete(grants).where(mine))
    return None if role is None else Role(role)
