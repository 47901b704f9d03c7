"""Answers that are kept for a day under the key that their request came with, so that it can be sent again safely."""

from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, delete, insert, select, update

from aiguillage.desk.admitting import Right, admit
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import conflict, invalid
from aiguillage.storage.engine import Database
from aiguillage.storage.schema import answered

KEPT = 24 * 3_600 * 1_000_000
"""Microseconds."""

AT_MOST = 60 * 1_000_000
"""How long a request that was begun may take: the key of one that never ended is free again after that."""

LONGEST_KEY = 255
BEGUN = 0
"""The status of a request that is being carried out."""


class KeptAnswer(msgspec.Struct, frozen=True):
    """What was answered: status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Keyed(NamedTuple):
    """A request with an idempotency key, the SHA-256 of what it asks, and the right that it takes.

    That is a role on the account, for one that is about an account (`account` is its code); else a token of the role
    manage, where `needs` is that; or an operator.
    """

    key: str
    request: bytes
    account: str = ""
    needs: Role = Role.ROUTE
    operators: bool = False


class Ticket(msgspec.Struct, frozen=True):
    """A request with an idempotency key: whose it is, and the SHA-256 of what it asks."""

    account_id: int
    user_id: int
    key: str
    request: bytes

    def row(self) -> ColumnElement[bool]:
        """Its row."""
        return (
            (answered.c.account_id == self.account_id)
            & (answered.c.user_id == self.user_id)
            & (answered.c.key == self.key)
        )


def begin_answer(db: Database, actor: Actor, keyed: Keyed) -> Ticket | KeptAnswer:
    """The answer given before to the same request under that key, else a ticket to answer it now. Raises Refusal.

    Forbidden and missing as the request itself would be now; conflict when it is being carried out at this moment;
    invalid when the key came with another request.
    """
    key, request = keyed.key, keyed.request
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise invalid(f"Idempotency-Key has 1 to {LONGEST_KEY} printable characters. Send a UUID.")
    with db.write() as connection:
        account_id = admit(connection, actor, Right(keyed.account, keyed.needs, keyed.operators))
        connection.execute(delete(answered).where(answered.c.at <= actor.at - KEPT))
        ticket = Ticket(account_id, actor.user_id or 0, key, request)
        row = connection.execute(select(answered).where(ticket.row())).first()
        if row is not None and row.status == BEGUN and row.at <= actor.at - AT_MOST:
            connection.execute(delete(answered).where(ticket.row()))
            row = None
        if row is None:
            values = {"key": key, "request": request, "status": BEGUN, "headers": "{}", "body": b"", "at": actor.at}
            connection.execute(insert(answered).values(account_id=account_id, user_id=ticket.user_id, **values))
            return ticket
    if row.request != request:
        raise invalid("This Idempotency-Key came with another request before. Use a new key for a new request.")
    if row.status == BEGUN:
        raise conflict("The same request is being carried out at this moment. Send it again in a second.")
    return KeptAnswer(row.status, msgspec.json.decode(row.headers, type=dict[str, str]), row.body)


def keep_answer(db: Database, ticket: Ticket, answer: KeptAnswer) -> None:
    """Keeps what was answered."""
    values = {"status": answer.status, "headers": msgspec.json.encode(answer.headers).decode(), "body": answer.body}
    with db.write() as connection:
        connection.execute(update(answered).where(ticket.row()).values(values))


def drop_answer(db: Database, ticket: Ticket) -> None:
    """Frees the key of a request that was refused: nothing was done."""
    with db.write() as connection:
        connection.execute(delete(answered).where(ticket.row()))
