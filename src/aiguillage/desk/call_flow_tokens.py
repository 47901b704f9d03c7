"""Call-flow tokens: good for asking where the callers of one account go, and for nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from aiguillage.desk.change import change_directory, find_account, require_full_role, require_unchanged, state_of
from aiguillage.desk.token_rows import (
    CALL_FLOW,
    Token,
    change_token,
    check_token,
    end_token,
    keep_token,
    read_tokens,
    require_no_more,
)
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Kind, Refusal, invalid, missing
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import can_be_id, grants, tokens, users
from aiguillage.storage.sqlite.engine import Database


def list_call_tokens(db: Database, actor: Actor, code: str) -> list[Token]:
    """The account's call-flow tokens, for its managers; the actor's own for others. Oldest first. Raises Refusal."""
    require_full_role(actor)
    with db.read() as connection:
        return read_tokens(connection, *_seen(connection, actor, code))


def show_call_token(db: Database, actor: Actor, code: str, token_id: int) -> Token:
    """One of them. Raises Refusal."""
    require_full_role(actor)
    with db.read() as connection:
        return _require(connection, actor, code, token_id)


def issue_call_token(
    db: Database,
    actor: Actor,
    code: str,
    *,
    name: str,
    user_id: int | None = None,
    hosts: Sequence[str] = (),
    expires_at: int | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which is told this once. Raises Refusal.

    It is the actor's own; the account's managers may name another user who has a role on the account. It stops with
    that role, and with that user; but not with the token that issued it, whose hosts and expiry it must keep to.
    """
    require_full_role(actor)
    with change_directory(db, actor) as change:
        find_account(change.connection, actor, code, Role.ROUTE)
        holder_id, email = _holder(change.connection, actor, code, user_id)
        token = Token(
            id=0,
            user_id=holder_id,
            email=email,
            kind=CALL_FLOW,
            name=name,
            role=Role.ROUTE.word,
            accounts=(code,),
            hosts=tuple(hosts),
            created_at=actor.at,
            expires_at=expires_at,
        )
        token = check_token(token, actor.at)
        require_no_more(actor, token)
        return keep_token(change, token)


def set_call_token(
    db: Database, actor: Actor, code: str, token_id: int, changes: Mapping[str, Any], *, expected: int | None = None
) -> Token:
    """Changes its `name`, `hosts` or `expires_at`; its secret and its user stay. Raises Refusal."""
    require_full_role(actor)
    with change_directory(db, actor) as change:
        before = _require(change.connection, actor, code, token_id)
        if changes.get("user_id", before.user_id) != before.user_id:
            raise invalid("The user of a token cannot be changed. Issue another token, and revoke this one.", "user_id")
        after = change_token(change, before, changes, expected)
        require_no_more(actor, after)
        return after


def revoke_call_token(db: Database, actor: Actor, code: str, token_id: int, *, expected: int | None = None) -> None:
    """Ends it: the next call with it is refused. Raises Refusal."""
    require_full_role(actor)
    with change_directory(db, actor) as change:
        token = _require(change.connection, actor, code, token_id)
        require_unchanged(state_of(token), expected)
        end_token(change, token)


def _seen(connection: Connection, actor: Actor, code: str) -> list[ColumnElement[bool]]:
    """What makes a token one of the account's that the actor may see. Raises Refusal."""
    find_account(connection, actor, code, Role.ROUTE)
    of_account = [tokens.c.kind == CALL_FLOW, tokens.c.accounts == as_json([code]), tokens.c.revoked_at.is_(None)]
    return of_account if _manages(connection, actor, code) else [*of_account, tokens.c.user_id == actor.user_id]


def _manages(connection: Connection, actor: Actor, code: str) -> bool:
    try:
        find_account(connection, actor, code, Role.MANAGE)
    except Refusal:
        return False
    return True


def _holder(connection: Connection, actor: Actor, code: str, user_id: int | None) -> tuple[int, str]:
    """The id and e-mail of the user whose token it is to be. Raises Refusal (forbidden, invalid)."""
    if actor.user_id is not None and user_id in {None, actor.user_id}:
        return actor.user_id, actor.name
    account_id, _ = find_account(connection, actor, code, Role.ROUTE)
    if not _manages(connection, actor, code):
        raise Refusal(
            Kind.FORBIDDEN,
            f"Issuing a token for somebody else requires the role manage on {code}. Ask somebody who has it.",
        )
    granted = select(users.c.id, users.c.email).join(grants, grants.c.user_id == users.c.id)
    mine = granted.where(grants.c.account_id == account_id, users.c.id == user_id)
    row = connection.execute(mine).first() if user_id is not None and can_be_id(user_id) else None
    if row is None:
        raise invalid(f"No user with that id has a role on {code}. Give them one first.", "user_id")
    return row.id, row.email


def _require(connection: Connection, actor: Actor, code: str, token_id: int) -> Token:
    seen = _seen(connection, actor, code)
    found = read_tokens(connection, tokens.c.id == token_id, *seen) if can_be_id(token_id) else []
    if not found:
        raise missing("There is no call-flow token with that id on this account that you can see.")
    return found[0]
