"""What is said of queues that have no opening hours."""

from datetime import time

import pytest

from aiguillage.domain.beside import ByKind
from aiguillage.domain.queues import Group, Queue, TimeSpan
from aiguillage.domain.remarks import MOST_REMARKS, of_queues, of_spans_removed


def monday(owner_type: str, owner_id: int) -> TimeSpan:
    return TimeSpan(owner_type=owner_type, owner_id=owner_id, day_of_week=1, start_time=time(8), end_time=time(18))


OF_QUEUE, OF_GROUP = monday("queue", 1), monday("group", 9)
ALONE, IN_GROUP = Queue(name="S", code="support", number="207"), Queue(name="S", code="support", group=9)
GROUP = {9: Group(name="Bureaux")}
OPEN = "Queue support has no opening hours: it is open at all times, and its calls go to {}."


@pytest.mark.parametrize(
    ("queue", "spans", "said"),
    [
        (ALONE, {}, OPEN.format("207")),
        (Queue(name="S", code="support"), {}, OPEN.format("support")),
        (Queue(name="S", code="support", default_destination="299"), {}, OPEN.format("299")),
        (IN_GROUP, {}, OPEN.format("support")),
        (IN_GROUP, {5: OF_GROUP}, "Calls to queue support go by the opening hours of its group Bureaux."),
        (IN_GROUP, {5: OF_QUEUE}, None),
        (ALONE, {5: OF_QUEUE, 6: OF_GROUP}, None),
    ],
)
def test_a_queue_says_what_its_calls_go_by(queue: Queue, spans: dict[int, TimeSpan], said: str | None) -> None:
    by_kind: ByKind = {"queue": {1: queue}, "group": GROUP, "time_span": spans}

    told = [str(remark) for remarks in of_queues({1: queue}, by_kind).values() for remark in remarks]

    assert [one[: len(said or "")] for one in told] == ([] if said is None else [said])


@pytest.mark.parametrize(
    ("gone", "left", "codes"),
    [
        (OF_QUEUE, {}, ["support", "sales"]),
        (OF_QUEUE, {5: OF_QUEUE}, []),
        (OF_GROUP, {}, ["support", "sales"]),
        (OF_GROUP, {5: OF_QUEUE}, ["sales"]),
        (OF_GROUP, {6: OF_GROUP}, []),
        (monday("queue", 77), {}, []),
    ],
)
def test_removed_hours_say_which_queues_are_open_at_all_times_from_now_on(
    gone: TimeSpan, left: dict[int, TimeSpan], codes: list[str]
) -> None:
    queues = {1: IN_GROUP, 2: Queue(name="V", code="sales", group=9)}

    told = of_spans_removed([gone, gone], {"queue": queues, "group": GROUP, "time_span": left})

    wanted = codes[:1] if gone.owner_type == "queue" else codes
    assert [remark.words["queue"] for remark in told] == wanted


def test_of_many_queues_the_first_are_named_and_the_others_counted() -> None:
    queues = {n: Queue(name=str(n), code=f"q{n}", group=9) for n in range(1, MOST_REMARKS + 3)}

    told = of_spans_removed([OF_GROUP], {"queue": queues, "group": GROUP, "time_span": {}})

    assert len(told) == MOST_REMARKS + 1
    assert str(told[-1]) == "The same holds for 2 more queues of the group."
