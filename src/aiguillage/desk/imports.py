"""Imports: a file of contacts looked over, carried out whole, and undone whole."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import select

from aiguillage.desk.change import Change, View, change_contacts, read_facts
from aiguillage.desk.fields import read_fields
from aiguillage.desk.importing import undoing, writing
from aiguillage.desk.importing.files import SentRows, Source
from aiguillage.desk.importing.outcome import (
    AS_NAMED,
    Choices,
    Columns,
    Imported,
    ImportRefused,
    Outcome,
    Progress,
    Refused,
    Undone,
    untold,
)
from aiguillage.desk.importing.reading import Read, read_file
from aiguillage.desk.importing.sent import MOST_UPSERTED, upsert_rows
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import Field
from aiguillage.domain.errors import conflict
from aiguillage.storage.schema import imports
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.staging import staging

__all__ = [
    "MOST_UPSERTED",
    "ImportRefused",
    "Imported",
    "Outcome",
    "Progress",
    "Refused",
    "Undone",
    "import_contacts",
    "list_imports",
    "preview_import",
    "show_import",
    "undo_import",
    "upsert_contacts",
]


def preview_import(  # noqa: PLR0913 - each is a choice of the person's
    db: Database,
    actor: Actor,
    code: str,
    source: Source,
    *,
    partial: bool = False,
    delete_missing: bool = False,
    force: bool = False,
    columns: Columns = AS_NAMED,
    progress: Progress = untold,
) -> Outcome:
    """What importing a file would do; nothing is kept. `obstacle` tells why it would not be done.

    `columns` is what some columns are to be read as, whatever their names say.
    Raises Refusal (missing, forbidden, and invalid for a file that cannot be read; Misread for its header).
    """
    account, fields = _settings(db, actor, code)
    choices = Choices(partial, delete_missing, force, columns=columns)
    with staging(db.path) as stage:
        read = read_file(source, stage, account, fields, progress, columns)
        with read_facts(db, actor, code, Role.EDIT) as view:
            outcome = _judged(view, read, source, choices)
    progress("matching", outcome.rows, outcome.rows)
    return outcome


def import_contacts(  # noqa: PLR0913 - each is a choice of the person's
    db: Database,
    actor: Actor,
    code: str,
    source: Source,
    *,
    partial: bool = False,
    delete_missing: bool = False,
    force: bool = False,
    ids_first: bool = False,
    idle: bool = True,
    columns: Columns = AS_NAMED,
    progress: Progress = untold,
) -> Outcome:
    """Imports a file of contacts: all rows or none, or with `partial` all but the refused ones.

    `delete_missing` removes the contacts that the file lacks; more than a fifth of them only with `force`.
    With `ids_first` a row that names a contact's id is about that contact or refused. With it, or where it may not be
    `idle`, rows that all say what is kept already are no import at all.
    Raises Refusal, and ImportRefused with the outcome when rows, or too many deletions, stand in the way.
    """
    account, fields = _settings(db, actor, code)
    choices = Choices(partial, delete_missing, force, ids_first, columns)
    with staging(db.path) as stage:
        read = read_file(source, stage, account, fields, progress, columns)
        with change_contacts(db, actor, code) as change:
            outcome = _judged(change, read, source, choices)
            progress("matching", outcome.rows, outcome.rows)
            if outcome.obstacle is not None:
                raise ImportRefused(outcome)
            if (ids_first or not idle) and not outcome.changes:
                return msgspec.structs.replace(outcome, applied=True)
            import_id = writing.write(change, outcome, progress)
    return msgspec.structs.replace(outcome, applied=True, import_id=import_id)


def upsert_contacts(
    db: Database, actor: Actor, code: str, contacts: Iterable[bytes], *, partial: bool = False
) -> Outcome:
    """Adds or changes up to MOST_UPSERTED contacts, as an import does, all or none, or all but the refused ones.

    Each is a JSON object, about the contact of its `id`, else about whom an import finds. What it leaves out stays,
    null clears. In the outcome lines are places in the list, from 0.
    Raises Refusal, and ImportRefused with the outcome.
    """
    rows = SentRows("upsert", upsert_rows(contacts, code))
    return import_contacts(db, actor, code, rows, partial=partial, ids_first=True)


def _settings(db: Database, actor: Actor, code: str) -> tuple[Account, list[Field]]:
    """What the file's rows are read by."""
    with read_facts(db, actor, code, Role.EDIT) as (connection, account_id, account):
        return account, read_fields(connection, account_id)


def _judged(view: View | Change, read: Read, source: Source, choices: Choices) -> Outcome:
    if (view.account, read_fields(view.connection, view.account_id)) != (read.account, read.fields):
        raise conflict("The account's settings were changed while the file was being read. Import it again.")
    outcome = writing.judge(view.connection, view.account_id, read, choices)
    obstacle = writing.obstacle(view.connection, view.account_id, outcome, choices, read.broken_off)
    return msgspec.structs.replace(outcome, file=source.name[:255], obstacle=obstacle)


def undo_import(db: Database, actor: Actor, code: str, import_id: int, *, progress: Progress = untold) -> Undone:
    """Makes an import undone: its contacts are as they were before. All or none.

    Raises Refusal: conflict when it was undone before, or a later change touched one of its contacts.
    """
    with staging(db.path) as stage:
        with read_facts(db, actor, code, Role.EDIT) as view:
            undoing.stage_former(view, import_id, stage)
        with change_contacts(db, actor, code) as change:
            return undoing.undo(change, import_id, stage, progress)


def show_import(db: Database, actor: Actor, code: str, import_id: int) -> Imported:
    """One of the account's imports. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return msgspec.convert(
            undoing.require_import(connection, account_id, import_id), Imported, from_attributes=True
        )


def list_imports(db: Database, actor: Actor, code: str, *, limit: int = 50) -> list[Imported]:
    """The account's imports, newest first. Raises Refusal."""
    statement = select(imports).order_by(imports.c.id.desc()).limit(limit)
    with read_facts(db, actor, code) as (connection, account_id, _):
        rows = connection.execute(statement.where(imports.c.account_id == account_id))
        return [msgspec.convert(row, Imported, from_attributes=True) for row in rows]
