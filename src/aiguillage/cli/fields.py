"""Commands about the account's eight fields."""

from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.printing import print_facts, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.fields import KEEP, add_option, list_fields, remove_option, set_field
from aiguillage.domain.contacts import Field, Option
from aiguillage.domain.errors import invalid

group = typer.Typer(help="The account's eight fields: destinations and flags.", no_args_is_help=True)
options = typer.Typer(help="The named values of a select field.", no_args_is_help=True)
group.add_typer(options, name="option")

Key = Annotated[str, typer.Argument(metavar="FIELD", help="select_1 to select_4, boolean_1 to boolean_4.")]


def _document(field: Field) -> dict[str, Any]:
    return {"field": field.key, **msgspec.to_builtins(field)}


def _options(field: Field) -> str:
    return "\n".join(f"{option.value} {option.name}" for option in field.options)


def _print(field: Field, *, json: bool) -> None:
    if json:
        print_json(_document(field))
        return
    print_facts(
        {
            _("field"): field.key,
            _("label"): field.label,
            _("default"): field.default,
            _("strict"): field.strict,
            _("options"): _options(field),
        }
    )


@command(group, "list")
def list_(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """List the fields with their labels, defaults and options."""
    with at_desk(context) as desk:
        print_list(
            list_fields(desk.db, desk.actor, account),
            json=json,
            document=_document,
            headings=(_("field"), _("label"), _("default"), _("strict"), _("options")),
            cells=lambda field: (field.key, field.label, field.default, field.strict, _options(field)),
            empty="",
        )


@command(group, "set")
def set_(
    context: typer.Context,
    account: AccountCode,
    key: Key,
    label: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    default: Annotated[str | None, typer.Option(help="The value of contacts that leave it empty.")] = None,
    no_default: Annotated[bool, typer.Option("--no-default", help="Take the default away.")] = False,
    strict: Annotated[bool | None, typer.Option("--strict/--no-strict", help="Accept its options alone.")] = None,
    json: Json = False,
) -> None:
    """Change a field."""
    if default is not None and no_default:
        raise invalid("--default and --no-default contradict each other. Give one of them.")
    if label is None and default is None and strict is None and not no_default:
        raise invalid("Nothing to set. Give one of --label, --default, --no-default, --strict, --no-strict.")
    with at_desk(context) as desk:
        field = set_field(
            desk.db,
            desk.actor,
            account,
            key,
            label=KEEP if label is None else label,
            default=None if no_default else KEEP if default is None else default,
            strict=KEEP if strict is None else strict,
        )
    _print(field, json=json)


@command(options, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    key: Key,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people choose.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What the phone system dials.")],
    json: Json = False,
) -> None:
    """Add a named value."""
    with at_desk(context) as desk:
        _print(add_option(desk.db, desk.actor, account, key, Option(name, value)), json=json)


@command(options, "remove")
def remove(
    context: typer.Context,
    account: AccountCode,
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The option's value.")],
    json: Json = False,
) -> None:
    """Take a named value away; contacts keep it."""
    with at_desk(context) as desk:
        _print(remove_option(desk.db, desk.actor, account, key, value), json=json)
