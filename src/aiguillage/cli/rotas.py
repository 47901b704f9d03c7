"""Commands about on-call rotas: their members, and who is on call when."""

from typing import Annotated, Any

import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import (
    FactName,
    Names,
    Shown,
    add_typed,
    common_commands,
    id_of,
    print_change,
    set_typed,
    typed,
)
from aiguillage.cli.moments import iso, local, parse_duration, parse_moment
from aiguillage.cli.printing import print_facts, print_json, print_list
from aiguillage.cli.secrets import print_secret
from aiguillage.cli.words import _
from aiguillage.desk.documents import compile_account
from aiguillage.desk.facts import find_fact
from aiguillage.desk.rota_feeds import issue_rota_feed, revoke_rota_feed
from aiguillage.domain.errors import invalid
from aiguillage.domain.oncall import Duty, Layer, Member, Rota
from aiguillage.domain.queues import ROTA

rota_commands = typer.Typer(help="On-call rotas: who comes when a queue is closed.", no_args_is_help=True)

RotaName = Annotated[str, typer.Argument(metavar="ROTA", help="The rota, by code, name or id.")]
Members = Annotated[
    list[str] | None,
    typer.Option("--member", "-m", metavar="NAME=NUMBER[,EMAIL]", help="Somebody who can be on call; repeat for more."),
]
Level2 = Annotated[str | None, typer.Option("--level2", help="The rota whose members come second.")]
At = Annotated[str | None, typer.Option(metavar="MOMENT", help="Then, as in 2026-07-14T22:15 (the account's time).")]


def _turns(layer: Layer) -> str:
    """A layer in a line: its members, how long each turn is, from when on."""
    told = _("{name}: {members}, every {every} {unit} at {time} from {start}").format(
        name=layer.name,
        members=", ".join(layer.members),
        every=layer.every,
        unit={"days": _("day(s)"), "weeks": _("week(s)")}[layer.unit],
        time=f"{layer.handover:%H:%M}",
        start=layer.start,
    )
    until = "" if layer.end is None else " " + _("until {when}").format(when=layer.end)
    windows = ", ".join(f"{w.day_of_week} {w.start_time:%H:%M}-{w.end_time:%H:%M}" for w in layer.windows)
    return told + until + (f" ({windows})" if windows else "")


def _cells(rota: Rota, names: Names) -> tuple[object, ...]:
    return (
        rota.code,
        rota.name,
        "\n".join(f"{member.name} {member.number} {member.email}".rstrip() for member in rota.members),
        "\n".join(map(_turns, rota.layers)),
        "\n".join(
            f"{n}. {one.member} {one.begins:%Y-%m-%d %H:%M} .. {one.ends:%Y-%m-%d %H:%M}" for n, one in _numbered(rota)
        ),
        names(ROTA, rota.level2),
    )


def _numbered(rota: Rota) -> "enumerate[Any]":
    return enumerate(rota.overrides, start=1)


ROTAS = Shown(
    ROTA,
    "rotas",
    lambda: (_("code"), _("name"), _("members"), _("layers"), _("overrides"), _("level 2")),
    _cells,
    lambda: _("No rota yet. Add one: aiguillage rota add ACCOUNT CODE --member NAME=NUMBER"),
)


def parse_members(texts: list[str] | None) -> tuple[Member, ...]:
    """Members from `NAME=NUMBER[,EMAIL]`. Raises Refusal(invalid)."""
    members = []
    for text in texts or ():
        name, equals, rest = text.partition("=")
        number, _comma, email = rest.partition(",")
        if not equals:
            raise invalid(f"'{text[:40]}' is not a member. Write NAME=NUMBER or NAME=NUMBER,EMAIL.")
        members.append(Member(name=name.strip(), number=number.strip(), email=email.strip()))
    return tuple(members)


