"""Commands that bring contacts in from files, take that back, and write them out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from aiguillage.cli.columns import print_columns
from aiguillage.cli.door import LARGEST, REFUSED, AccountCode, Json, Limit, at_desk, command
from aiguillage.cli.moments import iso, local
from aiguillage.cli.printing import (
    print_aside,
    print_done,
    print_facts,
    print_json,
    print_line,
    print_list,
    print_table,
)
from aiguillage.cli.words import _
from aiguillage.desk import imports as desk_imports
from aiguillage.desk.accounts import show_account
from aiguillage.desk.exports import FORMATS, export_contacts
from aiguillage.desk.importing.outcome import untold
from aiguillage.desk.importing.sent import file_source
from aiguillage.desk.imports import Imported, ImportRefused, Outcome, list_imports, preview_import
from aiguillage.domain.errors import Kind, invalid
from aiguillage.storage.private import open_private

MOST_SHOWN = 100
"""Refusals in a table; a longer one helps nobody."""

ImportId = Annotated[int, typer.Argument(metavar="IMPORT", help="The import's number.", min=0, max=LARGEST)]


def register(group: typer.Typer) -> None:
    """Adds the commands to those about contacts."""
    for name, function in (
        ("import", import_contacts),
        ("undo", undo_import),
        ("imports", imports),
        ("export", export),
    ):
        command(group, name)(function)


def import_contacts(
    context: typer.Context,
    account: AccountCode,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, JSON, JSON lines or vCard.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and keep nothing.")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Leave refused rows out and import the rest.")] = False,
    delete_missing: Annotated[
        bool, typer.Option("--delete-missing", help="Remove the contacts that the file lacks.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Even if that is more than a fifth of them.")] = False,
    json: Json = False,
) -> None:
    """Import a file of contacts: all rows or none. Ends with status 1 when it is, or would be, refused."""
    use_case = preview_import if dry_run else desk_imports.import_contacts
    with at_desk(context) as desk, _progress() as told:
        try:
            outcome = use_case(
                desk.db,
                desk.actor,
                account,
                file_source(file),
                partial=partial,
                delete_missing=delete_missing,
                force=force,
                progress=told,
            )
        except ImportRefused as refusal:
            outcome = refusal.outcome
    _print_outcome(outcome, account, json=json)
    if outcome.obstacle is not None:
        raise typer.Exit(REFUSED)


@contextmanager
def _progress() -> Iterator[desk_imports.Progress]:
    """A bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield untold
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            words = {"reading": _("reading"), "matching": _("matching"), "writing": _("writing")}
            if stage not in tasks:
                tasks[stage] = bar.add_task(words.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield told


def _print_outcome(outcome: Outcome, account: str, *, json: bool) -> None:
    if json:
        refused = {} if outcome.obstacle is None else {"refused": Kind.INVALID, "message": outcome.obstacle}
        print_json({**refused, "outcome": outcome})
        return
    print_facts(
        {
            _("file"): f"{outcome.file} ({outcome.encoding})",
            _("created"): outcome.created,
            _("changed"): outcome.changed,
            _("unchanged"): outcome.unchanged,
            _("refused"): outcome.refused,
            _("deleted"): outcome.deleted,
            _("columns not read"): ", ".join(outcome.unknown_columns) or "-",
        }
    )
    if not outcome.applied:
        print_columns(outcome)
    _print_refusals(outcome)
    if outcome.obstacle is not None:
        print_aside(f"aiguillage: {outcome.obstacle}")
    elif outcome.applied and outcome.import_id is not None:
        undo = f"aiguillage contacts undo {account} {outcome.import_id}"
        print_line(_("Import {id} is done. To take it back: {command}").format(id=outcome.import_id, command=undo))
    elif not outcome.applied:
        print_line(_("Nothing is kept of this preview. Without --dry-run it would be done."))


def _print_refusals(outcome: Outcome) -> None:
    if not outcome.refusals:
        return
    print_line("")
    print_table(
        (_("line"), _("column"), _("value"), _("what to do")),
        [(r.line, r.column, r.value, r.message) for r in outcome.refusals[:MOST_SHOWN]],
    )
    if len(outcome.refusals) > MOST_SHOWN:
        print_aside(_("These are the first {limit}; --json tells up to a thousand.").format(limit=MOST_SHOWN))


def undo_import(context: typer.Context, account: AccountCode, number: ImportId, json: Json = False) -> None:
    """Take an import back, as long as nothing later touched its contacts."""
    with at_desk(context) as desk, _progress() as told:
        undone = desk_imports.undo_import(desk.db, desk.actor, account, number, progress=told)
    text = _("Import {id} is undone: {removed} contacts removed, {restored} changed back, {readded} put back.")
    print_done(
        text.format(id=undone.import_id, removed=undone.removed, restored=undone.restored, readded=undone.readded),
        msgspec.to_builtins(undone),
        json=json,
    )


def imports(context: typer.Context, account: AccountCode, limit: Limit = 50, json: Json = False) -> None:
    """List the imports, newest first."""
    with at_desk(context) as desk:
        found = list_imports(desk.db, desk.actor, account, limit=limit or LARGEST)
        time_zone = show_account(desk.db, desk.actor, account).time_zone
    print_list(
        found,
        json=json,
        document=_document,
        headings=(_("id"), _("time ({zone})").format(zone=time_zone), _("who"), _("file"), _("rows"), _("undone")),
        cells=lambda done: (
            done.id,
            local(done.at, time_zone),
            done.actor,
            done.file,
            _counts(done),
            local(done.undone_at, time_zone),
        ),
        empty=_("No import yet."),
    )


def _document(done: Imported) -> dict[str, Any]:
    return {**msgspec.structs.asdict(done), "at": iso(done.at), "undone_at": iso(done.undone_at)}


def _counts(done: Imported) -> str:
    """The counts that are not nought, one a line."""
    counts = {
        _("created"): done.created,
        _("changed"): done.changed,
        _("unchanged"): done.unchanged,
        _("refused"): done.refused,
        _("deleted"): done.deleted,
    }
    return "\n".join(f"{count} {name}" for name, count in counts.items() if count)


def export(
    context: typer.Context,
    account: AccountCode,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Standard output if left out.", show_default=False)
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help=f"{' or '.join(FORMATS)}; by the file's name, else {FORMATS[0]}.")
    ] = None,
    json: Json = False,
) -> None:
    """Write all contacts as a file that imports unchanged; --json without FILE is --format jsonl."""
    with at_desk(context) as desk:
        pieces = export_contacts(desk.db, desk.actor, account, form or _form_of(file, json=json))
        if file is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        size = _write(file, pieces)
    print_done(
        _("{file} holds the contacts ({size} bytes).").format(file=file, size=size),
        {"file": str(file), "bytes": size},
        json=json,
    )


def _form_of(file: Path | None, *, json: bool) -> str:
    """The format that a file's name tells."""
    suffix = "jsonl" if file is None and json else "" if file is None else file.suffix.lower().removeprefix(".")
    if suffix not in (*FORMATS, "", "txt"):
        endings = ", ".join(f".{form}" for form in FORMATS)
        raise invalid(f"Contacts cannot be exported as {suffix[:10]}. Name a file that ends in one of: {endings}.")
    return suffix if suffix in FORMATS else FORMATS[0]


def _write(file: Path, pieces: Iterator[bytes]) -> int:
    """Writes the file beside its place, then puts it there: nobody finds half of one. Its size in bytes.

    A link stays one, and what is no file (a device, a pipe) is written to as it stands.
    """
    file = file.resolve()
    if file.exists() and not file.is_file():
        with file.open("wb") as output:
            return sum(output.write(piece) for piece in pieces)
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with open(unfinished, "wb", opener=open_private) as output:
            size = sum(output.write(piece) for piece in pieces)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return size
