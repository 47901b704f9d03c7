"""The frame of every use case: the account it is about, the actor's right to it, one transaction, the journal."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, select

from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.errors import Kind, Refusal, missing, stale
from aiguillage.domain.problems import Code
from aiguillage.storage import journal
from aiguillage.storage.schema import DIRECTORY_ID, accounts, grants
from aiguillage.storage.sqlite.engine import Database

_STATE_BYTES = 7


class View(NamedTuple):
    """A read transaction on one account's facts."""

    connection: Connection
    account_id: int
    account: Account


class Change:
    """A transaction that changes one account's facts (or the installation's), and says so in its journal.

    `action` is what the journal calls everything in it, where that is not what each use case calls it.
    """

    action: str | None = None

    def __init__(self, connection: Connection, account_id: int, account: Account, actor: Actor) -> None:
        self.connection = connection
        self.account_id = account_id
        self.account = account
        self.actor = actor

    def take_seqs(self, count: int = 1) -> int:
        """The account's next numbers, the first of them; new facts take theirs as id."""
        return journal.take_seqs(self.connection, self.account_id, count)

    def entry(self, seq: int, action: str, entity: str, entity_id: int, before: object, after: object) -> journal.Entry:
        """What happened to one entity, as the journal keeps it. `before` and `after` are structs or dicts."""
        return journal.Entry(
            seq=seq,
            at=self.actor.at,
            actor=self.actor.name,
            action=self.action or action,
            entity=entity,
            entity_id=entity_id,
            before=None if before is None else msgspec.to_builtins(before),
            after=None if after is None else msgspec.to_builtins(after),
        )

    def record(self, seq: int, action: str, entity: str, entity_id: int, before: object, after: object) -> None:
        """Writes one entity's change to the journal."""
        self.record_all([self.entry(seq, action, entity, entity_id, before, after)])

    def record_all(self, entries: Iterable[journal.Entry]) -> None:
        """Writes several changes to the journal."""
        journal.record(self.connection, self.account_id, entries)


def no_account(code: str) -> Refusal:
    """What is said of an account that is not there, and of one that the actor may not see."""
    return missing(f"There is no account {code[:40]} that you can see. Check its code, or ask one of its managers.")


def find_account(connection: Connection, actor: Actor, code: str, role: Role) -> tuple[int, Account]:
    """The account's id and settings. Raises Refusal: missing for a stranger, forbidden for too small a role."""
    held = find_role(connection, actor, code)
    require_role(code, role, held.role)
    return held.account_id, held.account


def require_role(code: str, role: Role, held: Role) -> None:
    """Raises Refusal(forbidden) where who has a role on an account needs a greater one."""
    if held < role:
        raise Refusal(Kind.FORBIDDEN, f"This requires the role {role.word} on {code}; yours is {held.word}.")


class Held(NamedTuple):
    """An account, its last change's number, and what an actor may do on it."""

    account_id: int
    account: Account
    role: Role
    seq: int


def find_role(connection: Connection, actor: Actor, code: str) -> Held:
    """The account, and what the actor may do on it. Raises Refusal(missing) for a stranger."""
    row = connection.execute(select(accounts).where(accounts.c.code == code, accounts.c.id > DIRECTORY_ID)).first()
    if row is None or (actor.only is not None and code not in actor.only):
        raise no_account(code)
    granted = Role.MANAGE if actor.operator or actor.everywhere else _role_of(connection, row.id, actor)
    if granted is None:
        raise no_account(code)
    return Held(row.id, account_of(row), min(granted, actor.most), row.seq)


def _role_of(connection: Connection, account_id: int, actor: Actor) -> Role | None:
    statement = select(grants.c.role).where(grants.c.account_id == account_id, grants.c.user_id == actor.user_id)
    role = connection.execute(statement).scalar()
    return None if role is None else Role(role)


def account_of(row: Row[Any]) -> Account:
    """The settings in an account's row."""
    return Account(
        code=row.code,
        name=row.name,
        country=row.country,
        time_zone=row.time_zone,
        shared_numbers=row.shared_numbers,
        vip_priority=row.vip_priority,
        rota=row.rota,
        geo_list=row.geo_list,
        fallback_destination=row.fallback_destination,
        keep_calls_days=row.keep_calls_days,
        pseudonymise_days=row.pseudonymise_days,
    )


