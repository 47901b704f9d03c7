"""Commands about phone systems that ask in their own words."""

import sys
from typing import Annotated

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import FactName, Shown, add_typed, common_commands, print_change, set_typed, typed
from aiguillage.cli.printing import print_done
from aiguillage.cli.words import _
from aiguillage.desk.facts import find_fact
from aiguillage.desk.phone_systems import forget_auth_token, set_auth_token
from aiguillage.domain.errors import invalid
from aiguillage.domain.phone_systems import PHONE_SYSTEM, PRESETS, SYSTEMS, PhoneSystem

phone_system_commands = typer.Typer(help="Phone systems that ask in their own words.", no_args_is_help=True)
PHONE_SYSTEMS = Shown(
    PHONE_SYSTEM,
    "phone systems",
    lambda: (_("code"), _("name"), _("system"), _("address"), _("fallback destination")),
    lambda fact, _names: (
        *(fact.code, fact.name, fact.system),
        *(f"/dialects/{fact.system}/.../{fact.code}", fact.fallback_destination),
    ),
    lambda: _("No phone system yet. Add one: aiguillage phone-system add ACCOUNT CODE --system twilio"),
)
System = Annotated[str | None, typer.Option(help=f"One of {', '.join(SYSTEMS)}.")]
Preset = Annotated[str | None, typer.Option(help=f"Fills the words in: one of {', '.join(PRESETS)}.")]
Name = Annotated[str | None, typer.Option(help="What people call it.")]
Fallback = Annotated[str | None, typer.Option(help="Where calls go for which nothing else says where.")]
Prompt = Annotated[str | None, typer.Option(help="What an unknown caller hears who is asked for a code.")]
Again = Annotated[str | None, typer.Option(help="The same after a wrong code.")]
Language = Annotated[str | None, typer.Option(help="The language of the prompts, as in fr-FR.")]
Url = Annotated[str | None, typer.Option(help="The address by which Twilio calls, where a proxy hides it.")]
Number = Annotated[str | None, typer.Option(help="The parameter that has the caller's number.")]
Called = Annotated[str | None, typer.Option(help="The one that has the number dialled.")]
Code = Annotated[str | None, typer.Option(help="The one that has the code typed.")]
MediaType = Annotated[str | None, typer.Option(help="What is answered: json, xml or text.")]
Answer = Annotated[str | None, typer.Option(help="The answer, with fields in braces, as in {destination}.")]
Unknown = Annotated[str | None, typer.Option(help="The answer for an unknown caller.")]


@command(phone_system_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Its name in its address.")],
    preset: Preset = None,
    system: System = None,
    name: Name = None,
    fallback_destination: Fallback = None,
    prompt: Prompt = None,
    prompt_again: Again = None,
    prompt_language: Language = None,
    public_url: Url = None,
    number_parameter: Number = None,
    called_parameter: Called = None,
    code_parameter: Code = None,
    media_type: MediaType = None,
    answer: Answer = None,
    unknown_answer: Unknown = None,
    json: Json = False,
) -> None:
    """Add a phone system; a preset knows the words of some."""
    words = {name: value for name, value in locals().items() if name in PhoneSystem.__struct_fields__}
    if preset is not None and preset not in PRESETS:
        raise invalid(f"'{preset[:40]}' is not a preset. Choose one of: {', '.join(PRESETS)}.")
    filled = {"name": code, **(PRESETS[preset].values if preset else {})}
    given = {name: value for name, value in words.items() if value is not None}
    fact = msgspec.convert(filled | given, PhoneSystem)
    with at_desk(context) as desk:
        print_change(desk, account, PHONE_SYSTEMS, add_typed(desk, account, fact), json=json)


@command(phone_system_commands, "set")
def set_(
    context: typer.Context,
    account: AccountCode,
    which: FactName,
    name: Name = None,
    fallback_destination: Fallback = None,
    prompt: Prompt = None,
    prompt_again: Again = None,
    prompt_language: Language = None,
    public_url: Url = None,
    number_parameter: Number = None,
    called_parameter: Called = None,
    code_parameter: Code = None,
    media_type: MediaType = None,
    answer: Answer = None,
    unknown_answer: Unknown = None,
    json: Json = False,
) -> None:
    """Change a phone system."""
    words = {name: value for name, value in locals().items() if name in PhoneSystem.__struct_fields__}
    changes = {
        one: "" if value is None and one != "fallback_destination" else value for one, value in typed(words).items()
    }
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, PHONE_SYSTEM, which)
        done = set_typed(desk, account, PHONE_SYSTEM, kept.id, changes)
        print_change(desk, account, PHONE_SYSTEMS, done, json=json)


@command(phone_system_commands, "auth-token")
def auth_token(
    context: typer.Context,
    account: AccountCode,
    which: FactName,
    forget: Annotated[bool, typer.Option("--forget", help="Forget it instead.")] = False,
    json: Json = False,
) -> None:
    """Keep what Twilio signs its requests with; it is read from standard input, and never shown."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, PHONE_SYSTEM, which)
        if forget:
            forget_auth_token(desk.db, desk.actor, account, kept.id)
        else:
            set_auth_token(desk.db, desk.actor, account, kept.id, sys.stdin.readline())
    said = _("{name} has no auth token any more.") if forget else _("The auth token of {name} is kept.")
    print_done(said.format(name=kept.fact.code), {"id": kept.id, "auth_token": not forget}, json=json)


common_commands(phone_system_commands, PHONE_SYSTEMS)
