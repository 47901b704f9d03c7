"""Tokens: personal ones, and those of an account's call flows (contracts/cx-engine.md, 'cfd-tokens')."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import PROOF, Asked, Nothing, Operations, Shown
from aiguillage.api.paging import UNDATED, Paged, chosen, page_type, query_of
from aiguillage.api.resources.proving import Proof, Proving, changes_of, proven
from aiguillage.api.resources.shared import BASE, UNSET, Body
from aiguillage.desk.call_flow_tokens import (
    issue_call_token,
    list_call_tokens,
    revoke_call_token,
    set_call_token,
    show_call_token,
)
from aiguillage.desk.change import state_of
from aiguillage.desk.token_rows import Token
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token, set_token, show_token
from aiguillage.desk.users import show_user
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role, role_named
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso, parse_moment

TAG = "Tokens"
OPERATIONS = Operations(TAG)
Hosts = list[str] | msgspec.UnsetType | None
Text = str | msgspec.UnsetType | None


CALL_FLOW = means("What the token is for.", "Standard 3CX")
HOSTS = means("The addresses and CIDR blocks from which it may be used; empty for any.", ["192.0.2.0/24"])
PURPOSE = means("What the token is for.", "nightly import")
UNKNOWN = means("What an unknown caller gets: `404`, `empty` or `default`; null is `404`.")


class CallTokenBody(Body, frozen=True):
    """A call-flow token as it is sent; without `hosts` it is good from anywhere, without `expires_at` for ever."""

    user_id: Annotated[int | msgspec.UnsetType | None, means("Whose the token is to be; yours if left out.")] = UNSET
    name: Annotated[str | msgspec.UnsetType, CALL_FLOW] = UNSET
    hosts: Annotated[Hosts, HOSTS] = UNSET
    expires_at: Annotated[Text, meanings.EXPIRES_AT] = UNSET


class CallTokenShown(msgspec.Struct, frozen=True, kw_only=True):
    """A call-flow token, without its secret."""

    id: Annotated[int, meanings.ID]
    user_id: Annotated[int, meanings.USER_ID]
    name: Annotated[str, CALL_FLOW]
    hosts: Annotated[tuple[str, ...], HOSTS]
    expires_at: Annotated[str | None, meanings.EXPIRES_AT]


class CallTokenIssued(CallTokenShown, frozen=True, kw_only=True):
    """A new call-flow token. `token` is its secret, told this once: null when the answer is replayed."""

    token: Annotated[str | None, meanings.TOKEN]


class TokenBody(CallTokenBody, frozen=True):
    """A personal token as it is sent. `accounts` holds it to some of its user's; `user_id` is for operators."""

    role: Annotated[str | msgspec.UnsetType, meanings.ROLE] = UNSET
    accounts: Annotated[list[str] | msgspec.UnsetType, meanings.ACCOUNTS] = UNSET
    unknown: Annotated[Text, UNKNOWN] = UNSET
    current_password: Annotated[Proof, meanings.CURRENT_PASSWORD] = UNSET
    current_code: Annotated[Proof, meanings.CURRENT_CODE] = UNSET


class TokenChanges(Proving, frozen=True, kw_only=True):
    """What of a token can be changed."""

    name: Annotated[str | msgspec.UnsetType, PURPOSE] = UNSET
    hosts: Annotated[Hosts, HOSTS] = UNSET
    expires_at: Annotated[Text, meanings.EXPIRES_AT] = UNSET


class TokenShown(msgspec.Struct, frozen=True, kw_only=True):
    """A personal or call-flow token, without its secret."""

    id: Annotated[int, meanings.ID]
    user_id: Annotated[int, meanings.USER_ID]
    email: Annotated[str, meanings.EMAIL]
    kind: Annotated[str, means("`personal`, `cfd` for a call flow's, or `session`.", "personal")]
    name: Annotated[str, PURPOSE]
    role: Annotated[str, meanings.ROLE]
    accounts: Annotated[tuple[str, ...], meanings.ACCOUNTS]
    hosts: Annotated[tuple[str, ...], HOSTS]
    unknown: Annotated[str | None, UNKNOWN]
    created_at: Annotated[str | None, meanings.CREATED_AT]
    expires_at: Annotated[str | None, meanings.EXPIRES_AT]
    revoked_at: Annotated[str | None, means("When it was revoked, ISO 8601 in UTC; null while it was not.")]


