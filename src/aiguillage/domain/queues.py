"""Call queues and all that says when they send calls where: time spans, exceptions, holidays, calendars, switches.

Shapes after contracts/cx-engine.md, 'call-queues'. Dates and times are by the clock on the account's wall.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

import msgspec

QUEUE, GROUP, ACCOUNT, ROTA = "queue", "group", "account", "rota"
"""What a fact can belong to."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Call queues that share opening hours."""

    name: str


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A place callers wait. `number` is what is dialled to reach it, `did_number` what callers dial from outside.

    `default_destination` is where its calls go while nothing else says so. A queue that is not active takes no part in
    decisions. `group` and `rota` are ids.
    """

    name: str
    code: str
    number: str | None = None
    group: int | None = None
    active: bool = True
    default_destination: str | None = None
    default_destination_type: str = ""
    did_number: str | None = None
    host_name: str = ""
    type: str = ""
    rota: int | None = None


class TimeSpan(msgspec.Struct, frozen=True, kw_only=True):
    """`[start, end)` on every `day_of_week` (1 Monday .. 7 Sunday) or on the one day `date_full`.

    An end not after its start runs over midnight; 00:00 to 00:00 is the whole day, and 23:59 is the day's end. Without
    a destination calls go to the queue itself.
    """

    owner_type: str
    owner_id: int
    day_of_week: int | None = None
    date_full: date | None = None
    start_time: time
    end_time: time
    destination: str | None = None
    reference: str = ""


class DayException(msgspec.Struct, frozen=True, kw_only=True):
    """Days out of the ordinary on a queue or group, both ends included, also every year if so.

    Without a destination calls go to the queue's default destination.
    """

    owner_type: str
    owner_id: int
    first_day: date
    last_day: date
    every_year: bool = False
    label: str = ""
    destination: str | None = None
    reference: str = ""


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """A holiday of the account that somebody entered by hand."""

    day: date
    label: str
    every_year: bool = False
    destination: str | None = None
    reference: str = ""


class ObservedDay(msgspec.Struct, frozen=True):
    """A public holiday as it was computed."""

    day: date
    label: str


class Observance(msgspec.Struct, frozen=True, kw_only=True):
    """The public holidays that the account observes: those of a country and subdivision, but those switched off.

    `destinations` maps a holiday's label to where calls go on it; without one they go to the queue's default
    destination. `days` were computed by the desk, some years ahead.
    """

    country: str
    subdivision: str = ""
    off: tuple[str, ...] = ()
    destinations: Mapping[str, str] = {}
    days: tuple[ObservedDay, ...] = ()


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One occurrence of a calendar's event, `[begins, ends)`; `label` is its summary.

    `people` are those invited to a shift, each `Name <address>`, or one of both.
    """

    begins: datetime
    ends: datetime
    label: str = ""
    people: tuple[str, ...] = ()


class Omitted(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that a calendar has and that counts for nothing: when it begins, if it says so, and its summary."""

    begins: datetime | None = None
    label: str = ""


class LeftOut(msgspec.Struct, frozen=True):
    """How many of a calendar's events count for nothing, for one reason (domain/omissions.py), and the first ones."""

    reason: str
    count: int
    first: tuple[Omitted, ...] = ()


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """An iCal file or feed: exceptions of a queue or group, or shifts of a rota, as its events were last read.

    `left_out` are those of its events that were not kept. `trouble` says why the feed cannot be read, since
    `failing_since` (microseconds since 1970 UTC).
    """

    owner_type: str
    owner_id: int
    name: str
    url: str | None = None
    destination: str | None = None
    events: tuple[Event, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    failing_since: int | None = None
    trouble: str = ""


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """A manual override of an account, group or queue: on until switched off or until a moment (microseconds UTC)."""

    name: str
    owner_type: str
    owner_id: int | None = None
    destination: str
    on: bool = False
    until: int | None = None

    def holds(self, at: int) -> bool:
        """Whether it is on at a moment."""
        return self.on and (self.until is None or at < self.until)
