"""Commands about all that is kept about a number: export and erasure."""

from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.moments import iso
from aiguillage.cli.printing import print_facts, print_json
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.erasing import CHOICES, WHOLE, erase_person
from aiguillage.desk.people import export_person

MOMENTS = frozenset({"at", "moment", "created_at", "updated_at", "next_at", "delivered_at", "undone_at"})
person_commands = typer.Typer(help="All that is kept about a number.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The number, in any spelling.")]


@command(person_commands, "export")
def export(context: typer.Context, account: AccountCode, number: Number, json: Json = False) -> None:
    """Print all that is kept about a number: JSON in any case."""
    del json
    with at_desk(context) as desk:
        person = export_person(desk.db, desk.settings.calls, desk.actor, account, number)
    print_json(_readable(msgspec.to_builtins(person)))


def _readable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with its moments in ISO 8601."""
    if isinstance(value, list):
        return [_readable(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: iso(one) if name in MOMENTS and one else _readable(one) for name, one in value.items()}


@command(person_commands, "erase")
def erase(
    context: typer.Context,
    account: AccountCode,
    number: Number,
    contacts: Annotated[
        str,
        typer.Option(
            metavar="|".join(CHOICES),
            help="Erase contacts whole, or their number alone if they can be known by something else.",
        ),
    ] = WHOLE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    json: Json = False,
) -> None:
    """Erase all that is kept about a number. It cannot be undone; copies made before still have it."""
    with at_desk(context) as desk:
        show_account(desk.db, desk.actor, account)
        if not yes:
            typer.confirm(_("Erase all that is kept about {number}?").format(number=number), abort=True, err=True)
        erased = erase_person(desk.db, desk.settings.calls, desk.actor, account, number, contacts=contacts)
    if json:
        print_json(erased)
        return
    print_facts(
        {
            _("contacts"): erased.contacts,
            _("calls"): erased.calls,
            _("changes in the journal"): erased.changes,
            _("blocked callers"): erased.blocked,
            _("survey records"): erased.survey_records,
            _("deliveries of webhooks"): erased.deliveries,
        }
    )
