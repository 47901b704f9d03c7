"""Contacts by the thousand: bulk upsert, imports and exports (contracts/cx-engine.md, 'contacts')."""

from typing import Annotated

import msgspec

from aiguillage.api.operations import MOST_BESIDE, AnyAsked, Asked, File, Operations, Upload
from aiguillage.api.resources.contacts import EXAMPLE, PATH, TAG
from aiguillage.api.resources.files import MEDIA, FileQuery, exported, samples_of
from aiguillage.api.resources.shared import Body
from aiguillage.desk.exports import CSV_COLUMNS, export_contacts
from aiguillage.desk.importing.sent import JSON, LONGEST_IMPORT, NAMES, OLD_VCARD, VCARD, listed, wire_name
from aiguillage.desk.importing.sent import Upload as SentUpload
from aiguillage.desk.imports import (
    ImportRefused,
    Outcome,
    import_contacts,
    preview_import,
    upsert_contacts,
)
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.meanings import means

LONGEST_UPSERT = 16 << 20
"""Bytes."""


OPERATIONS = Operations(TAG)
REASON = means("What is wrong, and what to do.", "'0612' is not a phone number in France.")
COLUMN = means("Its column.", "telecoms")


class Partial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`partial=1` leaves refused contacts out, and takes the others."""

    partial: Annotated[bool, meanings.PARTIAL] = False


class ImportChoices(Partial, frozen=True):
    """How to import: `delete_missing=1` removes the contacts that are not sent, `force=1` insists on many of them.

    `name` is what to call the import.
    """

    delete_missing: Annotated[bool, means("`1` removes the contacts that are not sent.")] = False
    force: Annotated[bool, means("`1` does so even if they are more than a fifth.")] = False
    name: Annotated[str, means("What to call the import.")] = ""


class ImportQuery(ImportChoices, frozen=True):
    """The same, or with `dry_run=1` what would happen."""

    dry_run: Annotated[bool, meanings.DRY_RUN] = False


class Upserts(Body, frozen=True):
    """Contacts, each with what is to be said of it; `id` names one that is there."""

    contacts: Annotated[
        Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "array", "items": {"type": "object"}})],
        means("Up to 10,000 contacts, each with what is to be said of it."),
    ]


class Refused(msgspec.Struct, frozen=True):
    """Why a contact of an upsert is refused; `index` counts from 0, `field` is empty where none alone is at fault."""

    index: Annotated[int, means("Which one, counted from 0.", 0)]
    field: Annotated[str, means("Its field; empty where none alone is at fault.", "telecoms")]
    reason: Annotated[str, REASON]


class Upserted(msgspec.Struct, frozen=True, kw_only=True):
    """What an upsert did. `import_id` undoes it (`/imports/{id}/undo`); null when nothing changed."""

    created: Annotated[int, meanings.CREATED]
    updated: Annotated[int, meanings.UPDATED]
    unchanged: Annotated[int, meanings.UNCHANGED]
    refused: Annotated[int, meanings.REFUSED]
    refusals: Annotated[list[Refused], meanings.REFUSALS]
    import_id: Annotated[int | None, meanings.IMPORT_ID]


class RefusedLine(msgspec.Struct, frozen=True):
    """Why a row is refused: its line in the file (rows of JSON count from 1), its column, its value."""

    line: Annotated[int, means("Its line in the file; rows of JSON count from 1.", 14)]
    column: Annotated[str, COLUMN]
    value: Annotated[str, means("What is written there.", "0612")]
    reason: Annotated[str, REASON]


class NotRead(msgspec.Struct, frozen=True):
    """A column that is not read: `why` is one word for the reason."""

    column: Annotated[str, COLUMN]
    why: Annotated[str, means("The reason in a word.", "elsewhere")]
    reason: Annotated[
        str, means("The reason, and what to do.", "Contacts here have no addresses, jobs, dates, notes and the like.")
    ]


class ImportTold(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did (`applied`), or would do.

    `obstacle` is what would keep it from being done; `columns` is what each column was understood as.
    """

    import_id: Annotated[int | None, meanings.IMPORT_ID]
    applied: Annotated[bool, means("Whether it was done, and not only tried.", True)]
    created: Annotated[int, meanings.CREATED]
    updated: Annotated[int, meanings.UPDATED]
    unchanged: Annotated[int, meanings.UNCHANGED]
    refused: Annotated[int, meanings.REFUSED]
    deleted: Annotated[int, meanings.DELETED]
    refusals: Annotated[list[RefusedLine], meanings.REFUSALS]
    columns: Annotated[
        dict[str, str], means("What each column was understood as.", {"company": "company", "telecoms": "number"})
    ]
    unknown_columns: Annotated[list[str], means("The columns that were not read.", [])]
    unread_columns: Annotated[list[NotRead], means("The same columns, each with the reason.", [])]
    obstacle: Annotated[str | None, means("What keeps the import as a whole from being done; null when nothing does.")]


