"""Deliveries: what webhooks are sent, each with its body, its tries, and what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Update, case, delete, func, insert, select, update

from aiguillage.domain.errors import missing
from aiguillage.storage.schema import accounts, can_be_id
from aiguillage.storage.webhook_tables import deliveries

WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"
STATES: Mapping[str, ColumnElement[bool]] = {
    WAITING: deliveries.c.next_at.is_not(None),
    DELIVERED: deliveries.c.delivered_at.is_not(None),
    FAILED: deliveries.c.next_at.is_(None) & deliveries.c.delivered_at.is_(None),
}
"""How a delivery can stand, each with the rows that do."""

IDS_A_MILLISECOND = 1024
ERASED = "Somebody had a number erased that was in it."


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one webhook. Moments in microseconds since 1970 UTC.

    `next_at` is when it is tried next, `until` when it is given up; `status` is what the last try was answered,
    `trouble` what went wrong in words. The body is empty once it was erased.
    """

    id: int
    webhook_id: int
    event: str
    body: str
    created_at: int
    until: int
    tries: int = 0
    next_at: int | None = None
    status: int | None = None
    trouble: str | None = None
    delivered_at: int | None = None

    @property
    def state(self) -> str:
        """WAITING, DELIVERED or FAILED."""
        if self.next_at is not None:
            return WAITING
        return FAILED if self.delivered_at is None else DELIVERED

    @property
    def message(self) -> dict[str, Any] | None:
        """What the body says; None once it was erased."""
        return msgspec.json.decode(self.body, type=dict[str, Any]) if self.body else None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries somebody wants to see: of an event, in a state, with a status, made in `[since, until)`."""

    event: str | None = None
    state: str | None = None
    status: int | None = None
    since: int | None = None
    until: int | None = None


class DueWebhook(msgspec.Struct, frozen=True):
    """A webhook that deliveries wait for, with its account's id and code."""

    account_id: int
    code: str
    webhook_id: int


