"""Phone systems: what those of Twilio sign their requests with, entered by an account's managers and never shown."""

from aiguillage.desk.change import change_facts, read_facts, require_unbound
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import conflict
from aiguillage.domain.phone_systems import PHONE_SYSTEM, TWILIO, check_auth_token
from aiguillage.storage.facts import require_fact
from aiguillage.storage.phone_systems import erase_keys_of, has_key, keep_key
from aiguillage.storage.sqlite.engine import Database

KEY = "phone_system_secret"
"""The journal's name for it."""


def set_auth_token(db: Database, actor: Actor, code: str, phone_system_id: int, auth_token: str) -> None:
    """Keeps what Twilio signs with, in place of what it did before. Raises Refusal (conflict where it is none's)."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        require_unbound(actor)
        kept = require_fact(change.connection, change.account_id, PHONE_SYSTEM, phone_system_id)
        if kept.fact.system != TWILIO:
            raise conflict("Only phone systems of Twilio have an auth token. A webhook asks with a token of its own.")
        keep_key(change.connection, change.account_id, phone_system_id, check_auth_token(auth_token))
        change.record(change.take_seqs(), "issue", KEY, phone_system_id, None, {"issued": True})


def forget_auth_token(db: Database, actor: Actor, code: str, phone_system_id: int) -> None:
    """Forgets what Twilio signs with: its next request is refused. Raises Refusal."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        require_fact(change.connection, change.account_id, PHONE_SYSTEM, phone_system_id)
        if erase_keys_of(change.connection, change.account_id, [phone_system_id]):
            change.record(change.take_seqs(), "revoke", KEY, phone_system_id, {"revoked": False}, {"revoked": True})


def has_auth_token(db: Database, actor: Actor, code: str, phone_system_id: int) -> bool:
    """Whether a phone system has an auth token. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        require_fact(view.connection, view.account_id, PHONE_SYSTEM, phone_system_id)
        return has_key(view.connection, view.account_id, phone_system_id)
