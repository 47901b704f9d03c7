"""An account's facts as one: as a document, or compiled to decide with."""

from aiguillage.desk.change import View, read_facts
from aiguillage.desk.fields import read_fields
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.documents import FactsDocument, compile_document
from aiguillage.domain.facts import KINDS, AccountFacts
from aiguillage.storage.facts import by_kind
from aiguillage.storage.journal import last_seq
from aiguillage.storage.sqlite.engine import Database


def export_facts(db: Database, actor: Actor, code: str) -> FactsDocument:
    """All facts of an account that its readers may see, but its contacts, as they are at one moment. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        return read_document(view)


def compile_account(db: Database, actor: Actor, code: str) -> AccountFacts:
    """An account's facts as they are now, ready to decide with. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        return compile_document(read_document(view), view.account_id)


def read_document(view: View) -> FactsDocument:
    """The account's document, read in a transaction that has begun."""
    kept = by_kind(view.connection, view.account_id)
    return FactsDocument(
        seq=last_seq(view.connection, view.account_id),
        account=view.account,
        fields=tuple(read_fields(view.connection, view.account_id)),
        facts={kind.name: dict(kept[kind.name]) for kind in KINDS if kind.seen_by <= Role.READ},
    )
