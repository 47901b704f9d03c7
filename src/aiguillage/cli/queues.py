"""Commands about call queues and the groups that they are in."""

from typing import Annotated

import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import (
    FactName,
    GroupName,
    Shown,
    add_typed,
    common_commands,
    id_of,
    print_change,
    set_typed,
    typed,
)
from aiguillage.cli.words import _
from aiguillage.desk.facts import find_fact
from aiguillage.domain.queues import GROUP, QUEUE, ROTA, Group, Queue

queue_commands = typer.Typer(help="Call queues: where callers wait.", no_args_is_help=True)
group_commands = typer.Typer(help="Groups of call queues that share opening hours.", no_args_is_help=True)

Name = Annotated[str | None, typer.Option("--name", "-n", help="What people call it.")]
Number = Annotated[str | None, typer.Option(help="What is dialled to reach it.")]
Default = Annotated[
    str | None,
    typer.Option("--default", "-d", help="Where its calls go while nothing else says so, as when it is closed."),
]
Did = Annotated[str | None, typer.Option("--did", help="The number that callers dial from outside.")]
RotaName = Annotated[str | None, typer.Option("--rota", "-r", help="Who comes when it is closed, by code, name or id.")]
Active = Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it takes part in decisions.")]

QUEUES = Shown(
    QUEUE,
    "call queues",
    lambda: (
        *(_("code"), _("name"), _("number"), _("group")),
        *(_("default"), _("dialled"), _("rota"), _("active")),
    ),
    lambda queue, names: (
        *(queue.code, queue.name, queue.number, names(GROUP, queue.group)),
        *(queue.default_destination, queue.did_number, names(ROTA, queue.rota), queue.active),
    ),
    lambda: _("No call queue yet. Add one: aiguillage queue add ACCOUNT CODE"),
)
GROUPS = Shown(
    GROUP,
    "groups",
    lambda: (_("name"),),
    lambda group, _names: (group.name,),
    lambda: _("No group yet. Add one: aiguillage group add ACCOUNT NAME"),
)


@command(queue_commands, "add")
def add_queue(
    context: typer.Context,
    account: AccountCode,
    code: Annotated[str, typer.Argument(metavar="CODE", help="What call flows name it by.")],
    name: Name = None,
    number: Number = None,
    group: GroupName = None,
    default: Default = None,
    did: Did = None,
    rota: RotaName = None,
    active: Active = None,
    json: Json = False,
) -> None:
    """Add a call queue."""
    with at_desk(context) as desk:
        queue = Queue(
            name=name or code,
            code=code,
            number=number or None,
            group=id_of(desk, account, GROUP, group),
            active=active is not False,
            default_destination=default or None,
            did_number=did or None,
            rota=id_of(desk, account, ROTA, rota),
        )
        print_change(desk, account, QUEUES, add_typed(desk, account, queue), json=json)


@command(queue_commands, "set")
def set_queue(
    context: typer.Context,
    account: AccountCode,
    queue: FactName,
    name: Name = None,
    code: Annotated[str | None, typer.Option(help="What call flows name it by.")] = None,
    number: Number = None,
    group: GroupName = None,
    default: Default = None,
    did: Did = None,
    rota: RotaName = None,
    active: Active = None,
    json: Json = False,
) -> None:
    """Change a call queue; an empty text clears."""
    given = {"name": name, "code": code, "number": number, "default_destination": default, "did_number": did}
    changes = typed({**given, "group": group, "rota": rota, "active": active})
    with at_desk(context) as desk:
        changes |= {
            kind: id_of(desk, account, kind, str(changes[kind] or "")) for kind in (GROUP, ROTA) if kind in changes
        }
        kept = find_fact(desk.db, desk.actor, account, QUEUE, queue)
        print_change(desk, account, QUEUES, set_typed(desk, account, QUEUE, kept.id, changes), json=json)


@command(group_commands, "add")
def add_group(
    context: typer.Context,
    account: AccountCode,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    json: Json = False,
) -> None:
    """Add a group; queues are put into it with: aiguillage queue set ACCOUNT QUEUE --group NAME."""
    with at_desk(context) as desk:
        print_change(desk, account, GROUPS, add_typed(desk, account, Group(name=name)), json=json)


@command(group_commands, "set")
def set_group(
    context: typer.Context,
    account: AccountCode,
    group: FactName,
    name: Annotated[str, typer.Option("--name", "-n", help="What people shall call it.")],
    json: Json = False,
) -> None:
    """Rename a group."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, GROUP, group)
        done = set_typed(desk, account, GROUP, kept.id, {"name": name})
        print_change(desk, account, GROUPS, done, json=json)


common_commands(queue_commands, QUEUES)
common_commands(group_commands, GROUPS)
