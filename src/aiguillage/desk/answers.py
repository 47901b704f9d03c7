"""Answers that are kept for a day under the key that their request came with, so that it can be sent again safely.

The answer is kept in the transaction of the change itself: both are there, or neither. While a request is carried out,
its process has claimed the key, so that the same one is turned away; what a dead process had begun is free at once.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from aiguillage.desk.admitting import Right, admit
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import DAY
from aiguillage.storage.claims import claimed
from aiguillage.storage.joined import one_transaction
from aiguillage.storage.schema import answered
from aiguillage.storage.sqlite.engine import Database

KEPT = DAY
"""Microseconds."""

LONGEST_KEY = 255
BUSY = "A request with this Idempotency-Key is being carried out at this moment. Send it again in a second."


class KeptAnswer(msgspec.Struct, frozen=True):
    """What was answered: status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Keyed(NamedTuple):
    """A request with an idempotency key, the SHA-256 of what it asks, and the right that it takes.

    That is a role on the account, for one that is about an account (`account` is its code); else a token of the role
    manage, where `needs` is that; or an operator. What `reaches_out` of the database cannot be kept with its answer in
    one transaction: its answer is kept after it.
    """

    key: str
    request: bytes
    account: str = ""
    needs: Role = Role.ROUTE
    operators: bool = False
    reaches_out: bool = False


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

    @property
    def name(self) -> bytes:
        """What is claimed while it is carried out."""
        return msgspec.json.encode((self.account_id, self.user_id, self.key))


def answer_once(
    db: Database, actor: Actor, keyed: Keyed, answer: Callable[[Database], KeptAnswer]
) -> KeptAnswer | None:
    """The answer given before to the same request under that key; None when `answer` gives it now, and it is kept.

    `answer` gets the database to carry the request out with. Raises Refusal as `answer` does, and: forbidden and
    missing as the request itself would be now; conflict while it is carried out; invalid when the key came with another
    request.
    """
    if not keyed.key or len(keyed.key) > LONGEST_KEY or not keyed.key.isprintable():
        raise invalid(f"Idempotency-Key must have 1 to {LONGEST_KEY} printable characters. Send a UUID.")
    with db.read() as connection:
        account_id = admit(connection, actor, Right(keyed.account, keyed.needs, keyed.operators))
        ticket = Ticket(account_id, actor.user_id or 0, keyed.key, keyed.request)
    with claimed(db.path, ticket.name, BUSY):
        kept = _kept_answer(db, ticket, actor.at)
        if kept is None and keyed.reaches_out:
            given = answer(db)
            _keep(db.write(), ticket, given, actor.at)
        elif kept is None:
            with one_transaction(db) as one:
                given = answer(one)
                _keep(one.last(), ticket, given, actor.at)
        return kept


def _kept_answer(db: Database, ticket: Ticket, at: int) -> KeptAnswer | None:
    with db.read() as connection:
        row = connection.execute(select(answered).where(ticket.row(), answered.c.at > at - KEPT)).first()
    if row is None:
        return None
    if row.request != ticket.request:
        raise invalid("This Idempotency-Key was used for another request before. Use a new key for a new request.")
    return KeptAnswer(row.status, msgspec.json.decode(row.headers, type=dict[str, str]), row.body)


def _keep(writing: AbstractContextManager[Connection], ticket: Ticket, answer: KeptAnswer, at: int) -> None:
    """Keeps what was answered, and no answer longer than a day."""
    headers = msgspec.json.encode(answer.headers).decode()
    with writing as connection:
        connection.execute(delete(answered).where(answered.c.at <= at - KEPT))
        connection.execute(
            insert(answered).values(
                **msgspec.structs.asdict(ticket), status=answer.status, headers=headers, body=answer.body, at=at
            )
        )
