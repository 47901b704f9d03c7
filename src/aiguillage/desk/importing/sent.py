"""Rows as the management API sends them: objects in the words of contracts/cx-engine.md."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.importing.columns import OWN_ID
from aiguillage.desk.importing.files import Row, SentFile, SentRows, Source
from aiguillage.desk.importing.rows import LONGEST_ID
from aiguillage.desk.importing.sheets import cell_of
from aiguillage.domain.contacts import FIELD_KEYS
from aiguillage.domain.errors import invalid
from aiguillage.storage.schema import can_be_id

JSON, CSV, JSON_LINES = "application/json", "text/csv", "application/jsonl"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {
    JSON: "upload.json",
    CSV: "upload.csv",
    XLSX: "upload.xlsx",
    JSON_LINES: "upload.jsonl",
    "application/octet-stream": "upload",
}
"""What may be sent to be imported, and what it is called when nobody says."""

WIRE = {"id_code": "code", "language_code": "language", "telecoms": "number", "emails": "email"}
"""What the API calls otherwise than a file's columns. An account's own names of its fields cannot change these."""

SENT = (
    *("reference", "company", "first_name", "last_name", "email_destination", "telecom_destination"),
    *WIRE,
    *(f"field_{key}" for key in FIELD_KEYS),
)
"""All that an upsert may say of a contact, beside its `id`."""

WHOM = {"id", "reference", "id_code", "telecoms"}
NOBODY = "Nothing tells whom this is about. Send an id, a reference, an id_code or telecoms."
_WIRE_NAMES = {column: name for name, column in WIRE.items()} | {OWN_ID: "id"}


class _Wrapped(msgspec.Struct):
    contacts: list[msgspec.Raw]


class Upload(NamedTuple):
    """What somebody sent to be imported: what they call it, its media type, its bytes."""

    name: str
    media_type: str
    content: bytes

    def source(self) -> Source:
        """What is imported. Raises Refusal(invalid) for JSON that is no list of contacts."""
        if self.media_type == JSON:
            return SentRows(self.name, import_rows(_objects(self.content)))
        return SentFile(self.name, self.content)


def _objects(content: bytes) -> Iterable[msgspec.Raw]:
    """The rows of a JSON body: a list, or an object with `contacts`; each is decoded when its turn comes."""
    try:
        found = msgspec.json.decode(content, type=list[msgspec.Raw] | _Wrapped)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise invalid("Send JSON in UTF-8: a list of contacts, or an object with that list as 'contacts'.") from None
    return found.contacts if isinstance(found, _Wrapped) else found


def wire_name(column: str) -> str:
    """What the API calls a column."""
    return _WIRE_NAMES.get(column, column)


def import_rows(objects: Iterable[msgspec.Raw]) -> Iterator[Row]:
    """The rows of an import, counted from 1; members that mean nothing are told as unknown columns."""
    for line, raw in enumerate(objects, start=1):
        try:
            yield _row(line, msgspec.json.decode(raw))
        except (ValueError, RecursionError):
            yield Row(
                line, (), [], "It is no JSON that can be read. Send texts in UTF-8, and numbers of at most 18 digits."
            )


def upsert_rows(objects: Sequence[dict[str, Any]], code: str) -> Iterator[Row]:
    """The rows of an upsert into the account of that code, counted from 0; a member that means nothing is a fault."""
    for index, members in enumerate(objects):
        unknown = next((name for name in members if name not in SENT and name != "id"), None)
        contact_id = members.get("id")
        if unknown is not None:
            yield Row(index, (), [], f"There is no '{unknown[:40]}' here. Leave it out.")
        elif not members.keys() & WHOM:
            yield Row(index, (), [], NOBODY)
        elif contact_id is None:
            yield _row(index, {name: value for name, value in members.items() if name != "id"})
        elif not _can_be_id(contact_id):
            yield Row(index, (), [], unknown_id(contact_id))
        else:
            yield _row(index, members | {"id": f"{code}:{contact_id}"}, {"id": OWN_ID})


def unknown_id(contact_id: object) -> str:
    """What is said of an id that no contact of the account has."""
    return f"There is no contact {str(contact_id)[:40]} on this account. Leave the id out to add one."


def _can_be_id(sent: object) -> bool:
    text = str(sent)
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID and can_be_id(int(text))


def _row(line: int, members: object, own: dict[str, str] | None = None) -> Row:
    if not isinstance(members, dict):
        return Row(line, (), [], "It is no object. Send each contact in braces.")
    names = WIRE if own is None else WIRE | own
    return Row(
        line, tuple(str(names.get(name, name)) for name in members), [cell_of(value) for value in members.values()]
    )
