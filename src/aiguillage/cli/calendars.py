"""Commands about calendars: iCal files and feeds, read into exceptions and shifts."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
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
    document,
    in_words,
    owner_of,
    print_remarks,
)
from aiguillage.cli.moments import iso
from aiguillage.cli.printing import print_facts, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.calendars import (
    KIND,
    READING,
    CalendarState,
    add_calendar,
    list_calendars,
    refresh_calendar,
    show_calendar,
)
from aiguillage.desk.facts import find_fact
from aiguillage.desk.fetching import LONGEST
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.queues import ROTA, Calendar

calendar_commands = typer.Typer(
    help="Calendars: iCal files and feeds, for exceptions and shifts.", no_args_is_help=True
)

RotaName = Annotated[str | None, typer.Option("--rota", "-r", help="The rota, by code, name or id.")]
Source = Annotated[str, typer.Argument(metavar="FILE|URL", help="An iCal file, or the https address of a feed.")]


CALENDARS = Shown(
    KIND,
    "calendars",
    lambda: (_("name"), _("for"), _("destination")),
    lambda calendar, names: (calendar.name, names.owner(calendar), calendar.destination),
    lambda: _("No calendar yet. Add one: aiguillage calendar add ACCOUNT NAME FILE --queue QUEUE"),
)


def _headings() -> tuple[str, ...]:
    return *CALENDARS.headings(), _("events"), _("state"), _("last read")


def _cells(state: CalendarState, names: Names) -> tuple[object, ...]:
    of = CALENDARS.cells(state.calendar, names)
    return *of, _counts(state), _stands(state, names), names.local(state.read_at)


def _counts(state: CalendarState) -> object:
    """How many events count, and of how many where some are left out."""
    used, left_out = state.use.used, sum(one.count for one in state.use.left_out)
    return _("{used} of {all}").format(used=used, all=used + left_out) if left_out else used


def _stands(state: CalendarState, names: Names) -> str:
    """Whether its feed can be read, since when and why not; whether anything of it counts."""
    calendar = state.calendar
    if calendar.failing_since is not None:
        failing = _("failing since {when}").format(when=names.local(calendar.failing_since))
        return f"{failing}: {calendar.trouble}"
    if not state.was_read:
        return _("not read yet") if state.state == READING else _("good")
    return _("nothing counts") if state.is_unused else _("good")


def _document(state: CalendarState) -> dict[str, Any]:
    """A calendar as JSON shows it: with when it was read, what of it counts, what does not and why."""
    use = {"used": state.use.used, "left_out": msgspec.to_builtins(state.use.left_out)}
    told = {"remarks": list(map(in_words, state.remarks)), "read_at": iso(state.read_at)}
    return document(state.kept) | use | told


def _print(desk: Desk, account: str, calendar_id: int, *, json: bool) -> None:
    """Prints one, and on standard error what of it does not count."""
    state = show_calendar(desk.db, desk.actor, account, calendar_id)
    if json:
        print_json(_document(state))
    else:
        cells = _cells(state, Names(desk, account))
        print_facts({_("id"): calendar_id, **dict(zip(_headings(), cells, strict=True))})
    print_remarks(state.remarks)


def _owner(desk: Desk, account: str, queue: str | None, group: str | None, rota: str | None) -> dict[str, Any]:
    """What the calendar is to belong to, as its struct names it. Raises Refusal(invalid) unless one thing is named."""
    if [queue, group, rota].count(None) != 2:  # noqa: PLR2004 - all but one
        raise invalid("Say what the calendar is for, with one of: --queue, --group, --rota.")
    if rota is None:
        return owner_of(desk, account, queue, group)
    return {"owner_type": ROTA, "owner_id": find_fact(desk.db, desk.actor, account, ROTA, rota).id}


def _text(source: str) -> bytes | None:
    """The text of a file; None for the address of a feed. A file that is too long is read no further."""
    if "://" in source:
        return None
    with Path(source).open("rb") as file:
        return file.read(LONGEST + 1)


@command(calendar_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    source: Source,
    queue: QueueName = None,
    group: GroupName = None,
    rota: RotaName = None,
    destination: Destination = None,
    json: Json = False,
) -> None:
    """Read a file, or a feed that is read again each hour: exceptions of a queue or group, or shifts of a rota."""
    text = _text(source)
    with at_desk(context) as desk:
        owner = _owner(desk, account, queue, group, rota)
        calendar = Calendar(name=name, url=source if text is None else None, destination=destination, **owner)
        done = add_calendar(desk.db, desk.actor, account, calendar, text)
        _print(desk, account, done.kept.id, json=json)


@command(calendar_commands, "list")
def list_(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """List the calendars: how many events count, when each was read, or since when and why it cannot be."""
    with at_desk(context) as desk:
        names = Names(desk, account)
        print_list(
            list_calendars(desk.db, desk.actor, account),
            json=json,
            document=_document,
            headings=(_("id"), *_headings()),
            cells=lambda state: (state.kept.id, *_cells(state, names)),
            empty=CALENDARS.empty(),
        )


@command(calendar_commands, "refresh")
def refresh(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
    """Read a calendar again now; refused with the reason when its feed cannot be read, and its events stay."""
    with at_desk(context) as desk:
        wanted = find_fact(desk.db, desk.actor, account, KIND, name)
        kept = refresh_calendar(desk.db, desk.actor, account, wanted.id)
        if kept.fact.failing_since is not None:
            raise Refusal(
                Kind.UNAVAILABLE, f"{kept.fact.trouble} Until then, its {len(kept.fact.events)} events are kept."
            )
        _print(desk, account, kept.id, json=json)


@command(calendar_commands, "show")
def show(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
    """Show one of them."""
    with at_desk(context) as desk:
        wanted = find_fact(desk.db, desk.actor, account, KIND, name)
        _print(desk, account, wanted.id, json=json)


common_commands(calendar_commands, CALENDARS, but=("list", "show"))
