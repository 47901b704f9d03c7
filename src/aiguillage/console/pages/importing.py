"""Importing contacts: a file looked at, its columns corrected, then imported whole, and undone whole."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from aiguillage.console.forms import Choice
from aiguillage.console.labels import LABELS
from aiguillage.console.visits import LONGEST_FORM, Answer, Moved, Shown, Visit, faults_of, form, page
from aiguillage.desk.fields import list_fields
from aiguillage.desk.held_imports import Held, apply_held, choose_again, hold_import, read_as_named, show_held
from aiguillage.desk.importing.headings import NUMBERS, OWN_ID, TYPE_WORDS
from aiguillage.desk.importing.outcome import Choices, Outcome
from aiguillage.desk.importing.sent import ANY, LONGEST_IMPORT, Upload
from aiguillage.desk.imports import list_imports, show_import, undo_import
from aiguillage.desk.sources import find_source
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import FIELD_KEYS, OWN_PARTS, PARTS
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.sources import SCHEDULES

LISTED, MOST_REFUSED, MOST_COLUMNS = 20, 50, 200
FORMATS: dict[str, str] = {"xlsx": "Excel sheet", "json": "JSON", "vcard": "vCard", "windows-1252": "Windows-1252"}
DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab"}
SCHEDULED = dict(zip(SCHEDULES, ("only when I ask for it", "every hour", "every day"), strict=True))
"""The schedules of a source, as people call them."""

COLUMN, AS = "column.", "as."
NUMBER = PARTS[NUMBERS].heading


@page("/{account}/import", role=Role.EDIT)
def imports(visit: Visit) -> Answer:
    """Where a file is chosen, and what was imported before."""
    return start(visit, {})


def start(
    visit: Visit, faults: dict[str, list[str]], status: int = 422, typed: Mapping[str, Any] | None = None
) -> Shown:
    """That page with what is wrong; `typed` is the source as somebody wants it."""
    done = list_imports(visit.db, visit.actor, visit.code, limit=LISTED)
    source = find_source(visit.db, visit.actor, visit.code)
    values = {
        "imports": done,
        "faults": faults,
        "most": LONGEST_IMPORT >> 20,
        "place_here": "contacts",
        "source": source,
        "typed": typed if typed is not None else {} if source is None else msgspec.structs.asdict(source.source),
        "schedules": [(schedule, visit.say(words)) for schedule, words in SCHEDULED.items()],
    }
    return Shown("import.html", values, status if faults else 200)


@form("/{account}/import", lane="apart", longest=LONGEST_IMPORT + LONGEST_FORM)
def look(visit: Visit) -> Answer:
    """Keeps a file that was chosen for an hour, and shows what importing it would do."""
    file = visit.files.get("file")
    try:
        if file is None or not file.content:
            raise invalid("No file is chosen, or it is empty. Choose a CSV, XLSX, JSON or vCard file.", "file")
        upload = Upload(file.name[:255] or "upload", ANY, file.content)
        held = visit.means["apart"](hold_import, visit.actor, visit.code, upload, Choices(), mends=True)
    except Refusal as refusal:
        if refusal.kind not in {Kind.INVALID, Kind.UNAVAILABLE}:
            raise
        return start(visit, {"file": [refusal.message]}, 422 if refusal.kind is Kind.INVALID else 503)
    return Moved(f"{visit.at}/import/{held.id}")


@page("/{account}/import/{id}", role=Role.EDIT)
def review(visit: Visit) -> Answer:
    """What importing a kept file would do, or how far it is, or what came of it."""
    return _review(visit, show_held(visit.db, visit.actor, visit.code, visit.id()))


def _review(visit: Visit, held: Held, faults: dict[str, list[str]] | None = None) -> Shown:
    preview, progress = held.about.preview, held.progress
    done = None
    if progress.import_id is not None:
        done = show_import(visit.db, visit.actor, visit.code, progress.import_id)
    values = {
        "held": held,
        "preview": preview,
        "choices": held.about.choices,
        "remembered": held.about.remembered,
        "columns": _columns(preview),
        "meanings": _meanings(visit),
        "format": FORMATS.get(preview.encoding, preview.encoding.upper()),
        "delimiter": DELIMITERS.get(preview.delimiter, preview.delimiter),
        "refusals": preview.refusals[:MOST_REFUSED],
        "done": done,
        "faults": faults or {},
        "place_here": "contacts",
    }
    return Shown("import-review.html", values, 422 if faults else 200)


def _columns(preview: Outcome) -> list[tuple[str, str, str, list[str]]]:
    """Each column: its name, what it is read as, else why not, its first cells."""
    why = {one.column: "" if one.why == "unknown" else one.reason for one in preview.unread}
    names = list(dict.fromkeys([*preview.samples, *preview.columns, *why]))[:MOST_COLUMNS]
    return [(name, preview.columns.get(name, ""), why.get(name, ""), preview.samples.get(name, [])) for name in names]


def _meanings(visit: Visit) -> Sequence[Choice]:
    """What a column can be: a heading, and what people call it."""
    fields = list_fields(visit.db, visit.actor, visit.code)
    own = [(part.heading, visit.say(LABELS.get(part.name, part.name))) for part in OWN_PARTS.values()]
    kinds = [(f"{kind} {NUMBER}", visit.say(label)) for kind, label in KINDS.items()]
    named = [(key, field.label or key) for key, field in zip(FIELD_KEYS, fields, strict=True)]
    return [*own, *kinds, *named, (OWN_ID, visit.say("Id in an export of ours"))]


KINDS = dict(
    zip(
        TYPE_WORDS,
        ("Fax number", "Mobile number", "Landline number", "Number at work", "Number at home"),
        strict=True,
    )
)


def _chosen(visit: Visit, held: Held) -> Choices:
    """What the form asks for."""
    sent, before = visit.form, held.about.preview.columns
    columns = dict(held.about.choices.columns)
    for name, column in sent.items():
        if name.startswith(COLUMN):
            heading = sent.get(AS + name.removeprefix(COLUMN), "")
            if heading != before.get(column, ""):
                columns[column] = heading
    deletes = sent.get("missing") == "remove"
    return Choices(bool(sent.get("partial")), deletes, deletes and bool(sent.get("force")), columns=columns)


@form("/{account}/import/{id}", lane="apart")
def look_again(visit: Visit) -> Answer:
    """Shows what importing a kept file otherwise would do."""
    held = show_held(visit.db, visit.actor, visit.code, visit.id())
    return _again(visit, held, _chosen(visit, held))


def _again(visit: Visit, held: Held, choices: Choices, said: str = "") -> Answer:
    try:
        visit.means["apart"](choose_again, visit.actor, visit.code, held.id, choices)
    except Refusal as refusal:
        return _review(visit, held, _faults(refusal))
    return Moved(f"{visit.at}/import/{held.id}", said)


def _faults(refusal: Refusal) -> dict[str, list[str]]:
    if refusal.kind in {Kind.MISSING, Kind.FORBIDDEN, Kind.UNAUTHORIZED}:
        raise refusal
    return faults_of(refusal)


@form("/{account}/import/{id}/apply", lane="apart")
def apply(visit: Visit) -> Answer:
    """Imports a kept file as it was shown; where the form asks for something else, that is shown first."""
    held = show_held(visit.db, visit.actor, visit.code, visit.id())
    choices = _chosen(visit, held)
    if choices != held.about.choices:
        said = visit.say("You have changed something. Nothing is imported yet: look at what would happen now.")
        return _again(visit, held, choices, said)
    try:
        visit.means["apart"](apply_held, visit.actor, visit.code, held.id)
    except Refusal as refusal:
        return _review(visit, held, _faults(refusal))
    return Moved(f"{visit.at}/import/{held.id}")


@form("/{account}/import/{id}/forget", lane="apart")
def forget(visit: Visit) -> Answer:
    """Forgets what columns like those of a kept file were said to mean, and reads them as they are called."""
    visit.means["apart"](read_as_named, visit.actor, visit.code, visit.id())
    return Moved(f"{visit.at}/import/{visit.id()}", visit.say("What these columns mean is forgotten."))


@form("/{account}/import/{id}/undo", lane="apart")
def undo(visit: Visit) -> Answer:
    """Undoes an import."""
    try:
        undone: Any = visit.means["apart"](undo_import, visit.actor, visit.code, visit.id())
    except Refusal as refusal:
        return start(visit, {"undo": _faults(refusal)[""]}, 409)
    said = visit.say(
        "The import is undone: {removed} contacts removed, {restored} changed back, {readded} put back.",
        removed=undone.removed,
        restored=undone.restored,
        readded=undone.readded,
    )
    return Moved(f"{visit.at}/import", said)