class TokenIssued(TokenShown, frozen=True, kw_only=True):
    """A new token. `token` is its secret, told this once: null when the answer is replayed."""

    token: Annotated[str | None, meanings.TOKEN]


CallTokensQuery = query_of("CallTokensQuery", CallTokenShown, listing=UNDATED)
TokensQuery = query_of("TokensQuery", TokenShown, listing=UNDATED)


CALL_TOKENS = f"{BASE}/cfd-tokens"
EXAMPLE = {"name": "Standard 3CX", "hosts": ["192.0.2.0/24"], "expires_at": "2099-12-31T23:00:00Z"}
FRESH = (
    "A session that is more than 10 minutes old takes a proof of who you are: your password as `current_password`, or "
    "a code of your second factor as `current_code`."
)
ADD_CALL = "A call flow asks with it, and can do nothing else. Managers may issue it to another user of the account."


def filters_of(query: type[msgspec.Struct]) -> list[str]:
    """The fields that a list is filtered by, of its query's parameters."""
    return [name for name in query.__struct_fields__ if name not in UNDATED]


def _moment(text: str) -> int:
    """A moment as it was sent; without an offset it is in UTC, as the answers are. Raises Refusal(invalid)."""
    try:
        naive = datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        naive = False
    return parse_moment(f"{datetime.fromisoformat(text).isoformat()}Z" if naive else text, "expires_at")


def _changes(body: msgspec.Struct) -> dict[str, Any]:
    """What was sent, as the desk takes it: null clears."""
    sent = changes_of(body)
    if "hosts" in sent:
        sent["hosts"] = tuple(sent["hosts"] or ())
    if sent.get("expires_at") is not None:
        sent["expires_at"] = _moment(sent["expires_at"])
    return sent


def _show_call_token(token: Token) -> Shown[CallTokenShown]:
    return Shown(CallTokenShown(**shown(token, CallTokenShown)), state_of(token))


def _show_token(token: Token) -> Shown[TokenShown]:
    return Shown(TokenShown(**shown(token, TokenShown)), state_of(token))


