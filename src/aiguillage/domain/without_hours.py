"""What is said of a call queue that has no opening hours, neither its own nor its group's: it is open at all times."""

from collections.abc import Iterable, Mapping

from aiguillage.domain.beside import ByKind, having, one_of, owned, reference_key
from aiguillage.domain.queues import GROUP, QUEUE, Queue, TimeSpan
from aiguillage.domain.remarks import MOST_REMARKS, Remark

ALWAYS_OPEN, BY_GROUP, MORE = SENTENCES = (
    "Queue {queue} has no opening hours: it is open at all times, and its calls go to {destination}.",
    "Calls to queue {queue} go by the opening hours of its group {group}.",
    "The same holds for {count} more queues of the group.",
)


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
        if owner_type == QUEUE:
            queue = one_of(by_kind, QUEUE, owner_id)
            queues: Mapping[int, Queue] = {} if queue is None else {owner_id: queue}
        else:
            queues = having(by_kind, QUEUE, [reference_key(GROUP, owner_id)], _group_of)
        told += _open_now(queues, by_kind)
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
    return [*told, Remark(MORE, {"count": str(left)})] if left else told


def _group_has_hours(queue: Queue, by_kind: ByKind) -> bool:
    return queue.group is not None and bool(owned(by_kind, "time_span", GROUP, queue.group))


def _always_open(queue: Queue) -> Remark:
    destination = queue.default_destination or queue.number or queue.code
    return Remark(ALWAYS_OPEN, {"queue": queue.code, "destination": destination})


def _by_group(queue: Queue, by_kind: ByKind) -> Remark:
    group = one_of(by_kind, GROUP, queue.group or 0)
    return Remark(BY_GROUP, {"queue": queue.code, "group": "" if group is None else group.name})


def _group_of(queue: Queue) -> tuple[str]:
    return (reference_key(GROUP, queue.group),)
