"""What needs a look on an account: facts that are allowed, and hardly meant. Only what is certain is found.

A destination that is nobody's queue may well be an extension: nothing is said of it. A time span may be meant to
overlap another: that is found, as it is never needed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiguillage.domain.calls import Facts
from aiguillage.domain.documents import FactsDocument, compile_document
from aiguillage.domain.facts import DECIDING, AccountFacts
from aiguillage.domain.moments import DAY, WEEK, in_zone
from aiguillage.domain.queues import ACCOUNT, GROUP, QUEUE, ROTA, Queue, TimeSpan
from aiguillage.domain.remarks import OVERLAPPING, overlaps
from aiguillage.domain.ways import MOST_STEPS, Steps, follow, loops

OPENS_WITHIN = 4 * WEEK
GAPS_WITHIN = 2 * WEEK
LOOPS_WITHIN = 2 * WEEK
NEXT_YEAR_WITHIN = 90 * DAY
"""How far ahead is looked, in microseconds."""

_CLOSING = ("time_span", "exception", "holiday", "observance", "calendar", "switch")
"""What says where a queue sends calls, beside itself."""

SENTENCES = (
    NO_HOURS,
    NEVER_OPENS,
    NOT_ACTIVE,
    LOOP,
    OVERLAP,
    GAP,
    NOT_NEXT_YEAR,
    NO_HOLIDAYS,
    FAILING,
) = (
    "Queue {queue} has no opening hours: it is always open. Give it some, or to its group.",
    "Queue {queue} does not open in the next 4 weeks. Check its opening hours and closing days.",
    "{what} sends calls to {destination}, a queue that is not active. Choose another destination, or activate it.",
    "From {since} on, these queues send calls on to each other: {queues}. Change where one of them sends its calls.",
    "Two opening times of {owner} overlap: one of them is {day}, {begin} to {end}. Remove one, or change its times.",
    "Nobody is on call in rota {rota} from {since} to {until} ({count} in two weeks). Add a turn or a replacement.",
    "The holiday {label} is entered for {year} and not for the next year. Enter its next day, or every year.",
    "No holidays are entered: queues with opening hours are open on public holidays too. Choose a country's holidays.",
    "The calendar {name} cannot be read since {since}: {trouble}",
)


class Finding(NamedTuple):
    """Something to look at: what it is about, a sentence that a door can translate, and words for its gaps.

    `name` says which check it is; `kind` and `id` are the fact's, `account` and None for the account itself.
    """

    name: str
    kind: str
    id: int | None
    sentence: str
    words: Mapping[str, str]

    def __str__(self) -> str:
        """The sentence in English."""
        return self.sentence.format_map(self.words)


class _Looked(NamedTuple):
    """An account that is looked at: its document, the same compiled, the moment, and which owners have time spans."""

    document: FactsDocument
    account: AccountFacts
    at: int
    open: frozenset[tuple[str, int | None]]

    def facts(self, kind: str) -> Mapping[int, Any]:
        """The facts of a kind by id."""
        return self.document.facts.get(kind, {})

    @property
    def active(self) -> dict[int, Queue]:
        """The queues that take part in decisions."""
        return {id_: queue for id_, queue in self.account.queues.items() if queue.active}

    def shown(self, at: int) -> str:
        """A moment by the account's clock."""
        return f"{in_zone(at, ZoneInfo(self.account.time_zone)):%Y-%m-%d %H:%M}"

    def has_hours(self, queue_id: int) -> bool:
        """Whether the queue or its group has time spans."""
        return not self.open.isdisjoint({(QUEUE, queue_id), (GROUP, self.account.queues[queue_id].group)})


def check_facts(document: FactsDocument, at: int) -> list[Finding]:
    """What needs a look on an account at a moment (microseconds since 1970 UTC), check by check."""
    spans = document.facts.get("time_span", {}).values()
    owners = frozenset((span.owner_type, span.owner_id) for span in spans)
    looked = _Looked(document, compile_document(document, 0), at, owners)
    return [finding for check in CHECKS for finding in check(looked)]


