"""Users and their grants: who may do what on which account."""

from collections.abc import Iterable
from typing import Any

import msgspec
from argon2 import PasswordHasher
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from aiguillage.desk.change import (
    Change,
    change_directory,
    change_facts,
    read_facts,
    require_operator,
    require_proven,
    require_unchanged,
    state_of,
)
from aiguillage.desk.token_rows import end_tokens
from aiguillage.domain.accounts import Actor, Role, check_email, email_meant, new_secret, new_user_id
from aiguillage.domain.contacts import parse_text
from aiguillage.domain.errors import conflict, invalid, limited, missing
from aiguillage.domain.mails import INVITATION, INVITED_FOR
from aiguillage.domain.moments import DAY, WEEK
from aiguillage.domain.passwords import check_password
from aiguillage.domain.problems import Code
from aiguillage.storage.journal import record, take_seqs
from aiguillage.storage.links import end_seen_link, put_link
from aiguillage.storage.mails import add_mail
from aiguillage.storage.schema import DIRECTORY_ID, accounts, can_be_id, grants, journal, users
from aiguillage.storage.sqlite.engine import Database

MOST_USERS, MOST_INVITED = 1_000, 100
"""Users of an account; those to whom somebody who is no operator gives a first role on it within a day."""

ONE_TIME_FOR = WEEK
"""Microseconds for which a password that an operator set can be used to sign in, once."""


class User(msgspec.Struct, frozen=True):
    """A person with an e-mail address; `grants` maps account codes to roles, as far as the actor may see them.

    Managers see no name, and nobody as an operator or disabled: with an invitation they must not find out whom the
    installation knows already.
    """

    id: int
    email: str
    name: str
    operator: bool
    disabled: bool
    grants: dict[str, str]


def add_user(
    db: Database,
    actor: Actor,
    email: str,
    *,
    name: str = "",
    operator: bool = False,
    password: str | None = None,
    one_time: bool = True,
) -> User:
    """A new user; without a password they cannot sign in, but tokens work. Raises Refusal.

    The password is good for one sign-in, which sets another, unless it is the user's own choice (not `one_time`).
    """
    require_operator(actor)
    require_proven(actor)
    email, name = check_email(email), parse_text(name, field="name")
    hashed = None if password is None else hash_password(password, (email, name))
    until = one_time_until(actor.at) if hashed is not None and one_time else None
    with change_directory(db, actor) as change:
        if find_user(change.connection, email) is not None:
            raise conflict(
                f"There is already a user {email}. Use another address, or give that user a role.", Code.TAKEN
            )
        return _write(change, User(new_user_id(), email, name, operator, disabled=False, grants={}), hashed, until)


def _write(change: Change, user: User, hashed: str | None = None, until: int | None = None) -> User:
    """Writes a new user, in the installation's journal too, whichever account's change it is part of."""
    row = {name: getattr(user, name) for name in ("id", "email", "name", "operator")}
    kept = {"password": hashed, "one_time_until": until, "created_at": change.actor.at}
    change.connection.execute(insert(users).values(**kept, **row))
    seq = take_seqs(change.connection, DIRECTORY_ID)
    record(change.connection, DIRECTORY_ID, [change.entry(seq, "add", "user", user.id, None, row)])
    return user


def one_time_until(at: int) -> int:
    """Until when a password that somebody else sets at that moment is good, in microseconds since 1970 UTC."""
    return at + ONE_TIME_FOR


def hash_password(password: str, owner: Iterable[str], field: str = "password") -> str:
    """The password as it is kept (Argon2id); `owner` are names of whose it is. Raises Refusal(invalid)."""
    check_password(password, owner, field)
    return PasswordHasher().hash(password)


def find_user(connection: Connection, email: str) -> Row[Any] | None:
    """The row of that e-mail address, as people write it."""
    return connection.execute(select(users).where(users.c.email == email_meant(email))).first()


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
        found = _users(connection, account_id)
    return found if actor.operator else [User(user.id, user.email, "", False, False, user.grants) for user in found]  # noqa: FBT003 - neither is told


def show_user(db: Database, actor: Actor, user_id: int) -> User:
    """One user (operators only). Raises Refusal."""
    require_operator(actor)
    with db.read() as connection:
        return _require(connection, user_id)


def _require(connection: Connection, user_id: int) -> User:
    row = connection.execute(select(users).where(users.c.id == user_id)).first() if can_be_id(user_id) else None
    if row is None:
        raise missing("There is no user with that id.")
    return next(user for user in _users(connection, None) if user.id == user_id)


