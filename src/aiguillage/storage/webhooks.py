"""What is kept beside webhooks: the secrets that they sign with, and how far their accounts were looked at."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from aiguillage.domain.webhooks import new_webhook_secret
from aiguillage.storage.deliveries import end_waiting
from aiguillage.storage.journal import as_json
from aiguillage.storage.schema import accounts
from aiguillage.storage.webhook_tables import deliveries, webhook_looks, webhook_secrets

SWITCHED_OFF = "The webhook was switched off. Switch it on, and send this again."


class States(msgspec.Struct, frozen=True):
    """How things stood at the last look: which queues were open, a digest of who was on duty for each rota.

    `calendars` are those that were read: whether no event of them counted. None for what nobody wanted to know.
    """

    queues: dict[int, bool] | None = None
    rotas: dict[int, str] | None = None
    calendars: dict[int, bool] | None = None


class Look(msgspec.Struct, frozen=True):
    """How far an account was looked at: its journal, its calls before a moment, its states.

    `calls_at` is None when nobody wants to know of calls. The states hold for these facts until `due_at` (microseconds
    since 1970 UTC; None: as far as is set, always).
    """

    seq: int
    calls_at: int | None = None
    facts_version: int = -1
    due_at: int | None = None
    states: States = States()


class Watched(NamedTuple):
    """An account that has webhooks, by id and code."""

    id: int
    code: str


def place_webhook(connection: Connection, account_id: int, webhook_id: int, *, active: bool) -> None:
    """Sees to it that a webhook has a secret, and that nothing waits for one that is off."""
    if webhook_secret(connection, account_id, webhook_id) is None:
        keep_webhook_secret(connection, account_id, webhook_id, new_webhook_secret())
    if not active:
        end_waiting(connection, account_id, webhook_id, SWITCHED_OFF)


def webhook_secret(connection: Connection, account_id: int, webhook_id: int) -> str | None:
    """What a webhook signs with; None when there is no such webhook."""
    mine = (webhook_secrets.c.account_id == account_id) & (webhook_secrets.c.id == webhook_id)
    return connection.execute(select(webhook_secrets.c.secret).where(mine)).scalar()


def keep_webhook_secret(connection: Connection, account_id: int, webhook_id: int, secret: str) -> None:
    """Keeps what a webhook signs with, in place of what it did before."""
    mine = (webhook_secrets.c.account_id == account_id) & (webhook_secrets.c.id == webhook_id)
    if connection.execute(update(webhook_secrets).where(mine).values(secret=secret)).rowcount == 0:
        connection.execute(insert(webhook_secrets).values(account_id=account_id, id=webhook_id, secret=secret))


def erase_webhook(connection: Connection, account_id: int, webhook_id: int) -> None:
    """Forgets a webhook's secret and deliveries, and with the last webhook how far the account was looked at."""
    for table, column in ((webhook_secrets, webhook_secrets.c.id), (deliveries, deliveries.c.webhook_id)):
        connection.execute(delete(table).where(table.c.account_id == account_id, column == webhook_id))
    if not webhook_ids(connection, account_id):
        connection.execute(delete(webhook_looks).where(webhook_looks.c.account_id == account_id))


def webhook_ids(connection: Connection, account_id: int) -> set[int]:
    """The ids of an account's webhooks."""
    mine = select(webhook_secrets.c.id).where(webhook_secrets.c.account_id == account_id)
    return set(connection.execute(mine).scalars())


def watched_accounts(connection: Connection) -> list[Watched]:
    """The accounts that have webhooks."""
    of_one = accounts.c.id.in_(select(webhook_secrets.c.account_id))
    return [Watched(*row) for row in connection.execute(select(accounts.c.id, accounts.c.code).where(of_one))]


def read_look(connection: Connection, account_id: int) -> Look | None:
    """How far an account was looked at; None for one that was not yet."""
    row = connection.execute(select(webhook_looks).where(webhook_looks.c.account_id == account_id)).first()
    if row is None:
        return None
    states = msgspec.json.decode(row.states, type=States)
    return Look(row.seq, row.calls_at, row.facts_version, row.due_at, states)


def keep_look(connection: Connection, account_id: int, look: Look) -> None:
    """Keeps how far an account was looked at."""
    values = msgspec.structs.asdict(look) | {"states": as_json(look.states)}
    mine = webhook_looks.c.account_id == account_id
    if connection.execute(update(webhook_looks).where(mine).values(values)).rowcount == 0:
        connection.execute(insert(webhook_looks).values(account_id=account_id, **values))
