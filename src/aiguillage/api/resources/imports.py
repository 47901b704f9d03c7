"""Imports as things of their own: looked at first, applied later, told how far they are, taken back."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.jobs import Job
from aiguillage.api.operations import Asked, Nothing, Operations, Upload
from aiguillage.api.paging import Paged, chosen, page_type, query_of
from aiguillage.api.resources.contacts import TAG
from aiguillage.api.resources.exchange import SENT, ImportChoices, ImportTold, told_of, upload_of
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.held import LOWEST_ID
from aiguillage.desk.held_imports import Held, apply_held, hold_import, show_held
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import LONGEST_IMPORT, NAMES
from aiguillage.desk.imports import Imported, list_imports, show_import, undo_import
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import example_of, means
from aiguillage.domain.moments import iso, parse_moment

OPERATIONS = Operations(TAG)
IMPORTS = f"{BASE}/imports"
ONE = f"{IMPORTS}/{{id}}"
MOST_IMPORTS = 10_000


class ImportProgress(msgspec.Struct, frozen=True):
    """How far it is: `done` of `total` bytes while `reading`, rows while `matching` and `writing`."""

    stage: Annotated[str, means("`reading`, `matching` or `writing`.", "writing")]
    done: Annotated[int, means("How much is done: bytes while reading, else rows.", 2000)]
    total: Annotated[int, means("How much there is.", 10000)]


class ImportShown(msgspec.Struct, frozen=True, kw_only=True):
    """An import that was done, or an upload.

    `state` is `previewed`, `applying`, `refused` (`trouble` says why) or `applied`, and `undone` afterwards.
    `import_id` is what an applied upload has become: the import of that id, which can be undone. An upload's counts are
    its preview's.
    """

    id: Annotated[int, meanings.ID]
    state: Annotated[str, means("`previewed`, `applying`, `refused`, `applied` or `undone`.", "applied")]
    at: Annotated[str | None, meanings.ASKED_AT]
    actor: Annotated[str, meanings.ACTOR]
    file: Annotated[str, means("What the import is called.", "contacts.csv")]
    created: Annotated[int, meanings.CREATED]
    updated: Annotated[int, meanings.UPDATED]
    unchanged: Annotated[int, meanings.UNCHANGED]
    refused: Annotated[int, meanings.REFUSED]
    deleted: Annotated[int, meanings.DELETED]
    undone_at: Annotated[str | None, means("When it was undone, ISO 8601 in UTC; null while it stands.")]
    customer_id: Annotated[int, meanings.CUSTOMER_ID]
    import_id: Annotated[int | None, meanings.IMPORT_ID]
    trouble: Annotated[str | None, means("Why an upload was refused; null unless it was.")]
    progress: Annotated[ImportProgress | None, means("How far an upload is; null when nothing is going on.", None)]
    preview: Annotated[
        ImportTold | None, means("What importing an upload would do; null for an import that was done.", None)
    ]


class UndoneTold(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing did: contacts removed, changed back, put back."""

    import_id: Annotated[int, meanings.IMPORT_ID]
    removed: Annotated[int, means("How many contacts were removed.", 3)]
    restored: Annotated[int, means("How many contacts were changed back.", 1)]
    readded: Annotated[int, means("How many contacts were put back.", 0)]


FILTERS = (*("id", "state", "actor", "file", "created", "updated", "unchanged", "refused", "deleted", "customer_id"),)
"""What imports that were done are filtered by."""

ImportsQuery = query_of("ImportsQuery", ImportShown, only=FILTERS)


PREVIEWED = {
    "state": "previewed",
    "import_id": None,
    "preview": example_of(ImportTold) | {"import_id": None, "applied": False},
}
"""What is answered of an upload that waits."""


@OPERATIONS.get(
    f"{BASE}/imports", "listImports", query=ImportsQuery, answer=page_type("Import", ImportShown), needs=Role.READ
)
def _list(asked: Asked[Any, None]) -> Paged:
    """List imports, newest first."""
    done = list_imports(asked.db, asked.actor, asked.account, limit=MOST_IMPORTS)
    if asked.query.updated_since is not UNSET:
        moment = parse_moment(asked.query.updated_since, "updated_since")
        done = [one for one in done if max(one.at, one.undone_at or 0) >= moment]
    shown = [_imported(one, asked.account_id) for one in done]
    return chosen(shown, asked.query, FILTERS, asked.url)


@OPERATIONS.post(
    f"{BASE}/imports",
    "previewImport",
    status=201,
    answered=PREVIEWED,
    needs=Role.EDIT,
    longest=LONGEST_IMPORT,
    apart=0,
    takes=tuple(NAMES),
    samples=SENT,
)
def _store(asked: Asked[ImportChoices, Upload]) -> ImportShown:
    """Upload contacts, and see what importing them would do.

    The upload is kept for an hour, to be applied.
    """
    query = asked.query
    choices = Choices(query.partial, query.delete_missing, query.force)
    return _held(hold_import(asked.db, asked.actor, asked.account, upload_of(asked), choices))


@OPERATIONS.get(ONE, "showImport", needs=Role.READ, refuses=(404,))
def _show(asked: Asked[Nothing, None]) -> ImportShown:
    """Show an import, or an upload and how far it is."""
    if asked.id() >= LOWEST_ID:
        return _held(show_held(asked.db, asked.actor, asked.account, asked.id()))
    done = show_import(asked.db, asked.actor, asked.account, asked.id())
    return _imported(done, asked.account_id)


@OPERATIONS.post(
    f"{ONE}/apply",
    "applyImport",
    status=202,
    answered=PREVIEWED | {"state": "applying"},
    reaches_out=True,
    needs=Role.EDIT,
    apart=0,
    refuses=(404, 409),
)
def _apply(asked: Asked[Nothing, None]) -> Job[ImportShown]:
    """Import what was uploaded.

    It goes on after the answer: `GET /imports/{id}` tells how far it is.
    """
    apply = apply_held(asked.db, asked.actor, asked.account, asked.id())
    return Job(_held(show_held(asked.db, asked.actor, asked.account, asked.id())), lambda _db: apply())


def _imported(done: Imported, account_id: int) -> ImportShown:
    return ImportShown(
        id=done.id,
        state="applied" if done.undone_at is None else "undone",
        at=iso(done.at),
        actor=done.actor,
        file=done.file,
        created=done.created,
        updated=done.changed,
        unchanged=done.unchanged,
        refused=done.refused,
        deleted=done.deleted,
        undone_at=iso(done.undone_at),
        customer_id=account_id,
        import_id=done.id,
        trouble=None,
        progress=None,
        preview=None,
    )


def _held(held: Held) -> ImportShown:
    about, progress = held.about, held.progress
    preview = about.preview
    return ImportShown(
        id=held.id,
        state=progress.state,
        at=iso(about.at),
        actor=about.actor,
        file=preview.file,
        created=preview.created,
        updated=preview.changed,
        unchanged=preview.unchanged,
        refused=preview.refused,
        deleted=preview.deleted,
        undone_at=None,
        customer_id=about.account_id,
        import_id=progress.import_id,
        trouble=progress.trouble,
        progress=ImportProgress(progress.stage, progress.done, progress.total) if progress.stage else None,
        preview=told_of(preview),
    )


@OPERATIONS.post(f"{ONE}/undo", "undoImport", needs=Role.EDIT, apart=0, refuses=(404, 409))
def _undo(asked: Asked[Nothing, None]) -> UndoneTold:
    """Undo an import."""
    undone = undo_import(asked.db, asked.actor, asked.account, asked.id())
    return UndoneTold(**msgspec.structs.asdict(undone))
