"""Undoing: an import's entries in the journal, backwards, as one change of their own."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, text, update

from aiguillage.desk.change import Change, View
from aiguillage.desk.contacts import taken
from aiguillage.desk.importing.outcome import Progress, Undone
from aiguillage.domain.contacts import Contact, KeyKind
from aiguillage.domain.errors import conflict, missing
from aiguillage.storage.contacts import contact_of
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import can_be_id, imports
from aiguillage.storage.sqlite import clashes, staged
from aiguillage.storage.sqlite.changes import write_changes
from aiguillage.storage.sqlite.people import ERASED_TEXT
from aiguillage.storage.sqlite.staging import BATCH, Stage

ENTRIES = text(
    """SELECT entry.seq AS entry_seq, entry.action, entry.entity_id, entry.before, entry.after, contact.*
    FROM journal AS entry
    LEFT JOIN contacts AS contact ON contact.account_id = entry.account_id AND contact.id = entry.entity_id
    WHERE entry.account_id = :account_id AND entry.seq > :after AND entry.seq <= :last
    ORDER BY entry.seq LIMIT :some"""
).columns(**staged.BOOLEANS)
# Backwards: what the import added goes first, so that what it took is free for those who had it.
BACKWARDS = (("add", "remove"), ("set", "set"), ("remove", "add"))
ENTRIES_OF = text(
    """SELECT entity_id, seq FROM journal
    WHERE account_id = :account_id AND seq > :import_id AND seq <= :last AND action = :action ORDER BY seq"""
)
_decode = msgspec.json.Decoder(Contact).decode


def stage_former(view: View, import_id: int, stage: Stage) -> None:
    """Stages what contacts were before the import. Raises Refusal.

    Contacts that it changed or removed come first in its entries, so a draft's number tells its entry's.
    """
    row = _standing(view.connection, view.account_id, import_id)
    for batch in _entries(view.connection, view.account_id, row):
        for entry in batch:
            if entry.before == ERASED_TEXT:
                raise conflict(
                    f"A contact that import {import_id} changed has since been erased, and cannot be restored. "
                    "Correct the others with another import."
                )
            if entry.before is not None:
                stage.add(entry.entry_seq, _decode(entry.before))
    stage.close()


def undo(change: Change, import_id: int, stage: Stage, progress: Progress) -> Undone:
    """Makes the import undone, or raises Refusal(conflict) when something of it was touched since."""
    row = _standing(change.connection, change.account_id, import_id)
    staged.attach(change.connection, stage)
    _note_current(change, row)
    _refuse_taken(change)
    count = row.last_seq - import_id
    first = change.take_seqs(count + 1)
    rows = _changes(change, row, first + 1)
    while batch := list(islice(rows, BATCH)):
        staged.insert(change.connection, "change", batch)
    write_changes(change.connection, change.account_id, change.actor, range(first + 1, first + count + 1), progress)
    mine = (imports.c.account_id == change.account_id) & (imports.c.id == import_id)
    change.connection.execute(update(imports).where(mine).values(undone_at=change.actor.at))
    change.record(first, "undo", "import", import_id, {"undone": False}, {"undone": True})
    return Undone(import_id=import_id, removed=row.created, restored=row.changed, readded=row.deleted)


def require_import(connection: Connection, account_id: int, import_id: int) -> Row[Any]:
    """An import's row. Raises Refusal(missing)."""
    row = None
    if can_be_id(import_id):
        mine = select(imports).where(imports.c.account_id == account_id, imports.c.id == import_id)
        row = connection.execute(mine).first()
    if row is None:
        raise missing(f"There is no import {import_id} on this account.")
    return row


def _standing(connection: Connection, account_id: int, import_id: int) -> Row[Any]:
    """The import's row, if it can be undone at all."""
    row = require_import(connection, account_id, import_id)
    if row.undone_at is not None:
        raise conflict(f"Import {import_id} has already been undone. Import its file again to restore its contents.")
    return row


def _entries(connection: Connection, account_id: int, row: Row[Any]) -> Iterator[list[Row[Any]]]:
    """The import's entries in the journal, each beside its contact as it is now, in batches."""
    after = row.id
    bounds = {"account_id": account_id, "last": row.last_seq, "some": staged.SOME}
    while batch := list(connection.execute(ENTRIES, {**bounds, "after": after})):
        yield batch
        after = batch[-1].entry_seq


def _note_current(change: Change, row: Row[Any]) -> None:
    """Notes the contacts as they are, once sure that they are still as the import made them."""
    for batch in _entries(change.connection, change.account_id, row):
        formers = []
        for entry in batch:
            now = None if entry.id is None else contact_of(entry)
            if not _as_imported(entry, now):
                verb = "removed" if now is None else "changed"
                raise conflict(
                    f"Contact {entry.entity_id} was {verb} after import {row.id}, which can therefore not be "
                    "undone. See its history in the journal."
                )
            if now is not None:
                formers.append((entry.entity_id, now))
        staged.write_former(change.connection, formers)
        staged.insert(change.connection, "removed", ((contact_id,) for contact_id, _ in formers))


def _as_imported(entry: Row[Any], now: Contact | None) -> bool:
    """Whether nothing touched the contact since, or what did was undone in turn."""
    if now is None or entry.after is None:
        return now is None and entry.after is None
    return bool(entry.seq == entry.entry_seq or as_json(now) == entry.after)


def _refuse_taken(change: Change) -> None:
    """Raises Refusal(conflict) when somebody else has a key now that a contact would get back."""
    kinds = [KeyKind.CODE, KeyKind.PREFIX]
    if change.account.shared_numbers == "refuse":
        kinds.append(KeyKind.NUMBER)
    for clash in clashes.held(change.connection, change.account_id, kinds):
        raise conflict(taken(KeyKind(clash.kind), clash.key, clash.other))
    for clash in clashes.held_references(change.connection, change.account_id):
        raise conflict(f"The reference '{clash.key}' now belongs to contact {clash.other}. Change that contact first.")


def _changes(change: Change, row: Row[Any], seq: int) -> Iterator[tuple[int, str, int, int | None]]:
    """The rows of staged.change."""
    bounds = {"account_id": change.account_id, "import_id": row.id, "last": row.last_seq}
    for done, undone in BACKWARDS:
        for entry in change.connection.execute(
            ENTRIES_OF, {**bounds, "action": done}, execution_options={"yield_per": BATCH}
        ):
            yield seq, undone, entry.entity_id, None if undone == "remove" else entry.seq - row.id
            seq += 1
