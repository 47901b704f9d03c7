"""An account's facts as one: as a document, or compiled to decide with."""

from sqlalchemy import select

from aiguillage.desk.change import read_facts
from aiguillage.desk.fields import read_fields
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.documents import FactsDocument
from aiguillage.domain.facts import KINDS, AccountFacts, compile_facts
from aiguillage.storage.engine import Database
from aiguillage.storage.facts import by_kind
from aiguillage.storage.schema import accounts


def export_facts(db: Database, actor: Actor, code: str) -> FactsDocument:
    """All facts of an account that its readers may see, but its contacts, as they are at one moment. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, account):
        kept = by_kind(connection, account_id)
        return FactsDocument(
            seq=connection.execute(select(accounts.c.seq).where(accounts.c.id == account_id)).scalar_one(),
            account=account,
            fields=tuple(read_fields(connection, account_id)),
            facts={kind.name: dict(kept[kind.name]) for kind in KINDS if kind.seen_by <= Role.READ},
        )


def compile_account(db: Database, actor: Actor, code: str) -> AccountFacts:
    """An account's facts as they are now, ready to decide with. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, account):
        defaults = [field.default for field in read_fields(connection, account_id)]
        return compile_facts(account_id, account, defaults, by_kind(connection, account_id))
