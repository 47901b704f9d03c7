"""Imports as things of their own: what was imported, and taking it back."""

import msgspec

from aiguillage.api.moments import iso
from aiguillage.api.operations import Asked, Operation
from aiguillage.api.paging import Paged, chosen, page_type, query_of
from aiguillage.api.resources.contacts import TAG
from aiguillage.api.resources.shared import BASE
from aiguillage.desk.change import account_id_of
from aiguillage.desk.imports import Imported, list_imports, show_import, undo_import
from aiguillage.domain.accounts import Role

IMPORTS = f"{BASE}/imports"
MOST_IMPORTS = 10_000


class ImportShown(msgspec.Struct, frozen=True, kw_only=True):
    """An import that was done; `undone_at` is null while it stands."""

    id: int
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


class UndoneTold(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing did: contacts removed, changed back, put back."""

    import_id: int
    removed: int
    restored: int
    readded: int


ImportsQuery = query_of("ImportsQuery", ImportShown)


def _list_imports(asked: Asked) -> Paged:
    done = list_imports(asked.db, asked.actor, asked.account, limit=MOST_IMPORTS)
    account_id = account_id_of(asked.db, asked.actor, asked.account)
    shown = [_show_imported(one, account_id) for one in done]
    return chosen(shown, asked.query, ImportShown.__struct_fields__, asked.url)


def _show_import(asked: Asked) -> ImportShown:
    done = show_import(asked.db, asked.actor, asked.account, asked.id())
    return _show_imported(done, account_id_of(asked.db, asked.actor, asked.account))


def _show_imported(done: Imported, account_id: int) -> ImportShown:
    return ImportShown(
        id=done.id,
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
    )


def _undo(asked: Asked) -> UndoneTold:
    undone = undo_import(asked.db, asked.actor, asked.account, asked.id())
    return UndoneTold(**msgspec.structs.asdict(undone))


OPERATIONS = (
    Operation(
        *("GET", IMPORTS, "listImports", "List imports, newest first", TAG, _list_imports),
        query=ImportsQuery,
        answer=page_type("Import", ImportShown),
        needs=Role.READ,
    ),
    Operation(
        *("GET", f"{IMPORTS}/{{id}}", "showImport", "Show an import", TAG, _show_import),
        answer=ImportShown,
        needs=Role.READ,
        refuses=(404,),
    ),
    Operation(
        *("POST", f"{IMPORTS}/{{id}}/undo", "undoImport", "Undo an import", TAG, _undo),
        answer=UndoneTold,
        needs=Role.EDIT,
        refuses=(404, 409),
    ),
)
