"""Events: what happened on an account since it was last looked at, made into deliveries for its webhooks.

Housekeeping looks, so that whoever changes something, and whoever calls, waits for no webhook.
"""

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from aiguillage.desk.change import account_of
from aiguillage.desk.event_sources import Found, calls_since, changes_since, moment, states_at
from aiguillage.domain.webhooks import GIVEN_UP_AFTER, WEBHOOK, Webhook
from aiguillage.storage.deliveries import add_deliveries
from aiguillage.storage.facts import Kept, read_facts
from aiguillage.storage.journal import moment_of
from aiguillage.storage.schema import accounts
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.webhooks import Look, Watched, keep_look, read_look, watched_accounts, webhook_ids


class Message(NamedTuple):
    """An event as it is sent: its id, its name, the account's code, the moment (microseconds), what there is to say."""

    id: str
    event: str
    account: str
    at: int
    about: dict[str, Any]

    def encoded(self) -> str:
        """The body that is sent: JSON."""
        about = {"account": self.account, "at": moment(self.at), "data": self.about}
        body = {"id": self.id, "event": self.event, **about}
        return msgspec.json.encode(body).decode()


def new_message_id() -> str:
    """An id that no other event has; all tries of it, to whatever webhook, have the same."""
    return f"evt_{secrets.token_hex(12)}"


def accounts_with_webhooks(db: Database) -> list[Watched]:
    """The accounts that are to be looked at."""
    with db.read() as connection:
        return watched_accounts(connection)


def note_events(db: Database, log: Path, account: Watched, at: int) -> int:
    """Looks at an account, and has its webhooks told what happened since the last look; how many deliveries that makes.

    Raises Refusal.
    """
    with db.read() as connection:
        webhooks = list(read_facts(connection, account.id, WEBHOOK))
        before = read_look(connection, account.id) or _first_look(connection, account.id, webhooks)
        found, after = _looked(connection, log, account, webhooks, before, at)
        made = [one for event in found for one in _deliveries(connection, account, webhooks, event)]
    if after == before and not made:
        return 0
    with db.write() as connection:
        here = webhook_ids(connection, account.id)
        made = [one for one in made if one[0] in here]
        add_deliveries(connection, account.id, made, at=at, until=at + GIVEN_UP_AFTER)
        if here:
            keep_look(connection, account.id, after)
    return len(made)


def _first_look(connection: Connection, account_id: int, webhooks: Iterable[Kept]) -> Look:
    """Nothing is told that was before the first webhook."""
    seq = min((kept.seq for kept in webhooks), default=0)
    return Look(seq, calls_at=moment_of(connection, account_id, seq))


def _looked(
    connection: Connection, log: Path, account: Watched, webhooks: Iterable[Kept], before: Look, at: int
) -> tuple[list[Found], Look]:
    """What happened since, and how far that is."""
    row = connection.execute(select(accounts).where(accounts.c.id == account.id)).one()
    wanted = {event for kept in webhooks if kept.fact.active for event in kept.fact.events}
    changes, seq = changes_since(connection, account.id, before.seq, row.seq, wanted)
    calls, calls_at = calls_since(log, account.id, before.calls_at, at, wanted)
    after = msgspec.structs.replace(before, seq=seq, calls_at=calls_at)
    states: list[Found] = []
    over = before.due_at is not None and before.due_at <= at
    if over or before.facts_version != row.facts_version:
        now, states, due_at = states_at(connection, account.id, account_of(row), before.states, at, wanted)
        after = msgspec.structs.replace(after, states=now, due_at=due_at, facts_version=row.facts_version)
    return [*changes, *states, *calls], after


def _deliveries(
    connection: Connection, account: Watched, webhooks: Iterable[Kept], found: Found
) -> Iterator[tuple[int, str, str]]:
    """A delivery to each webhook that wants the event and was there before it."""
    body = Message(new_message_id(), found.event, account.code, found.at, found.about).encoded()
    for kept in webhooks:
        webhook: Webhook = kept.fact
        if webhook.active and found.event in webhook.events and _was_there(connection, account.id, kept.id, found):
            yield kept.id, found.event, body


def _was_there(connection: Connection, account_id: int, webhook_id: int, found: Found) -> bool:
    if found.seq is not None:
        return webhook_id < found.seq
    return moment_of(connection, account_id, webhook_id) <= found.at