def _queues_without_hours(looked: _Looked) -> Iterator[Finding]:
    for queue_id, queue in looked.active.items():
        if not looked.has_hours(queue_id):
            yield Finding("no_hours", QUEUE, queue_id, NO_HOURS, {"queue": queue.code})


def _queues_that_never_open(looked: _Looked) -> Iterator[Finding]:
    for queue_id, queue in looked.active.items():
        periods = looked.account.hours.periods(queue_id, looked.at, looked.at + OPENS_WITHIN)
        if not any(state.open for _, _, state in periods):
            yield Finding("never_opens", QUEUE, queue_id, NEVER_OPENS, {"queue": queue.code})


def _inactive_destinations(looked: _Looked) -> Iterator[Finding]:
    """Destinations that are the number or the code of a queue that is not active, and of no other."""
    asleep = {name.lower() for queue in looked.account.queues.values() if not queue.active for name in _names(queue)}
    for kind, fact_id, what, destination in _destinations(looked):
        if destination.lower() in asleep and looked.account.hours.queue_of(destination) is None:
            words = {"what": what, "destination": destination}
            yield Finding("not_active", kind, fact_id, NOT_ACTIVE, words)


def _names(queue: Queue) -> list[str]:
    return [name for name in (queue.number, queue.code) if name]


def _destinations(looked: _Looked) -> Iterator[tuple[str, int | None, str, str]]:
    """Every destination of the account: kind, id, what people call it, and the destination."""
    account = looked.document.account
    if account.fallback_destination:
        yield ACCOUNT, None, account.code, account.fallback_destination
    for kind in DECIDING:
        for fact_id, fact in looked.facts(kind).items():
            for destination in dict.fromkeys(_of_fact(fact)):
                yield kind, fact_id, _called(looked, kind, fact_id, fact), destination


def _of_fact(fact: Any) -> Iterator[str]:  # noqa: ANN401 - of any kind
    """Where a fact sends calls; one that is a queue which is not active sends none."""
    if getattr(fact, "active", True):
        single = (getattr(fact, name, None) for name in ("destination", "default_destination"))
        several = (*getattr(fact, "select", ()), *getattr(fact, "fallback", ()))
        yield from (one for one in (*single, *several, *getattr(fact, "destinations", {}).values()) if one)


def _called(looked: _Looked, kind: str, fact_id: int, fact: Any) -> str:  # noqa: ANN401 - of any kind
    """What people call a fact: its own name, or whose it is."""
    for name in ("name", "nickname", "label", "number", "country"):
        if getattr(fact, name, None):
            return str(getattr(fact, name))
    owner_type = getattr(fact, "owner_type", None)
    owner = None if owner_type is None else looked.facts(owner_type).get(fact.owner_id)
    return f"{kind} {fact_id}" if owner is None else str(owner.name)


def _loops(looked: _Looked) -> Iterator[Finding]:
    """Queues that send calls on to others and get them back: each loop once, from its first moment on."""
    hours, found = looked.account.hours, set[frozenset[int]]()
    for queue_id in _may_come_back(looked):
        for begin, _, _ in hours.periods(queue_id, looked.at, looked.at + LOOPS_WITHIN):
            asked = Facts(looked.account, at=begin)
            steps = follow(asked, queue_id)
            members = frozenset(step for step, _ in steps)
            if members in found or not _comes_back(asked, steps):
                continue
            found.add(members)
            codes = ", ".join(looked.account.queues[step].code for step, _ in steps)
            words = {"since": looked.shown(begin), "queues": codes}
            yield Finding("loop", QUEUE, queue_id, LOOP, words)


def _comes_back(asked: Facts, steps: Steps) -> bool:
    """Whether the last of several queues sends calls back to the first; one may well keep its own."""
    return len(steps) > 1 and loops(asked, (steps[0], steps[-1])) and not loops(asked, steps[-1:])


def _may_come_back(looked: _Looked) -> Iterator[int]:
    """The active queues from which some destinations, whenever they hold, lead back to them in few enough steps."""
    leads = _leads(looked)
    for queue_id in leads:
        reached, last = set[int](), {queue_id}
        for _ in range(MOST_STEPS + 1):
            last = {to for step in last for to in leads[step]} - reached
            reached |= last
        if queue_id in reached:
            yield queue_id


