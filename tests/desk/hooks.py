"""What tests of webhooks need: a real receiver, a clock that they turn, a look at what was sent."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec

from aiguillage.desk.delivering import deliver_due
from aiguillage.desk.events import accounts_with_webhooks, note_events
from aiguillage.desk.webhooks import add_webhook, list_deliveries
from aiguillage.domain.webhooks import EVENTS, GIVEN_UP_AFTER, Webhook
from aiguillage.storage.calls import open_log
from aiguillage.storage.deliveries import Delivery, Wanted, add_deliveries
from aiguillage.storage.facts import Kept
from tests.cast import ACCOUNT, NOW, Cast
from tests.secure import Said, Secure, answer
from tests.storage.facts import account_id

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
GOOD = answer(b"")


class Message(msgspec.Struct, frozen=True):
    """A request that arrived: its path, its headers by their names in lower case, its body."""

    path: str
    headers: dict[str, str]
    body: bytes


def message_of(request: str) -> Message:
    """A request as it came over the wire."""
    head, _, body = request.rpartition("\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Message(first.split(" ")[1], {name.lower(): value for name, value in headers.items()}, body.encode())


@dataclass
class Hooks:
    """Webhooks of the cast on a receiver, looked after at moments that a test chooses."""

    cast: Cast
    secure: Secure
    at: int = NOW

    def add(self, path: str = "/hook", *events: str, said: Said = GOOD, code: str = ACCOUNT) -> tuple[Kept, str]:
        """A webhook that the account's manager adds now, and its secret; the receiver answers as told."""
        self.secure.said[path] = said
        hook = Webhook(name=path, url=self.secure.url(path), events=events or EVENTS)
        actor = msgspec.structs.replace(self.cast["manager" if code == ACCOUNT else "outsider"], at=self.at)
        issued = add_webhook(self.cast.db, actor, code, hook, guard=self.secure.guard)
        return issued.kept, issued.secret

    def enqueue(self, kept: Kept, count: int = 1, **about: Any) -> list[int]:  # noqa: ANN401 - any JSON
        """Deliveries to a webhook, due now, that say so; their ids."""
        bodies = [msgspec.json.encode({"id": f"evt_{n}", **about}).decode() for n in range(count)]
        made = [(kept.id, "call.unknown", body) for body in bodies]
        with self.cast.db.write() as connection:
            account = account_id(self.cast.db, ACCOUNT)
            return add_deliveries(connection, account, made, at=self.at, until=self.at + GIVEN_UP_AFTER)

    def call(self, number: str | None, at: int, outcome: str = "unknown", code: str | None = None) -> None:
        """A call to CL0000 in the log, as the call path logs it."""
        asked = None if code is None else json.dumps({"code": code, "value": "1"})
        with closing(open_log(self.cast.log)) as log:
            log.execute(
                "INSERT INTO calls (at, account_id, number, outcome, asked, dialect, own_us, worker) "
                "VALUES (?, ?, ?, ?, ?, 'v1', 1, 'w')",
                (at, account_id(self.cast.db, ACCOUNT), number, outcome, asked),
            )

    def look(self) -> int:
        """One look at all accounts; how many deliveries it makes."""
        db = self.cast.db
        return sum(note_events(db, self.cast.log, account, self.at) for account in accounts_with_webhooks(db))

    def deliver(self, clock: Callable[[], int] | None = None) -> int:
        """One round of deliveries; how many tries."""
        return deliver_due(self.cast.db, clock or (lambda: self.at), guard=self.secure.guard)

    def sent(self, kept: Kept, **wanted: Any) -> list[Delivery]:  # noqa: ANN401 - as in Wanted
        """A webhook's deliveries, oldest first."""
        manager = self.cast["manager"]
        found, _ = list_deliveries(self.cast.db, manager, ACCOUNT, kept.id, Wanted(**wanted), count=1_000)
        return found[::-1]

    def told(self, kept: Kept) -> list[tuple[str, Any]]:
        """The events of a webhook's deliveries and what they say, oldest first."""
        bodies = [msgspec.json.decode(one.body) for one in self.sent(kept)]
        return [(body["event"], body["data"]) for body in bodies]

    def arrived(self, path: str = "/hook") -> list[Message]:
        """What the receiver got at a path."""
        return [one for one in map(message_of, self.secure.requests) if one.path == path]
