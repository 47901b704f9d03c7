"""What files look like that are sent and answered, each with one row, for the API's description."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from aiguillage.desk.call_exports import COLUMNS
from aiguillage.desk.exports import CSV_COLUMNS
from aiguillage.desk.importing.sent import CSV, JSON, JSON_LINES, OLD_VCARD, VCARD
from aiguillage.desk.surveys import HEADER

Samples = Mapping[str, Any]
"""A file by its media type. A spreadsheet, which has CSV's cells, is no text to show."""

CTI = {"name": "Entrepôt", "destinations": [{"origin": "site-12", "destination": "207"}]}
CONTACT = {
    "reference": "C-1042",
    "code": "2469",
    "company": "Garage Belleville",
    "telecoms": ["+33199005679"],
    "emails": ["atelier@example.org"],
    "field_select_1": "207",
    "field_boolean_1": True,
}
CALL = {
    "at": "2026-11-24T17:00:00.120Z",
    "number": "+33199001234",
    "outcome": "known",
    "known_by": "number",
    "contact_id": 12,
    "dialect": "v2",
    "destination": "207",
    "destinations": "207,209,,",
    "reason": "known_caller",
    "unknown": "404",
    "call_id": "b7c0e51f9d02-1a",
    "asked": None,
    "own_us": 31,
    "seq": 118,
}
RECORD = {
    "id": 12,
    "survey_id": 3,
    "caller": "+33199001234",
    "score_1": "5",
    "score_2": None,
    "score_3": None,
    "agent_extension": "207",
    "agent_name": "Ana Roche",
    "datetime": "2026-11-24T17:00:00Z",
}
CELLS = CONTACT | {"number": "+33199005679", "email": "atelier@example.org", "field_boolean_1": 1}


def _samples(columns: Sequence[str], cells: Mapping[str, Any], thing: Mapping[str, Any]) -> dict[str, Any]:
    row = ["" if cells.get(name) is None else str(cells[name]) for name in columns]
    line = msgspec.json.encode(thing).decode()
    return {CSV: f"{';'.join(columns)}\n{';'.join(row)}\n", JSON: [thing], JSON_LINES: f"{line}\n"}


CARD = """\
BEGIN:VCARD
VERSION:4.0
FN:Garage Belleville
ORG:Garage Belleville
TEL;TYPE=work:+33199005679
EMAIL:atelier@example.org
END:VCARD
""".replace("\n", "\r\n")
CONTACTS = _samples(CSV_COLUMNS, CELLS, CONTACT) | {VCARD: CARD, OLD_VCARD: CARD}
CALLS = _samples(COLUMNS, CALL, CALL)
RECORDS = _samples(HEADER, RECORD, RECORD)
CTIS = _samples(("cti", "origin", "destination"), {"cti": "Entrepôt", "origin": "site-12", "destination": "207"}, CTI)
PREVIEWED: dict[str, Any] = {
    "state": "previewed",
    "import_id": None,
    "preview": {
        "import_id": None,
        "applied": False,
        "created": 3,
        "updated": 1,
        "unchanged": 0,
        "refused": 0,
        "deleted": 0,
        "refusals": [],
        "columns": {"company": "company", "telecoms": "number"},
        "unknown_columns": [],
        "unread_columns": [],
        "obstacle": None,
    },
}
"""What is answered of an upload that waits."""

DECIDING: dict[str, Any] = {"state": "deciding", "progress": {"done": 4_000, "total": 100_000}, "result": None}
"""What is answered of a replay that goes on."""

SHIFT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//aiguillage//rota//EN
BEGIN:VEVENT
UID:astreinte-20261123@example.org
DTSTAMP:20261120T170000Z
DTSTART:20261123T080000Z
DTEND:20261130T080000Z
SUMMARY:Ana Roche
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
CLOSED = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example.org//Fermetures//FR
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20261124T170000Z
DTSTART;VALUE=DATE:20261224
SUMMARY:Inventaire
END:VEVENT
END:VCALENDAR
"""
CALENDAR = {"text/calendar": CLOSED.replace("\n", "\r\n")}
