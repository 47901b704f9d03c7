"""Opening hours: the week of a call queue or group, drawn, dragged or typed; and what a caller gets at a moment."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiguillage.console.changes import last_of
from aiguillage.console.moments import moment_in
from aiguillage.console.pages.facts import BESIDE, Beside, fact_page
from aiguillage.console.pages.trying import decided
from aiguillage.console.pages.years import year_of
from aiguillage.console.visits import Answer, Moved, Shown, Visit, faults_of, form, number_of, page
from aiguillage.desk.documents import Times, compile_times
from aiguillage.desk.facts import add_facts, list_facts, remove_fact, set_fact, show_fact
from aiguillage.desk.sent import changes_of, new_fact, on_wire
from aiguillage.desk.weeks import copy_day
from aiguillage.domain.errors import Kind, Refusal, invalid, missing
from aiguillage.domain.moments import SECOND, in_zone
from aiguillage.domain.queues import GROUP, QUEUE, TimeSpan
from aiguillage.domain.remarks import WEEKDAYS, Remark, overlaps
from aiguillage.domain.timeline import clock_span
from aiguillage.storage.facts import Kept
from aiguillage.telling import WHY

KIND = "time_span"
OWNERS = {"call-queues": QUEUE, "groups": GROUP}
SLUGS = {kind: slug for slug, kind in OWNERS.items()}


class Span(NamedTuple):
    """A time span as the week shows it: seconds since its day's midnight, the end maybe on the next day."""

    id: int
    seq: int
    fact: TimeSpan
    begin: int
    end: int
    remarks: list[str]


class Told(NamedTuple):
    """Where a queue sends a caller at a moment, and why."""

    queue_id: int
    name: str
    code: str
    open: bool
    destination: str
    why: str
    until: int | None


def week_of(visit: Visit, kept: Kept) -> Mapping[str, Any]:
    """What the page of a queue or group shows of its hours."""
    spans = {one.id: one for one in list_facts(visit.db, visit.actor, visit.code, KIND)}
    group = kept.fact.group if kept.kind == QUEUE else None
    times = compile_times(visit.db, visit.actor, visit.code)
    return {
        "spans": _spans(visit, spans, kept.kind, kept.id),
        "group_spans": [] if group is None else _spans(visit, spans, GROUP, group),
        "group": None if group is None else show_fact(visit.db, visit.actor, visit.code, GROUP, group),
        "weekdays": list(enumerate(WEEKDAYS, start=1)),
        "typed": {},
        "hours_faults": {},
        **_moment(visit, times, kept),
        **year_of(visit, times, kept),
    }


def _moment(visit: Visit, times: Times, kept: Kept) -> Mapping[str, Any]:
    """What a caller would get at the moment that is asked about, else now."""
    at, faults = _asked(visit)
    shown = f"{in_zone(at, ZoneInfo(times.time_zone)):%Y-%m-%dT%H:%M}"
    told = list(_told(visit, times, kept, at))
    tried = decided(visit, {"queue": kept.fact.code, "at": shown}) if _can_be_tried(visit, kept) else None
    return {
        "asked_at": visit.query.get("at") or shown,
        "shown_at": at,
        "told": told,
        "tried": tried,
        "moment_faults": faults,
        "owner_slug": SLUGS[kept.kind],
    }


def _can_be_tried(visit: Visit, kept: Kept) -> bool:
    """Whether a call can ask for it: what is tried is what is live, and a queue that takes part."""
    return kept.kind == QUEUE and kept.fact.active and visit.draft is None


@page("/{account}/hours/{owner}/{id}/then", drafts=True)
def then(visit: Visit) -> Answer:
    """What a caller would get at a moment that somebody points at: a piece of the page."""
    kept = show_fact(visit.db, visit.actor, visit.code, *_owner(visit))
    times = compile_times(visit.db, visit.actor, visit.code)
    return Shown("moment.html", _moment(visit, times, kept), whole=False)


def _spans(visit: Visit, all_spans: Mapping[int, Kept], owner_type: str, owner_id: int) -> list[Span]:
    mine = {
        id_: one for id_, one in all_spans.items() if (one.fact.owner_type, one.fact.owner_id) == (owner_type, owner_id)
    }
    facts = {id_: one.fact for id_, one in mine.items()}
    remarks = overlaps(facts, {KIND: facts})
    found = [Span(id_, one.seq, one.fact, *_seconds(one.fact), _say(visit, remarks[id_])) for id_, one in mine.items()]
    return sorted(found, key=lambda one: (str(one.fact.date_full or ""), one.fact.day_of_week or 0, one.begin))


def _seconds(span: TimeSpan) -> tuple[int, int]:
    begin, end = clock_span(span.start_time, span.end_time)
    return begin // SECOND, end // SECOND


def _say(visit: Visit, remarks: list[Remark]) -> list[str]:
    return [visit.tell(remark) for remark in remarks]


def _asked(visit: Visit) -> tuple[int, dict[str, list[str]]]:
    """The moment that is asked about, else now; and what is wrong with what was typed."""
    text = visit.query.get("at", "")
    if not text:
        return visit.actor.at, {}
    try:
        return moment_in(visit, text, "at"), {}
    except Refusal as refusal:
        return visit.actor.at, faults_of(refusal)