def add_deliveries(
    connection: Connection,
    account_id: int,
    made: Sequence[tuple[int, str, str]],
    *,
    at: int,
    until: int,
    next_at: int | None = None,
) -> list[int]:
    """Adds deliveries, each a webhook's id, an event and a body; their ids, ever rising.

    They are sent at once, unless they are to wait until `next_at`.
    """
    last = select(func.max(deliveries.c.id)).where(deliveries.c.account_id == account_id)
    first = max((connection.execute(last).scalar() or 0) + 1, at // 1000 * IDS_A_MILLISECOND)
    rows = [
        {"account_id": account_id, "id": id_, "webhook_id": webhook_id, "event": event, "body": body}
        | {"created_at": at, "until": until, "tries": 0, "next_at": next_at or at}
        for id_, (webhook_id, event, body) in enumerate(made, start=first)
    ]
    if rows:
        connection.execute(insert(deliveries), rows)
    return [first + n for n in range(len(rows))]


def find_deliveries(
    connection: Connection, account_id: int, webhook_id: int, wanted: Wanted, *, first: int, count: int
) -> tuple[list[Delivery], int]:
    """A webhook's deliveries from the first-th on, newest first, and how many there are in all."""
    of_it = [deliveries.c.account_id == account_id, deliveries.c.webhook_id == webhook_id, *_conditions(wanted)]
    total = connection.execute(select(func.count()).select_from(deliveries).where(*of_it)).scalar_one()
    some = select(deliveries).where(*of_it).order_by(deliveries.c.id.desc()).offset(first).limit(count)
    return [_delivery(row) for row in connection.execute(some)], total


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        getattr(deliveries.c, name) == value
        for name in ("event", "status")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.state is not None:
        conditions.append(STATES[wanted.state])
    if wanted.since is not None:
        conditions.append(deliveries.c.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(deliveries.c.created_at < wanted.until)
    return conditions


def require_delivery(connection: Connection, account_id: int, webhook_id: int, delivery_id: int) -> Delivery:
    """One of a webhook's deliveries. Raises Refusal(missing)."""
    row = None
    if can_be_id(delivery_id):
        mine = (deliveries.c.account_id == account_id) & (deliveries.c.id == delivery_id)
        row = connection.execute(select(deliveries).where(mine, deliveries.c.webhook_id == webhook_id)).first()
    if row is None:
        raise missing(f"There is no delivery {delivery_id} of this webhook. List its deliveries, and choose one.")
    return _delivery(row)


OUTCOME = ("tries", "until", "status", "trouble", "delivered_at")
"""What a try changes. The body stays as it is kept, for it may have been erased."""


def keep_try(connection: Connection, account_id: int, delivery: Delivery) -> None:
    """Keeps what came of a try, unless the delivery is gone; one that was ended meanwhile has no other."""
    next_at = case((deliveries.c.next_at.is_not(None), delivery.next_at))
    connection.execute(_update(account_id, delivery).values(next_at=next_at))


def send_again(connection: Connection, account_id: int, delivery: Delivery) -> None:
    """Has a delivery wait for its first try anew, unless it is gone."""
    connection.execute(_update(account_id, delivery).values(next_at=delivery.next_at))


def _update(account_id: int, delivery: Delivery) -> Update:
    mine = (deliveries.c.account_id == account_id) & (deliveries.c.id == delivery.id)
    return update(deliveries).where(mine).values({name: getattr(delivery, name) for name in OUTCOME})


def due_webhooks(connection: Connection, at: int, limit: int) -> list[DueWebhook]:
    """The webhooks that deliveries are due for, those first whose deliveries failed least often."""
    fewest, oldest = func.min(deliveries.c.tries), func.min(deliveries.c.next_at)
    statement = (
        select(deliveries.c.account_id, accounts.c.code, deliveries.c.webhook_id)
        .join(accounts, accounts.c.id == deliveries.c.account_id)
        .where(deliveries.c.next_at <= at, deliveries.c.body != "")
        .group_by(deliveries.c.account_id, accounts.c.code, deliveries.c.webhook_id)
        .order_by(fewest, oldest)
        .limit(limit)
    )
    return [DueWebhook(*row) for row in connection.execute(statement)]


def due_delivery(connection: Connection, account_id: int, webhook_id: int, at: int) -> Delivery | None:
    """That of a webhook's deliveries which is due longest; None when none is."""
    mine = (deliveries.c.account_id == account_id) & (deliveries.c.webhook_id == webhook_id)
    due = select(deliveries).where(mine, deliveries.c.next_at <= at, deliveries.c.body != "")
    row = connection.execute(due.order_by(deliveries.c.next_at, deliveries.c.id).limit(1)).first()
    return None if row is None else _delivery(row)


def put_off(connection: Connection, account_id: int, webhook_id: int, at: int, until: int) -> None:
    """Has all that is due for a webhook wait until a moment."""
    mine = (deliveries.c.account_id == account_id) & (deliveries.c.webhook_id == webhook_id)
    connection.execute(update(deliveries).where(mine, deliveries.c.next_at <= at).values(next_at=until))


def end_waiting(connection: Connection, account_id: int, webhook_id: int, trouble: str) -> None:
    """Ends all deliveries that wait for a webhook."""
    mine = (deliveries.c.account_id == account_id) & (deliveries.c.webhook_id == webhook_id)
    waiting = update(deliveries).where(mine, deliveries.c.next_at.is_not(None))
    connection.execute(waiting.values(next_at=None, trouble=trouble))


def end_late(connection: Connection, at: int, trouble: str) -> None:
    """Ends all deliveries that had until then."""
    late = update(deliveries).where(deliveries.c.next_at <= at, deliveries.c.until <= at)
    connection.execute(late.values(next_at=None, trouble=trouble))


def forget_deliveries(connection: Connection, before: int) -> None:
    """Removes the deliveries that were made before a moment."""
    connection.execute(delete(deliveries).where(deliveries.c.created_at < before))


def erase_bodies(connection: Connection, account_id: int, delivery_ids: Iterable[int]) -> None:
    """Erases what these deliveries were to send, and ends them: somebody who was in it was erased."""
    theirs = (deliveries.c.account_id == account_id) & deliveries.c.id.in_(list(delivery_ids))
    connection.execute(update(deliveries).where(theirs).values(body="", next_at=None, trouble=ERASED))


def _delivery(row: Any) -> Delivery:  # noqa: ANN401 - a row of the table
    return msgspec.convert(row, Delivery, from_attributes=True)