CONTACT = {
    "reference": "C-1042",
    "code": "2469",
    "company": "Garage Belleville",
    "telecoms": ["+33199005679"],
    "emails": ["atelier@example.org"],
    "field_select_1": "207",
    "field_boolean_1": True,
}
CELLS = {"number": "+33199005679", "email": "atelier@example.org", "field_boolean_1": 1}
CARD = """\
BEGIN:VCARD
VERSION:4.0
FN:Garage Belleville
ORG:Garage Belleville
TEL;TYPE=work:+33199005679
EMAIL:atelier@example.org
END:VCARD
""".replace("\n", "\r\n")
SAMPLES = samples_of(CSV_COLUMNS, CONTACT, CELLS) | {VCARD: CARD, OLD_VCARD: CARD}
SENT = SAMPLES | {JSON: {"contacts": [CONTACT]}}


@OPERATIONS.post(
    f"{PATH}/bulk",
    "upsertContacts",
    needs=Role.EDIT,
    refuses=(409,),
    longest=LONGEST_UPSERT,
    apart=MOST_BESIDE,
    example={"contacts": [EXAMPLE]},
)
def _upsert(asked: Asked[Partial, Upserts]) -> Upserted:
    """Add or change up to 10,000 contacts.

    Each is about the contact of its `id`, reference, code or number, else new; one that has none of them is refused.
    All or none.
    """
    contacts = listed(asked.body.contacts)
    try:
        outcome = upsert_contacts(asked.db, asked.actor, asked.account, contacts, partial=asked.query.partial)
    except ImportRefused as refused:
        raise _with_errors(refused, "contacts.") from None
    return Upserted(
        created=outcome.created,
        updated=outcome.changed,
        unchanged=outcome.unchanged,
        refused=outcome.refused,
        refusals=[Refused(one.line, wire_name(one.column), one.message) for one in outcome.refusals],
        import_id=outcome.import_id,
    )


def _with_errors(refused: ImportRefused, before: str) -> Refusal:
    """The refusal, with every row's own among its errors, by line and column."""
    errors: dict[str, list[str]] = {}
    for one in refused.outcome.refusals:
        place = f"{before}{one.line}" + (f".{wire_name(one.column)}" if one.column else "")
        errors.setdefault(place, []).append(one.message)
    refusal = invalid(refused.message)
    refusal.errors = errors or None
    return refusal


@OPERATIONS.post(
    f"{PATH}/import",
    "importContacts",
    needs=Role.EDIT,
    refuses=(409,),
    longest=LONGEST_IMPORT,
    apart=0,
    takes=tuple(NAMES),
    samples=SENT,
)
def _import(asked: Asked[ImportQuery, Upload]) -> ImportTold:
    """Import contacts.

    JSON: a list of contacts, or an object with that list as `contacts`. Else the bytes of a file.
    """
    query = asked.query
    use_case = preview_import if query.dry_run else import_contacts
    who, source = (asked.db, asked.actor, asked.account), upload_of(asked).source()
    try:
        outcome = use_case(*who, source, partial=query.partial, delete_missing=query.delete_missing, force=query.force)
    except ImportRefused as refused:
        raise _with_errors(refused, "line ") from None
    return told_of(outcome)


def upload_of(asked: AnyAsked) -> SentUpload:
    """What was sent to be imported."""
    media_type = asked.body.content_type.partition(";")[0].strip().lower()
    name = asked.query.name.strip()[:255] or asked.body.name or NAMES[media_type]
    return SentUpload(name, media_type, asked.body.content)


def told_of(outcome: Outcome) -> ImportTold:
    """An outcome as it is answered."""
    return ImportTold(
        import_id=outcome.import_id,
        applied=outcome.applied,
        created=outcome.created,
        updated=outcome.changed,
        unchanged=outcome.unchanged,
        refused=outcome.refused,
        deleted=outcome.deleted,
        refusals=[RefusedLine(one.line, wire_name(one.column), one.value, one.message) for one in outcome.refusals],
        columns=outcome.columns,
        unknown_columns=list(outcome.unknown_columns),
        unread_columns=[NotRead(one.column, one.why, one.reason) for one in outcome.unread],
        obstacle=outcome.obstacle,
    )


@OPERATIONS.get(
    f"{PATH}/export", "exportContacts", needs=Role.READ, apart=0, gives=tuple(MEDIA.values()), samples=SAMPLES
)
def _export(asked: Asked[FileQuery, None]) -> File:
    """Export all contacts."""
    return exported(asked, "contacts", export_contacts)
