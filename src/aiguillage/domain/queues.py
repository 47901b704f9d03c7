"""Call queues and all that says when they send calls where: time spans, exceptions, holidays, calendars, switches.

Shapes after contracts/cx-engine.md, 'call-queues'. Dates and times are by the clock on the account's wall.

What makes one acceptable beside the account's other facts says its check, which takes the fact, its id (None for a new
one), the account's facts by kind and id, and the account. It gives the fact as it is kept, or raises Refusal(invalid,
conflict). Whether what a fact belongs to exists is not looked at here.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account
from aiguillage.domain.beside import ByKind, having, one_of, own_key, owned, reference_key
from aiguillage.domain.contacts import parse_destination, parse_text
from aiguillage.domain.errors import conflict, invalid
from aiguillage.domain.holidays import ObservedDay, check_place
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.domain.numbers import parse_number
from aiguillage.domain.problems import Code
from aiguillage.domain.timeline import shown_in

QUEUE, GROUP, ACCOUNT, ROTA = "queue", "group", "account", "rota"
"""What a fact can belong to."""


_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_LONGEST_URL = 2_000
_SUNDAY = 7


CLASSES = (("CallQueue", QUEUE), ("CallQueueGroup", GROUP))
"""Class names that the successor's client sends, by how they end, and what they stand for."""


def parse_owner(text: str, _field: str) -> str:
    """What a fact belongs to: a word, or the name of a class that ends as the successor's does."""
    return next((kind for ending, kind in CLASSES if text.strip().endswith(ending)), text.strip())


def _parse_weekday(day: int, _field: str) -> int:
    return _SUNDAY if day == 0 else day


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Call queues that share opening hours."""

    name: Annotated[str, meanings.NAME]


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A place callers wait. `number` is what is dialled to reach it, `did_number` what callers dial from outside.

    `default_destination` is where its calls go while nothing else says so. A queue that is not active takes no part in
    decisions. `group` and `rota` are ids.
    """

    name: Annotated[str, meanings.NAME]
    code: Annotated[str, means("What call flows name the queue by.", "support")]
    number: Annotated[str | None, means("What is dialled to reach the queue; null for none.", "207")] = None
    group: Annotated[
        int | None,
        means(
            "The id of the queue's group, whose opening hours it shares; null for none.", 3, wire="call_queue_group_id"
        ),
    ] = None
    active: Annotated[bool, means("Whether the queue takes part in decisions.", True)] = True
    default_destination: Annotated[
        str | None, means("Where the queue's calls go while nothing else says so.", "299")
    ] = None
    default_destination_type: Annotated[
        str, means("A kind of destination, for people and programs: no rule looks at it.", "")
    ] = ""
    did_number: Annotated[str | None, means("The number that callers dial from outside; null for none.")] = None
    host_name: Annotated[str, means("The phone system's host, for people and programs: no rule looks at it.", "")] = ""
    type: Annotated[str, means("A kind of queue, for people and programs: no rule looks at it.", "")] = ""
    rota: Annotated[int | None, means("The id of the rota that says who comes; null for none.", wire="rota_id")] = None


class TimeSpan(msgspec.Struct, frozen=True, kw_only=True):
    """`[start, end)` on every `day_of_week` (1 Monday .. 7 Sunday) or on the one day `date_full`.

    An end not after its start runs over midnight; 00:00 to 00:00 is the whole day, and 23:59 is the day's end. Without
    a destination calls go to the queue itself.
    """

    owner_type: Annotated[
        str,
        means(
            "What the time span belongs to: `queue` or `group`.", "queue", wire="time_spanable_type", parse=parse_owner
        ),
    ]
    owner_id: Annotated[
        int, means("The id of the queue or group that the time span belongs to.", 12, wire="time_spanable_id")
    ]
    day_of_week: Annotated[
        int | None,
        means(
            "1 Monday to 7 Sunday; 0 is sent for Sunday too. Null for a time span on a date.", 1, parse=_parse_weekday
        ),
    ] = None
    date_full: Annotated[
        date | None, means("The one day of the time span, `YYYY-MM-DD`; null for one of each week.")
    ] = None
    start_time: Annotated[time, meanings.BEGINS]
    end_time: Annotated[time, meanings.ENDS]
    destination: Annotated[str | None, means("Where calls go in that time; null for the queue itself.")] = None
    reference: Annotated[str, meanings.REFERENCE] = ""


