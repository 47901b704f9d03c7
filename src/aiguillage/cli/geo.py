"""Commands about geography: lists of zones, and where callers from them go."""

from typing import Annotated

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import (
    Destinations,
    FactName,
    Shown,
    add_typed,
    common_commands,
    print_change,
    print_kept,
    select_of,
    set_typed,
    typed,
)
from aiguillage.cli.printing import print_facts, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.documents import compile_account
from aiguillage.desk.facts import find_fact, list_facts
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.geo_models import MODELS
from aiguillage.telling import joined

geo_commands = typer.Typer(
    help="Geography: zones that callers type or call from, and where they go.", no_args_is_help=True
)
list_commands = typer.Typer(help="Geo lists: zones of one model, and a fallback.", no_args_is_help=True)
destination_commands = typer.Typer(help="The zones of a geo list, and where their callers go.", no_args_is_help=True)
geo_commands.add_typer(list_commands, name="list")
geo_commands.add_typer(destination_commands, name="destination")

ListName = Annotated[str, typer.Argument(metavar="LIST", help="The geo list, by code, name or id.")]
ListLabel = Annotated[str | None, typer.Option("--name", "-n", help="What people call it.")]
Fallback = Annotated[
    list[str] | None,
    typer.Option("--fallback", "-f", help="Where callers from no zone go; repeat for up to four, in their order."),
]
Zones = Annotated[list[str], typer.Argument(metavar="ZONE...", help="As in 75 92 93, or +33 +32.")]
Nickname = Annotated[str, typer.Option("--name", "-n", help="What people call these zones.")]
LISTS = Shown(
    "geo_list",
    "geo lists",
    lambda: (_("code"), _("name"), _("model"), _("fallback")),
    lambda fact, _names: (fact.code, fact.name, fact.model, joined(fact.fallback)),
    lambda: _("No geo list yet. Add one: aiguillage geo list add ACCOUNT CODE --model fr-departments"),
)
ZONES = Shown(
    "geo_destination",
    "zones with their destinations",
    lambda: (_("list"), _("zones"), _("name"), _("destinations")),
    lambda fact, names: (
        *(names("geo_list", fact.geo_list), " ".join(fact.zones)),
        *(fact.nickname, joined(fact.select)),
    ),
    lambda: _("No zone yet. Add some: aiguillage geo destination add ACCOUNT LIST 75 92 --destination 207"),
)


@command(geo_commands, "models")
def models(context: typer.Context, json: Json = False) -> None:
    """List the models that geo lists are made of."""
    del context
    print_list(
        MODELS,
        json=json,
        document=msgspec.to_builtins,
        headings=(_("model"), _("name"), _("digits"), _("zones")),
        cells=lambda model: (model.key, model.name, model.max_length, model.zone_form),
        empty="",
    )


@command(geo_commands, "lookup")
def lookup(
    context: typer.Context,
    account: AccountCode,
    geo_list: ListName,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What a caller types, or their number.")],
    json: Json = False,
) -> None:
    """Tell where a caller goes who types this."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, LISTS.kind, geo_list)
        zone = compile_account(desk.db, desk.actor, account).geography.find(kept.id, value)
    if json:
        print_json(zone)
        return
    print_facts(
        {
            _("zone"): _("none: the fallback") if zone.fallback else zone.zone,
            _("name"): zone.nickname,
            _("destinations"): joined(zone.select),
        }
    )


@command(list_commands, "add")
def add_list(
    context: typer.Context,
    account: AccountCode,
    code: Annotated[str, typer.Argument(metavar="CODE", help="What call flows name it by.")],
    model: Annotated[str, typer.Option("--model", "-m", help="One of: aiguillage geo models.")],
    name: ListLabel = None,
    fallback: Fallback = None,
    json: Json = False,
) -> None:
    """Add a geo list."""
    fact = GeoList(code=code, name=name or code, model=model, fallback=select_of(fallback))
    with at_desk(context) as desk:
        print_change(desk, account, LISTS, add_typed(desk, account, fact), json=json)


@command(list_commands, "set")
def set_list(
    context: typer.Context,
    account: AccountCode,
    geo_list: ListName,
    code: Annotated[str | None, typer.Option(help="What call flows name it by.")] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="One of: aiguillage geo models.")] = None,
    name: ListLabel = None,
    fallback: Fallback = None,
    json: Json = False,
) -> None:
    """Change a geo list."""
    changes = typed({"code": code, "model": model, "name": name, "fallback": select_of(fallback) if fallback else None})
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, LISTS.kind, geo_list)
        done = set_typed(desk, account, LISTS.kind, kept.id, changes)
        print_change(desk, account, LISTS, done, json=json)


@command(destination_commands, "add")
def add_destination(
    context: typer.Context,
    account: AccountCode,
    geo_list: ListName,
    zones: Zones,
    destination: Destinations = None,
    name: Nickname = "",
    json: Json = False,
) -> None:
    """Say where callers from some zones of a list go."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, LISTS.kind, geo_list)
        fact = GeoDestination(geo_list=kept.id, zones=tuple(zones), nickname=name, select=select_of(destination))
        print_change(desk, account, ZONES, add_typed(desk, account, fact), json=json)


@command(destination_commands, "set")
def set_destination(
    context: typer.Context,
    account: AccountCode,
    name: FactName,
    zones: Annotated[
        list[str] | None, typer.Option("--zone", "-z", help="These zones instead; repeat for more.")
    ] = None,
    destination: Destinations = None,
    nickname: Annotated[str | None, typer.Option("--name", "-n", help="What people call these zones.")] = None,
    json: Json = False,
) -> None:
    """Change some zones or where their callers go."""
    select = select_of(destination) if destination else None
    changes = typed({"zones": tuple(zones) if zones else None, "select": select, "nickname": nickname})
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, ZONES.kind, name)
        done = set_typed(desk, account, ZONES.kind, kept.id, changes)
        print_change(desk, account, ZONES, done, json=json)


@command(destination_commands, "list")
def list_destinations(
    context: typer.Context,
    account: AccountCode,
    geo_list: Annotated[
        str | None, typer.Argument(metavar="[LIST]", help="One list's only.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """List zones with their destinations."""
    with at_desk(context) as desk:
        kept = list_facts(desk.db, desk.actor, account, ZONES.kind)
        if geo_list is not None:
            of_it = find_fact(desk.db, desk.actor, account, LISTS.kind, geo_list).id
            kept = [one for one in kept if one.fact.geo_list == of_it]
        print_kept(desk, account, ZONES, kept, json=json)


common_commands(list_commands, LISTS)
common_commands(destination_commands, ZONES, but=("list",))
