"""Commands about calendars: iCal files and feeds that say when a queue is closed, or who is on call."""

from pathlib import Path
from typing import Annotated, Any

import typer

from aiguillage.cli.door import AccountCode, Desk, Json, at_desk, command
from aiguillage.cli.facts import (
    Destination,
    FactName,
    GroupName,
    Names,
    QueueName,
    Shown,
    common_commands,
    document_of,
    id_of,
    owner_of,
    print_change,
    print_one,
)
from aiguillage.cli.moments import iso
from aiguillage.cli.printing import print_list
from aiguillage.cli.words import _
from aiguillage.desk.calendars import KIND, CalendarState, add_calendar, list_calendars, refresh_calendar
from aiguillage.desk.facts import find_fact
from aiguillage.domain.errors import invalid
from aiguillage.domain.queues import ROTA, Calendar

calendar_commands = typer.Typer(
    help="Calendars: iCal files and feeds with a queue's exceptions or a rota's shifts.", no_args_is_help=True
)
CALENDARS = Shown(
    KIND,
    "calendars",
    lambda: (_("name"), _("for"), _("destination"), _("address"), _("events"), _("failing since"), _("trouble")),
    lambda calendar, names: (
        *(calendar.name, names.owner(calendar), calendar.destination, calendar.url or _("a file")),
        *(len(calendar.events), names.local(calendar.failing_since), calendar.trouble),
    ),
    lambda: _("No calendar yet. Add one: aiguillage calendar add ACCOUNT NAME --queue CODE --url https://..."),
)


@command(calendar_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    url: Annotated[str | None, typer.Option("--url", "-u", help="The feed's address, https:// only.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="An iCal file instead.")] = None,
    queue: QueueName = None,
    group: GroupName = None,
    rota: Annotated[
        str | None, typer.Option("--rota", "-r", help="The rota whose shifts it has, by code, name or id.")
    ] = None,
    destination: Destination = None,
    json: Json = False,
) -> None:
    """Add a calendar: its events are a queue's or group's exceptions, or a rota's shifts."""
    with at_desk(context) as desk:
        calendar = Calendar(**_owner(desk, account, queue, group, rota), name=name, url=url, destination=destination)
        text = None if file is None else file.read_bytes()
        done = add_calendar(desk.db, desk.actor, account, calendar, text)
        print_change(desk, account, CALENDARS, done, json=json)


def _owner(desk: Desk, account: str, queue: str | None, group: str | None, rota: str | None) -> dict[str, Any]:
    """What the calendar is to belong to. Raises Refusal(invalid) unless one thing is named."""
    if rota is None:
        return owner_of(desk, account, queue, group)
    if queue is not None or group is not None:
        raise invalid("--rota goes with neither --queue nor --group. Give one of them.")
    return {"owner_type": ROTA, "owner_id": id_of(desk, account, ROTA, rota)}


@command(calendar_commands, "list")
def list_(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """List the calendars, and when each was last read."""
    with at_desk(context) as desk:
        names = Names(desk, account)

        def shown(state: CalendarState) -> tuple[object, ...]:
            return (state.id, *CALENDARS.cells(state.calendar, names), names.local(state.read_at or None))

        print_list(
            list_calendars(desk.db, desk.actor, account),
            json=json,
            document=_document,
            headings=(_("id"), *CALENDARS.headings(), _("last read")),
            cells=shown,
            empty=CALENDARS.empty(),
        )


def _document(state: CalendarState) -> dict[str, Any]:
    values = document_of(state.calendar)
    return {"id": state.id, **values, "read_at": iso(state.read_at or None)}


@command(calendar_commands, "refresh")
def refresh(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
    """Read a calendar again now; one that cannot be read keeps its last good events."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, KIND, name)
        print_one(desk, account, CALENDARS, refresh_calendar(desk.db, desk.actor, account, kept.id), json=json)


common_commands(calendar_commands, CALENDARS, but=("list",))