class DayException(msgspec.Struct, frozen=True, kw_only=True):
    """Days out of the ordinary on a queue or group, both ends included, also every year if so.

    Without a destination calls go to the queue's default destination.
    """

    owner_type: Annotated[
        str,
        means(
            "What it belongs to: `queue` or `group`; a holiday to `account`.",
            "queue",
            wire="exceptionable_type",
            parse=parse_owner,
        ),
    ]
    owner_id: Annotated[
        int,
        means(
            "The id of the queue or group that it belongs to; of a holiday the account's.", 12, wire="exceptionable_id"
        ),
    ]
    first_day: Annotated[date, means("The day, or the first one, `YYYY-MM-DD`.", "2026-12-24", wire="day")]
    last_day: Annotated[date, means("The last day, which is one of them, `YYYY-MM-DD`.", "2026-12-24")]
    every_year: Annotated[bool, meanings.EVERY_YEAR] = False
    label: Annotated[str, meanings.LABEL] = ""
    destination: Annotated[
        str | None, means("Where calls go on these days; null for the queue's default destination.")
    ] = None
    reference: Annotated[str, meanings.REFERENCE] = ""


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """A holiday of the account that somebody entered by hand."""

    day: Annotated[date, means("The day, `YYYY-MM-DD`.", "2026-11-27")]
    label: Annotated[str, meanings.LABEL]
    every_year: Annotated[bool, meanings.EVERY_YEAR] = False
    destination: Annotated[str | None, meanings.ON_THAT_DAY] = None
    reference: Annotated[str, meanings.REFERENCE] = ""


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

    name: Annotated[str, meanings.NAME]
    owner_type: Annotated[str, means("What it belongs to: `account`, `group` or `queue`.", "queue", parse=parse_owner)]
    owner_id: Annotated[int | None, means("The id of what it belongs to; null for the account.", 12)] = None
    destination: Annotated[str, means("Where calls go while the switch is on.", "299")]
    on: Annotated[bool, means("Whether the switch is on.", True)] = False
    until: Annotated[
        int | None,
        means(
            "When it goes off again by itself, ISO 8601 with an offset; null for only when switched off.",
            shown=means(
                "When it goes off again by itself, ISO 8601 in UTC; null while it is off, or on until switched off.",
                "2026-11-24T17:00:00Z",
            ),
            type=str | None,
            parse=parse_moment,
            show=iso,
        ),
    ] = None

    def holds(self, at: int) -> bool:
        """Whether it is on at a moment."""
        return self.on and (self.until is None or at < self.until)


def check_group(fact: Group, fact_id: int | None, by_kind: ByKind, account: Account) -> Group:
    """A group has a name."""
    return Group(name=_name(fact.name, "group", "Support"))


def check_queue(fact: Queue, fact_id: int | None, by_kind: ByKind, account: Account) -> Queue:
    """A queue has a name, and a code and number of its own; nothing set for it sends its calls back to itself."""
    code = fact.code.strip()
    if not _CODE.fullmatch(code):
        raise invalid(
            f"'{code[:40]}' is not a queue code. Use up to 32 letters, digits, dots, - or _, beginning "
            "with a letter or digit, as in support.",
            "code",
        )
    queue = replace(
        fact,
        name=_name(fact.name, "queue", "Support"),
        code=code,
        number=_destination(fact.number, "number"),
        default_destination=_destination(fact.default_destination, "default_destination"),
        default_destination_type=parse_text(fact.default_destination_type, field="default_destination_type"),
        did_number=parse_number(fact.did_number, account.country, "did_number") if fact.did_number else None,
        host_name=parse_text(fact.host_name, field="host_name"),
        type=parse_text(fact.type, field="type"),
    )
    for other_id, other in having(by_kind, QUEUE, queue_keys(queue), queue_keys).items():
        if other_id != fact_id:
            _refuse_same(queue, other, account)
    _refuse_itself(queue, queue.default_destination, "default destination", "default_destination")
    for kind in ("exception", "calendar", "switch"):
        for its_own in owned(by_kind, kind, QUEUE, fact_id).values():
            _refuse_itself(queue, its_own.destination, kind, "number")
        for its_groups in owned(by_kind, kind, GROUP, queue.group).values():
            _refuse_itself(queue, its_groups.destination, f"{kind} of its group", "group")
    return queue


def queue_keys(queue: Queue) -> set[str]:
    """What calls name it by, in lower case: another queue that has one of them too may be the same to a call."""
    return {own_key(name.lower()) for name in (queue.code, queue.number) if name is not None}


