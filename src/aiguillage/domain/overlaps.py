"""What is said of time spans that overlap: they are accepted, and one of them wins."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aiguillage.domain.queues import TimeSpan
from aiguillage.domain.wallclock import DAY, WEEK, wall_day, wall_time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BEGINNING = "Overlaps time span {id} ({day} {begin} to {end}). While both hold, "
THIS_OLDER, THAT_OLDER, THIS_EARLIER, THAT_EARLIER = SENTENCES = (
    f"{_BEGINNING}this one wins: both start together, and it is older.",
    f"{_BEGINNING}that one wins: both start together, and it is older.",
    f"{_BEGINNING}this one wins: it starts earlier.",
    f"{_BEGINNING}that one wins: it starts earlier.",
)


class Remark(NamedTuple):
    """Something to know of a fact that is accepted: a sentence that a door can translate, and words for its gaps."""

    sentence: str
    words: Mapping[str, str]

    def __str__(self) -> str:
        """The sentence in English."""
        return self.sentence.format_map(self.words)


def overlaps(fact: TimeSpan, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]]) -> list[Remark]:
    """A remark for each other span of the same queue or group that the span overlaps, and which of them wins."""
    return [
        Remark(sentence, {"id": str(other_id)} | _words(other))
        for other_id, other in sorted(by_kind.get("time_span", {}).items())
        if other_id != fact_id and (other.owner_type, other.owner_id) == (fact.owner_type, fact.owner_id)
        for sentence in _winners(fact, other, older=fact_id is not None and fact_id < other_id)
    ]


def _winners(span: TimeSpan, other: TimeSpan, *, older: bool) -> Iterator[str]:
    """Who wins where the two overlap, if they do."""
    if (span.day_of_week is None) != (other.day_of_week is None):
        return
    (begin, end), (other_begin, other_end) = _bounds(span), _bounds(other)
    # A weekly span also meets the other's of last week and of next week.
    for shift in (0,) if span.day_of_week is None else (-WEEK, 0, WEEK):
        if begin < other_end + shift and other_begin + shift < end:
            if begin == other_begin + shift:
                yield THIS_OLDER if older else THAT_OLDER
            else:
                yield THIS_EARLIER if begin < other_begin + shift else THAT_EARLIER


def _bounds(span: TimeSpan) -> tuple[int, int]:
    midnight = (span.day_of_week or 0) * DAY if span.date_full is None else wall_day(span.date_full)
    begin, end = midnight + wall_time(span.start_time), midnight + wall_time(span.end_time)
    return begin, end if end > begin else end + DAY


def _words(span: TimeSpan) -> dict[str, str]:
    """A span as people say it: `Monday`, `08:00`, `12:00`."""
    day = str(span.date_full) if span.day_of_week is None else WEEKDAYS[span.day_of_week - 1]
    return {"day": day, "begin": f"{span.start_time:%H:%M}", "end": f"{span.end_time:%H:%M}"}
