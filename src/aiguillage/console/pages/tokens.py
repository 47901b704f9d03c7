"""Tokens: the account's call flows' and the visitor's own; each secret is shown once, when it is issued."""

from collections.abc import Mapping
from typing import Any

from aiguillage.console.moments import begin_of
from aiguillage.console.pages.settings import shown
from aiguillage.console.proofs import proof_faults, proven
from aiguillage.console.visits import Answer, Moved, Shown, Visit, form, page
from aiguillage.desk.call_flow_tokens import issue_call_token, list_call_tokens, revoke_call_token
from aiguillage.desk.token_rows import PERSONAL
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token
from aiguillage.domain.accounts import Role, role_named
from aiguillage.domain.errors import Refusal

PLACE = "settings/tokens"
CALL_FLOW = "call_flow"


@page("/{account}/settings/tokens", role=Role.MANAGE)
def tokens(visit: Visit) -> Answer:
    """Those that are good."""
    return _tokens(visit, {"kind": CALL_FLOW}, {})


def _tokens(visit: Visit, typed: Mapping[str, str], faults: Mapping[str, list[str]]) -> Shown:
    mine = [
        token
        for token in list_tokens(visit.db, visit.actor, visit.actor.name)
        if token.kind == PERSONAL and token.revoked_at is None and visit.code in (token.accounts or (visit.code,))
    ]
    values = {
        "call_flow": list_call_tokens(visit.db, visit.actor, visit.code),
        "mine": mine,
        "typed": typed,
        "faults": faults,
        "roles": [(role.word, role.word) for role in Role],
    }
    return shown("settings-tokens.html", PLACE, values)


@form("/{account}/settings/tokens", role=Role.MANAGE, lane="signing in")
def issue(visit: Visit) -> Answer:
    """A new token; its secret is on this page alone."""
    sent = visit.form
    try:
        given: dict[str, Any] = {
            "name": sent.get("name", ""),
            "hosts": [line.strip() for line in sent.get("hosts", "").splitlines() if line.strip()],
            "expires_at": begin_of(visit, sent["expires_at"], "expires_at") if sent.get("expires_at") else None,
        }
        if sent.get("kind") == CALL_FLOW:
            token, secret = issue_call_token(visit.db, visit.actor, visit.code, **given)
        else:
            role = role_named(sent.get("role", ""))
            actor = proven(visit)
            token, secret = issue_token(visit.db, actor, actor.name, role=role, accounts=(visit.code,), **given)
    except Refusal as refusal:
        return _tokens(visit, sent, proof_faults(refusal))
    return shown("settings-issued.html", PLACE, {"name": token.name, "secret": secret, "back": PLACE})


@form("/{account}/settings/tokens/{id}/revoke", role=Role.MANAGE)
def revoke(visit: Visit) -> Answer:
    """Ends a token."""
    if visit.form.get("kind") == CALL_FLOW:
        revoke_call_token(visit.db, visit.actor, visit.code, visit.id())
    else:
        revoke_token(visit.db, visit.actor, visit.id())
    return Moved(f"{visit.at}/{PLACE}", visit.say("The token is revoked: the next request with it is refused."))
