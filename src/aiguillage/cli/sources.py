"""Commands about the source of an account's contacts: the address that they are imported from."""

from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import REFUSED, AccountCode, Desk, Json, at_desk, command
from aiguillage.cli.moments import iso, local
from aiguillage.cli.printing import print_aside, print_done, print_facts, print_json, print_line, print_table
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.sources import SourceState, remove_source, run_source, set_source, show_source, values_sent
from aiguillage.domain.errors import invalid
from aiguillage.domain.parts import parts_of
from aiguillage.domain.sources import FAILED, IMPORTED, SCHEDULES, UNCHANGED, ContactSource

group = typer.Typer(help="The address that contacts are imported from.", no_args_is_help=True)
_Yes = bool | None


def register(contacts: typer.Typer) -> None:
    """Adds the commands to those about contacts."""
    contacts.add_typer(group, name="source")


def _document(state: SourceState) -> dict[str, Any]:
    source, last = state.source, state.last
    run = None if last is None else {**msgspec.to_builtins(last), "at": iso(last.at)}
    return {
        "id": state.kept.id,
        "seq": state.kept.seq,
        **{part.name: part.value(source) for part in parts_of(ContactSource)},
        "failing_since": iso(source.failing_since),
        "trouble": source.trouble,
        "running": state.running,
        "next_at": iso(state.next_at),
        "last": run,
    }


def _print(desk: Desk, account: str, state: SourceState, *, json: bool) -> None:
    if json:
        print_json(_document(state))
        return
    zone, source = show_account(desk.db, desk.actor, account).time_zone, state.source
    print_facts(
        {
            _("address"): source.url,
            _("schedule"): _schedule(source),
            _("on"): source.active,
            _("remove missing"): source.delete_missing,
            _("leave refused rows out"): source.partial,
            _("columns"): ", ".join(f"{column}={heading}" for column, heading in source.columns.items()) or "-",
            _("next run ({zone})").format(zone=zone): local(state.next_at, zone) or "-",
            _("last run ({zone})").format(zone=zone): "-" if state.last is None else local(state.last.at, zone),
            _("result"): _result(state),
        }
    )
    if state.last is not None and state.last.refusals:
        print_line("")
        rows = [(one.line, one.column, one.value, one.message) for one in state.last.refusals]
        print_table((_("line"), _("column"), _("value"), _("what to do")), rows)


def _schedule(source: ContactSource) -> str:
    words = {"by_hand": _("by hand"), "hourly": _("hourly"), "daily": _("daily at {time}")}
    return words[source.schedule].format(time=source.time_of_day.isoformat("minutes"))


def _result(state: SourceState) -> str:
    last = state.last
    if state.running:
        return _("being imported")
    if last is None:
        return "-"
    if last.state == FAILED:
        return _("failed: {reason}").format(reason=state.source.trouble)
    if last.state == UNCHANGED:
        return _("nothing was new")
    done = _("import {id}: {created} created, {changed} changed, {deleted} deleted, {refused} refused")
    counts = {name: getattr(last, name) for name in ("created", "changed", "deleted", "refused")}
    return done.format(id=last.import_id, **counts)


@command(group, "show")
def show(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """Show the source, its last result and its next run."""
    with at_desk(context) as desk:
        _print(desk, account, show_source(desk.db, desk.actor, account), json=json)


@command(group, "set")
def set_(
    context: typer.Context,
    account: AccountCode,
    url: Annotated[
        str | None, typer.Option("--url", help="The https address of a CSV, XLSX or JSON file; needed at first.")
    ] = None,
    schedule: Annotated[str | None, typer.Option("--schedule", help=f"One of {', '.join(SCHEDULES)}.")] = None,
    time: Annotated[
        str | None, typer.Option("--time", metavar="HH:MM", help="When a daily import begins, by the account's clock.")
    ] = None,
    active: Annotated[_Yes, typer.Option("--on/--off", help="Follow the schedule, or do not.")] = None,
    delete_missing: Annotated[
        _Yes,
        typer.Option(
            "--delete-missing/--keep-missing", help="Remove contacts that the file lacks; never over a fifth."
        ),
    ] = None,
    partial: Annotated[
        _Yes, typer.Option("--partial/--whole", help="Leave refused rows out, or import all or none.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="COLUMN=HEADING", help="What a column means, '' for not read; replaces those before."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Set the source, or change what is given of it; its schedule begins now."""
    given = {
        "url": url,
        "schedule": schedule,
        "time_of_day": time,
        "active": active,
        "delete_missing": delete_missing,
        "partial": partial,
        "columns": None if column is None else dict(map(_column, column)),
    }
    changes = values_sent({name: value for name, value in given.items() if value is not None})
    with at_desk(context) as desk:
        _print(desk, account, set_source(desk.db, desk.actor, account, changes), json=json)


def _column(typed: str) -> tuple[str, str]:
    name, equals, heading = typed.rpartition("=")
    if not equals:
        raise invalid(f"'{typed[:60]}' says nothing of a column. Write COLUMN=HEADING, as in --column 'Tél. 2=number'.")
    return name, heading


@command(group, "run")
def run(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """Import from the source now. Ends with status 1 when it fails; the reason is kept."""
    with at_desk(context) as desk:
        state = run_source(desk.db, desk.actor, account)
        _print(desk, account, state, json=json)
    if state.last is not None and state.last.state == FAILED:
        raise typer.Exit(REFUSED)
    if state.last is not None and state.last.state == IMPORTED and not json:
        undo = f"aiguillage contacts undo {account} {state.last.import_id}"
        print_aside(_("To take it back: {command}").format(command=undo))


@command(group, "remove")
def remove(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """Remove the source; what was imported from it stays."""
    with at_desk(context) as desk:
        remove_source(desk.db, desk.actor, account)
    print_done(_("{account} has no source of its contacts any more.").format(account=account), {}, json=json)
