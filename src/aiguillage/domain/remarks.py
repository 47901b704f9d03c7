"""What is said of facts that are accepted all the same: sentences, with words for their gaps.

Time spans may overlap or nearly meet, or never open. A call queue may have none. A rota's windows may nearly meet, its
overrides overlap.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from aiguillage.domain.beside import ByKind, one_of, owned
from aiguillage.domain.hours import Hours, State
from aiguillage.domain.moments import DAY, MINUTE, SECOND, WEEK
from aiguillage.domain.queues import GROUP, QUEUE, Queue, TimeSpan, queues_of
from aiguillage.domain.rotas import Override, Rota, Window
from aiguillage.domain.timeline import clock_span, wall_day

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_REMARKS = 20
"""Of one kind that are told one by one; it is told how many more there are."""

MOST_GAP = MINUTE
"""A gap that is no longer comes of an end such as 11:59, which is meant to be noon."""

_OVERLAPS = "Overlaps time span {id} ({day} {begin} to {end}). While both hold, "
_NOTHING = "Nothing holds from {since} to {until}, between this one and time span {id} ({day} {begin} to {end})"
_BOTH = "The overrides of {first} and {second} overlap from {since} to {until}"

_ON_SPANS = THIS_OLDER, THAT_OLDER, THIS_EARLIER, THAT_EARLIER, MORE_SPANS, SPAN_GAP, NEVER_OPENS, ONLY_ON_DAYS = (
    f"{_OVERLAPS}this one wins: both start together, and it is older.",
    f"{_OVERLAPS}that one wins: both start together, and it is older.",
    f"{_OVERLAPS}this one wins: it starts earlier.",
    f"{_OVERLAPS}that one wins: it starts earlier.",
    "Overlaps {count} more time spans. List the time spans, and remove those that are there twice.",
    f"{_NOTHING}. Unless that is meant, let the earlier one end at {{until}}.",
    "Never opens: on {day}, {what} comes first.",
    "There is no weekly time span beside it: at all other times, calls go to the default destination.",
)
_OF_QUEUES = ALWAYS_OPEN, BY_GROUP, MORE_QUEUES = (
    "Queue {queue} has no opening hours: it is open at all times, and its calls go to {destination}.",
    "Calls to queue {queue} go by the opening hours of its group {group}.",
    "The same holds for {count} more queues of the group.",
)
_ON_ROTAS = WINDOW_GAP, BOTH_HOLD, MORE_OVERRIDES = (
    "No layer's window holds on {day} from {since} to {until}. Unless that is meant, let the earlier end at {until}.",
    f"{_BOTH}: the one that is later in the list wins, {{winner}}'s.",
    "{count} more overrides overlap others. List the overrides, and remove those that are not meant.",
)
OVERLAPPING = (THIS_OLDER, THAT_OLDER, THIS_EARLIER, THAT_EARLIER)
SENTENCES = (*_ON_SPANS, *_OF_QUEUES, *_ON_ROTAS)

_STRONGER = ("exception", "holiday")
"""What decides before a dated time span, as Hours names it; switches do so too, but not for long."""

_STAND_IN = 0
"""The id of a queue that has nothing but its group: no fact has it."""


class Remark(NamedTuple):
    """Something to know of a fact that is accepted: a sentence that a door can translate, and words for its gaps."""

    sentence: str
    words: Mapping[str, str]

    def __str__(self) -> str:
        """The sentence in English."""
        return self.sentence.format_map(self.words)


def on_spans(spans: Mapping[int, TimeSpan], by_kind: ByKind) -> dict[int, list[Remark]]:
    """What is worth a remark of each of some spans that are kept, by id."""
    told, beside = overlaps(spans, by_kind), dict[tuple[str, int], _Days]()
    for span_id, span in spans.items():
        if span.date_full is not None:
            owner = span.owner_type, span.owner_id
            if owner not in beside:
                beside[owner] = _Days(*owner, by_kind)
            told[span_id] += beside[owner].remarks(span)
    return told


class _Days:
    """What a queue or a group has beside its dated time spans."""

    def __init__(self, owner_type: str, owner_id: int, by_kind: ByKind) -> None:
        queue = one_of(by_kind, QUEUE, owner_id) if owner_type == QUEUE else None
        group = owner_id if owner_type == GROUP else None if queue is None else queue.group
        owners = [(QUEUE, owner_id)] * (owner_type == QUEUE) + [(GROUP, group)] * (group is not None)
        facts: dict[str, Mapping[int, Any]] = {
            kind: {id_: fact for owner in owners for id_, fact in owned(by_kind, kind, *owner).items()}
            for kind in ("exception", "calendar")
        }
        facts |= {kind: by_kind.get(kind, {}) for kind in ("holiday", "observance")}
        self._id = owner_id if owner_type == QUEUE else _STAND_IN
        # In UTC, moments are what the clock on the wall shows.
        self._hours = Hours("UTC", facts | {QUEUE: {self._id: Queue(name="", code="", group=group)}})
        if owner_type == GROUP:
            owners += [(QUEUE, queue_id) for queue_id in queues_of(by_kind, GROUP, owner_id)]
        self._is_weekly = any(
            span.day_of_week for owner in owners for span in owned(by_kind, "time_span", *owner).values()
        )

    def remarks(self, span: TimeSpan) -> Iterator[Remark]:
        """What is worth a remark of one of them."""
        before = self._what_comes_first(span)
        if before is not None:
            yield Remark(NEVER_OPENS, {"day": str(span.date_full), "what": before.label or before.reason})
        if not self._is_weekly:
            yield Remark(ONLY_ON_DAYS, {})

    def _what_comes_first(self, span: TimeSpan) -> State | None:
        """What holds all the time that the span would, and decides before it; the first of several."""
        begin, end = bounds(span)
        states = [state for _, _, state in self._hours.periods(self._id, begin, end)]
        return states[0] if all(state.reason in _STRONGER for state in states) else None


class _Span(NamedTuple):
    """When a span holds, `[begin, end)`, weekly ones also a week earlier and later; `id` is whose it is."""

    begin: int
    end: int
    id: int


def overlaps(spans: Mapping[int, TimeSpan], by_kind: ByKind) -> dict[int, list[Remark]]:
    """What each of some spans that are kept overlaps of its owner's others, or leaves a small gap to, by id.

    The spans of an owner are sorted once, whatever number of them is asked about.
    """
    of_owner: dict[tuple[str, int], list[int]] = defaultdict(list)
    for span_id, span in spans.items():
        of_owner[span.owner_type, span.owner_id].append(span_id)
    found: dict[int, list[Remark]] = {}
    for owner, span_ids in of_owner.items():
        mine = {span_id: spans[span_id] for span_id in span_ids}
        beside = _SpansOf({**owned(by_kind, "time_span", *owner), **mine})
        found |= {span_id: beside.remarks(span_id, span) for span_id, span in mine.items()}
    return found


class _SpansOf:
    """The spans of one owner, weekly and dated ones apart: these do not overlap, dated ones win."""

    def __init__(self, spans: Mapping[int, TimeSpan]) -> None:
        self._spans = spans
        weekly = [
            _Span(begin + shift, end + shift, span_id)
            for span_id, span in spans.items()
            if span.day_of_week is not None
            for begin, end in [bounds(span)]
            # A weekly span also meets the others of last week and of next week.
            for shift in (-WEEK, 0, WEEK)
        ]
        dated = [_Span(*bounds(span), span_id) for span_id, span in spans.items() if span.day_of_week is None]
        self._weekly, self._dated = _Sorted(weekly), _Sorted(dated)

    def remarks(self, span_id: int, span: TimeSpan) -> list[Remark]:
        """Remarks on the first others that it overlaps, by id, with which of them wins, and on small gaps."""
        among = self._dated if span.day_of_week is None else self._weekly
        mine = _Span(*bounds(span), span_id)
        met = sorted(among.meeting(mine), key=lambda other: (other.id, other.begin))
        told = [Remark(_winner(mine, other), {"id": str(other.id)} | _words(self._spans[other.id])) for other in met]
        left = among.count(mine) - len(told)
        told += [Remark(MORE_SPANS, {"count": str(left)})] if left else []
        return [*told, *(self._gap(*gap) for gap in among.gaps(mine))]

    def _gap(self, begin: int, end: int, other: int) -> Remark:
        times = {"since": clock(begin), "until": clock(end)}
        return Remark(SPAN_GAP, {"id": str(other), **_words(self._spans[other]), **times})


class _Sorted:
    """Spans by their beginnings."""

    def __init__(self, spans: list[_Span]) -> None:
        self._spans = sorted(spans)
        self._begins = [span.begin for span in self._spans]
        self._by_end = sorted(self._spans, key=lambda span: span.end)
        self._ends = [span.end for span in self._by_end]
        # Where nothing that began before a place lasts longer than this, there is no need to look further back.
        self._latest = list(accumulate((span.end for span in self._spans), max))

    def count(self, mine: _Span) -> int:
        """How many others it overlaps: all but itself."""
        return self._holding(mine.begin, mine.end) - 1

    def gaps(self, mine: _Span) -> Iterator[tuple[int, int, int]]:
        """The small gaps behind and before it, in which nothing holds, each with the id of who is on the other side."""
        behind, before = bisect_left(self._begins, mine.end), bisect_right(self._ends, mine.begin)
        if behind < len(self._spans):
            yield from self._gap(mine.end, self._spans[behind].begin, self._spans[behind].id)
        if before:
            yield from self._gap(self._ends[before - 1], mine.begin, self._by_end[before - 1].id)

    def _gap(self, begin: int, end: int, other: int) -> Iterator[tuple[int, int, int]]:
        if 0 < end - begin <= MOST_GAP and not self._holding(begin, end):
            yield begin, end, other

    def _holding(self, begin: int, end: int) -> int:
        """How many hold at some time: all but those that are over before it begins or begin after its end."""
        return bisect_left(self._begins, end) - bisect_right(self._ends, begin)

    def meeting(self, mine: _Span) -> Iterator[_Span]:
        """Some of those that it overlaps, at most MOST_REMARKS, the latest first."""
        place, left = bisect_left(self._begins, mine.end), MOST_REMARKS
        while place and left and self._latest[place - 1] > mine.begin:
            place -= 1
            other = self._spans[place]
            if other.end > mine.begin and other.id != mine.id:
                left -= 1
                yield other


def _winner(mine: _Span, other: _Span) -> str:
    """Which of two that overlap wins."""
    if mine.begin == other.begin:
        return THIS_OLDER if mine.id < other.id else THAT_OLDER
    return THIS_EARLIER if mine.begin < other.begin else THAT_EARLIER


def bounds(span: TimeSpan) -> tuple[int, int]:
    """From when to when it holds, by the wall; a weekly one since the Sunday before a week."""
    midnight = (span.day_of_week or 0) * DAY if span.date_full is None else wall_day(span.date_full)
    begin, end = clock_span(span.start_time, span.end_time)
    return midnight + begin, midnight + end


def _words(span: TimeSpan) -> dict[str, str]:
    """A span as people say it: `Monday`, `08:00`, `12:00`."""
    day = str(span.date_full) if span.day_of_week is None else WEEKDAYS[span.day_of_week - 1]
    return {"day": day, "begin": f"{span.start_time:%H:%M}", "end": f"{span.end_time:%H:%M}"}


def clock(wall: int) -> str:
    """A time of day as people say it, with seconds where it has some."""
    minutes, seconds = divmod(wall % DAY // SECOND, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{clock}:{seconds:02}" if seconds else clock


def of_queues(queues: Mapping[int, Queue], by_kind: ByKind) -> dict[int, list[Remark]]:
    """What calls go by from now on, of each of some queues that have no time span of their own, by id."""
    return {
        queue_id: [_by_group(queue, by_kind) if _group_has_hours(queue, by_kind) else _always_open(queue)]
        for queue_id, queue in queues.items()
        if not owned(by_kind, "time_span", QUEUE, queue_id)
    }


def of_spans_removed(spans: Iterable[TimeSpan], by_kind: ByKind) -> list[Remark]:
    """What it changes for calls that these time spans are gone: the queues that have no opening hours any more."""
    told: list[Remark] = []
    for owner_type, owner_id in dict.fromkeys((span.owner_type, span.owner_id) for span in spans):
        told += _open_now(queues_of(by_kind, owner_type, owner_id), by_kind)
    return told


def _open_now(queues: Mapping[int, Queue], by_kind: ByKind) -> list[Remark]:
    """Those of some queues that have no opening hours, the first of them one by one."""
    without = [
        queue
        for queue_id, queue in queues.items()
        if not owned(by_kind, "time_span", QUEUE, queue_id) and not _group_has_hours(queue, by_kind)
    ]
    told = [_always_open(queue) for queue in without[:MOST_REMARKS]]
    left = len(without) - len(told)
    return [*told, Remark(MORE_QUEUES, {"count": str(left)})] if left else told


def _group_has_hours(queue: Queue, by_kind: ByKind) -> bool:
    return queue.group is not None and bool(owned(by_kind, "time_span", GROUP, queue.group))


def _always_open(queue: Queue) -> Remark:
    destination = queue.default_destination or queue.number or queue.code
    return Remark(ALWAYS_OPEN, {"queue": queue.code, "destination": destination})


def _by_group(queue: Queue, by_kind: ByKind) -> Remark:
    group = one_of(by_kind, GROUP, queue.group or 0)
    return Remark(BY_GROUP, {"queue": queue.code, "group": "" if group is None else group.name})


def on_rotas(rotas: Mapping[int, Rota], by_kind: ByKind) -> dict[int, list[Remark]]:  # noqa: ARG001 - as all have it
    """What is worth a remark of each of some rotas that are kept, by id."""
    return {rota_id: [*_window_gaps(rota), *_override_overlaps(rota.overrides)] for rota_id, rota in rotas.items()}


def _window_gaps(rota: Rota) -> Iterator[Remark]:
    """The small gaps between the windows of all layers, if there is no layer without windows."""
    if not all(layer.windows for layer in rota.layers):
        return
    reached = None
    for begin, end in sorted(_week([window for layer in rota.layers for window in layer.windows])):
        if reached is not None and 0 < begin - reached <= MOST_GAP and 0 <= reached < WEEK:
            words = {"day": WEEKDAYS[reached // DAY], "since": clock(reached), "until": clock(begin)}
            yield Remark(WINDOW_GAP, words)
        reached = end if reached is None else max(reached, end)


def _week(windows: Sequence[Window]) -> Iterator[tuple[int, int]]:
    """From when to when windows are set, since Monday 00:00, those of last week and of next week beside them."""
    for window in windows:
        begin, end = clock_span(window.start_time, window.end_time)
        midnight = (window.day_of_week - 1) * DAY
        yield from ((midnight + begin + shift, midnight + end + shift) for shift in (-WEEK, 0, WEEK))


def _override_overlaps(overrides: Sequence[Override]) -> Iterator[Remark]:
    """Overrides of different members that hold at once: each beside the one before it that goes on the longest."""
    found, longest = 0, None
    for place, override in sorted(enumerate(overrides), key=lambda one: one[1].begins):
        if longest is not None and override.begins < longest[1].ends and override.member != longest[1].member:
            found += 1
            if found <= MOST_REMARKS:
                yield _both(longest, (place, override))
        if longest is None or override.ends > longest[1].ends:
            longest = place, override
    if found > MOST_REMARKS:
        yield Remark(MORE_OVERRIDES, {"count": str(found - MOST_REMARKS)})


def _both(one: tuple[int, Override], other: tuple[int, Override]) -> Remark:
    until = min(one[1].ends, other[1].ends)
    winner = max(one, other, key=lambda placed: placed[0])[1].member
    words = {"first": one[1].member, "second": other[1].member, "winner": winner}
    return Remark(BOTH_HOLD, words | {"since": f"{other[1].begins:%Y-%m-%d %H:%M}", "until": f"{until:%Y-%m-%d %H:%M}"})
