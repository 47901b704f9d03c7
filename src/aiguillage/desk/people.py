"""What is kept about a number, all of it: whom it belongs to, who called, what was changed, answered and told."""

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from aiguillage.desk.change import Change, View, read_facts
from aiguillage.desk.contacts import Kept, require_contact
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import KeyKind
from aiguillage.domain.errors import about
from aiguillage.domain.mentions import Mentions
from aiguillage.domain.numbers import parse_number
from aiguillage.domain.pseudonyms import pseudonym
from aiguillage.storage.call_people import Sought, calls_of
from aiguillage.storage.calls import Call
from aiguillage.storage.contacts import holders, read_contact
from aiguillage.storage.facts import read_facts as read_kept
from aiguillage.storage.journal import Entry, read_entries
from aiguillage.storage.pseudonym_key import pseudonym_key
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.people import Finder, Trace, imports_of

BLOCKED = "blocked"


class Person(msgspec.Struct, frozen=True):
    """All that an account keeps about a number (E.164).

    `calls` are their own, and those that were sent to them; `answers` are what is kept for a day for requests that come
    twice, `deliveries` what webhooks were told.
    """

    number: str
    contacts: list[Kept]
    calls: list[Call]
    journal: list[Entry]
    imports: list[dict[str, Any]]
    survey_records: list[dict[str, Any]]
    blocked: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]
    answers: list[dict[str, Any]]


class Traces(NamedTuple):
    """Where somebody is found: their contacts, former ones too, and the entries of the journal about them."""

    contacts: list[Kept]
    former: frozenset[int]
    changes: list[Trace]
    blocked: list[int]

    @property
    def contact_ids(self) -> frozenset[int]:
        """Contacts that have the number, and those that had it and are gone."""
        return frozenset(kept.id for kept in self.contacts) | self.former


def export_person(db: Database, log: Path, actor: Actor, code: str, number: str) -> Person:
    """Everything that is kept about a number, in any spelling. Raises Refusal."""
    with read_facts(db, actor, code, Role.MANAGE) as view:
        finder, mentions = finder_of(view, number)
        traces = traces_of(view.connection, view.account_id, finder, mentions)
        seqs = [trace.seq for trace in traces.changes]
        blocked = [kept for kept in read_kept(view.connection, view.account_id, BLOCKED) if kept.id in traces.blocked]
        answers = [{"at": row.at, "user_id": row.user_id, "body": row.body.decode()} for row in finder.answers()]
        found = Person(
            number=mentions.number,
            contacts=traces.contacts,
            calls=[],
            journal=list(read_entries(view.connection, view.account_id, seqs)),
            imports=[dict(row._mapping) for row in imports_of(view.connection, view.account_id, seqs)],  # noqa: SLF001 - SQLAlchemy's own name for it
            survey_records=finder.survey_records(),
            blocked=[{"id": kept.id} | msgspec.structs.asdict(kept.fact) for kept in blocked],
            deliveries=finder.deliveries(),
            answers=answers,
        )
    sought = sought_calls(log, view.account_id, mentions, traces)
    return msgspec.structs.replace(found, calls=calls_of(log, sought))


def finder_of(view: View | Change, number: str) -> tuple[Finder, Mentions]:
    """What looks for the number within a transaction. Raises Refusal(invalid)."""
    mentions = Mentions(_read_number(number, view.account), view.account.country)
    return Finder(view.connection, view.account_id, mentions), mentions


def _read_number(text: str, account: Account) -> str:
    """The number that is meant. Raises Refusal(invalid)."""
    with about("number"):
        return parse_number(text, account.country)


def traces_of(connection: Connection, account_id: int, finder: Finder, mentions: Mentions) -> Traces:
    """Where the number is found. A contact that has it, or that had it and is gone, is found with all its history."""
    ids = [contact_id for _, contact_id in holders(connection, account_id, KeyKind.NUMBER, [mentions.number])]
    changes = finder.changes()
    named = {trace.entity_id for trace in changes if trace.entity == "contact"} - set(ids)
    former = frozenset(each for each in named if read_contact(connection, account_id, each) is None)
    history = finder.changes_of(former | set(ids))
    return Traces(
        contacts=[require_contact(connection, account_id, contact_id) for contact_id in ids],
        former=former,
        changes=sorted({*changes, *history}),
        blocked=[kept.id for kept in read_kept(connection, account_id, BLOCKED) if kept.fact.number == mentions.number],
    )


def sought_calls(log: Path, account_id: int, mentions: Mentions, traces: Traces) -> Sought:
    """Whose calls are looked for: under the number, and what stands for it in old calls."""
    numbers = {mentions.number}
    if log.exists():
        numbers.add(pseudonym(pseudonym_key(log), account_id, mentions.number))
    return Sought(account_id, mentions, frozenset(numbers), traces.contact_ids)
