"""Deliveries sent: signed, to public addresses only, each try bounded in time, one slow receiver beside the others."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection

from aiguillage.desk.change import change_facts
from aiguillage.desk.facts import replace_fact
from aiguillage.desk.fetching import PUBLIC, Guard, send
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Refusal
from aiguillage.domain.moments import DAY, SECOND
from aiguillage.domain.webhooks import FIRST_WAIT, WEBHOOK, next_try, signature
from aiguillage.storage.deliveries import (
    Delivery,
    DueWebhook,
    due_delivery,
    due_webhooks,
    end_late,
    forget_deliveries,
    keep_try,
    put_off,
)
from aiguillage.storage.facts import require_fact
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.webhooks import webhook_secret

KEPT = 30 * DAY
"""Microseconds."""

TRY_SECONDS = 10.0
TURN_SECONDS = 30.0
"""How long one webhook's deliveries are sent one after the other before others have their turn."""

THREADS = 8
WEBHOOKS_A_ROUND, DELIVERIES_A_TURN = 64, 200
LONGEST_ANSWER = 1 << 10
"""Bytes of an answer that are read; nothing of it is kept."""

LONGEST_TROUBLE = 200
BY_RECEIVER = "webhook receiver"
"""Who acts, in the journal, when a receiver wants no more."""

LATE = "It could not be delivered within 24 hours."


class Receiver(NamedTuple):
    """A webhook that is on, with all that it takes to send it something."""

    account_id: int
    code: str
    webhook_id: int
    url: str
    secret: str


class _Said(NamedTuple):
    """What came of a try: the answer's status, None without an answer; what is wrong with it, in words."""

    status: int | None
    trouble: str | None


def receiver_of(connection: Connection, account_id: int, code: str, webhook_id: int) -> Receiver:
    """A webhook as a receiver, be it on or off. Raises Refusal(missing)."""
    fact = require_fact(connection, account_id, WEBHOOK, webhook_id).fact
    return Receiver(account_id, code, webhook_id, fact.url, webhook_secret(connection, account_id, webhook_id) or "")


def deliver_due(db: Database, clock: Callable[[], int], *, guard: Guard = PUBLIC) -> int:
    """Sends what is due, several webhooks at a time; how many tries that were. `clock` tells the moment of each.

    A webhook whose receiver does not answer has no second try before what it did not take is due again, so that it
    takes nobody else's turn. Raises Refusal.
    """
    at = clock()
    with db.write() as connection:
        end_late(connection, at, LATE)
        forget_deliveries(connection, at - KEPT)
    with db.read() as connection:
        due = due_webhooks(connection, at, WEBHOOKS_A_ROUND)
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(lambda one: _take_turn(db, one, clock, guard), due))


def _take_turn(db: Database, due: DueWebhook, clock: Callable[[], int], guard: Guard) -> int:
    """Sends what is due for one webhook, as it is before each try; how many tries that were."""
    ends, tries = time.monotonic() + TURN_SECONDS, 0
    while tries < DELIVERIES_A_TURN and (what := _next_of(db, due, clock())) is not None:
        tried = try_delivery(db, *what, clock(), guard=guard)
        tries += 1
        if tried.status is None:
            at = clock()
            with db.write() as connection:
                put_off(connection, due.account_id, due.webhook_id, at, tried.next_at or at + FIRST_WAIT)
        if tried.status is None or time.monotonic() > ends:
            break
    return tries


def _next_of(db: Database, due: DueWebhook, at: int) -> tuple[Receiver, Delivery] | None:
    """What is to be sent next, and to whom; None when nothing is due, or the webhook was removed."""
    with db.read() as connection:
        delivery = due_delivery(connection, due.account_id, due.webhook_id, at)
        if delivery is None:
            return None
        return receiver_of(connection, due.account_id, due.code, due.webhook_id), delivery


def try_delivery(
    db: Database, receiver: Receiver, delivery: Delivery, at: int, *, guard: Guard = PUBLIC, again: bool = True
) -> Delivery:
    """One try, whose outcome is kept; without `again` it is the last. Raises Refusal.

    Whoever answers 410 (Gone) wants no more: the webhook is switched off.
    """
    said = _post(receiver, delivery, at, guard)
    tries = delivery.tries + 1
    good = said.trouble is None
    due = None if good or not again or said.status == HTTPStatus.GONE else next_try(tries, at, delivery.until)
    tried = msgspec.structs.replace(
        delivery,
        tries=tries,
        next_at=due,
        status=said.status,
        trouble=said.trouble,
        delivered_at=at if good else None,
    )
    with db.write() as connection:
        keep_try(connection, receiver.account_id, tried)
    if said.status == HTTPStatus.GONE:
        _switch_off(db, receiver, at)
    return tried


def _post(receiver: Receiver, delivery: Delivery, at: int, guard: Guard) -> _Said:
    body, timestamp = delivery.body.encode(), at // SECOND
    message_id = msgspec.json.decode(body)["id"]
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(receiver.secret, message_id, timestamp, body),
    }
    try:
        answer = send("POST", receiver.url, headers, body, longest=LONGEST_ANSWER, seconds=TRY_SECONDS, guard=guard)
    except Refusal as refusal:
        return _Said(None, refusal.message[:LONGEST_TROUBLE])
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return _Said(answer.status, None)
    host = urlsplit(receiver.url).hostname
    return _Said(answer.status, f"{host} answers with the status {answer.status}."[-LONGEST_TROUBLE:])


def _switch_off(db: Database, receiver: Receiver, at: int) -> None:
    actor = Actor(BY_RECEIVER, at, operator=True)
    trouble = "Its receiver answers 410 (Gone): it wants no more. Check the address before you switch it on again."
    # Somebody may have removed it meanwhile.
    with suppress(Refusal), change_facts(db, actor, receiver.code, Role.MANAGE) as change:
        replace_fact(change, WEBHOOK, receiver.webhook_id, {"active": False, "trouble": trouble})
