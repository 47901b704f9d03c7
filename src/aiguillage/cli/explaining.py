"""The command that tells where a call would go, and why."""

from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Desk, Json, at_desk, command
from aiguillage.cli.moments import iso, parse_moment
from aiguillage.cli.printing import plain, print_facts, print_json, print_line
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.facts import find_fact
from aiguillage.desk.fields import list_fields
from aiguillage.domain.calls import Question
from aiguillage.domain.contacts import FIELD_KEYS
from aiguillage.domain.errors import invalid
from aiguillage.domain.queues import QUEUE
from aiguillage.domain.routing import KEPT, decide
from aiguillage.explaining import Explained, explain_call
from aiguillage.telling import Telling

ABOUT_A_CONTACT = ("contact_id", "company", "first_name", "last_name", "language")


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "route")(route)


def route(
    context: typer.Context,
    account: AccountCode,
    number: Annotated[str | None, typer.Option("--number", "-n", help="The caller's number, in any spelling.")] = None,
    code: Annotated[str | None, typer.Option(help="The code that the caller types.")] = None,
    value: Annotated[str | None, typer.Option(help="What the caller types to tell a zone.")] = None,
    geo_list: Annotated[
        str | None, typer.Option("--list", help="The geo list for it, by code, name or id; the account's if left out.")
    ] = None,
    called: Annotated[str | None, typer.Option(help="The number that the caller dialled.")] = None,
    queue: Annotated[
        str | None, typer.Option("--queue", "-q", help="Ask about this queue, by code, number, name or id.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Then, as in 2026-07-14T22:15 (the account's time), not now.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print every rule in words.")] = False,
    json: Json = False,
) -> None:
    """Tell where a call would go now or at a moment, and why."""
    with at_desk(context) as desk:
        settings = show_account(desk.db, desk.actor, account)
        if value is not None and geo_list is None and settings.geo_list is None:
            raise invalid("The account has no default geo list. Give with --list the one in which to look up --value.")
        question = Question(
            number=number,
            code=code,
            value=value,
            called=called,
            at=None if at is None else parse_moment(at, settings.time_zone),
            named=_named(desk, account, {"list": ("geo_list", geo_list), "queue": (QUEUE, queue)}),
        )
        explained = explain_call(desk.settings, desk.db, desk.actor, account, question)
        fields = list_fields(desk.db, desk.actor, account)
    if json:
        print_json(_document(explained))
        return
    kept = decide(explained.facts, KEPT)
    telling = Telling(_, explained.facts, explained.decision)
    print_line(plain(telling.caller()))
    print_line("")
    print_facts(telling.answer(kept))
    print_line("")
    if kept.known is None:
        print_line(_("V1 tells the call flow so (404); a token with --unknown default gets the fields' defaults:"))
    else:
        print_line(_("The destinations and flags that are kept:"))
    values = (*kept.select, *kept.boolean)
    print_facts({field.label or field.key: value for field, value in zip(fields, values, strict=True)})
    if explain:
        print_line("")
        for n, told in enumerate(telling.rules(explained.trace, fields), start=1):
            print_line(f"{n:2}. {told.rule}: {_('applies') if told.applied else _('says nothing')}")
            print_line(f"    {told.sentence}")
            print_line(f"    {_('looked at')}  {plain(told.looked_at)}")
            if told.changed:
                print_line(f"    {_('it changed')} {plain(told.changed)}")
            print_line("")


def _named(desk: Desk, account: str, given: dict[str, tuple[str, str | None]]) -> dict[str, str]:
    """The codes of the facts that are asked about, by what a call flow names them as. Raises Refusal."""
    return {
        name: str(find_fact(desk.db, desk.actor, account, kind, text).fact.code)
        for name, (kind, text) in given.items()
        if text is not None
    }


def _document(explained: Explained) -> dict[str, Any]:
    facts, decision, known = explained.facts, explained.decision, explained.decision.known
    queue = None if decision.queue is None else facts.account.queues[decision.queue].code
    return {
        "at": iso(facts.at),
        "number": facts.number,
        "code": facts.code,
        "known": known is not None,
        "by": decision.by,
        "destination": decision.destination,
        "reason": decision.reason,
        "queue": queue,
        "open": None if decision.state is None else decision.state.open,
        "until": iso(decision.until),
        "priority": decision.priority,
        "on_call": decision.duty and decision.duty.member,
        "zone": decision.zone,
        "contact": known and {name: getattr(known, name) for name in ABOUT_A_CONTACT},
        **dict(zip(FIELD_KEYS, (*decision.select, *decision.boolean), strict=True)),
        "trace": [msgspec.to_builtins(line, str_keys=True) for line in explained.trace],
    }