def require_unchanged(seq: int, expected: int | None) -> None:
    """Raises Refusal(stale) when somebody expects another state than the one that is kept."""
    if expected is not None and expected != seq:
        raise stale("Somebody changed this since you read it. Read it again, and repeat your change.")


def state_of(thing: msgspec.Struct) -> int:
    """A number for the state that a thing is in, for an ETag, where the thing has no seq of its own."""
    return int.from_bytes(hashlib.sha256(msgspec.json.encode(thing)).digest()[:_STATE_BYTES])


@contextmanager
def change_facts(db: Database, actor: Actor, code: str, role: Role) -> Iterator[Change]:
    """Changes what workers remember of an account: settings, fields, grants. Raises Refusal."""
    with db.write() as connection:
        account_id, account = find_account(connection, actor, code, role)
        yield Change(connection, account_id, account, actor)
        journal.raise_facts_version(connection, account_id)


@contextmanager
def change_contacts(db: Database, actor: Actor, code: str) -> Iterator[Change]:
    """Changes contacts, which workers look up afresh for each call. Raises Refusal."""
    with db.write() as connection:
        account_id, account = find_account(connection, actor, code, Role.EDIT)
        yield Change(connection, account_id, account, actor)


@contextmanager
def change_drafts(db: Database, actor: Actor, code: str) -> Iterator[Change]:
    """Changes drafts, of which workers know nothing. Raises Refusal."""
    with change_contacts(db, actor, code) as change:
        yield change


@contextmanager
def change_directory(db: Database, actor: Actor) -> Iterator[Change]:
    """Changes the installation's own facts: users, tokens, accounts. Whether the actor may, the use case asks."""
    with db.write() as connection:
        yield Change(connection, DIRECTORY_ID, Account(code=""), actor)
        journal.raise_facts_version(connection, DIRECTORY_ID)


@contextmanager
def read_facts(db: Database, actor: Actor, code: str, role: Role = Role.READ) -> Iterator[View]:
    """Reads an account's facts in one unchanging view. Raises Refusal."""
    with db.read() as connection:
        account_id, account = find_account(connection, actor, code, role)
        yield View(connection, account_id, account)


def require_operator(actor: Actor) -> None:
    """Raises Refusal(forbidden) unless the actor runs this installation."""
    if not actor.operator:
        raise Refusal(Kind.FORBIDDEN, "Only an operator of this installation may do this. Ask one of them.")


def require_unlimited(actor: Actor) -> None:
    """Raises Refusal(forbidden) for who acts with a limited token: with people's secrets it would get itself more."""
    if actor.is_limited:
        raise Refusal(
            Kind.FORBIDDEN, "A token that is limited in role, accounts, addresses or time may not do this. Sign in."
        )


def require_proven(actor: Actor) -> None:
    """Raises Refusal(forbidden) unless the actor may change people, and proved lately who it is."""
    require_unlimited(actor)
    if not actor.is_proven:
        raise Refusal(
            Kind.FORBIDDEN,
            "This requires a recent proof of who you are. Send your password as current_password, or "
            "a code of your second factor as current_code; or sign in again: that is enough for ten "
            "minutes.",
            code=Code.PROOF_NEEDED,
        )


def require_unbound(actor: Actor) -> None:
    """Raises Refusal(forbidden) for who acts with a token that is bound, and would give away what is not."""
    if actor.is_bound:
        raise Refusal(
            Kind.FORBIDDEN,
            "Your own token is limited to some addresses, or expires, and what you ask for would not "
            "be. Sign in, or use another token.",
        )


def require_full_role(actor: Actor) -> None:
    """Raises Refusal(forbidden) for who acts with a token of a small role: it must not get itself a greater one."""
    if actor.most is not Role.MANAGE:
        raise Refusal(
            Kind.FORBIDDEN,
            f"A token with the role {actor.most.word} may not do this. Sign in, or use one with the role manage.",
        )