def queues_of(by_kind: ByKind, owner_type: str, owner_id: int) -> Mapping[int, Queue]:
    """The queue of that id, or the queues of the group of that id, by id."""
    if owner_type == QUEUE:
        queue = one_of(by_kind, QUEUE, owner_id)
        return {} if queue is None else {owner_id: queue}
    return having(by_kind, QUEUE, [reference_key(GROUP, owner_id)], lambda queue: [reference_key(GROUP, queue.group)])


def check_time_span(fact: TimeSpan, fact_id: int | None, by_kind: ByKind, account: Account) -> TimeSpan:
    """A time span is on a day of the week or on one day, from a time to a time as the clock on the wall shows it."""
    _check_owner(fact.owner_type, (QUEUE, GROUP), "A time span")
    if (fact.day_of_week is None) == (fact.date_full is None):
        raise invalid(
            "Give the time span either a day of the week (1 for Monday to 7 for Sunday) or a date.",
            "day_of_week",
            beside=("date_full",),
        )
    day_of_week = _SUNDAY if fact.day_of_week == 0 else fact.day_of_week
    if day_of_week is not None and not 1 <= day_of_week <= _SUNDAY:
        raise invalid(f"{day_of_week} is not a day of the week. Use 1 for Monday to 7 for Sunday.", "day_of_week")
    for field in ("start_time", "end_time"):
        if getattr(fact, field).tzinfo:
            raise invalid("Write times without a time zone, as in 08:00: they are in the account's time zone.", field)
    destination = _destination(fact.destination, "destination")
    itself = fact.owner_type == QUEUE and any(_is_itself(queue, destination) for queue in _queues_of(fact, by_kind))
    return replace(
        fact,
        day_of_week=day_of_week,
        destination=None if itself else destination,
        reference=parse_text(fact.reference, field="reference"),
    )


def check_exception(fact: DayException, fact_id: int | None, by_kind: ByKind, account: Account) -> DayException:
    """An exception's last day does not come before its first; one of every year is shorter than a year."""
    _check_owner(fact.owner_type, (QUEUE, GROUP), "An exception")
    if fact.last_day < fact.first_day:
        raise invalid(
            f"The last day, {fact.last_day}, is before the first, {fact.first_day}. Swap them.",
            "last_day",
            beside=("first_day",),
        )
    if fact.every_year and fact.last_day - fact.first_day > timedelta(days=365):
        message = "An exception that returns every year lasts a year at most. Choose an earlier last day."
        raise invalid(message, "last_day", beside=("first_day", "every_year"))
    return replace(
        fact,
        label=parse_text(fact.label, field="label"),
        destination=_not_itself(fact, by_kind, "exception"),
        reference=parse_text(fact.reference, field="reference"),
    )


def settle_exception(sent: dict[str, Any], before: DayException | None) -> dict[str, Any]:
    """What was sent of an exception, with its last day where it moves with the first. Raises Refusal(invalid)."""
    if sent.get("owner_type") == ACCOUNT:
        message = (
            "An exception belongs to a queue or a group. Send one for the account to /call-queues/exceptions/holidays."
        )
        raise invalid(message, "owner_type")
    first = sent.get("first_day")
    if first is None or sent.get("last_day") is not None:
        return sent
    if before is None or "last_day" in sent:
        return sent | {"last_day": first}
    try:
        last = date.fromisoformat(first) + (before.last_day - before.first_day)
    except OverflowError:
        message = "The exception would end after the year 9999. Choose an earlier day."
        raise invalid(message, "first_day") from None
    return sent | {"last_day": last.isoformat()}


def check_holiday(fact: Holiday, fact_id: int | None, by_kind: ByKind, account: Account) -> Holiday:
    """A holiday has a name."""
    return replace(
        fact,
        label=_name(fact.label, "holiday", "Founders' day", "label"),
        destination=_destination(fact.destination, "destination"),
        reference=parse_text(fact.reference, field="reference"),
    )


def check_observance(fact: Observance, fact_id: int | None, by_kind: ByKind, account: Account) -> Observance:
    """An account observes the public holidays of one place, which is known."""
    if any(other_id != fact_id for other_id in by_kind.get("observance", {})):
        raise conflict(f"{account.code} already observes public holidays. Change their country or subdivision.")
    country = fact.country.strip().upper()
    return replace(
        fact,
        country=country,
        subdivision=check_place(country, fact.subdivision),
        off=tuple(dict.fromkeys(parse_text(label, field="label") for label in fact.off)),
        destinations={
            parse_text(label, field="label"): parse_destination(to, "destination")
            for label, to in fact.destinations.items()
        },
    )


