"""What is said of time spans that are entered: they are accepted, but may not do what was meant."""

from collections.abc import Iterator, Mapping
from typing import Any

from aiguillage.domain import overlaps
from aiguillage.domain.beside import ByKind, having, one_of, owned, reference_key
from aiguillage.domain.hours import Hours, State
from aiguillage.domain.queues import GROUP, QUEUE, Queue, TimeSpan
from aiguillage.domain.remarks import Remark

NEVER_OPENS, ONLY_ON_DAYS = _OWN = (
    "Never opens: on {day}, {what} comes first.",
    "There is no weekly time span beside it: at all other times, calls go to the default destination.",
)
SENTENCES = (*overlaps.SENTENCES, *_OWN)
_STRONGER = ("exception", "holiday")
"""What decides before a dated time span, as Hours names it; switches do so too, but not for long."""

_STAND_IN = 0
"""The id of a queue that has nothing but its group: no fact has it."""


def on_spans(spans: Mapping[int, TimeSpan], by_kind: ByKind) -> dict[int, list[Remark]]:
    """What is worth a remark of each of some spans that are kept, by id."""
    told, beside = overlaps.overlaps(spans, by_kind), dict[tuple[str, int], _Beside]()
    for span_id, span in spans.items():
        if span.date_full is not None:
            owner = span.owner_type, span.owner_id
            if owner not in beside:
                beside[owner] = _Beside(*owner, by_kind)
            told[span_id] += beside[owner].remarks(span)
    return told


class _Beside:
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
            mine = having(by_kind, QUEUE, [reference_key(GROUP, owner_id)], _group_of)
            owners += [(QUEUE, queue_id) for queue_id in mine]
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
        begin, end = overlaps.bounds(span)
        states = [state for _, _, state in self._hours.periods(self._id, begin, end)]
        return states[0] if all(state.reason in _STRONGER for state in states) else None


def _group_of(queue: Queue) -> tuple[str]:
    return (reference_key(GROUP, queue.group),)
