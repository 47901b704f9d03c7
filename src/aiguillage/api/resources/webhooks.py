"""Webhooks: whom an account tells what happened, and what was sent to them."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.jobs import Job
from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations, Shown
from aiguillage.api.paging import Paged, check_paging, chosen, filtering, page_of, page_type, query_of
from aiguillage.api.resources.shared import BASE, UNSET, Body, given, since
from aiguillage.desk.sent import make_fact
from aiguillage.desk.webhooks import (
    Issued,
    add_webhook,
    begin_ping,
    list_deliveries,
    list_webhooks,
    regenerate_secret,
    remove_webhook,
    resend_delivery,
    set_webhook,
    show_delivery,
    show_webhook,
)
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.domain.webhooks import Webhook
from aiguillage.storage.deliveries import Delivery, Wanted
from aiguillage.storage.facts import Kept

TAG = "Webhooks"
OPERATIONS = Operations(TAG, needs=Role.MANAGE)
PATH = f"{BASE}/webhooks"
FILTERS = ("id", "name", "url", "active", "trouble", "customer_id")
Text = str | msgspec.UnsetType


EVENT = {
    "id": "evt_5f0c3a8f1b7e4d2a9c6b8e01",
    "event": "call.unknown",
    "account": "CL0000",
    "at": "2026-11-24T17:00:00Z",
    "data": {"number": "+33199001234", "calls": 2, "last_at": "2026-11-24T17:00:00Z"},
}
"""What is sent, as an example."""

URL = means("The address, beginning with `https://`.", "https://example.org/hooks/calls")
EVENTS = means("The events that it is told of.", ["call.unknown", "import.finished"])
ACTIVE = means("Whether it is told of anything.", True)


class WebhookBody(Body, frozen=True):
    """A webhook as it is sent. `events` are those that it is told of."""

    name: Annotated[Text, meanings.NAME] = UNSET
    url: Annotated[Text, URL] = UNSET
    events: Annotated[list[str] | msgspec.UnsetType, EVENTS] = UNSET
    active: Annotated[bool | msgspec.UnsetType, ACTIVE] = UNSET


class WebhookShown(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it is answered; `trouble` says why it was switched off, when it was not a person who did."""

    id: Annotated[int, meanings.ID]
    name: Annotated[str, meanings.NAME]
    url: Annotated[str, URL]
    events: Annotated[list[str], EVENTS]
    active: Annotated[bool, ACTIVE]
    trouble: Annotated[str, means("Why it was switched off, when it was not a person who did; empty else.", "")]
    customer_id: Annotated[int, meanings.CUSTOMER_ID]


class WebhookIssued(WebhookShown, frozen=True, kw_only=True):
    """The same with the secret that it signs with, told this once: null when the answer is replayed."""

    secret: Annotated[
        str | None,
        means(
            "What each message is signed with, told this once: null when the answer is replayed.",
            "whsec_c2VjcmV0IG9mIHRoZSBkb2N1bWVudGF0aW9uIG9ubHk=",
        ),
    ]


