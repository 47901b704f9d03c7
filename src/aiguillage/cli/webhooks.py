"""Commands about webhooks: addresses that are told what happened, and what they were sent."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import LARGEST, AccountCode, Desk, Json, Limit, at_desk, command
from aiguillage.cli.facts import FactName, Shown, common_commands, print_one
from aiguillage.cli.moments import iso, local
from aiguillage.cli.printing import print_done, print_facts, print_json, print_list
from aiguillage.cli.secrets import print_secret
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.facts import find_fact
from aiguillage.desk.webhooks import (
    add_webhook,
    list_deliveries,
    ping_webhook,
    regenerate_secret,
    resend_delivery,
    set_webhook,
)
from aiguillage.domain.errors import invalid
from aiguillage.domain.webhooks import EVENTS, WEBHOOK, Webhook
from aiguillage.storage.deliveries import DELIVERED, FAILED, WAITING, Delivery, Wanted

webhook_commands = typer.Typer(help="Webhooks: addresses that are told what happened.", no_args_is_help=True)
WEBHOOKS = Shown(
    WEBHOOK,
    "webhooks",
    lambda: (_("name"), _("address"), _("events"), _("on"), _("trouble")),
    lambda webhook, _names: (
        *(webhook.name, webhook.url, ", ".join(webhook.events)),
        *(webhook.active, webhook.trouble),
    ),
    lambda: _("No webhook yet. Add one: aiguillage webhook add ACCOUNT NAME URL --event call.unknown"),
)
STATE: dict[str, Callable[[], str]] = {
    WAITING: lambda: _("waiting"),
    DELIVERED: lambda: _("delivered"),
    FAILED: lambda: _("failed"),
}
MOMENTS = ("created_at", "until", "next_at", "delivered_at")
Url = Annotated[str, typer.Argument(metavar="URL", help="Where events are sent: a public https address.")]
Events = Annotated[list[str], typer.Option("--event", "-e", help=f"One of {', '.join(EVENTS)}; repeat for several.")]
NewEvents = Annotated[list[str] | None, typer.Option("--event", "-e", help="All events from now on; repeat it.")]


@command(webhook_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    url: Url,
    events: Events,
    json: Json = False,
) -> None:
    """Add a webhook; the secret that its messages are signed with is printed this once."""
    with at_desk(context) as desk:
        webhook = Webhook(name=name, url=url, events=tuple(events))
        issued = add_webhook(desk.db, desk.actor, account, webhook)
    print_secret(issued.kept, issued.secret, json=json)


@command(webhook_commands, "set")
def set_(
    context: typer.Context,
    account: AccountCode,
    name: FactName,
    url: Annotated[str | None, typer.Option(help="Another address.")] = None,
    events: NewEvents = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.")] = None,
    json: Json = False,
) -> None:
    """Change a webhook, or switch it on or off."""
    typed = {"url": url, "events": tuple(events) if events else None, "active": active}
    changes = {one: value for one, value in typed.items() if value is not None}
    if not changes:
        raise invalid("Nothing to set. Give an option; --help lists them.")
    with at_desk(context) as desk:
        kept = set_webhook(desk.db, desk.actor, account, _id_of(desk, account, name), changes)
        print_one(desk, account, WEBHOOKS, kept, json=json)


@command(webhook_commands, "secret")
def secret(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
    """Give a webhook a new secret, in place of the one before; it is printed this once."""
    with at_desk(context) as desk:
        issued = regenerate_secret(desk.db, desk.actor, account, _id_of(desk, account, name))
    print_secret(issued.kept, issued.secret, json=json)


@command(webhook_commands, "test")
def ping(context: typer.Context, account: AccountCode, name: FactName, json: Json = False) -> None:
    """Send a webhook a ping, and print what came of it."""
    with at_desk(context) as desk:
        delivery = ping_webhook(desk.db, desk.actor, account, _id_of(desk, account, name))
    if json:
        print_json(_document(delivery))
    else:
        told = {_("state"): STATE[delivery.state](), _("status"): delivery.status, _("trouble"): delivery.trouble}
        print_facts(told)


@command(webhook_commands, "deliveries")
def deliveries(
    context: typer.Context,
    account: AccountCode,
    name: FactName,
    state: Annotated[str | None, typer.Option(help="waiting, delivered or failed alone.")] = None,
    limit: Limit = 40,
    json: Json = False,
) -> None:
    """List what a webhook was sent in the last 30 days, newest first."""
    with at_desk(context) as desk:
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        webhook_id = _id_of(desk, account, name)
        wanted = Wanted(state=state)
        found, _total = list_deliveries(desk.db, desk.actor, account, webhook_id, wanted, count=limit or LARGEST)
    print_list(
        found,
        json=json,
        document=_document,
        headings=(
            *(_("id"), _("time ({zone})").format(zone=time_zone), _("event")),
            *(_("state"), _("tries"), _("status"), _("trouble")),
        ),
        cells=lambda one: (
            *(one.id, local(one.created_at, time_zone), one.event),
            *(STATE[one.state](), one.tries, one.status, one.trouble),
        ),
        empty=_("Nothing was sent."),
    )


@command(webhook_commands, "resend")
def resend(
    context: typer.Context,
    account: AccountCode,
    name: FactName,
    delivery: Annotated[int, typer.Argument(metavar="DELIVERY", help="The delivery's number.", min=1, max=LARGEST)],
    json: Json = False,
) -> None:
    """Send a delivery again, as it was, within a minute."""
    with at_desk(context) as desk:
        again = resend_delivery(desk.db, desk.actor, account, _id_of(desk, account, name), delivery)
    print_done(_("{delivery} is sent again.").format(delivery=delivery), _document(again), json=json)


def _id_of(desk: Desk, account: str, name: str) -> int:
    return find_fact(desk.db, desk.actor, account, WEBHOOK, name).id


def _document(delivery: Delivery) -> dict[str, Any]:
    values = msgspec.structs.asdict(delivery)
    told = {"state": delivery.state, "body": delivery.message}
    return {**values, **told, **{name: iso(values[name]) for name in MOMENTS}}


common_commands(webhook_commands, WEBHOOKS)
