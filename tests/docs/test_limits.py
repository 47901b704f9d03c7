"""The table of limits says what the code does."""

import re

from aiguillage.api.resources.facts import MOST_REMOVED, MOST_STORED
from aiguillage.api.resources.replay import LONGEST_DOCUMENT, MOST_CALLS
from aiguillage.console import live
from aiguillage.desk import calendar_texts, imports_apart, sources, token_rows, users
from aiguillage.desk.apart import LONGEST_WAIT
from aiguillage.desk.cti_maps import MOST_ROWS
from aiguillage.desk.fields import MOST_OPTIONS
from aiguillage.desk.held import REPLAYS, UPLOADS
from aiguillage.desk.ical import encodings, parts, zones
from aiguillage.desk.importing import outcome, sheets, texts, vcards
from aiguillage.desk.importing.sent import LONGEST_IMPORT, MOST_UPSERTED
from aiguillage.desk.recurrence import MOST_OCCURRENCES
from aiguillage.domain import rotas
from aiguillage.domain.contacts import MOST_CONTACTS
from aiguillage.domain.facts import KINDS
from aiguillage.domain.geo import MOST_ZONES
from aiguillage.domain.mails import MOST_RESETS
from aiguillage.domain.remarks import MOST_REMARKS
from tests.docs.markdown import codes, read, rows, section

PAGE = "docs/limits.md"
MIB = 1 << 20
LIMITS = {
    "members of a rota": rotas.MOST_MEMBERS,
    "layers of a rota": rotas.MOST_LAYERS,
    "windows of a layer": rotas.MOST_WINDOWS,
    "turns of a layer": rotas.MOST_MEMBERS,
    "overrides of a rota": rotas.MOST_OVERRIDES,
    "options of a field": MOST_OPTIONS,
    "zones of a geo destination": MOST_ZONES,
    "remarks on a time span": MOST_REMARKS,
    "contacts of an account": MOST_CONTACTS,
    "users of an account": users.MOST_USERS,
    "people invited to an account by a manager within a day": users.MOST_INVITED,
    "mails for a forgotten password to one address within an hour": MOST_RESETS,
    "good tokens of a user": token_rows.MOST_TOKENS,
    "good call-flow tokens of an account": token_rows.MOST_CALL_TOKENS,
    "open sessions of a user": token_rows.MOST_SESSIONS,
    "contacts in one upsert": MOST_UPSERTED,
    "facts added by one `/bulk`": MOST_STORED,
    "facts removed by one `/bulk`": MOST_REMOVED,
    "rows of one import of CTIs": MOST_ROWS,
    "streams of the server's desk processes together": live.MOST,
    "streams of one address": live.MOST_OF_ADDRESS,
    "streams of one session": live.MOST_OF_SESSION,
    "bytes of a file sent to the API": LONGEST_IMPORT // MIB,
    "lines with nothing but delimiters": texts.MOST_BLANK_LINES,
    "refused rows": outcome.MOST_REFUSED,
    "refused rows told one by one": outcome.MOST_TOLD,
    "characters of a line": texts.LONGEST_LINE,
    "uploads of an account that wait": UPLOADS.most,
    "bytes of an account's uploads that wait": UPLOADS.most_bytes // MIB,
    "bytes of a source's file": LONGEST_IMPORT // MIB,
    "seconds in which a source's file has to be there": sources.SECONDS,
    "memory to import a source's file": imports_apart.LIMITS.memory // MIB,
    "processor time to import a source's file": imports_apart.LIMITS.seconds,
    "bytes of all uploads that wait": UPLOADS.most_in_all // MIB,
    "calls of one replay": MOST_CALLS,
    "bytes of a document": LONGEST_DOCUMENT // MIB,
    "replays of an account that are kept": REPLAYS.most,
    "bytes of an account's replays that are kept": REPLAYS.most_bytes // MIB,
    "bytes of all replays that are kept": REPLAYS.most_in_all // MIB,
    "memory to read a spreadsheet": sheets.LIMITS.memory // MIB,
    "processor time to read a spreadsheet": sheets.LIMITS.seconds,
    "memory to read vCards": vcards.LIMITS.memory // MIB,
    "processor time to read vCards": vcards.LIMITS.seconds,
    "characters of a vCard without its pictures": vcards.LONGEST_CARD,
    "lines of a vCard without its pictures": vcards.MOST_LINES,
    "properties of one name in a vCard": vcards.MOST_OF_A_KIND,
    "memory to read a calendar": calendar_texts.LIMITS.memory // MIB,
    "processor time to read a calendar": calendar_texts.LIMITS.seconds,
    "bytes of a calendar": encodings.MOST_BYTES // MIB,
    "events of a calendar, repeats counted": MOST_OCCURRENCES,
    "values of one property of an event": parts.MOST_VALUES,
    "parameters of one property": parts.MOST_PARAMETERS,
    "characters of a time zone's name": zones.LONGEST_ZONE,
    "characters of a line that counts": parts.LONGEST_LINE,
}


def number(text: str) -> int:
    """The first number in a text."""
    return int(re.findall(r"[0-9][0-9,]*", text)[0].replace(",", ""))


def test_every_kind_of_fact_is_listed_with_its_quota() -> None:
    listed = [cells for cells in rows(section(read(PAGE), "## Facts of an account")) if codes(cells[0])]

    assert [(codes(kind)[0], number(most)) for kind, most, _ in listed] == [(kind.name, kind.most) for kind in KINDS]


def test_what_belongs_to_one_queue_and_what_a_kind_is_made_of_have_their_numbers_in_the_notes() -> None:
    listed = {
        codes(cells[0])[0]: cells[2] for cells in rows(section(read(PAGE), "## Facts of an account")) if codes(cells[0])
    }

    for kind in KINDS:
        if kind.most_together is not None:
            assert f"up to {kind.most_together:,} on one queue or group" in listed[kind.name]
        if kind.parts:
            assert f"up to {kind.most:,} {kind.parts}" in listed[kind.name]


def test_every_other_limit_is_listed_with_its_number() -> None:
    behind = read(PAGE).partition("\n## Parts of a fact\n")[2]

    listed = {cells[0]: number(cells[1]) for cells in rows(behind) if any(sign.isdigit() for sign in cells[1])}

    assert listed == LIMITS
    assert f"waits for more than {LONGEST_WAIT} seconds" in behind
