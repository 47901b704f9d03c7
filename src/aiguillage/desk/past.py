"""The facts that calls are decided by again: as they are, as a document has them, or as they were before a change."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.change import read_facts
from aiguillage.desk.documents import read_document
from aiguillage.domain.accounts import Account, Actor
from aiguillage.domain.contacts import Contact, Field
from aiguillage.domain.documents import FactsDocument
from aiguillage.domain.errors import conflict, invalid, missing
from aiguillage.domain.facts import BY_NAME
from aiguillage.storage.journal import ERASED, Entry, read_down_to
from aiguillage.storage.sqlite.engine import Database

REFUSED = "refused"
"""Where a call would go whose request these facts turn away: it names a list or queue that they lack."""


class Past(NamedTuple):
    """What decisions need, as it was; `contacts` are those alone that changed since, None for one not there yet."""

    account_id: int
    document: FactsDocument
    contacts: Mapping[int, Contact | None] = {}


def facts_now(db: Database, actor: Actor, code: str) -> Past:
    """The account's facts as they are. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        return Past(view.account_id, read_document(view))


def facts_in(db: Database, actor: Actor, code: str, document: FactsDocument) -> Past:
    """The facts that a document has, with the account's contacts as they are. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        if document.account.code != code:
            raise conflict(
                f"The document is about {document.account.code[:40]}, not {code}. Export {code}, and change that."
            )
        return Past(view.account_id, document)


def facts_before(db: Database, actor: Actor, code: str, seq: int) -> Past:
    """The account's facts as they were before the change of that number. Raises Refusal."""
    if seq < 1:
        raise invalid("Changes are numbered from 1.", "journal_before")
    with read_facts(db, actor, code) as view:
        document = read_document(view)
        if seq > document.seq:
            raise missing(
                f"The account has no change {seq}; its last is {document.seq}. Give the number of an existing one."
            )
        document, contacts = _undone(document, read_down_to(view.connection, view.account_id, seq))
        return Past(view.account_id, msgspec.structs.replace(document, seq=seq - 1), contacts)


def _undone(document: FactsDocument, entries: Iterable[Entry]) -> tuple[FactsDocument, dict[int, Contact | None]]:
    """The document with these changes undone, the newest first, and the contacts that they changed as they were."""
    account, fields = document.account, list(document.fields)
    facts: dict[str, dict[int, Any]] = {kind: dict(kept) for kind, kept in document.facts.items()}
    contacts: dict[int, Contact | None] = {}
    for entry in entries:
        before = entry.before
        if before == ERASED:
            # What it was is not known any more, and nobody may be routed by it.
            if entry.entity == "contact":
                contacts[entry.entity_id] = None
        elif entry.entity == "contact":
            contacts[entry.entity_id] = None if before is None else msgspec.convert(before, Contact)
        elif entry.entity == "account":
            account = msgspec.convert(before, Account)
        elif entry.entity == "field":
            fields[entry.entity_id - 1] = msgspec.convert(before, Field)
        elif entry.entity in facts:
            _undo_fact(facts[entry.entity], entry)
    in_order = {kind: dict(sorted(by_id.items())) for kind, by_id in facts.items()}
    return FactsDocument(account=account, fields=tuple(fields), facts=in_order), contacts


def _undo_fact(by_id: dict[int, Any], entry: Entry) -> None:
    if entry.before is None:
        by_id.pop(entry.entity_id, None)  # one that was erased since was not put back
    else:
        by_id[entry.entity_id] = msgspec.convert(entry.before, BY_NAME[entry.entity].type)