def set_user(db: Database, actor: Actor, user_id: int, changes: dict[str, Any], *, expected: int | None = None) -> User:
    """Changes a user's `name`, or whether they are `disabled` (operators only). Raises Refusal."""
    require_operator(actor)
    require_proven(actor)
    with change_directory(db, actor) as change:
        before = _require(change.connection, user_id)
        require_unchanged(state_of(before), expected)
        after = msgspec.structs.replace(before, **changes)
        after = msgspec.structs.replace(after, name=parse_text(after.name, field="name"))
        if after.name != before.name:
            change.connection.execute(update(users).where(users.c.id == user_id).values(name=after.name))
            change.record(change.take_seqs(), "set", "user", user_id, {"name": before.name}, {"name": after.name})
        if after.disabled != before.disabled:
            _set_disabled(change, user_id, disabled=after.disabled)
    return after


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
    """Shuts a user out; their sessions and tokens end with the next call, for good. Raises Refusal."""
    require_operator(actor)
    require_proven(actor)
    with change_directory(db, actor) as change:
        row = require_user(change.connection, email)
        if row.disabled_at is None:
            _set_disabled(change, row.id, disabled=True)


def enable_user(db: Database, actor: Actor, email: str) -> None:
    """Lets a disabled user in again, with the roles they had; they sign in anew. Raises Refusal."""
    require_operator(actor)
    require_proven(actor)
    with change_directory(db, actor) as change:
        row = require_user(change.connection, email)
        if row.disabled_at is not None:
            _set_disabled(change, row.id, disabled=False)


def _set_disabled(change: Change, user_id: int, *, disabled: bool) -> None:
    since = change.actor.at if disabled else None
    change.connection.execute(update(users).where(users.c.id == user_id).values(disabled_at=since))
    action = "disable" if disabled else "enable"
    change.record(change.take_seqs(), action, "user", user_id, {"disabled": not disabled}, {"disabled": disabled})
    if disabled:
        end_tokens(change, user_id)


class Grant(msgspec.Struct, frozen=True):
    """The role that a user has on an account."""

    user_id: int
    email: str
    role: str


def list_grants(db: Database, actor: Actor, code: str) -> list[Grant]:
    """Who has which role on an account, by e-mail; for its managers. Raises Refusal."""
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        return _grants(connection, account_id)


def show_grant(db: Database, actor: Actor, code: str, user_id: int) -> Grant:
    """A user's role on an account; for its managers. Raises Refusal."""
    found = [grant for grant in list_grants(db, actor, code) if grant.user_id == user_id]
    if not found:
        raise missing(f"No user with that id has a role on {code}.")
    return found[0]


def _grants(connection: Connection, account_id: int) -> list[Grant]:
    held = select(users.c.id, users.c.email, grants.c.role).join(grants, grants.c.user_id == users.c.id)
    rows = connection.execute(held.where(grants.c.account_id == account_id).order_by(users.c.email))
    return [Grant(row.id, row.email, Role(row.role).word) for row in rows]


def grant_role(
    db: Database,
    actor: Actor,
    email: str,
    code: str,
    role: Role,
    *,
    expected: int | None = None,
) -> Grant:
    """Gives a user a role on an account, in place of the one they had. Raises Refusal.

    A manager who names somebody new invites them: the user is there from now on, and cannot sign in before they have
    chosen a password. So the answer never tells whether an e-mail was known here. Operators, who may know, are told of
    what is most likely a typing error.
    """
    with change_facts(db, actor, code, Role.MANAGE) as change:
        return _give(change, email, role, expected)


def _give(change: Change, email: str, role: Role, expected: int | None = None, *, invites: bool = False) -> Grant:
    """Gives the role within a change; `invites` is an operator's word that somebody new is meant. Raises Refusal.

    A link that a manager of another account was shown ends: it must not open this account.
    """
    require_proven(change.actor)
    user_id, email = _granted(change, email, invites=invites)
    before = _take_away(change.connection, change.account_id, user_id)
    if before is None:
        _require_room(change)
        end_seen_link(change.connection, user_id, change.account_id)
    require_unchanged(0 if before is None else state_of(Grant(user_id, email, before.word)), expected)
    change.connection.execute(insert(grants).values(account_id=change.account_id, user_id=user_id, role=int(role)))
    if before is not role:
        after = {"email": email, "role": role.word}
        earlier = before and {**after, "role": before.word}
        change.record(change.take_seqs(), "grant", "grant", user_id, earlier, after)
    return Grant(user_id, email, role.word)