def shown(token: Token, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields that the shape has of a token, moments in ISO 8601."""
    values = {name: getattr(token, name) for name in shape.__struct_fields__ if hasattr(token, name)}
    moments = {name for name in values if name.endswith("_at")}
    return values | {name: iso(values[name]) for name in moments}


@OPERATIONS.get(
    CALL_TOKENS,
    "listCallTokens",
    query=CallTokensQuery,
    answer=page_type("CallToken", CallTokenShown),
    needs=Role.ROUTE,
)
def _list_call_tokens(asked: Asked[Any, None]) -> Paged:
    """List the call-flow tokens."""
    found = [_show_call_token(token).body for token in list_call_tokens(asked.db, asked.actor, asked.account)]
    return chosen(found, asked.query, filters_of(CallTokensQuery), asked.url)


@OPERATIONS.post(
    CALL_TOKENS, "addCallToken", status=201, hides=("token",), example=EXAMPLE, description=ADD_CALL, needs=Role.ROUTE
)
def _add_call_token(asked: Asked[Nothing, CallTokenBody]) -> Shown[CallTokenIssued]:
    """Issue a call-flow token."""
    values = {"name": ""} | _changes(asked.body)
    token, secret = issue_call_token(asked.db, asked.actor, asked.account, **values)
    return Shown(CallTokenIssued(**shown(token, CallTokenShown), token=secret), state_of(token))


@OPERATIONS.get(f"{CALL_TOKENS}/{{id}}", "showCallToken", needs=Role.ROUTE)
def _get_call_token(asked: Asked[Nothing, None]) -> Shown[CallTokenShown]:
    """Show a call-flow token."""
    return _show_call_token(show_call_token(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.put(
    f"{CALL_TOKENS}/{{id}}", "setCallToken", refuses=(412,), example={"name": "Standard 3CX"}, needs=Role.ROUTE
)
def _set_call_token(asked: Asked[Nothing, CallTokenBody]) -> Shown[CallTokenShown]:
    """Change a call-flow token."""
    sent = {name: value for name, value in _changes(asked.body).items() if (name, value) != ("user_id", None)}
    who = (asked.db, asked.actor, asked.account, asked.id())
    return _show_call_token(set_call_token(*who, sent, expected=asked.expected))


@OPERATIONS.delete(f"{CALL_TOKENS}/{{id}}", "removeCallToken", status=204, refuses=(412,), needs=Role.ROUTE)
def _remove_call_token(asked: Asked[Nothing, None]) -> None:
    """Revoke a call-flow token."""
    revoke_call_token(asked.db, asked.actor, asked.account, asked.id(), expected=asked.expected)


@OPERATIONS.get(
    "/tokens",
    "listTokens",
    query=TokensQuery,
    answer=page_type("Token", TokenShown),
    needs=Role.MANAGE,
    about_account=False,
)
def _list_tokens(asked: Asked[Any, None]) -> Paged:
    """List your tokens.

    Your personal and call-flow tokens; for operators, everybody's. Revoked ones stay listed.
    """
    found = [_show_token(token).body for token in list_tokens(asked.db, asked.actor)]
    return chosen(found, asked.query, filters_of(TokensQuery), asked.url)


@OPERATIONS.post(
    "/tokens",
    "addToken",
    status=201,
    refuses=(404, 429),
    hides=("token", *PROOF),
    example={"name": "nightly import", "role": "edit", "accounts": ["CL0000"]},
    description="A personal token gives another no more accounts, hosts or time than it has itself. " + FRESH,
    needs=Role.MANAGE,
    about_account=False,
)
def _add_token(asked: Asked[Nothing, TokenBody]) -> Shown[TokenIssued]:
    """Issue a token."""
    values = {"name": ""} | _changes(asked.body)
    user_id = values.pop("user_id", None)
    own = user_id is None or user_id == asked.actor.user_id
    email = asked.actor.name if own else show_user(asked.db, asked.actor, user_id).email
    if "role" in values:
        values["role"] = role_named(values["role"])
    token, secret = issue_token(asked.db, proven(asked), email, **values)
    return Shown(TokenIssued(**shown(token, TokenShown), token=secret), state_of(token))


@OPERATIONS.get("/tokens/{id}", "showToken", refuses=(404,), needs=Role.MANAGE, about_account=False)
def _get_token(asked: Asked[Nothing, None]) -> Shown[TokenShown]:
    """Show a token."""
    return _show_token(show_token(asked.db, asked.actor, asked.id()))


@OPERATIONS.put(
    "/tokens/{id}",
    "setToken",
    refuses=(404, 412, 429),
    hides=PROOF,
    example={"name": "nightly import"},
    description="Hosts and expiry: " + FRESH,
    needs=Role.MANAGE,
    about_account=False,
)
def _set_token(asked: Asked[Nothing, TokenChanges]) -> Shown[TokenShown]:
    """Change a token."""
    changes = _changes(asked.body)
    return _show_token(set_token(asked.db, proven(asked), asked.id(), changes, expected=asked.expected))


@OPERATIONS.delete(
    "/tokens/{id}", "removeToken", status=204, refuses=(404, 412), needs=Role.MANAGE, about_account=False
)
def _remove_token(asked: Asked[Nothing, None]) -> None:
    """Revoke a token."""
    revoke_token(asked.db, asked.actor, asked.id(), expected=asked.expected)
