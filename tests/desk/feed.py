"""A feed on a real server, and what tests ask of the calendars that are read from it."""

from datetime import datetime

import msgspec

from aiguillage.desk.calendars import CalendarState, add_calendar, list_calendars
from aiguillage.desk.journal import list_changes
from aiguillage.domain.accounts import Actor
from aiguillage.domain.queues import Event
from tests.calendars import CLOSED, queue
from tests.cast import ACCOUNT, NOW, Cast
from tests.secure import Secure, answer

HOUR, DAY = 3600 * 1_000_000, 86_400 * 1_000_000
INVENTORY = Event(datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 18), "Inventory")  # noqa: DTZ001 - a wall's clock
TRAINING = Event(datetime(2026, 12, 2, 8), datetime(2026, 12, 2, 12), "Training")  # noqa: DTZ001 - same
GONE = answer(b"", status="503 Service Unavailable")


class Feed:
    """A feed on a server: what it says next, and how often it was asked."""

    def __init__(self, secure: Secure) -> None:
        self._secure = secure
        self.url = secure.url("/feed.ics")
        self.fetch = secure.fetch
        secure.requests.clear()
        self.says(CLOSED)

    def says(self, text: bytes) -> None:
        """Lets it say this from now on: a text, or a whole answer."""
        self._secure.said["/feed.ics"] = text if text.startswith(b"HTTP/") else answer(text)

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return len(self._secure.requests)


def later(cast: Cast, hours: int, name: str = "editor") -> Actor:
    """An actor some hours after the cast's moment."""
    return msgspec.structs.replace(cast[name], at=NOW + hours * HOUR)


def feed_of_queue(cast: Cast, feed: Feed) -> int:
    """The id of a queue's calendar that is read from a feed."""
    calendar = msgspec.structs.replace(queue(cast), url=feed.url)
    return int(add_calendar(cast.db, cast["editor"], ACCOUNT, calendar, fetch=feed.fetch).kept.id)


def only(cast: Cast) -> CalendarState:
    """The one calendar of the account."""
    [calendar] = list_calendars(cast.db, cast["reader"], ACCOUNT)
    return calendar


def seq(cast: Cast) -> int:
    """The number of the account's latest change."""
    return list_changes(cast.db, cast["manager"], ACCOUNT, limit=1)[0].seq


def version(cast: Cast) -> int:
    """The account's facts_version."""
    with cast.db.read() as connection:
        statement = "SELECT facts_version FROM accounts WHERE code = ?"
        return int(connection.exec_driver_sql(statement, (ACCOUNT,)).scalar_one())
