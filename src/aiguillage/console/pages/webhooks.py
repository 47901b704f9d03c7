"""Webhooks: who is told of what happens, what they were sent, a test, a new secret."""

from collections.abc import Mapping
from typing import Any

from aiguillage.console.pages.settings import shown
from aiguillage.console.proofs import proof_faults
from aiguillage.console.visits import Answer, Moved, Shown, Visit, form, number_of, page
from aiguillage.desk.webhooks import (
    add_webhook,
    list_deliveries,
    list_webhooks,
    ping_webhook,
    regenerate_secret,
    remove_webhook,
    resend_delivery,
    set_webhook,
    show_webhook,
)
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.webhooks import EVENTS, Webhook
from aiguillage.storage.deliveries import STATES, Wanted
from aiguillage.storage.facts import Kept

PLACE = "settings/webhooks"
LISTED = 30
SAID = dict(
    zip(
        EVENTS,
        (
            "a contact was changed",
            "an import was finished",
            "contacts cannot be imported from their address",
            "a queue was closed",
            "somebody else is on call",
            "a calendar cannot be used",
            "an unknown caller called",
            "many wrong codes were typed",
        ),
        strict=True,
    )
)
"""The events as people call them."""


@page("/{account}/settings/webhooks", role=Role.MANAGE)
def webhooks(visit: Visit) -> Answer:
    """All of them."""
    return _webhooks(visit, {}, (), {})


def _webhooks(visit: Visit, typed: Mapping[str, str], events: Any, faults: Mapping[str, list[str]]) -> Shown:  # noqa: ANN401 - some texts
    found = list_webhooks(visit.db, visit.actor, visit.code)
    values = {"webhooks": found, "typed": typed, "chosen": events, "events": SAID, "faults": faults}
    return shown("settings-webhooks.html", PLACE, values)


@form("/{account}/settings/webhooks", role=Role.MANAGE, lane="fetching")
def add(visit: Visit) -> Answer:
    """A new one; its secret is on this page alone."""
    sent, events = visit.form, tuple(visit.lists.get("events", ()))
    webhook = Webhook(name=sent.get("name", ""), url=sent.get("url", "").strip(), events=events)
    try:
        issued = add_webhook(visit.db, visit.actor, visit.code, webhook)
    except Refusal as refusal:
        return _webhooks(visit, sent, events, proof_faults(refusal))
    return _issued(issued.kept, issued.secret)


def _issued(kept: Kept, secret: str) -> Shown:
    values = {"name": kept.fact.name, "secret": secret, "back": f"{PLACE}/{kept.id}"}
    return shown("settings-issued.html", PLACE, values)


@page("/{account}/settings/webhooks/{id}", role=Role.MANAGE)
def webhook(visit: Visit) -> Answer:
    """One of them, and what it was sent."""
    kept = show_webhook(visit.db, visit.actor, visit.code, visit.id())
    return _webhook(visit, kept, kept.fact, {})


def _webhook(visit: Visit, kept: Kept, typed: Webhook, faults: Mapping[str, list[str]], status: int = 200) -> Shown:
    state = visit.query.get("state", "")
    wanted = Wanted(state=state if state in STATES else None)
    found, count = list_deliveries(visit.db, visit.actor, visit.code, kept.id, wanted, count=LISTED)
    values = {"kept": kept, "typed": typed, "events": SAID, "faults": faults, "deliveries": found, "count": count}
    return shown("settings-webhook.html", PLACE, values | {"states": list(STATES), "state": state}, status)


@form("/{account}/settings/webhooks/{id}", role=Role.MANAGE, lane="fetching")
def change(visit: Visit) -> Answer:
    """Changes one."""
    kept, sent = show_webhook(visit.db, visit.actor, visit.code, visit.id()), visit.form
    changes: dict[str, Any] = {
        "name": sent.get("name", ""),
        "url": sent.get("url", "").strip(),
        "events": tuple(visit.lists.get("events", ())),
        "active": bool(sent.get("active")),
    }
    seen = sent.get("seq", "")
    try:
        expected = number_of(seen)
        after = set_webhook(visit.db, visit.actor, visit.code, kept.id, changes, expected=expected)
    except Refusal as refusal:
        status = 409 if refusal.kind is Kind.STALE else 422
        return _webhook(visit, kept, Webhook(**changes), proof_faults(refusal), status)
    return Moved(f"{visit.at}/{PLACE}/{kept.id}", visit.say("The webhook is changed."), undo=after.seq)


@form("/{account}/settings/webhooks/{id}/remove", role=Role.MANAGE)
def remove(visit: Visit) -> Answer:
    """Removes one."""
    remove_webhook(visit.db, visit.actor, visit.code, visit.id())
    return Moved(f"{visit.at}/{PLACE}", visit.say("The webhook is removed."))


@form("/{account}/settings/webhooks/{id}/secret", role=Role.MANAGE)
def new_secret(visit: Visit) -> Answer:
    """Another secret; it is on this page alone."""
    issued = regenerate_secret(visit.db, visit.actor, visit.code, visit.id())
    return _issued(issued.kept, issued.secret)


@form("/{account}/settings/webhooks/{id}/test", role=Role.MANAGE, lane="fetching")
def test(visit: Visit) -> Answer:
    """Sends a test, and says what came of it."""
    kept = show_webhook(visit.db, visit.actor, visit.code, visit.id())
    try:
        delivery = ping_webhook(visit.db, visit.actor, visit.code, kept.id)
    except Refusal as refusal:
        return _webhook(visit, kept, kept.fact, proof_faults(refusal), 409)
    if delivery.delivered_at is None:
        return _webhook(visit, kept, kept.fact, {"": [delivery.trouble or "The test did not arrive."]}, 409)
    return Moved(f"{visit.at}/{PLACE}/{kept.id}", visit.say("The test arrived."))


@form("/{account}/settings/webhooks/{id}/deliveries/{delivery}/again", role=Role.MANAGE)
def send_again(visit: Visit) -> Answer:
    """Has a delivery sent again."""
    kept = show_webhook(visit.db, visit.actor, visit.code, visit.id())
    try:
        resend_delivery(visit.db, visit.actor, visit.code, kept.id, visit.id("delivery"))
    except Refusal as refusal:
        return _webhook(visit, kept, kept.fact, proof_faults(refusal), 409)
    return Moved(f"{visit.at}/{PLACE}/{kept.id}", visit.say("It is sent again within a minute."))
