"""Tokens as they are kept: what all kinds of them share."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from aiguillage.desk.change import Change, require_unchanged, state_of
from aiguillage.domain.accounts import Actor, Role, digest_of, hosts_within, new_secret, parse_hosts
from aiguillage.domain.contacts import parse_text
from aiguillage.domain.errors import invalid
from aiguillage.domain.problems import Code
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import tokens, users

PERSONAL, CALL_FLOW, SESSION = "personal", "cfd", "session"
"""Issued by a user for whatever they like; route-only, for one account's call flows; got by signing in."""

KINDS = (PERSONAL, CALL_FLOW, SESSION)
MOST_TOKENS, MOST_CALL_TOKENS, MOST_SESSIONS = 100, 100, 20
"""Good ones of a user, of an account, of a user; for one more session the oldest ends."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token without its secret. `accounts` empty: all that its user has; `hosts` empty: from anywhere.

    Moments are microseconds since 1970 UTC, or None. `address` is where a session was opened from, and where a
    user's token was last used from; `used_at` is when it was last used. Neither is noted of a call flow's, which calls
    alone use. `switched_from` is the session that somebody signed in to, of one that was switched from it, however
    often.
    """

    id: int
    user_id: int
    email: str
    kind: str = PERSONAL
    name: str
    role: str
    accounts: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    unknown: str | None = None
    address: str | None = None
    switched_from: int | None = None
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    used_at: int | None = None


def _as_token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        user_id=row.user_id,
        email=row.email,
        kind=row.kind,
        name=row.name,
        role=Role(row.role).word,
        accounts=tuple(msgspec.json.decode(row.accounts or "[]")),
        hosts=tuple(msgspec.json.decode(row.hosts or "[]")),
        unknown=row.unknown,
        address=row.address,
        switched_from=row.switched_from,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )


def read_tokens(connection: Connection, *conditions: ColumnElement[bool]) -> list[Token]:
    """The tokens for which all of that is so, oldest first."""
    statement = select(tokens, users.c.email).join(users, users.c.id == tokens.c.user_id)
    return [_as_token(row) for row in connection.execute(statement.where(*conditions).order_by(tokens.c.id))]


def is_within(actor: Actor, token: Token) -> bool:
    """Whether the token reaches no account that the actor's own is kept from."""
    return actor.only is None or (bool(token.accounts) and actor.only.issuperset(token.accounts))


def check_token(token: Token, at: int) -> Token:
    """The token with its name and hosts in their standard form. Raises Refusal(invalid)."""
    name = parse_text(token.name, field="name")
    if not name:
        raise invalid("A token needs a name that says what it is for.", "name")
    if token.expires_at is not None and token.expires_at <= at:
        raise invalid("The token would already have expired. Choose a later date and time.", "expires_at")
    return msgspec.structs.replace(token, name=name, hosts=parse_hosts(token.hosts))


def keep_token(change: Change, token: Token) -> tuple[Token, str]:
    """Keeps a new token under the next id, and its secret as the SHA-256 alone; the token with that id, the secret.

    Raises Refusal(invalid) where it is one too many.
    """
    _make_room(change, token)
    secret, seq = new_secret(), change.take_seqs()
    kept = msgspec.structs.replace(token, id=seq, created_at=change.actor.at)
    values = msgspec.structs.asdict(kept)
    del values["email"]
    values |= {
        "digest": digest_of(secret),
        "role": int(Role[kept.role.upper()]),
        "accounts": as_json(kept.accounts) if kept.accounts else None,
        "hosts": as_json(kept.hosts) if kept.hosts else None,
    }
    change.connection.execute(insert(tokens).values(values))
    change.record(seq, "issue", "token", seq, None, kept)
    return kept, secret


def _make_room(change: Change, token: Token) -> None:
    """Raises Refusal(invalid) where a token is one too many; a session ends the oldest ones instead."""
    at = change.actor.at
    good = (tokens.c.kind == token.kind) & tokens.c.revoked_at.is_(None)
    good &= tokens.c.expires_at.is_(None) | (tokens.c.expires_at > at)
    if token.kind == CALL_FLOW:
        there = _count(change, good & (tokens.c.accounts == as_json(token.accounts)))
        if there >= MOST_CALL_TOKENS:
            raise invalid(
                f"{token.accounts[0]} already has {there:,} call-flow tokens, the most allowed. Revoke one first.",
                code=Code.QUOTA,
            )
        return
    mine = good & (tokens.c.user_id == token.user_id)
    there = _count(change, mine)
    if token.kind == PERSONAL and there >= MOST_TOKENS:
        raise invalid(
            f"{token.email} already has {there:,} tokens, the most allowed. Revoke one first.", code=Code.QUOTA
        )
    if token.kind == SESSION and there >= MOST_SESSIONS:
        for oldest in read_tokens(change.connection, mine)[: there - MOST_SESSIONS + 1]:
            end_token(change, oldest)


def _count(change: Change, condition: ColumnElement[bool]) -> int:
    found: int = change.connection.execute(select(func.count()).select_from(tokens).where(condition)).scalar_one()
    return found


def change_token(change: Change, before: Token, changes: Mapping[str, Any], expected: int | None) -> Token:
    """Changes a token's name, hosts or expiry. Raises Refusal (invalid, stale)."""
    require_unchanged(state_of(before), expected)
    after = msgspec.structs.replace(before, **changes)
    # One that has expired can still be named anew.
    after = check_token(after, change.actor.at if after.expires_at != before.expires_at else 0)
    if after == before:
        return before
    values = {
        "name": after.name,
        "hosts": as_json(after.hosts) if after.hosts else None,
        "expires_at": after.expires_at,
    }
    change.connection.execute(update(tokens).where(tokens.c.id == before.id).values(values))
    change.record(change.take_seqs(), "set", "token", before.id, before, after)
    return after


def end_token(change: Change, token: Token) -> None:
    """Revokes a token: the next request with it is refused. One that was revoked stays so.

    From where a program used it is forgotten; a session keeps its address until it is removed itself.
    """
    if token.revoked_at is None:
        address = token.address if token.kind == SESSION else None
        ended = update(tokens).where(tokens.c.id == token.id).values(revoked_at=change.actor.at, address=address)
        change.connection.execute(ended)
        change.record(change.take_seqs(), "revoke", "token", token.id, {"revoked": False}, {"revoked": True})


def end_tokens(change: Change, user_id: int, *kinds: str) -> int:
    """Revokes a user's tokens of some kinds, of all where none is named, but not the one acted with; how many."""
    mine = (tokens.c.user_id == user_id, tokens.c.kind.in_(kinds or KINDS), tokens.c.revoked_at.is_(None))
    ended = [token for token in read_tokens(change.connection, *mine) if token.id != change.actor.token_id]
    for token in ended:
        end_token(change, token)
    return len(ended)


def require_no_more(actor: Actor, token: Token) -> None:
    """Raises Refusal(invalid) unless the token is held to the hosts and the expiry of the one that is acted with."""
    if actor.hosts and not (token.hosts and hosts_within(token.hosts, actor.hosts)):
        raise invalid("Your own token is limited to some addresses. Choose hosts among those, or sign in.", "hosts")
    if actor.expires_at is not None and (token.expires_at is None or token.expires_at > actor.expires_at):
        raise invalid("Your own token expires. Choose a date and time no later than that, or sign in.", "expires_at")
