"""Commands about switches: manual overrides, on until switched off or until a time."""

from typing import Annotated

import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import (
    FactName,
    GroupName,
    QueueName,
    Shown,
    add_typed,
    common_commands,
    owner_of,
    print_change,
)
from aiguillage.cli.moments import parse_until
from aiguillage.cli.secrets import print_secret
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.facts import find_fact
from aiguillage.desk.switches import KIND, flip_switch, issue_switch_code, revoke_switch_code
from aiguillage.domain.queues import Switch

switch_commands = typer.Typer(help="Switches: send all calls elsewhere, until switched off.", no_args_is_help=True)
SWITCHES = Shown(
    KIND,
    "switches",
    lambda: (_("name"), _("for"), _("destination"), _("on"), _("until")),
    lambda switch, names: (
        *(switch.name, names.owner(switch), switch.destination),
        *(switch.on, names.local(switch.until)),
    ),
    lambda: _("No switch yet. Add one: aiguillage switch add ACCOUNT NAME --destination 214"),
)
Until = Annotated[
    str | None, typer.Option(help="Until then only: 2h, 2026-11-01 or 2026-11-01T08:30 (the account's time).")
]


@command(switch_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    destination: Annotated[str, typer.Option("--destination", "-d", help="Where calls go while it is on.")],
    queue: QueueName = None,
    group: GroupName = None,
    json: Json = False,
) -> None:
    """Add a switch, off, for the whole account or for one queue or group."""
    with at_desk(context) as desk:
        owner = owner_of(desk, account, queue, group, else_account=True)
        switch = Switch(name=name, destination=destination, **owner)
        print_change(desk, account, SWITCHES, add_typed(desk, account, switch), json=json)


def _flip(context: typer.Context, account: str, name: str, action: str, until: str | None, *, json: bool) -> None:
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, KIND, name)
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        end = None if until is None else parse_until(until, desk.actor.at, time_zone)
        done = flip_switch(desk.db, desk.actor, account, kept.id, action, end)
        print_change(desk, account, SWITCHES, done, json=json)


@command(switch_commands, "on")
def on(context: typer.Context, account: AccountCode, name: FactName, until: Until = None, json: Json = False) -> None:
    """Switch on: calls go elsewhere from now on."""
    _flip(context, account, name, "on", until, json=json)


@command(switch_commands, "off")
def off(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
    """Switch off: calls go where they always do."""
    _flip(context, account, name, "off", None, json=json)


@command(switch_commands, "toggle")
def toggle(
    context: typer.Context, account: AccountCode, name: FactName, until: Until = None, json: Json = False
) -> None:
    """Switch on what is off, and off what is on."""
    _flip(context, account, name, "toggle", until, json=json)


@command(switch_commands, "code")
def code(
    context: typer.Context,
    account: AccountCode,
    name: FactName,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the code instead.")] = False,
    json: Json = False,
) -> None:
    """Issue a code that flips this switch, from a phone too, in place of the one before; it is printed this once."""
    use_case = revoke_switch_code if revoke else issue_switch_code
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, KIND, name)
        secret = use_case(desk.db, desk.actor, account, kept.id)
    print_secret(kept, secret, json=json)


common_commands(switch_commands, SWITCHES)
