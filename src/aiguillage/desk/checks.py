"""What needs a look on an account: its facts (domain/checks.py), and the tokens that ask for it."""

from pathlib import Path
from zoneinfo import ZoneInfo

from aiguillage.desk.call_flow_tokens import list_call_tokens
from aiguillage.desk.change import find_role, read_facts
from aiguillage.desk.documents import facts_version, read_document
from aiguillage.desk.token_rows import PERSONAL, Token
from aiguillage.desk.tokens import list_tokens
from aiguillage.desk.users import list_grants
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.checks import Finding, check_facts
from aiguillage.domain.moments import DAY, MINUTE, in_zone
from aiguillage.storage.mails import failed_mails
from aiguillage.storage.sqlite.engine import Database

EXPIRES_WITHIN = 30 * DAY
UNUSED_AFTER = 7 * DAY
"""How old a token is that was never used, and is worth a look."""

LOOKED_AT_AGAIN = 10 * MINUTE
"""Microseconds after which facts that are the same are looked at again: shifts end, and days pass."""

MOST_KEPT = 256
"""Accounts of which what was found is kept."""

_found: dict[tuple[Path, int], tuple[tuple[int, int], list[Finding]]] = {}
"""By database and account, the last used ones last; each with the version of the facts and the time of the look."""

SENTENCES = (EXPIRES, EXPIRED, NEVER_USED, NOT_MAILED) = (
    "The token {name} expires on {day}. Issue another one in time.",
    "The token {name} expired on {day}. Revoke it, or issue another one.",
    "The token {name} was never used since {day}. Revoke it if nobody needs it.",
    "The invitation to {email} could not be sent: {trouble} Check the address, and invite them again.",
)


def check_account(db: Database, actor: Actor, code: str) -> list[Finding]:
    """What needs a look, the facts first; of tokens those that the actor sees. Raises Refusal."""
    account, found = _of_facts(db, actor, code)
    tokens = [finding for token in _tokens(db, actor, account.code) for finding in _of_token(token, account, actor.at)]
    return [*found, *tokens, *_invitations(db, actor, account.code)]


def _of_facts(db: Database, actor: Actor, code: str) -> tuple[Account, list[Finding]]:
    """The account, and what of its facts needs a look. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        state = (facts_version(view), actor.at // LOOKED_AT_AGAIN)
        place = (db.path, view.account_id)
        seen, found = _found.pop(place, (None, []))
        if seen != state or not db.is_final:
            found = check_facts(read_document(view), actor.at)
        if db.is_final:
            _found[place] = state, found
            if len(_found) > MOST_KEPT:
                _found.pop(next(iter(_found)), None)
        return view.account, found


def _invitations(db: Database, actor: Actor, code: str) -> list[Finding]:
    """The invitations that could not be mailed, for who manages the account, of people who have a role still."""
    with db.read() as connection:
        held = find_role(connection, actor, code)
        failed = failed_mails(connection, held.account_id) if held.role is Role.MANAGE else []
    people = {grant.email: grant.user_id for grant in list_grants(db, actor, code)} if failed else {}
    return [
        Finding("not_mailed", "user", people[one.email], NOT_MAILED, {"email": one.email, "trouble": one.trouble or ""})
        for one in failed
        if one.email in people
    ]


def _tokens(db: Database, actor: Actor, code: str) -> list[Token]:
    """The account's call-flow tokens, and personal ones of people who have a role on it, that have not ended."""
    if actor.is_limited:
        return []
    holders = {grant.user_id for grant in list_grants(db, actor, code)} if actor.operator else {actor.user_id}
    personal = [
        token
        for token in list_tokens(db, actor)
        if token.user_id in holders and (not token.accounts or code in token.accounts)
    ]
    both = {token.id: token for token in (*list_call_tokens(db, actor, code), *personal)}
    return [token for token in both.values() if token.revoked_at is None]


def _of_token(token: Token, account: Account, at: int) -> list[Finding]:
    def finding(name: str, sentence: str, moment: int) -> list[Finding]:
        day = f"{in_zone(moment, ZoneInfo(account.time_zone)):%Y-%m-%d}"
        return [Finding(name, "token", token.id, sentence, {"name": token.name or str(token.id), "day": day})]

    if token.expires_at is not None and token.expires_at <= at:
        return finding("expired", EXPIRED, token.expires_at)
    if token.expires_at is not None and token.expires_at <= at + EXPIRES_WITHIN:
        return finding("expires", EXPIRES, token.expires_at)
    # Of calls it is not noted with which token they came: what may only ask for them may well be used.
    is_noted = token.kind == PERSONAL and token.role != Role.ROUTE.word
    if is_noted and token.used_at is None and token.created_at <= at - UNUSED_AFTER:
        return finding("never_used", NEVER_USED, token.created_at)
    return []