def _told(visit: Visit, times: Times, kept: Kept, at: int) -> Iterator[Told]:
    """What a caller would get of the queue, or of each queue of the group."""
    for queue_id, queue in times.queues.items():
        if (kept.kind, kept.id) not in ((QUEUE, queue_id), (GROUP, queue.group)):
            continue
        state = times.hours.state(queue_id, at)
        destination = state.destination or times.fallback_destination or queue.number or queue.code
        why = f"{visit.say(WHY[state.reason])} {state.label}".strip()
        yield Told(queue_id, queue.name, queue.code, state.open, destination, why, state.until)


BESIDE["call-queues"] = BESIDE["groups"] = Beside("week.html", week_of)


def _owner(visit: Visit) -> tuple[str, int]:
    """The queue or group in the path. Raises Refusal(missing)."""
    kind = OWNERS.get(visit.path["owner"])
    if kind is None:
        raise missing("There is nothing with that id that you can see.")
    return kind, show_fact(visit.db, visit.actor, visit.code, kind, visit.id()).id


def _back(visit: Visit, owner: tuple[str, int], said: str, undo: int | None = None) -> Moved:
    return Moved(f"{visit.at}/{SLUGS[owner[0]]}/{owner[1]}#hours", said, undo)


def _again(visit: Visit, owner: tuple[str, int], refusal: Refusal) -> Answer:
    """The week as it is now, with what was typed and what is wrong with it. Raises what is no fault of the form."""
    if refusal.kind not in {Kind.INVALID, Kind.STALE, Kind.CONFLICT}:
        raise refusal
    kept = show_fact(visit.db, visit.actor, visit.code, *owner)
    typed: dict[str, Any] = {**visit.form, "days": visit.lists.get("days", []), "onto": visit.lists.get("onto", [])}
    more = {"hours_faults": faults_of(refusal), "typed": typed}
    return fact_page(visit, SLUGS[owner[0]], kept, more, 422 if refusal.kind is Kind.INVALID else 409)


def _taken(visit: Visit, owner: tuple[str, int], change: Callable[[], tuple[str, int | None]]) -> Answer:
    """What a form changes of the week; the week again, with what was typed, where it is refused."""
    try:
        with on_wire(KIND):
            said, undo = change()
    except Refusal as refusal:
        return _again(visit, owner, refusal)
    return _back(visit, owner, said, undo)


@form("/{account}/hours/{owner}/{id}/add", drafts=True)
def add(visit: Visit) -> Answer:
    """A time span for each of some days, all or none."""
    owner = _owner(visit)

    def change() -> tuple[str, int | None]:
        if not (days := visit.lists.get("days", [])):
            raise invalid("Choose one day or more.", "day_of_week")
        sent = {name: visit.form.get(name, "").strip() or None for name in ("start_time", "end_time", "destination")}
        own = {"owner_type": owner[0], "owner_id": owner[1]}
        spans = [new_fact(KIND, {**sent, "day_of_week": _day(day)}, **own) for day in days]
        done = add_facts(visit.db, visit.actor, visit.code, spans)
        remarks = list(dict.fromkeys(text for one in done for text in _say(visit, list(one.remarks))))
        said = " ".join((visit.say("The opening times are added."), *remarks))
        return said, last_of(visit)

    return _taken(visit, owner, change)


def _day(text: str) -> Any:  # noqa: ANN401 - a number, or what the refusal quotes
    return int(text) if text in set("1234567") else text


def _span(visit: Visit) -> tuple[Kept, tuple[str, int]]:
    """The time span in the path, and what it belongs to. Raises Refusal(missing)."""
    kept = show_fact(visit.db, visit.actor, visit.code, KIND, visit.id())
    return kept, (kept.fact.owner_type, kept.fact.owner_id)


@form("/{account}/hours/{id}/move", drafts=True)
def move(visit: Visit) -> Answer:
    """Another day, or other times, for a time span that was dragged."""
    kept, owner = _span(visit)

    def change() -> tuple[str, int | None]:
        sent: dict[str, Any] = {name: visit.form.get(name) for name in ("start_time", "end_time")}
        sent["day_of_week"] = _day(visit.form.get("day_of_week", ""))
        seen = visit.form.get("seq", "")
        expected = number_of(seen)
        changes = changes_of(KIND, sent)
        done = set_fact(visit.db, visit.actor, visit.code, KIND, kept.id, changes, expected=expected)
        return " ".join((visit.say("It is changed."), *_say(visit, list(done.remarks)))), done.kept.seq

    return _taken(visit, owner, change)


@form("/{account}/hours/{id}/remove", drafts=True)
def remove(visit: Visit) -> Answer:
    """Removes a time span."""
    kept, owner = _span(visit)
    remarks = remove_fact(visit.db, visit.actor, visit.code, KIND, kept.id)
    return _back(visit, owner, " ".join((visit.say("It is removed."), *_say(visit, remarks))), last_of(visit))


@form("/{account}/hours/{owner}/{id}/copy", drafts=True)
def copy(visit: Visit) -> Answer:
    """One day's time spans for other days, in place of theirs."""
    owner = _owner(visit)

    def change() -> tuple[str, int | None]:
        onto = [int(day) for day in visit.lists.get("onto", []) if day in set("1234567")]
        day = visit.form.get("day", "")
        copy_day(visit.db, visit.actor, visit.code, *owner, int(day) if day in set("1234567") else 0, onto)
        return visit.say("The day is copied."), last_of(visit)

    return _taken(visit, owner, change)
