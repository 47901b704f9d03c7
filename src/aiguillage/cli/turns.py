"""Commands about the turns of a rota: its layers, and who takes over for a while."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from aiguillage.cli.door import LARGEST, AccountCode, Json, at_desk, command
from aiguillage.cli.facts import print_change, set_typed
from aiguillage.cli.moments import parse_date, parse_days, parse_duration, parse_end, parse_time, parse_wall, today
from aiguillage.cli.rotas import ROTAS, RotaName
from aiguillage.desk.accounts import show_account
from aiguillage.desk.facts import find_fact
from aiguillage.domain.errors import invalid, missing
from aiguillage.domain.moments import DAY, WEEK
from aiguillage.domain.oncall import Layer, Override, Rota, Window
from aiguillage.domain.queues import ROTA

layer_commands = typer.Typer(help="A rota's layers: members who take turns; later layers win.", no_args_is_help=True)
override_commands = typer.Typer(help="A rota's overrides: somebody takes over for a while.", no_args_is_help=True)

LayerName = Annotated[str, typer.Argument(metavar="LAYER", help="What people call it, as in Weeks or Nights.")]


def register(group: typer.Typer) -> None:
    """Adds the commands."""
    group.add_typer(layer_commands, name="layer")
    group.add_typer(override_commands, name="override")


@command(layer_commands, "add")
def add_layer(
    context: typer.Context,
    account: AccountCode,
    rota: RotaName,
    layer: LayerName,
    members: Annotated[
        list[str] | None, typer.Option("--member", "-m", help="Who takes turns, in their order; all if left out.")
    ] = None,
    every: Annotated[str, typer.Option(metavar="DURATION", help="How long a turn is, as in 1d or 2w.")] = "1w",
    start: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day of the first turn.", show_default="today")
    ] = None,
    handover: Annotated[str, typer.Option(metavar="TIME", help="When one hands over to the next.")] = "09:00",
    end: Annotated[str | None, typer.Option(metavar="DAY", help="The first day without the layer.")] = None,
    windows: Annotated[
        list[str] | None,
        typer.Option(
            "--window", metavar="'DAYS TIME-TIME'", help="Only then, as in '1-5 18:00-09:00'; repeat for more."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Add a layer on top of a rota's others."""
    length, unit = parse_turn(every)

    def changed(fact: Rota, account_today: str) -> dict[str, Any]:
        added = Layer(
            name=layer,
            members=tuple(members or [member.name for member in fact.members]),
            every=length,
            unit=unit,
            start=parse_date(start or account_today),
            handover=parse_time(handover),
            end=None if end is None else parse_date(end),
            windows=tuple(window for text in windows or () for window in parse_window(text)),
        )
        return {"layers": (*fact.layers, added)}

    _change(context, account, rota, changed, json=json)


@command(layer_commands, "remove")
def remove_layer(
    context: typer.Context, account: AccountCode, rota: RotaName, layer: LayerName, json: Json = False
) -> None:
    """Remove a layer."""

    def changed(fact: Rota, _today: str) -> dict[str, Any]:
        left = tuple(one for one in fact.layers if one.name.casefold() != layer.strip().casefold())
        if left == fact.layers:
            there = ", ".join(one.name for one in fact.layers) or "none"
            raise missing(f"The rota has no layer '{layer[:40]}'. It has: {there}.")
        return {"layers": left}

    _change(context, account, rota, changed, json=json)


@command(override_commands, "add")
def add_override(
    context: typer.Context,
    account: AccountCode,
    rota: RotaName,
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="Who takes over.")],
    begin: Annotated[
        str, typer.Option("--from", metavar="MOMENT", help="As in 2026-12-24T18:00 (the account's time).")
    ],
    end: Annotated[str, typer.Option("--to", metavar="MOMENT", help="As in 2026-12-27T09:00.")],
    json: Json = False,
) -> None:
    """Let somebody take over from one moment to another."""
    override = Override(begins=parse_wall(begin), ends=parse_wall(end), member=member)
    _change(context, account, rota, lambda fact, _today: {"overrides": (*fact.overrides, override)}, json=json)


@command(override_commands, "remove")
def remove_override(
    context: typer.Context,
    account: AccountCode,
    rota: RotaName,
    place: Annotated[int, typer.Argument(metavar="N", help="Its place in the list.", min=1, max=LARGEST)],
    json: Json = False,
) -> None:
    """Remove an override."""

    def changed(fact: Rota, _today: str) -> dict[str, Any]:
        if place > len(fact.overrides):
            raise missing(
                f"The rota has {len(fact.overrides)} overrides, none of them at position {place}. Show the rota."
            )
        return {"overrides": fact.overrides[: place - 1] + fact.overrides[place:]}

    _change(context, account, rota, changed, json=json)


def _change(
    context: typer.Context, account: str, name: str, changed: Callable[[Rota, str], dict[str, Any]], *, json: bool
) -> None:
    """Changes a rota as told; what tells it gets the rota and today's date."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, ROTA, name)
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        changes = changed(kept.fact, today(desk.actor.at, time_zone).isoformat())
        print_change(desk, account, ROTAS, set_typed(desk, account, ROTA, kept.id, changes), json=json)


def parse_turn(text: str) -> tuple[int, str]:
    """How long a turn is: `1d`, `2w`. Raises Refusal(invalid)."""
    length = parse_duration(text)
    for unit, whole in (("weeks", WEEK), ("days", DAY)):
        if length and length % whole == 0 and text.strip().lower().endswith(unit[0]):
            return length // whole, unit
    raise invalid(f"'{text[:40]}' is not the length of a turn. Write days or weeks, as in 1d or 2w.")


def parse_window(text: str) -> list[Window]:
    """A window for each day: `1-5 18:00-09:00`. Raises Refusal(invalid)."""
    days, _blank, times = text.strip().rpartition(" ")
    begin, dash, end = times.partition("-")
    if not (days and dash):
        raise invalid(f"'{text[:40]}' is not a window. Write days and times, as in '1-5 18:00-09:00'.")
    return [
        Window(day_of_week=day, start_time=parse_time(begin), end_time=parse_end(end)) for day in parse_days([days])
    ]
