"""Rows as the management API sends them: objects in the words of contracts/cx-engine.md."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.importing.files import Row, SentFile, SentRows, Source
from aiguillage.desk.importing.headings import OWN_ID
from aiguillage.desk.importing.rows import LONGEST_ID
from aiguillage.desk.importing.sheets import cell_of
from aiguillage.desk.importing.texts import LONGEST_LINE
from aiguillage.desk.importing.vcards import begins_card
from aiguillage.domain.contacts import OWN_PARTS, PARTS
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.storage.schema import can_be_id

JSON, CSV, JSON_LINES = "application/json", "text/csv", "application/jsonl"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VCARD, OLD_VCARD = "text/vcard", "text/x-vcard"
ANY = "application/octet-stream"
NAMES = {
    JSON: "upload.json",
    CSV: "upload.csv",
    XLSX: "upload.xlsx",
    JSON_LINES: "upload.jsonl",
    VCARD: "upload.vcf",
    OLD_VCARD: "upload.vcf",
    ANY: "upload",
}
"""What may be sent to be imported, and what it is called when nobody says."""

WIRE = {part.wire: part.heading for part in OWN_PARTS.values() if part.wire != part.heading}
"""What the API calls otherwise than a file's columns. An account's own names of its fields cannot change these."""

SENT = frozenset(part.wire for part in PARTS.values())
"""All that an upsert may say of a contact, beside its `id`."""

WHOM = {"id", "reference", "id_code", "telecoms"}
NOBODY = "Nothing says which contact this is. Send an id, a reference, an id_code or telecoms."
_WIRE_NAMES = {column: name for name, column in WIRE.items()} | {OWN_ID: "id"}


LONGEST_IMPORT = 64 << 20
"""Bytes of what may be sent to be imported."""

CONTACTS = "contacts"
JSON_BEGINS = 100
"""Bytes at the beginning of a file, or of a list, by which it is known as JSON."""

MOST_UPSERTED = 10_000
"""Contacts in one call."""

NO_LIST = (
    "Send JSON in UTF-8: a list of contacts, or an object with that list as 'contacts', or with one list under another "
    "name."
)
# What a walk through JSON passes over at once; the repeats are bounded because re remembers each.
_BETWEEN = re.compile(rb"[\s,]*")
_SCALAR = re.compile(rb'[^][{}",\s]*')
_FLAT = re.compile(rb'(?:[^][{}"]*"[^"\\]*"){0,500}[^][{}"]*')
_QUOTED = re.compile(rb'(?:[^"\\]*\\.){0,500}[^"\\]*', re.DOTALL)


class Upload(NamedTuple):
    """What somebody sent to be imported: what they call it, its media type, its bytes."""

    name: str
    media_type: str
    content: bytes

    def source(self) -> Source:
        """What is imported. Raises Refusal(invalid) for JSON that lists no contacts, and for vCards sent as others."""
        if self.media_type == JSON or (self.media_type == ANY and is_json(self.content)):
            return SentRows(self.name, import_rows(_objects(self.content)))
        if self.media_type in {CSV, XLSX, JSON_LINES} and begins_card(self.content):
            raise invalid(f"The file is a vCard, and was sent as {self.media_type}. Send it as {VCARD}.")
        return SentFile(self.name, self.content)


def file_source(path: Path) -> Source:
    """What is imported of a file at the machine: a path, or the rows of one that is JSON. Raises Refusal(invalid)."""
    try:
        with path.open("rb") as file:
            begins = file.read(JSON_BEGINS).lstrip()[:1]
            if begins not in (b"[", b"{") or path.stat().st_size > LONGEST_IMPORT:
                return path
            file.seek(0)
            content = file.read()
    except OSError:
        return path  # which says why, when it is read
    return Upload(path.name, JSON, content).source() if is_json(content) else path


def is_json(content: bytes) -> bool:
    """Whether a file is one JSON value with a list of objects in it. JSON lines are not, one such line neither."""
    start = content[:JSON_BEGINS].lstrip()
    if start.startswith(b"["):
        return True
    if not start.startswith(b"{"):
        return False
    try:
        members = _members(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    lists = [bytes(memoryview(value)[:JSON_BEGINS]) for value in members.values() if _is_list(value)]
    return CONTACTS in members or any(one[1:].lstrip()[:1] in (b"{", b"]") for one in lists)


def _members(content: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(content, type=dict[str, msgspec.Raw])


def _is_list(value: msgspec.Raw) -> bool:
    return bytes(memoryview(value)[:1]) == b"["


def _objects(content: bytes) -> Iterator[bytes]:
    """The contacts of a JSON body: a list, or an object with `contacts`, or with one list. Raises Refusal(invalid)."""
    try:
        found = msgspec.json.decode(content, type=msgspec.Raw)
        if bytes(memoryview(found)[:1]) == b"{":
            found = _list_in(_members(found))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise invalid(NO_LIST) from None
    return listed(found)


def _list_in(members: dict[str, msgspec.Raw]) -> msgspec.Raw:
    if CONTACTS in members:
        return members[CONTACTS]
    lists = [name for name, value in members.items() if _is_list(value)]
    if len(lists) > 1:
        names = ", ".join(lists)[:200]
        raise invalid(f"The object has several lists: {names}. Call the one with the contacts 'contacts'.")
    if not lists:
        raise invalid(NO_LIST)
    return members[lists[0]]


def listed(found: msgspec.Raw) -> Iterator[bytes]:
    """The contacts of a JSON list, each as it stands. Raises Refusal(invalid) for what is no list."""
    array = memoryview(found)
    if bytes(array[:1]) != b"[":
        raise invalid(NO_LIST, CONTACTS)
    return _elements(array)


def _elements(array: memoryview) -> Iterator[bytes]:
    """The elements of a JSON array, one by one: all of them as objects would take forty times their bytes."""
    at, last = _past(_BETWEEN, array, 1), len(array) - 1
    while at < last:
        end = _end(array, at)
        yield bytes(array[at:end])
        at = _past(_BETWEEN, array, end)


def _end(array: memoryview, at: int) -> int:
    """Where the value that begins there ends."""
    depth = 0
    while True:
        sign = array[at]
        if sign in b"[{":
            depth, at = depth + 1, at + 1
        elif sign in b"]}":
            depth, at = depth - 1, at + 1
        elif sign == ord('"'):
            at = _past(_QUOTED, array, at + 1)
            while array[at] != ord('"'):
                at = _past(_QUOTED, array, at)
            at += 1
        else:
            at = _past(_SCALAR, array, at)
        if not depth:
            return at
        at = _past(_FLAT, array, at)


def _past(signs: re.Pattern[bytes], array: memoryview, at: int) -> int:
    found = signs.match(array, at)
    return found.end() if found else at


def _object(raw: bytes) -> dict[str, Any]:
    """A contact's members. Raises Refusal(invalid)."""
    if len(raw) > LONGEST_LINE:
        raise invalid(f"It has more than {LONGEST_LINE:,} bytes. Send each contact by itself.")
    try:
        members = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        raise invalid("It is not valid JSON. Send texts in UTF-8, and numbers of at most 18 digits.") from None
    if not isinstance(members, dict):
        raise invalid("It is not an object. Send each contact in braces.")
    return members