def invite_person(
    db: Database, actor: Actor, email: str, code: str, role: Role, *, mailed: bool, language: str
) -> tuple[Grant, str]:
    """Gives a user a role as grant_role does; and the secret of a link by which somebody new chooses a password.

    Where it is `mailed`, nobody else is shown the link: the secret is empty. Shown, it is answered alike for who is
    known here already, whose own password stays: it is good for nothing then. Raises Refusal.
    """
    with change_facts(db, actor, code, Role.MANAGE) as change:
        grant = _give(change, email, role, invites=True)
        if mailed:
            facts = {"by": actor.name, "role": role.word}
            about, to = change.account_id, grant.email
            add_mail(change.connection, actor.at, INVITATION, to, language=language, account=about, facts=facts)
            return grant, ""
        if not _may_be_shown(change, grant.user_id):
            return grant, new_secret()
        seen_by = None if actor.operator else change.account_id
        return grant, put_link(change.connection, grant.user_id, actor.at, actor.at + INVITED_FOR, seen_by)


def _may_be_shown(change: Change, user_id: int) -> bool:
    """Whether who invites may have a link by which that user signs in.

    They have no password yet, and it opens no account but those that the one who invites manages.
    """
    user = change.connection.execute(select(users).where(users.c.id == user_id)).one()
    if user.password is not None or user.disabled_at is not None:
        return False
    mine = select(grants.c.account_id).where(grants.c.user_id == change.actor.user_id, grants.c.role == Role.MANAGE)
    others = select(grants).where(grants.c.user_id == user_id, grants.c.account_id.not_in(mine))
    return change.actor.operator or (not user.operator and change.connection.execute(others).first() is None)


def _granted(change: Change, email: str, *, invites: bool) -> tuple[int, str]:
    """The id and address of who is to have a role: somebody known, or new where they are invited. Raises Refusal."""
    strict = change.actor.operator and not invites
    row = require_user(change.connection, email) if strict else find_user(change.connection, email)
    if row is not None:
        return row.id, row.email
    new = User(new_user_id(), check_email(email), "", operator=False, disabled=False, grants={})
    user = _write(change, new)
    return user.id, user.email


def _require_room(change: Change) -> None:
    """Raises Refusal for one user too many on the account (invalid), or too many in a short time (limited).

    People stay when their roles are gone. Those who were known before count as well as new ones: else a manager would
    find out who was.
    """
    code = change.account.code
    there = select(func.count()).select_from(grants).where(grants.c.account_id == change.account_id)
    if change.connection.execute(there).scalar_one() >= MOST_USERS:
        raise invalid(
            f"{code} already has {MOST_USERS:,} users, the most that it can have. Remove a user's role first.",
            code=Code.QUOTA,
        )
    invited = (journal.c.entity == "grant") & (journal.c.action == "grant") & journal.c.before.is_(None)
    mine = (journal.c.account_id == change.account_id) & (journal.c.at > change.actor.at - DAY)
    mine &= journal.c.actor == change.actor.name
    today = change.connection.execute(select(func.count()).select_from(journal).where(mine, invited)).scalar_one()
    if today >= MOST_INVITED and not change.actor.operator:
        message = (
            f"You have invited {MOST_INVITED} people to {code} within a day. Continue tomorrow, or ask an operator."
        )
        raise limited(message, wait=3_600)


def revoke_role(db: Database, actor: Actor, email: str, code: str, *, expected: int | None = None) -> None:
    """Takes a user's role on an account away. Raises Refusal."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        require_proven(actor)
        row = find_user(change.connection, email)
        before = None if row is None else _take_away(change.connection, change.account_id, row.id)
        if row is None or before is None:
            raise missing(f"{email[:60]} has no role on {code}.")
        require_unchanged(state_of(Grant(row.id, row.email, before.word)), expected)
        gone = {"email": row.email, "role": before.word}
        change.record(change.take_seqs(), "revoke", "grant", row.id, gone, None)


def _take_away(connection: Connection, account_id: int, user_id: int) -> Role | None:
    mine = (grants.c.account_id == account_id) & (grants.c.user_id == user_id)
    role = connection.execute(select(grants.c.role).where(mine)).scalar()
    if role is not None:
        connection.execute(delete(grants).where(mine))
    return None if role is None else Role(role)
