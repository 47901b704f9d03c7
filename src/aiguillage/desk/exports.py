"""Exports: an account's contacts as a file that imports unchanged."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import StringIO
from itertools import islice
from typing import Any

import msgspec

from aiguillage.desk.contacts import Kept, list_contacts
from aiguillage.desk.importing.cells import guarded
from aiguillage.desk.importing.headings import EXPORTED, MOMENTS, NUMBERS, OWN_ID
from aiguillage.desk.spreadsheets import require_room, sheet_pieces
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import FIELD_PARTS, OWN_PARTS, PARTS, Contact, Part, Telecom, values_of
from aiguillage.domain.errors import invalid
from aiguillage.domain.given import GIVEN, Sent, plain_telecom
from aiguillage.domain.moments import iso
from aiguillage.storage.sqlite.engine import Database

FORMATS = ("csv", "xlsx", "jsonl", "json")
PIECE = 1_000
"""Contacts in one piece of the file."""

TYPED = ("mobile", "landline", "fax", "work", "home")
"""Types of numbers with a column of their own; others are in `number`, whose import leaves types as they are."""

CSV_COLUMNS = (
    *EXPORTED[: EXPORTED.index("number") + 1],
    *(f"{kind}_number" for kind in TYPED),
    *EXPORTED[EXPORTED.index("email") :],
)

JSON_NAMES = (*OWN_PARTS, *(part.wire for part in FIELD_PARTS.values()))


def export_contacts(db: Database, actor: Actor, code: str, form: str = "csv") -> Iterator[bytes]:
    """The account's contacts in a file's bytes, piece by piece, in one of FORMATS. Raises Refusal before the first one.

    CSV is what spreadsheets in France open as it is: UTF-8 with a mark, semicolons. A cell that a spreadsheet would
    take for a formula begins with an apostrophe, which an import takes away again; E.164 numbers stay as they are.
    XLSX has the same cells. The labels of numbers are in JSON (an array) and JSON lines only. All have aiguillage's own
    id, by which an import into the same account knows contacts without a reference, code or number, and the moments at
    which each was added and last changed, which an import leaves alone.
    """
    if form not in FORMATS:
        raise invalid(f"'{form[:20]}' is not an export format. Choose one of: {', '.join(FORMATS)}.", "format")
    contacts = list_contacts(db, actor, code)
    if form == "csv":
        return _csv_pieces(contacts, code)
    if form == "xlsx":
        require_room(db, actor, code)
        return sheet_pieces(db.path.parent, CSV_COLUMNS, (_csv_row(kept, code) for kept in contacts), "contacts")
    objects = (msgspec.json.encode(_json_object(kept, code)) for kept in contacts)
    return _json_array(objects) if form == "json" else _json_lines(objects)


def _csv_pieces(contacts: Iterator[Kept], code: str) -> Iterator[bytes]:
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(CSV_COLUMNS)
    yield BOM_UTF8 + text.getvalue().encode()
    while batch := list(islice(contacts, PIECE)):
        text.seek(0)
        text.truncate()
        writer.writerows(_csv_row(kept, code) for kept in batch)
        yield text.getvalue().encode()


def _csv_row(kept: Kept, code: str) -> list[str]:
    cells = (guarded(cell) for part, value in _parts(kept.contact) for cell in _cells(part, value))
    return [f"{code}:{kept.id}", *cells, *(moment or "" for moment in _moments(kept))]


def _parts(contact: Contact) -> Iterator[tuple[Part, Any]]:
    return zip(PARTS.values(), values_of(contact), strict=True)


def _cells(part: Part, value: Any) -> Iterable[str]:  # noqa: ANN401 - of any part
    """The cells of a part: of numbers one for each column."""
    if part.name == NUMBERS:
        return _numbers(value)
    if part.several:
        return (", ".join(value),)
    if part.flag:
        return ("" if value is None else str(int(value)),)
    return (value or "",)


def _numbers(telecoms: Iterable[Telecom]) -> Iterator[str]:
    numbers: dict[str, list[str]] = {kind: [] for kind in ("", *TYPED)}
    for telecom in telecoms:
        numbers[telecom.type if telecom.type in TYPED else ""].append(telecom.number)
    return map(", ".join, numbers.values())


def _moments(kept: Kept) -> tuple[str | None, str | None]:
    """The values of MOMENTS."""
    return _utc(kept.created_at), _utc(kept.updated_at)


@lru_cache(1_024)
def _utc(at: int | None) -> str | None:
    """A moment as the file has it; an import gives thousands of contacts the same one."""
    return iso(at)


def _json_lines(objects: Iterator[bytes]) -> Iterator[bytes]:
    while batch := list(islice(objects, PIECE)):
        yield b"\n".join(batch) + b"\n"


def _json_array(objects: Iterator[bytes]) -> Iterator[bytes]:
    between = b"["
    while batch := list(islice(objects, PIECE)):
        yield between + b",\n".join(batch)
        between = b",\n"
    yield b"[]" if between == b"[" else b"]"


def _json_object(kept: Kept, code: str) -> dict[str, Any]:
    contact, given = kept.contact, kept.contact.given
    facts = dict(zip(JSON_NAMES, values_of(contact), strict=True))
    facts["telecoms"] = [_brought(given.get(t.number), plain_telecom(t), "number") for t in contact.telecoms]
    facts["emails"] = [_brought(given.get(email), email, "email") for email in contact.emails]
    return {OWN_ID: f"{code}:{kept.id}"} | facts | dict(zip(MOMENTS, _moments(kept), strict=True))


def _brought(given: Sent | None, plain: Sent, name: str) -> Sent:
    """A number or address with what is to be given back of it."""
    if given is None:
        return plain
    return {**(plain if isinstance(plain, dict) else {name: plain}), GIVEN: given}
