"""Secrets that stand for one fact: issued, replaced and revoked by the account's managers."""

from aiguillage.desk.change import change_facts, require_unbound
from aiguillage.domain.accounts import Actor, Role, new_secret
from aiguillage.storage.facts import require_fact
from aiguillage.storage.secrets import erase_secret, keep_secret
from aiguillage.storage.sqlite.engine import Database


def issue_secret(db: Database, actor: Actor, code: str, kind: str, fact_id: int) -> str:
    """A new secret of a fact, in place of the one before; it is told this once. Raises Refusal."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        require_unbound(actor)
        require_fact(change.connection, change.account_id, kind, fact_id)
        secret = new_secret()
        keep_secret(change.connection, change.account_id, kind, fact_id, secret=secret, at=actor.at)
        change.record(change.take_seqs(), "issue", f"{kind}_secret", fact_id, None, {"issued": True})
    return secret


def revoke_secret(db: Database, actor: Actor, code: str, kind: str, fact_id: int) -> None:
    """Ends a fact's secret; the next use of it is refused. Raises Refusal."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        require_fact(change.connection, change.account_id, kind, fact_id)
        if erase_secret(change.connection, change.account_id, kind, fact_id):
            change.record(
                change.take_seqs(), "revoke", f"{kind}_secret", fact_id, {"revoked": False}, {"revoked": True}
            )
