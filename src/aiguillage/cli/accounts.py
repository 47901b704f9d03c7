"""Commands about accounts."""

from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Desk, Json, at_desk, carried_out, command
from aiguillage.cli.facts import Names, id_of, made
from aiguillage.cli.printing import print_done, print_facts, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.accounts import add_account, list_accounts, remove_account, set_account, show_account
from aiguillage.domain.accounts import Account
from aiguillage.domain.errors import invalid

group = typer.Typer(help="Customer accounts.", no_args_is_help=True)
Name = Annotated[str | None, typer.Option(help="What people call it.")]
Country = Annotated[str | None, typer.Option(help="Two-letter ISO code: by whose rules national numbers are read.")]
TimeZone = Annotated[str | None, typer.Option(help="As in Europe/Paris.")]
SharedNumbers = Annotated[
    str | None, typer.Option(help="A number of two contacts: refuse it, ask_code of its callers, or take the first.")
]


def _given(**settings: object) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _facts(account: Account, names: Names) -> dict[str, object]:
    return {
        _("account"): account.code,
        _("name"): account.name,
        _("country"): account.country,
        _("time zone"): account.time_zone,
        _("shared numbers"): account.shared_numbers,
        _("VIP priority"): account.vip_priority,
        _("rota"): names("rota", account.rota),
        _("geo list"): names("geo_list", account.geo_list),
        _("fallback destination"): account.fallback_destination,
        _("days that calls are kept"): account.keep_calls_days,
        _("days until their numbers are hidden"): account.pseudonymise_days,
    }


def _print(desk: Desk, account: Account, *, json: bool) -> None:
    if json:
        print_json(account)
    else:
        print_facts(_facts(account, Names(desk, account.code)))


@command(group, "add")
def add(
    context: typer.Context,
    code: AccountCode,
    name: Name = None,
    country: Country = None,
    time_zone: TimeZone = None,
    shared_numbers: SharedNumbers = None,
    json: Json = False,
) -> None:
    """Add an account."""
    given = _given(name=name, country=country, time_zone=time_zone, shared_numbers=shared_numbers)
    with at_desk(context) as desk:
        given["code"] = code
        account = carried_out(desk, given, lambda db, left: add_account(db, desk.actor, made(Account, left)))
        _print(desk, account, json=json)


@command(group, "list")
def list_(context: typer.Context, json: Json = False) -> None:
    """List the accounts that you may read."""
    with at_desk(context) as desk:
        print_list(
            list_accounts(desk.db, desk.actor),
            json=json,
            document=msgspec.to_builtins,
            headings=(_("account"), _("name"), _("country"), _("time zone"), _("shared numbers")),
            cells=lambda account: msgspec.structs.astuple(account)[:5],
            empty=_("No account yet. Add one: aiguillage account add CL0000"),
        )


@command(group, "show")
def show(context: typer.Context, code: AccountCode, json: Json = False) -> None:
    """Show an account's settings."""
    with at_desk(context) as desk:
        _print(desk, show_account(desk.db, desk.actor, code), json=json)


@command(group, "set")
def set_(
    context: typer.Context,
    code: AccountCode,
    name: Name = None,
    country: Country = None,
    time_zone: TimeZone = None,
    shared_numbers: SharedNumbers = None,
    vip_priority: Annotated[int | None, typer.Option(help="The priority of a VIP's calls.")] = None,
    rota: Annotated[
        str | None, typer.Option(help="Who comes when a queue has no rota of its own, by code; empty for nobody.")
    ] = None,
    geo_list: Annotated[
        str | None, typer.Option(help="The geo list for callers' own numbers, by code; empty for none.")
    ] = None,
    fallback: Annotated[
        str | None,
        typer.Option(help="Where calls go for which nothing says where, as from a closed queue; empty for none."),
    ] = None,
    keep_calls_days: Annotated[int | None, typer.Option(help="How many days calls are kept.")] = None,
    pseudonymise_days: Annotated[int | None, typer.Option(help="After how many days their numbers are hidden.")] = None,
    json: Json = False,
) -> None:
    """Change some of an account's settings."""
    given = _given(
        name=name,
        country=country,
        time_zone=time_zone,
        shared_numbers=shared_numbers,
        vip_priority=vip_priority,
        keep_calls_days=keep_calls_days,
        pseudonymise_days=pseudonymise_days,
    )
    if fallback is not None:
        given["fallback_destination"] = fallback.strip() or None
    named = _given(rota=rota, geo_list=geo_list)
    if not given and not named:
        raise invalid("Nothing to set. Give an option; --help lists them.")
    with at_desk(context) as desk:
        ids = {kind: id_of(desk, code, kind, str(text)) for kind, text in named.items()}
        changed = carried_out(desk, given | ids, lambda db, left: set_account(db, desk.actor, code, left))
        _print(desk, changed, json=json)


@command(group, "remove")
def remove(
    context: typer.Context,
    code: AccountCode,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    json: Json = False,
) -> None:
    """Remove an account with all its facts and its journal."""
    with at_desk(context) as desk:
        show_account(desk.db, desk.actor, code)
        if not yes:
            question = _("Remove {code} with all its contacts and its journal, for good?").format(code=code)
            typer.confirm(question, abort=True, err=True)
        remove_account(desk.db, desk.settings.calls, desk.actor, code)
    print_done(_("{code} is removed.").format(code=code), {"removed": code}, json=json)
