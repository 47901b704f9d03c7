"""Commands about CTIs: maps from what a phone system sends to destinations."""

from typing import Annotated

import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import Shown, add_typed, common_commands, print_change, print_kept
from aiguillage.cli.printing import print_done
from aiguillage.cli.secrets import print_secret
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.ctis import KIND, issue_cti_token, revoke_cti_token
from aiguillage.desk.facts import find_fact, list_facts, remove_fact
from aiguillage.domain.ctis import Cti, CtiDestination, origin_key
from aiguillage.domain.errors import missing
from aiguillage.storage.facts import Kept

cti_commands = typer.Typer(help="CTIs: maps from what a phone system sends to destinations.", no_args_is_help=True)
origin_commands = typer.Typer(help="The origins of a CTI: dialled numbers, site codes.", no_args_is_help=True)
cti_commands.add_typer(origin_commands, name="origin")

CtiName = Annotated[str, typer.Argument(metavar="CTI", help="The CTI, by name or id.")]
OriginText = Annotated[
    str, typer.Argument(metavar="ORIGIN", help="What the phone system sends; numbers in any spelling.")
]
CTIS = Shown(
    KIND,
    "CTIs",
    lambda: (_("name"),),
    lambda cti, _names: (cti.name,),
    lambda: _("No CTI yet. Add one: aiguillage cti add ACCOUNT NAME"),
)
ORIGINS = Shown(
    "cti_destination",
    "origins",
    lambda: (_("origin"), _("destination")),
    lambda fact, _names: (fact.origin, fact.destination),
    lambda: _("No origin yet. Add one: aiguillage cti origin add ACCOUNT CTI ORIGIN DESTINATION"),
)


@command(cti_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What look-ups ask for it by.")],
    json: Json = False,
) -> None:
    """Add a CTI."""
    with at_desk(context) as desk:
        print_change(desk, account, CTIS, add_typed(desk, account, Cti(name=name)), json=json)


@command(cti_commands, "token")
def token(
    context: typer.Context,
    account: AccountCode,
    name: CtiName,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the token instead.")] = False,
    json: Json = False,
) -> None:
    """Issue a token that looks up this CTI alone, in place of the one before; it is printed this once."""
    use_case = revoke_cti_token if revoke else issue_cti_token
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, KIND, name)
        secret = use_case(desk.db, desk.actor, account, kept.id)
    print_secret(kept, secret, json=json)


@command(origin_commands, "add")
def add_origin(
    context: typer.Context,
    account: AccountCode,
    cti: CtiName,
    origin: OriginText,
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="Where it leads.")],
    json: Json = False,
) -> None:
    """Add an origin and where it leads."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, KIND, cti)
        fact = CtiDestination(cti=kept.id, origin=origin, destination=destination)
        print_change(desk, account, ORIGINS, add_typed(desk, account, fact), json=json)


@command(origin_commands, "list")
def list_origins(context: typer.Context, account: AccountCode, cti: CtiName, json: Json = False) -> None:
    """List a CTI's origins."""
    with at_desk(context) as desk:
        of_it = find_fact(desk.db, desk.actor, account, KIND, cti).id
        kept = [one for one in list_facts(desk.db, desk.actor, account, ORIGINS.kind) if one.fact.cti == of_it]
        print_kept(desk, account, ORIGINS, kept, json=json)


@command(origin_commands, "remove")
def remove_origin(
    context: typer.Context, account: AccountCode, cti: CtiName, origin: OriginText, json: Json = False
) -> None:
    """Remove an origin."""
    with at_desk(context) as desk:
        of_it = find_fact(desk.db, desk.actor, account, KIND, cti).id
        country = show_account(desk.db, desk.actor, account).country
        kept = _with_key(list_facts(desk.db, desk.actor, account, ORIGINS.kind), of_it, origin, country)
        remove_fact(desk.db, desk.actor, account, ORIGINS.kind, kept.id)
    print_done(_("{name} is removed.").format(name=kept.fact.origin), {"removed": kept.id}, json=json)


def _with_key(all_kept: list[Kept], cti_id: int, origin: str, country: str) -> Kept:
    """The CTI's origin that is the same once compared. Raises Refusal(missing)."""
    key = origin_key(origin, country)
    for kept in all_kept:
        if kept.fact.cti == cti_id and origin_key(kept.fact.origin, country) == key:
            return kept
    raise missing(f"The CTI has no origin '{origin[:40]}'. List them: aiguillage cti origin list ACCOUNT CTI")


common_commands(cti_commands, CTIS, but=("show",))
