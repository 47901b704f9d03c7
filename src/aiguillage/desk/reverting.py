"""Reverting one change: what it was about becomes what it was before, if nobody changed it since.

A draft's publication is one change here, whose facts are all reverted, or none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.accounts import replace_account
from aiguillage.desk.change import Change, change_facts
from aiguillage.desk.contacts import discard_contacts, place_contact, replace_contact, require_contact
from aiguillage.desk.contacts_at_once import MOST_AT_ONCE
from aiguillage.desk.drafts import ENTITY
from aiguillage.desk.facts import belongings, discard_fact, name_of, replace_fact, restore_fact
from aiguillage.desk.fields import read_field, replace_field
from aiguillage.desk.publishing import ACTION as PUBLISH
from aiguillage.desk.publishing import Publication
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import Contact, Field
from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.problems import Code
from aiguillage.domain.queues import Calendar
from aiguillage.storage import journal
from aiguillage.storage.calendars import keep_text
from aiguillage.storage.contacts import contact_of, read_contact
from aiguillage.storage.facts import kept_fact, require_fact, words_of
from aiguillage.storage.journal import ERASED, Entry
from aiguillage.storage.schema import can_be_id
from aiguillage.storage.sqlite.engine import Database

ACTION = "revert"
SHAPES: dict[str, Any] = {"contact": Contact, "field": Field, "account": Account}
"""What the journal keeps of whatever is no kind of fact."""


class _Change(NamedTuple):
    """A change to revert, its two sides as what they are; None where there was nothing."""

    entry: Entry
    before: Any
    after: Any


def revert_change(db: Database, actor: Actor, code: str, seq: int) -> Entry:
    """Reverts the change of that number; its own entry in the journal, whose action is `revert`.

    A removed fact comes back under its id, but without what was kept beside it: secrets, what belonged to it.
    Raises Refusal: conflict with what stands in the way, invalid for what is not reverted here.
    """
    with change_facts(db, actor, code, Role.MANAGE) as change:
        entry = _require_entry(change, seq)
        change.action = ACTION
        _take_back(change, entry)
        return _newest(change)


def _require_entry(change: Change, seq: int) -> Entry:
    """The change of that number. Raises Refusal(missing)."""
    entry = journal.read_entry(change.connection, change.account_id, seq) if can_be_id(seq) else None
    if entry is None:
        raise missing(f"There is no change {seq} on this account.")
    return entry


def _take_back(change: Change, entry: Entry) -> None:
    """Makes of an entity what it was before, or of all that a draft's publication changed. Raises Refusal."""
    if ERASED in (entry.before, entry.after):
        raise conflict("What this change was about has been erased, and cannot be restored.")
    if _is_publication(entry):
        _take_back_publication(change, entry)
        return
    reverting = _read(change, entry)
    with _standing_in_the_way():
        _revert(change, reverting)


def undo_changes(db: Database, actor: Actor, code: str, seq: int) -> Entry:
    """Takes back all that was changed together with the change of that number, all or nothing; its newest entry.

    Together are the changes of one actor at one moment, as one form or one command makes them: what belonged to a
    removed fact comes back with it. Raises Refusal as revert_change does, and invalid for more than MOST_AT_ONCE.
    """
    with change_facts(db, actor, code, Role.MANAGE) as change:
        entry = _require_entry(change, seq)
        together = [entry]
        if not _is_publication(entry):
            together = journal.read_together(change.connection, change.account_id, entry, MOST_AT_ONCE + 1)
        if len(together) > MOST_AT_ONCE:
            raise invalid(f"More than {MOST_AT_ONCE:,} changes were made together. Take them back one by one.")
        change.action = ACTION
        for one in together:
            _take_back(change, one)
        return _newest(change)


def is_revertible(entry: Entry) -> bool:
    """Whether it is a change of a kind that can be reverted, of which nothing was erased."""
    return (_is_publication(entry) or _shape(entry) is not None) and ERASED not in (entry.before, entry.after)


def _is_publication(entry: Entry) -> bool:
    """Whether it stands for all changes of a draft that was published, or taken back."""
    return entry.entity == ENTITY and entry.action in {PUBLISH, ACTION}


