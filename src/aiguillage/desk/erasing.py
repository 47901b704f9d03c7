"""Erasing somebody: all that is kept about a number goes, from every table, file and page."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from aiguillage.desk.change import Change, View, change_facts, read_facts
from aiguillage.desk.contacts import Kept
from aiguillage.desk.facts import name_of
from aiguillage.desk.held import forget_held_of
from aiguillage.desk.people import BLOCKED, Traces, finder_of, sought_calls, traces_of
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.contacts import PARTS, Contact, caller_keys, values_of, with_values
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.mentions import Mentions
from aiguillage.storage.call_people import erase_calls
from aiguillage.storage.contacts import erase_contact, write_contact
from aiguillage.storage.deliveries import erase_bodies
from aiguillage.storage.facts import erase_facts, require_fact, words_of
from aiguillage.storage.journal import ERASED
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.people import Finder, blank_changes, erase_rows, rename
from aiguillage.storage.sqlite.scrubbing import scrub
from aiguillage.storage.sqlite.staging import sweep
from aiguillage.storage.sqlite.word_index import forget_former

WHOLE, NUMBER = "whole", "number"
CHOICES = (WHOLE, NUMBER)
ENTITY = "person"


class Erased(msgspec.Struct, frozen=True):
    """What was erased, in figures.

    `contacts` are gone or have one number less; `changes` are entries of the journal that do not say any more what was
    changed.
    """

    contacts: int
    calls: int
    changes: int
    blocked: int
    survey_records: int
    deliveries: int


def erase_person(db: Database, log: Path, actor: Actor, code: str, number: str, *, contacts: str = WHOLE) -> Erased:
    """Erases all that is kept about a number, in any spelling. It can be repeated, and cannot be undone.

    With `number`, contacts keep all else but that number, unless it was all that they could be known by. The journal
    keeps who did what and when, without what it was; the erasure is in it without the number. Uploads that wait to be
    imported and replays that are kept go too. Raises Refusal: conflict while the account itself sends calls there, an
    upload is being applied or a replay decided, or while an open draft has the number.
    """
    if contacts not in CHOICES:
        raise invalid(f"'{contacts[:20]}' is not one of the choices. Choose one of: {', '.join(CHOICES)}.", "contacts")
    with read_facts(db, actor, code, Role.MANAGE) as view:
        finder, mentions = finder_of(view, number)
        traces = traces_of(view.connection, view.account_id, finder, mentions)
        _refuse_while_used(view, finder, traces)
        texts = _texts(mentions, traces)
        sought = sought_calls(log, view.account_id, mentions, traces)
    # What stands in them can hardly be told: a spreadsheet is packed.
    forget_held_of(db, view.account_id)
    calls = erase_calls(log, sought)
    with change_facts(db, actor, code, Role.MANAGE) as change:
        erased = _erase(change, number, whole=contacts == WHOLE, calls=calls)
    sweep(db.path.parent)
    scrub(db.path, texts)
    scrub(log, texts)
    return erased


def _refuse_while_used(view: View, finder: Finder, traces: Traces) -> None:
    """Raises Refusal(conflict) while facts that are about something else have the number, to send calls there."""
    theirs = {(BLOCKED, fact_id) for fact_id in traces.blocked}
    for kind, fact_id in finder.facts():
        if (kind, fact_id) not in theirs:
            name = (
                fact_id if kind == "field" else name_of(require_fact(view.connection, view.account_id, kind, fact_id))
            )
            raise conflict(
                f"The {words_of(kind)} {name} still uses this number. Give it another one first, then erase."
            )
    for draft in finder.drafts():
        raise conflict(f"The draft '{draft}' has this number. Publish it or discard it first, then erase.")
    for contact_id in finder.contacts():
        if contact_id not in traces.contact_ids:
            raise conflict(
                f"Contact {contact_id} has this number as a destination, as a code or in a text. Give it another one, "
                "then erase."
            )


def _texts(mentions: Mentions, traces: Traces) -> set[str]:
    """What must not be left in any file: the number as it is kept and as it was written, addresses."""
    texts = {mentions.number, mentions.digits} if mentions.number.startswith("+") else set()
    for kept in traces.contacts:
        texts |= set(kept.contact.emails) | set(_written(kept.contact.given.values()))
    return texts


def _written(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, dict):
            yield from _written(value.values())
        elif isinstance(value, str):
            yield value


def _erase(change: Change, number: str, *, whole: bool, calls: int) -> Erased:
    """Erases from the database, and journals that somebody was erased."""
    connection, account_id = change.connection, change.account_id
    finder, mentions = finder_of(change, number)
    traces = traces_of(connection, account_id, finder, mentions)
    records, events = finder.survey_records(), finder.deliveries()
    going = [kept for kept in traces.contacts if whole or not _knowable(_without(kept.contact, mentions))]
    for kept in traces.contacts:
        _erase_contact(change, kept, None if kept in going else _without(kept.contact, mentions))
    for fact_id in traces.blocked:
        erase_facts(connection, account_id, [require_fact(connection, account_id, BLOCKED, fact_id)])
        change.record(change.take_seqs(), "remove", BLOCKED, fact_id, ERASED, None)
    gone = {kept.id for kept in going} | traces.former
    staying = {kept.id for kept in traces.contacts} - gone
    blank = {trace.seq for trace in finder.changes()} | {t.seq for t in traces.changes if t.entity_id not in staying}
    blank_changes(connection, account_id, blank)
    erase_rows(connection, account_id, [row["id"] for row in records])
    erase_bodies(connection, account_id, [row["id"] for row in events])
    rename(connection, account_id, mentions)
    forget_former(connection)
    erased = Erased(len(traces.contacts), calls, len(blank), len(traces.blocked), len(records), len(events))
    seq = change.take_seqs()
    change.record(seq, "erase", ENTITY, seq, None, erased)
    return erased


def _without(contact: Contact, mentions: Mentions) -> Contact:
    """The contact with nothing that says the number: no call is sent there any more either."""

    def kept(text: str | None) -> str | None:
        return None if mentions.found_in(text) else text

    telecoms = (telecom for telecom in contact.telecoms if telecom.number != mentions.number and kept(telecom.number))
    texts = {
        part.name: kept(text) or part.empty
        for part, text in zip(PARTS.values(), values_of(contact), strict=True)
        if part.erased and not part.several
    }
    return msgspec.structs.replace(
        with_values(contact, texts),
        telecoms=tuple(msgspec.structs.replace(telecom, label=kept(telecom.label) or "") for telecom in telecoms),
        emails=tuple(filter(kept, contact.emails)),
        given={
            name: sent
            for name, sent in contact.given.items()
            if name != mentions.number and all(map(kept, filter(None, _written([name, sent]))))
        },
    )


def _knowable(contact: Contact) -> bool:
    return any(True for _ in caller_keys(contact))


def _erase_contact(change: Change, kept: Kept, after: Contact | None) -> None:
    """Removes the contact, or puts it back without the number; the journal does not say what it was."""
    seq = change.take_seqs()
    erase_contact(change.connection, change.account_id, kept.id, kept.contact)
    if after is None:
        change.record(seq, "remove", "contact", kept.id, ERASED, None)
        return
    write_contact(change.connection, change.account_id, kept.id, seq, after)
    change.record(seq, "set", "contact", kept.id, ERASED, after)