class DeliveryShown(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to a webhook: `waiting`, `delivered` or `failed`.

    `status` is what the last try was answered, null without an answer; `trouble` what went wrong; `body` what is
    sent, null once it was erased with somebody's number.
    """

    id: Annotated[int, meanings.ID]
    webhook_id: Annotated[int, means("The id of the webhook.", 12)]
    event: Annotated[str, means("The event.", "call.unknown")]
    state: Annotated[str, means("`waiting`, `delivered` or `failed`.", "delivered")]
    status: Annotated[int | None, means("The HTTP status that the last try was answered; null without an answer.", 204)]
    trouble: Annotated[str | None, means("What went wrong; null while nothing did.")]
    tries: Annotated[int, means("How often it was tried.", 1)]
    created_at: Annotated[str | None, meanings.CREATED_AT]
    next_at: Annotated[str | None, means("When it is tried next, ISO 8601 in UTC; null for not any more.")]
    delivered_at: Annotated[
        str | None, means("When it was delivered, ISO 8601 in UTC; null while it was not.", "2026-11-24T17:00:01Z")
    ]
    body: Annotated[
        dict[str, Any] | None, means("What is sent; null once it was erased with somebody's number.", EVENT)
    ]


class DeliveriesQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which deliveries: of an event, in a state, with a status, made in `[since, until)`."""

    event: Annotated[Text, filtering("The event.")] = UNSET
    state: Annotated[Text, filtering("`waiting`, `delivered` or `failed`.")] = UNSET
    status: Annotated[
        int | msgspec.UnsetType,
        filtering("The HTTP status that the last try was answered; null without an answer."),
    ] = UNSET
    since: Annotated[Text, meanings.SINCE] = UNSET
    until: Annotated[Text, meanings.UNTIL] = UNSET
    page: Annotated[int, meanings.PAGE] = 1
    per_page: Annotated[int, meanings.PER_PAGE] = meanings.ON_A_PAGE


WebhooksQuery = query_of("WebhooksQuery", WebhookShown)


EXAMPLE = {"name": "CRM", "url": "https://example.org/hooks/calls", "events": ["call.unknown", "import.finished"]}
TOLD_ONCE = "`secret`, which each message is signed with, is in this answer alone. docs/webhooks.md shows how to check."


def _shown(asked: AnyAsked, kept: Kept) -> Shown[WebhookShown]:
    return Shown(WebhookShown(**_values(asked, kept)), kept.seq)


def _issued(asked: AnyAsked, issued: Issued) -> Shown[WebhookIssued]:
    return Shown(WebhookIssued(**_values(asked, issued.kept), secret=issued.secret), issued.kept.seq)


def _values(asked: AnyAsked, kept: Kept) -> dict[str, Any]:
    facts = msgspec.structs.asdict(kept.fact) | {"events": list(kept.fact.events)}
    return {"id": kept.id, "customer_id": asked.account_id, **facts}


def _show_delivery(delivery: Delivery) -> DeliveryShown:
    return DeliveryShown(
        id=delivery.id,
        webhook_id=delivery.webhook_id,
        event=delivery.event,
        state=delivery.state,
        status=delivery.status,
        trouble=delivery.trouble,
        tries=delivery.tries,
        created_at=iso(delivery.created_at),
        next_at=iso(delivery.next_at),
        delivered_at=iso(delivery.delivered_at),
        body=delivery.message,
    )


def _changes(body: WebhookBody) -> dict[str, Any]:
    changes = given(body)
    return changes | {"events": tuple(changes["events"])} if "events" in changes else changes


@OPERATIONS.get(PATH, "listWebhooks", query=WebhooksQuery, answer=page_type("Webhook", WebhookShown))
def _list(asked: Asked[Any, None]) -> Paged:
    """List the webhooks."""
    kept = since(asked, list_webhooks(asked.db, asked.actor, asked.account))
    return chosen([_shown(asked, one).body for one in kept], asked.query, FILTERS, asked.url)


@OPERATIONS.post(
    PATH,
    "addWebhook",
    status=201,
    hides=("secret",),
    example=EXAMPLE,
    description=f"It is told of what happens from now on. {TOLD_ONCE}",
)
def _add(asked: Asked[Nothing, WebhookBody]) -> Shown[WebhookIssued]:
    """Add a webhook."""
    webhook = make_fact(Webhook, _changes(asked.body))
    return _issued(asked, add_webhook(asked.db, asked.actor, asked.account, webhook))


@OPERATIONS.get(f"{PATH}/{{id}}", "showWebhook")
def _get(asked: Asked[Nothing, None]) -> Shown[WebhookShown]:
    """Show a webhook."""
    return _shown(asked, show_webhook(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.put(f"{PATH}/{{id}}", "setWebhook", refuses=(409, 412), example={"active": False})
def _set(asked: Asked[Nothing, WebhookBody]) -> Shown[WebhookShown]:
    """Change a webhook.

    What waits for one that is switched off is not sent any more, but can be resent.
    """
    who = (asked.db, asked.actor, asked.account, asked.id())
    return _shown(asked, set_webhook(*who, _changes(asked.body), expected=asked.expected))


@OPERATIONS.delete(f"{PATH}/{{id}}", "removeWebhook", status=204, refuses=(412,))
def _remove(asked: Asked[Nothing, None]) -> None:
    """Remove a webhook."""
    remove_webhook(asked.db, asked.actor, asked.account, asked.id(), expected=asked.expected)


@OPERATIONS.post(
    f"{PATH}/{{id}}/regenerate-secret",
    "regenerateWebhookSecret",
    hides=("secret",),
    description=f"From now on messages are signed with it alone. {TOLD_ONCE}",
)
def _regenerate(asked: Asked[Nothing, None]) -> Shown[WebhookIssued]:
    """Give a webhook a new secret."""
    return _issued(asked, regenerate_secret(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.post(
    f"{PATH}/{{id}}/test",
    "testWebhook",
    reaches_out=True,
    status=202,
    apart=0,
    fetches=True,
    answered={
        "event": "ping",
        "state": "waiting",
        "status": None,
        "tries": 0,
        "next_at": "2026-11-24T17:01:00Z",
        "delivered_at": None,
        "body": EVENT | {"event": "ping", "data": {"webhook_id": 12}},
    },
)
def _ping(asked: Asked[Nothing, None]) -> Job[DeliveryShown]:
    """Send a webhook a ping.

    It is tried at once, and once, also when the webhook is off. It goes on after the answer: `GET
    /webhooks/{id}/deliveries/{delivery_id}` tells what came of it.
    """
    delivery, send = begin_ping(asked.db, asked.actor, asked.account, asked.id())
    return Job(_show_delivery(delivery), lambda _db: send())


@OPERATIONS.get(f"{PATH}/{{id}}/deliveries", "listDeliveries", answer=page_type("Delivery", DeliveryShown))
def _list_deliveries(asked: Asked[DeliveriesQuery, None]) -> Paged:
    """List what a webhook was sent.

    The last 30 days, newest first.
    """
    query: DeliveriesQuery = asked.query
    check_paging(query.page, query.per_page)
    first = (query.page - 1) * query.per_page
    who = (asked.db, asked.actor, asked.account, asked.id())
    found, total = list_deliveries(*who, _wanted(query), first=first, count=query.per_page)
    return page_of([_show_delivery(one) for one in found], total, query.page, query.per_page, asked.url)


@OPERATIONS.get(f"{PATH}/{{id}}/deliveries/{{delivery_id}}", "showDelivery")
def _show_one(asked: Asked[Nothing, None]) -> DeliveryShown:
    """Show what a webhook was sent."""
    delivery_id = asked.id("delivery_id")
    return _show_delivery(show_delivery(asked.db, asked.actor, asked.account, asked.id(), delivery_id))


def _wanted(query: DeliveriesQuery) -> Wanted:
    values = {name: getattr(query, name) for name in Wanted.__struct_fields__}
    sent: dict[str, Any] = {name: value for name, value in values.items() if value is not UNSET}
    for name in {"since", "until"} & sent.keys():
        sent[name] = parse_moment(sent[name], name)
    return Wanted(**sent)


@OPERATIONS.post(
    f"{PATH}/{{id}}/deliveries/{{delivery_id}}/resend",
    "resendDelivery",
    answered={"state": "waiting", "status": None, "next_at": "2026-11-24T17:01:00Z", "delivered_at": None},
)
def _resend(asked: Asked[Nothing, None]) -> DeliveryShown:
    """Send a delivery again.

    As it was, within a minute, and tried for another day.
    """
    delivery_id = asked.id("delivery_id")
    return _show_delivery(resend_delivery(asked.db, asked.actor, asked.account, asked.id(), delivery_id))