def _take_back_publication(change: Change, entry: Entry) -> None:
    """Reverts all changes of a publication, the last one first; that can be reverted as well."""
    about = msgspec.convert(entry.after, Publication)
    before = journal.last_seq(change.connection, change.account_id)
    for one in list(journal.read_between(change.connection, change.account_id, about.first, about.last)):
        _take_back(change, one)
    last = journal.last_seq(change.connection, change.account_id)
    about = Publication(name=about.name, first=before + 1, last=last)
    change.record(change.take_seqs(), ACTION, ENTITY, entry.entity_id, None, about)


def _shape(entry: Entry) -> Any:  # noqa: ANN401 - a type
    """What a change's two sides are; None where it cannot be reverted."""
    if entry.entity == "account" and entry.before is None:
        return None
    kind = BY_NAME.get(entry.entity)
    return SHAPES.get(entry.entity) if kind is None else kind.type


def _read(change: Change, entry: Entry) -> _Change:
    """The change, if it is one that can be reverted and nobody touched its entity since. Raises Refusal."""
    shape = _shape(entry)
    if shape is None:
        raise invalid(
            f"A change to a {words_of(entry.entity)} cannot be reverted here. Changes to contacts, "
            "fields, settings and facts can; an import is undone instead."
        )
    before, after = (None if side is None else msgspec.convert(side, shape) for side in (entry.before, entry.after))
    if _now(change, entry) != after:
        raise conflict(_changed_since(change, entry))
    return _Change(entry, before, after)


def _now(change: Change, entry: Entry) -> Any:  # noqa: ANN401 - the entity says which
    """The entity as it is; None where it is not."""
    if entry.entity == "account":
        return change.account
    if entry.entity == "field":
        return read_field(change, entry.entity_id)
    if entry.entity == "contact":
        row = read_contact(change.connection, change.account_id, entry.entity_id)
        return None if row is None else contact_of(row)
    kept = kept_fact(change.connection, change.account_id, entry.entity, entry.entity_id)
    return None if kept is None else kept.fact


def _changed_since(change: Change, entry: Entry) -> str:
    words = f"The {words_of(entry.entity)} {entry.entity_id}"
    later = journal.next_change(change.connection, change.account_id, entry)
    if later is None:
        return f"{words} is no longer as this change left it. Set it by hand."
    return (
        f"{words} has since been changed by {later.actor} (change {later.seq}). Revert that first, or set it by hand."
    )


@contextmanager
def _standing_in_the_way() -> Iterator[None]:
    """What would be a wrong value from a person is, of a former one, something that has come in its way since."""
    try:
        yield
    except Refusal as refusal:
        if refusal.kind in {Kind.INVALID, Kind.MISSING}:
            raise conflict(f"The change cannot be reverted: {refusal.message}") from refusal
        raise


def _revert(change: Change, reverting: _Change) -> None:
    entity, before = reverting.entry.entity, reverting.before
    if entity == "account":
        replace_account(change, before)
    elif entity == "field":
        replace_field(change, before)
    elif entity == "contact":
        _revert_contact(change, reverting)
    else:
        _revert_fact(change, reverting)


def _revert_contact(change: Change, reverting: _Change) -> None:
    contact_id, before = reverting.entry.entity_id, reverting.before
    if reverting.after is None:
        place_contact(change, contact_id, before)
        return
    kept = require_contact(change.connection, change.account_id, contact_id)
    if before is None:
        discard_contacts(change, [kept])
    else:
        replace_contact(change, kept, before)


def _revert_fact(change: Change, reverting: _Change) -> None:
    kind, fact_id, before = reverting.entry.entity, reverting.entry.entity_id, reverting.before
    if reverting.after is None:
        restore_fact(change, kind, fact_id, before)
        if isinstance(before, Calendar) and before.url is not None:
            who = (change.connection, change.account_id, fact_id)
            keep_text(*who, b"", read_at=reverting.entry.at, due_at=change.actor.at)
    elif before is None:
        kept = require_fact(change.connection, change.account_id, kind, fact_id)
        for other in belongings(change, kept):
            raise conflict(
                f"The {words_of(other.kind)} {name_of(other)} now belongs to it. Remove that one first.", Code.IN_USE
            )
        discard_fact(change, kind, fact_id)
    else:
        replace_fact(change, kind, fact_id, msgspec.structs.asdict(before))


def _newest(change: Change) -> Entry:
    return next(journal.read(change.connection, change.account_id, None, 1))
