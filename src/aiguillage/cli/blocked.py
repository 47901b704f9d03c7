"""Commands about blocked callers."""

from typing import Annotated

import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import Destination, Shown, add_typed, common_commands, print_change
from aiguillage.cli.words import _
from aiguillage.domain.blocked import Blocked

blocked_commands = typer.Typer(help="Blocked callers: rejected, or sent elsewhere.", no_args_is_help=True)
BLOCKED = Shown(
    "blocked",
    "blocked callers",
    lambda: (_("number"), _("destination"), _("label")),
    lambda blocked, _names: (blocked.number, blocked.destination or _("rejected"), blocked.label),
    lambda: _("Nobody is blocked."),
)


@command(blocked_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    number: Annotated[
        str,
        typer.Argument(metavar="NUMBER", help="In any spelling; a star at the end for all that begin so; or withheld."),
    ],
    destination: Destination = None,
    label: Annotated[str, typer.Option("--label", "-l", help="Why.")] = "",
    json: Json = False,
) -> None:
    """Block a number, or all numbers that begin like it; without a destination their calls are rejected."""
    fact = Blocked(number=number, destination=destination or None, label=label)
    with at_desk(context) as desk:
        print_change(desk, account, BLOCKED, add_typed(desk, account, fact), json=json)


common_commands(blocked_commands, BLOCKED, but=("show",))