def _leads(looked: _Looked) -> dict[int, set[int]]:
    """The other active queues to which each active queue may send calls, now or ever."""
    hours, of_owner = looked.account.hours, defaultdict[tuple[str, int | None], set[int]](set)
    for kind, fact_id, _, destination in _destinations(looked):
        queue_id = hours.queue_of(destination)
        if queue_id is not None and kind in (QUEUE, ACCOUNT, *_CLOSING):
            fact = looked.facts(kind).get(fact_id or 0)
            owner = (QUEUE, fact_id) if kind == QUEUE else (getattr(fact, "owner_type", ACCOUNT), _owner_id(fact))
            of_owner[owner].add(queue_id)
    owners = {id_: ((QUEUE, id_), (GROUP, queue.group), (ACCOUNT, None)) for id_, queue in looked.active.items()}
    return {id_: {to for owner in mine for to in of_owner[owner]} - {id_} for id_, mine in owners.items()}


def _owner_id(fact: Any) -> int | None:  # noqa: ANN401 - of any kind
    owner_id: int | None = getattr(fact, "owner_id", None)
    return owner_id


def _overlaps(looked: _Looked) -> Iterator[Finding]:
    """Time spans of one owner that overlap, each two once."""
    by_owner: dict[tuple[str, int], dict[int, TimeSpan]] = defaultdict(dict)
    for span_id, span in looked.facts("time_span").items():
        by_owner[span.owner_type, span.owner_id][span_id] = span
    for spans in by_owner.values():
        for span_id, remarks in overlaps(spans, {"time_span": spans}).items():
            owner = _called(looked, "time_span", span_id, spans[span_id])
            for remark in remarks:
                if remark.sentence in OVERLAPPING and int(remark.words["id"]) > span_id:
                    words = {"owner": owner} | {name: remark.words[name] for name in ("day", "begin", "end")}
                    yield Finding("overlap", "time_span", span_id, OVERLAP, words)


def _gaps(looked: _Looked) -> Iterator[Finding]:
    for rota_id, rota in looked.account.rotas.items():
        gaps = looked.account.on_call.gaps(rota_id, looked.at, looked.at + GAPS_WITHIN)
        if gaps:
            words = {"rota": rota.code, "since": looked.shown(gaps[0][0]), "until": looked.shown(gaps[0][1])}
            yield Finding("gap", ROTA, rota_id, GAP, words | {"count": str(len(gaps))})


def _holidays(looked: _Looked) -> Iterator[Finding]:
    """Holidays that nobody has entered for the next year, once it is near; and an account without any at all."""
    zone = ZoneInfo(looked.account.time_zone)
    year, soon = in_zone(looked.at, zone).year, in_zone(looked.at + NEXT_YEAR_WITHIN, zone).year
    own = looked.facts("holiday")
    later = {holiday.label for holiday in own.values() if holiday.every_year or holiday.day.year > year}
    for holiday_id, holiday in own.items() if soon > year else ():
        if holiday.day.year == year and holiday.label not in later:
            words = {"label": holiday.label, "year": str(year)}
            yield Finding("not_next_year", "holiday", holiday_id, NOT_NEXT_YEAR, words)
    if not own and not looked.facts("observance") and any(map(looked.has_hours, looked.active)):
        yield Finding("no_holidays", ACCOUNT, None, NO_HOLIDAYS, {})


def _failing_calendars(looked: _Looked) -> Iterator[Finding]:
    for calendar_id, calendar in looked.facts("calendar").items():
        if calendar.failing_since is not None:
            words = {"name": calendar.name, "since": looked.shown(calendar.failing_since), "trouble": calendar.trouble}
            yield Finding("failing", "calendar", calendar_id, FAILING, words)


CHECKS: tuple[Callable[[_Looked], Iterator[Finding]], ...] = (
    _queues_that_never_open,
    _queues_without_hours,
    _inactive_destinations,
    _loops,
    _overlaps,
    _gaps,
    _holidays,
    _failing_calendars,
)