@command(rota_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    code: Annotated[str, typer.Argument(metavar="CODE", help="What call flows name it by.")],
    members: Members = None,
    name: Annotated[str | None, typer.Option("--name", "-n", help="What people call it.")] = None,
    level2: Level2 = None,
    json: Json = False,
) -> None:
    """Add a rota; then give it a layer of turns: aiguillage rota layer add."""
    with at_desk(context) as desk:
        second = id_of(desk, account, ROTA, level2)
        fact = Rota(code=code, name=name or code, members=parse_members(members), level2=second)
        print_change(desk, account, ROTAS, add_typed(desk, account, fact), json=json)


@command(rota_commands, "set")
def set_(
    context: typer.Context,
    account: AccountCode,
    rota: FactName,
    code: Annotated[str | None, typer.Option(help="What call flows name it by.")] = None,
    name: Annotated[str | None, typer.Option("--name", "-n", help="What people call it.")] = None,
    members: Members = None,
    level2: Level2 = None,
    json: Json = False,
) -> None:
    """Change a rota; --member names all of its members anew, an empty --level2 takes that away."""
    given = parse_members(members) if members else None
    changes = typed({"code": code, "name": name, "members": given, "level2": level2})
    with at_desk(context) as desk:
        if level2 is not None:
            changes["level2"] = id_of(desk, account, ROTA, level2)
        kept = find_fact(desk.db, desk.actor, account, ROTA, rota)
        print_change(desk, account, ROTAS, set_typed(desk, account, ROTA, kept.id, changes), json=json)


@command(rota_commands, "who")
def who(context: typer.Context, account: AccountCode, rota: RotaName, at: At = None, json: Json = False) -> None:
    """Tell who is on call now or at a moment, until when, and who comes next."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, ROTA, rota)
        facts = compile_account(desk.db, desk.actor, account)
        moment = desk.actor.at if at is None else parse_moment(at, facts.time_zone)
        duty = facts.on_call.duty(kept.id, moment)
        second = None if kept.fact.level2 is None else facts.on_call.duty(kept.fact.level2, moment)
    if json:
        print_json({"at": iso(moment), **_document(duty), "level2": second and _document(second)})
        return
    told = {
        _("on call"): _member(duty.member),
        _("by"): duty.source,
        _("until"): local(duty.until, facts.time_zone),
        _("next"): _member(duty.next),
    }
    print_facts(told | ({} if second is None else {_("level 2"): _member(second.member)}))


def _document(duty: Duty) -> dict[str, Any]:
    return {"member": duty.member, "source": duty.source, "until": iso(duty.until), "next": duty.next}


def _member(member: Member | None) -> str:
    return _("nobody") if member is None else f"{member.name} {member.number}"


@command(rota_commands, "gaps")
def gaps(
    context: typer.Context,
    account: AccountCode,
    rota: RotaName,
    ahead: Annotated[str, typer.Option("--for", metavar="DURATION", help="How far to look ahead, as in 4w.")] = "4w",
    json: Json = False,
) -> None:
    """List when nobody is on call."""
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, ROTA, rota)
        facts = compile_account(desk.db, desk.actor, account)
        found = facts.on_call.gaps(kept.id, desk.actor.at, desk.actor.at + parse_duration(ahead))
    print_list(
        found,
        json=json,
        document=lambda gap: {"from": iso(gap[0]), "to": iso(gap[1])},
        headings=(_("from ({zone})").format(zone=facts.time_zone), _("to")),
        cells=lambda gap: (local(gap[0], facts.time_zone), local(gap[1], facts.time_zone)),
        empty=_("Somebody is always on call."),
    )


@command(rota_commands, "feed")
def feed(
    context: typer.Context,
    account: AccountCode,
    rota: RotaName,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the feed instead.")] = False,
    json: Json = False,
) -> None:
    """Issue the secret of this rota's iCal feed, in place of the one before: /feeds/rotas/SECRET.ics."""
    use_case = revoke_rota_feed if revoke else issue_rota_feed
    with at_desk(context) as desk:
        kept = find_fact(desk.db, desk.actor, account, ROTA, rota)
        secret = use_case(desk.db, desk.actor, account, kept.id)
    print_secret(kept, secret, json=json)


common_commands(rota_commands, ROTAS)
