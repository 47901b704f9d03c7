"""An account's facts as they were before a change, put together from its journal."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.change import View, read_facts
from aiguillage.desk.fields import read_fields
from aiguillage.domain.accounts import Account, Actor
from aiguillage.domain.contacts import Contact, Field
from aiguillage.domain.documents import FactsDocument
from aiguillage.domain.errors import invalid
from aiguillage.domain.facts import BY_NAME, ByKind
from aiguillage.storage.engine import Database
from aiguillage.storage.facts import by_kind
from aiguillage.storage.journal import ERASED, Entry, read_down_to


class Past(NamedTuple):
    """What decisions need, as it was; `contacts` are those alone that changed since, None for one not there yet."""

    account_id: int
    account: Account
    defaults: tuple[str | None, ...]
    by_kind: ByKind
    contacts: Mapping[int, Contact | None]


def facts_now(db: Database, actor: Actor, code: str) -> Past:
    """The account's facts as they are. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        return _now(view)


def facts_in(db: Database, actor: Actor, code: str, document: FactsDocument) -> Past:
    """The facts that a document has, with the account's contacts as they are. Raises Refusal."""
    with read_facts(db, actor, code) as view:
        defaults = tuple(field.default for field in document.fields)
        return Past(view.account_id, document.account, defaults, document.facts, {})


def facts_before(db: Database, actor: Actor, code: str, seq: int) -> Past:
    """The account's facts as they were before the change of that number. Raises Refusal."""
    if seq < 1:
        raise invalid("A change has a number from 1 on. List them: aiguillage journal ACCOUNT")
    with read_facts(db, actor, code) as view:
        now = _now(view)
        return _undone(now, read_down_to(view.connection, view.account_id, seq))


def _now(view: View) -> Past:
    kept = by_kind(view.connection, view.account_id)
    defaults = tuple(field.default for field in read_fields(view.connection, view.account_id))
    return Past(view.account_id, view.account, defaults, {kind: dict(kept[kind]) for kind in kept}, {})


def _undone(now: Past, entries: Iterator[Entry]) -> Past:
    """The facts with these changes undone, the newest first."""
    account, defaults = now.account, list(now.defaults)
    facts: dict[str, dict[int, Any]] = {kind: dict(kept) for kind, kept in now.by_kind.items()}
    contacts: dict[int, Contact | None] = {}
    for entry in entries:
        if entry.before == ERASED:
            # What it was is not known any more, and nobody may be routed by it.
            if entry.entity == "contact":
                contacts[entry.entity_id] = None
        elif entry.entity == "contact":
            contacts[entry.entity_id] = None if entry.before is None else msgspec.convert(entry.before, Contact)
        elif entry.entity == "account" and entry.before is not None:
            account = msgspec.convert(entry.before, Account)
        elif entry.entity == "field" and entry.before is not None:
            defaults[entry.entity_id - 1] = msgspec.convert(entry.before, Field).default
        elif entry.entity in BY_NAME:
            _undo_fact(facts[entry.entity], entry)
    return Past(now.account_id, account, tuple(defaults), facts, contacts)


def _undo_fact(facts: dict[int, Any], entry: Entry) -> None:
    if entry.before is None:
        facts.pop(entry.entity_id, None)
    else:
        facts[entry.entity_id] = msgspec.convert(entry.before, BY_NAME[entry.entity].type)
