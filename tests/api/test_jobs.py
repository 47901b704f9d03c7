"""Jobs: what waits for the network goes on beside the requests, so many at a time."""

from collections.abc import Callable
from threading import Barrier, Event

import pytest
import structlog

from aiguillage.api.jobs import MOST_JOBS, begin_job
from aiguillage.domain.errors import Kind, invalid
from tests.refusal import refused


def doing(work: Callable[[], object]) -> Callable[[], tuple[str, Callable[[], object]]]:
    """A job that is begun, and then does that."""
    return lambda: ("begun", work)


def free() -> None:
    """Returns once every job begun before has ended: as many as there may be then go on at the same time."""
    together = Barrier(MOST_JOBS + 1)
    for _ in range(MOST_JOBS):
        begin_until_room(doing(lambda: together.wait(30)))
    together.wait(30)


def begin_until_room(begin: Callable[[], tuple[str, Callable[[], object]]]) -> None:
    """Begins a job as soon as there is room."""
    while True:
        try:
            begin_job("test", begin)
        except Exception:  # noqa: BLE001, S112 - the one before it is on its last line
            continue
        return


def test_a_job_goes_on_after_its_answer() -> None:
    ends, ended = Event(), Event()

    def work() -> None:
        ends.wait(30)
        ended.set()

    answer = begin_job("test", doing(work))
    before = ended.is_set()
    ends.set()

    assert (answer, before) == ("begun", False)
    assert ended.wait(30)


def test_one_job_too_many_is_refused_until_another_ends() -> None:
    free()
    ends = Event()
    for _ in range(MOST_JOBS):
        begin_until_room(doing(lambda: ends.wait(30)))

    with refused(Kind.UNAVAILABLE, "waits for many feeds and receivers") as caught:
        begin_job("test", doing(lambda: None))
    ends.set()

    assert caught.value.wait == 20
    free()


@pytest.mark.parametrize("failure", [invalid("The feed is gone."), KeyError("+33199001234")])
def test_a_job_that_fails_is_a_line_and_makes_room_again(failure: Exception) -> None:
    def fail() -> None:
        raise failure

    with structlog.testing.capture_logs() as lines:
        for _ in range(2 * MOST_JOBS):
            begin_until_room(doing(fail))
        free()

    assert len(lines) == 2 * MOST_JOBS
    assert {line["job"] for line in lines} == {"test"}
    assert "+33199001234" not in str(lines)


def test_what_cannot_be_begun_takes_no_room() -> None:
    def begin() -> tuple[str, Callable[[], object]]:
        raise invalid("There is no such calendar.")

    for _ in range(2 * MOST_JOBS):
        with refused(Kind.INVALID, "There is no such calendar"):
            begin_job("test", begin)

    free()
