"""What is said of time spans that overlap, of which one wins, or that nearly meet: they are accepted."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from aiguillage.domain.beside import ByKind, owned
from aiguillage.domain.queues import TimeSpan
from aiguillage.domain.remarks import MOST_REMARKS, Remark
from aiguillage.domain.wallclock import DAY, SECOND, WEEK, clock_span, wall_day

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_BEGINNING = "Overlaps time span {id} ({day} {begin} to {end}). While both hold, "
_NOTHING = "Nothing holds from {since} to {until}, between this one and time span {id} ({day} {begin} to {end})"
MOST_GAP = 60_000_000
"""Microseconds: a gap that is no longer comes of an end such as 11:59, which is meant to be noon."""

THIS_OLDER, THAT_OLDER, THIS_EARLIER, THAT_EARLIER, MORE, GAP = SENTENCES = (
    f"{_BEGINNING}this one wins: both start together, and it is older.",
    f"{_BEGINNING}that one wins: both start together, and it is older.",
    f"{_BEGINNING}this one wins: it starts earlier.",
    f"{_BEGINNING}that one wins: it starts earlier.",
    "Overlaps {count} more time spans. List the time spans, and remove those that are there twice.",
    f"{_NOTHING}. Unless that is meant, let the earlier one end at {{until}}.",
)


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
        beside = _Beside({**owned(by_kind, "time_span", *owner), **mine})
        found |= {span_id: beside.remarks(span_id, span) for span_id, span in mine.items()}
    return found


class _Beside:
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
        told += [Remark(MORE, {"count": str(left)})] if left else []
        return [*told, *(self._gap(*gap) for gap in among.gaps(mine))]

    def _gap(self, begin: int, end: int, other: int) -> Remark:
        times = {"since": clock(begin), "until": clock(end)}
        return Remark(GAP, {"id": str(other), **_words(self._spans[other]), **times})


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