def check_calendar(fact: Calendar, fact_id: int | None, by_kind: ByKind, account: Account) -> Calendar:
    """A calendar has a name; a feed has an https address; events are kept as the clock on the account's wall shows."""
    _check_owner(fact.owner_type, (QUEUE, GROUP, ROTA), "A calendar")
    url = (fact.url or "").strip() or None
    if url is not None and not (url.lower().startswith("https://") and len(url) <= _LONGEST_URL):
        raise invalid("A calendar's address must begin with https:// and have at most 2,000 characters.", "url")
    return replace(
        fact,
        name=_name(fact.name, "calendar", "Closing days"),
        url=None if url is None else parse_text(url, _LONGEST_URL, "url"),
        destination=_not_itself(fact, by_kind, "calendar"),
        events=tuple(_on_the_wall(event, account.time_zone) for event in fact.events),
    )


def check_switch(fact: Switch, fact_id: int | None, by_kind: ByKind, account: Account) -> Switch:
    """A switch is the account's, a group's or a queue's, and says where calls go while it is on."""
    _check_owner(fact.owner_type, (ACCOUNT, GROUP, QUEUE), "A switch")
    if (fact.owner_type == ACCOUNT) != (fact.owner_id is None):
        message = "Give the id of the group or queue that the switch is for; a switch for the account has none."
        raise invalid(message, "owner_id", beside=("owner_type",))
    destination = _not_itself(fact, by_kind, "switch")
    if destination is None:
        raise invalid("Say where calls go while the switch is on: give a destination.", "destination")
    return replace(fact, name=_name(fact.name, "switch", "Storm"), destination=destination)


def _name(text: str, what: str, example: str, field: str = "name") -> str:
    name = parse_text(text, field=field)
    if not name:
        raise invalid(f"The {what} has no name. Give it one, as in {example}.", field)
    return name


def _destination(text: str | None, field: str) -> str | None:
    """None for a destination left blank, as forms and other systems send it."""
    return parse_destination(text, field) if text and text.strip() else None


def _check_owner(owner_type: str, allowed: Collection[str], what: str) -> None:
    if owner_type not in allowed:
        message = f"{what} cannot belong to '{owner_type[:20]}'. Choose one of: {', '.join(allowed)}."
        raise invalid(message, "owner_type")


def _refuse_same(queue: Queue, other: Queue, account: Account) -> None:
    """Calls name a queue by its code or its number, so neither may be the other's code or number."""
    if queue.code.lower() == other.code.lower():
        raise conflict(
            f"{account.code} already has a queue with the code {other.code}. Choose another code.", Code.TAKEN
        )
    if queue.number is not None and queue.number == other.number:
        raise conflict(f"Queue {other.code} already has the number {queue.number}. Choose another number.", Code.TAKEN)
    if _is_itself(queue, other.number):
        raise conflict(f"Queue {other.code} has the number {other.number}. Choose another code.", Code.TAKEN)
    if _is_itself(other, queue.number):
        raise conflict(f"{account.code} has a queue with the code {other.code}. Choose another number.", Code.TAKEN)


def _queues_of(fact: TimeSpan | DayException | Calendar | Switch, by_kind: ByKind) -> list[Queue]:
    """The queue that a fact is of, or those of the group that it is of."""
    if fact.owner_id is None or fact.owner_type not in (QUEUE, GROUP):
        return []
    return list(queues_of(by_kind, fact.owner_type, fact.owner_id).values())


def _is_itself(queue: Queue, destination: str | None) -> bool:
    return destination is not None and (destination == queue.number or destination.lower() == queue.code.lower())


def _refuse_itself(queue: Queue, destination: str | None, what: str, field: str) -> None:
    if _is_itself(queue, destination):
        raise invalid(
            f"The {what} sends the calls of queue {queue.code} to the queue itself, {destination}. Choose another "
            f"destination.",
            field,
            beside=("code", "number", "owner_id", "owner_type"),
        )


def _not_itself(fact: DayException | Calendar | Switch, by_kind: ByKind, what: str) -> str | None:
    """The fact's destination as it is kept. Only a time span may send a queue's calls to the queue itself."""
    destination = _destination(fact.destination, "destination")
    for queue in _queues_of(fact, by_kind):
        _refuse_itself(queue, destination, what, "destination")
    return destination


def _on_the_wall(event: Event, time_zone: str) -> Event:
    begins, ends = (shown_in(time_zone, moment) for moment in (event.begins, event.ends))
    return Event(begins, ends, parse_text(" ".join(event.label.split())[:200], field="label"), event.people)
