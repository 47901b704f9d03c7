"""Webhooks: added, changed and removed by an account's managers, who also see and resend what was sent."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from aiguillage.desk.change import change_facts, read_facts, require_unbound
from aiguillage.desk.delivering import receiver_of, try_delivery
from aiguillage.desk.events import Message, new_message_id
from aiguillage.desk.facts import add_fact, list_facts, remove_fact, set_fact, show_fact
from aiguillage.desk.fetching import PUBLIC, Guard, check_url
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.meanings import ON_A_PAGE
from aiguillage.domain.moments import MINUTE
from aiguillage.domain.webhooks import GIVEN_UP_AFTER, PING, WEBHOOK, Webhook, new_webhook_secret
from aiguillage.storage.deliveries import (
    STATES,
    Delivery,
    Wanted,
    add_deliveries,
    find_deliveries,
    require_delivery,
    send_again,
)
from aiguillage.storage.facts import Kept, require_fact
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.webhooks import keep_webhook_secret, webhook_secret

LONGEST_PING = 10 * MINUTE
"""How long a ping is tried for, in microseconds, where the process that was asked for it ended."""

SECRET = "webhook_secret"  # noqa: S105 - the journal's name for it


class Issued(NamedTuple):
    """A webhook, and the secret that it signs with, told this once."""

    kept: Kept
    secret: str


def add_webhook(db: Database, actor: Actor, code: str, webhook: Webhook, *, guard: Guard = PUBLIC) -> Issued:
    """A new webhook, told of what happens from now on. Raises Refusal."""
    require_unbound(actor)
    check_url(webhook.url, guard)
    kept = add_fact(db, actor, code, webhook).kept
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        return Issued(kept, webhook_secret(connection, account_id, kept.id) or "")


def set_webhook(
    db: Database,
    actor: Actor,
    code: str,
    webhook_id: int,
    changes: Mapping[str, Any],
    *,
    expected: int | None = None,
    guard: Guard = PUBLIC,
) -> Kept:
    """Changes some of a webhook's values. What waits for one that is switched off is not sent any more.

    Raises Refusal: stale when its seq is not the `expected` one.
    """
    if isinstance(changes.get("url"), str):
        require_unbound(actor)
        check_url(changes["url"], guard)
    return set_fact(db, actor, code, WEBHOOK, webhook_id, changes, expected=expected).kept


def remove_webhook(db: Database, actor: Actor, code: str, webhook_id: int, *, expected: int | None = None) -> None:
    """Removes a webhook with its secret and its deliveries. Raises Refusal."""
    remove_fact(db, actor, code, WEBHOOK, webhook_id, expected=expected)


def show_webhook(db: Database, actor: Actor, code: str, webhook_id: int) -> Kept:
    """One webhook. Raises Refusal."""
    return show_fact(db, actor, code, WEBHOOK, webhook_id)


def list_webhooks(db: Database, actor: Actor, code: str) -> list[Kept]:
    """The account's webhooks, oldest first. Raises Refusal."""
    return list_facts(db, actor, code, WEBHOOK)


def regenerate_secret(db: Database, actor: Actor, code: str, webhook_id: int) -> Issued:
    """A new secret in place of the one before, which signs nothing any more. Raises Refusal."""
    with change_facts(db, actor, code, Role.MANAGE) as change:
        kept = require_fact(change.connection, change.account_id, WEBHOOK, webhook_id)
        secret = new_webhook_secret()
        keep_webhook_secret(change.connection, change.account_id, webhook_id, secret)
        change.record(change.take_seqs(), "issue", SECRET, webhook_id, None, {"issued": True})
    return Issued(kept, secret)


def list_deliveries(
    db: Database, actor: Actor, code: str, webhook_id: int, wanted: Wanted, *, first: int = 0, count: int = ON_A_PAGE
) -> tuple[list[Delivery], int]:
    """A webhook's deliveries of the last 30 days, newest first, from the first-th on; and their number.

    Raises Refusal.
    """
    if wanted.state is not None and wanted.state not in STATES:
        raise invalid(f"'{wanted.state[:20]}' is not a state. Choose one of: {', '.join(STATES)}.", "state")
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        require_fact(connection, account_id, WEBHOOK, webhook_id)
        return find_deliveries(connection, account_id, webhook_id, wanted, first=first, count=count)


def resend_delivery(db: Database, actor: Actor, code: str, webhook_id: int, delivery_id: int) -> Delivery:
    """Has a delivery sent again within a minute, as it was, and tried for another day. Raises Refusal."""
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        webhook = require_fact(connection, account_id, WEBHOOK, webhook_id).fact
        delivery = require_delivery(connection, account_id, webhook_id, delivery_id)
    if not webhook.active:
        raise conflict("The webhook is switched off. Switch it on, then send this again.")
    if not delivery.body:
        raise conflict(
            "A number in this delivery has been erased, and the delivery's body with it. It cannot be sent again."
        )
    until = actor.at + GIVEN_UP_AFTER
    again = msgspec.structs.replace(delivery, tries=0, next_at=actor.at, until=until, delivered_at=None, trouble=None)
    with db.write() as connection:
        send_again(connection, account_id, again)
    return again


def show_delivery(db: Database, actor: Actor, code: str, webhook_id: int, delivery_id: int) -> Delivery:
    """One of a webhook's deliveries. Raises Refusal."""
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        require_fact(connection, account_id, WEBHOOK, webhook_id)
        return require_delivery(connection, account_id, webhook_id, delivery_id)


def ping_webhook(db: Database, actor: Actor, code: str, webhook_id: int, *, guard: Guard = PUBLIC) -> Delivery:
    """Sends a webhook a ping, on or off as it is, and tells what came of it; it is tried once. Raises Refusal."""
    return begin_ping(db, actor, code, webhook_id, guard=guard)[1]()


def begin_ping(
    db: Database, actor: Actor, code: str, webhook_id: int, *, guard: Guard = PUBLIC
) -> tuple[Delivery, Callable[[], Delivery]]:
    """A ping that waits, and what sends it: to be called once. Raises Refusal.

    Should the process end before, housekeeping sends it a minute later.
    """
    with read_facts(db, actor, code, Role.MANAGE) as (connection, account_id, _):
        receiver = receiver_of(connection, account_id, code, webhook_id)
    body = Message(new_message_id(), PING, code, actor.at, {"webhook_id": webhook_id}).encoded()
    with db.write() as connection:
        made = [(webhook_id, PING, body)]
        due, until = actor.at + MINUTE, actor.at + LONGEST_PING
        delivery_id = add_deliveries(connection, account_id, made, at=actor.at, until=until, next_at=due)[0]
        delivery = require_delivery(connection, account_id, webhook_id, delivery_id)
    return delivery, lambda: try_delivery(db, receiver, delivery, actor.at, guard=guard, again=False)
