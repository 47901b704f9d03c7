"""Imports as things of their own: looked at first, applied later, told how far they are, taken back."""

import msgspec

from aiguillage.api.jobs import Job
from aiguillage.api.operations import Asked, Operation, Upload
from aiguillage.api.paging import Paged, chosen, page_type, query_of
from aiguillage.api.resources import samples
from aiguillage.api.resources.contacts import TAG
from aiguillage.api.resources.exchange import LONGEST_IMPORT, ImportChoices, ImportTold, told_of, upload_of
from aiguillage.api.resources.shared import BASE, UNSET
from aiguillage.desk.change import account_id_of
from aiguillage.desk.held import LOWEST_ID
from aiguillage.desk.held_imports import Held, apply_held, hold_import, show_held
from aiguillage.desk.importing.outcome import Choices
from aiguillage.desk.importing.sent import NAMES
from aiguillage.desk.imports import Imported, list_imports, show_import, undo_import
from aiguillage.domain.accounts import Role
from aiguillage.domain.moments import iso, parse_moment

IMPORTS = f"{BASE}/imports"
ONE = f"{IMPORTS}/{{id}}"
MOST_IMPORTS = 10_000


class ImportProgress(msgspec.Struct, frozen=True):
    """How far it is: `done` of `total` bytes while `reading`, rows while `matching` and `writing`."""

    stage: str
    done: int
    total: int


class ImportShown(msgspec.Struct, frozen=True, kw_only=True):
    """An import that was done, or an upload.

    `state` is `previewed`, `applying`, `refused` (`trouble` says why) or `applied`, and `undone` afterwards.
    `import_id` is what an applied upload has become: the import of that id, which can be undone. An upload's counts are
    its preview's.
    """

    id: int
    state: str
    at: str | None
    actor: str
    file: str
    created: int
    updated: int
    unchanged: int
    refused: int
    deleted: int
    undone_at: str | None
    customer_id: int
    import_id: int | None
    trouble: str | None
    progress: ImportProgress | None
    preview: ImportTold | None


class ImportListed(msgspec.Struct, frozen=True, kw_only=True):
    """What imports that were done are filtered by."""

    id: int
    state: str
    actor: str
    file: str
    created: int
    updated: int
    unchanged: int
    refused: int
    deleted: int
    customer_id: int


class UndoneTold(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing did: contacts removed, changed back, put back."""

    import_id: int
    removed: int
    restored: int
    readded: int


ImportsQuery = query_of("ImportsQuery", ImportListed)


def _list(asked: Asked) -> Paged:
    done = list_imports(asked.db, asked.actor, asked.account, limit=MOST_IMPORTS)
    if asked.query.updated_since is not UNSET:
        moment = parse_moment(asked.query.updated_since, "updated_since")
        done = [one for one in done if max(one.at, one.undone_at or 0) >= moment]
    account_id = account_id_of(asked.db, asked.actor, asked.account)
    shown = [_imported(one, account_id) for one in done]
    return chosen(shown, asked.query, ImportListed.__struct_fields__, asked.url)


def _store(asked: Asked) -> ImportShown:
    query = asked.query
    choices = Choices(query.partial, query.delete_missing, query.force)
    return _held(hold_import(asked.db, asked.actor, asked.account, upload_of(asked), choices))


def _show(asked: Asked) -> ImportShown:
    if asked.id() >= LOWEST_ID:
        return _held(show_held(asked.db, asked.actor, asked.account, asked.id()))
    done = show_import(asked.db, asked.actor, asked.account, asked.id())
    return _imported(done, account_id_of(asked.db, asked.actor, asked.account))


def _apply(asked: Asked) -> Job[ImportShown]:
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


def _undo(asked: Asked) -> UndoneTold:
    undone = undo_import(asked.db, asked.actor, asked.account, asked.id())
    return UndoneTold(**msgspec.structs.asdict(undone))


OPERATIONS = (
    Operation(
        *("GET", IMPORTS, "listImports", "List imports, newest first", TAG, _list),
        query=ImportsQuery,
        answer=page_type("Import", ImportShown),
        needs=Role.READ,
    ),
    Operation(
        *("POST", IMPORTS, "previewImport", "Upload contacts, and see what importing them would do", TAG, _store),
        query=ImportChoices,
        body=Upload,
        answer=ImportShown,
        status=201,
        answered=samples.PREVIEWED,
        needs=Role.EDIT,
        longest=LONGEST_IMPORT,
        apart=0,
        takes=tuple(NAMES),
        samples=samples.CONTACTS,
        description="The upload is kept for an hour, to be applied.",
    ),
    Operation(
        *("GET", ONE, "showImport", "Show an import, or an upload and how far it is", TAG, _show),
        answer=ImportShown,
        needs=Role.READ,
        refuses=(404,),
    ),
    Operation(
        *("POST", f"{ONE}/apply", "applyImport", "Import what was uploaded", TAG, _apply),
        answer=ImportShown,
        status=202,
        answered=samples.PREVIEWED | {"state": "applying"},
        reaches_out=True,
        needs=Role.EDIT,
        apart=0,
        refuses=(404, 409),
        description="It goes on after the answer: `GET /imports/{id}` tells how far it is.",
    ),
    Operation(
        *("POST", f"{ONE}/undo", "undoImport", "Undo an import", TAG, _undo),
        answer=UndoneTold,
        needs=Role.EDIT,
        apart=0,
        refuses=(404, 409),
    ),
)