def wire_name(column: str) -> str:
    """What the API calls a column."""
    return _WIRE_NAMES.get(column, column)


def import_rows(contacts: Iterable[bytes]) -> Iterator[Row]:
    """The rows of an import, counted from 1; members that mean nothing are told as unknown columns."""
    return _rows(enumerate(contacts, start=1), lambda line, members: _row(line, members, WIRE))


def upsert_rows(contacts: Iterable[bytes], code: str) -> Iterator[Row]:
    """The rows of an upsert into the account of that code, counted from 0; a member that means nothing is a fault.

    Raises Refusal(invalid) when they are too many.
    """
    return _rows(_not_too_many(contacts), lambda index, members: _upserted(index, members, code))


def _rows(contacts: Iterable[tuple[int, bytes]], read: Callable[[int, dict[str, Any]], Row]) -> Iterator[Row]:
    for line, raw in contacts:
        try:
            row = read(line, _object(raw))
        except Refusal as refusal:
            row = Row(line, (), [], refusal.message)
        yield row


def _not_too_many(contacts: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for index, raw in enumerate(contacts):
        if index >= MOST_UPSERTED:
            raise invalid(f"Send at most {MOST_UPSERTED:,} contacts at once, or import a file.", "contacts")
        yield index, raw


def _upserted(index: int, members: dict[str, Any], code: str) -> Row:
    """Raises Refusal(invalid)."""
    unknown = next((name for name in members if name not in SENT and name != "id"), None)
    contact_id = members.get("id")
    if unknown is not None:
        raise invalid(f"There is no '{unknown[:40]}' here. Leave it out.")
    if not members.keys() & WHOM:
        raise invalid(NOBODY)
    if contact_id is None:
        members.pop("id", None)
        return _row(index, members, WIRE)
    if not _can_be_id(contact_id):
        raise invalid(unknown_id(contact_id))
    return _row(index, members | {"id": f"{code}:{contact_id}"}, WIRE | {"id": OWN_ID})


def unknown_id(contact_id: object) -> str:
    """What is said of an id that no contact of the account has."""
    return f"There is no contact {str(contact_id)[:40]} on this account. Leave the id out to add one."


def _can_be_id(sent: object) -> bool:
    text = str(sent)
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID and can_be_id(int(text))


def _row(line: int, members: dict[str, Any], names: dict[str, str]) -> Row:
    return Row(line, tuple(names.get(name, name) for name in members), [cell_of(value) for value in members.values()])
