"""Jobs: what waits for the network goes on after the request was answered, and tells in its thing what came of it."""

from collections.abc import Callable
from threading import BoundedSemaphore, Thread
from typing import Any

import structlog

from aiguillage.domain.errors import Kind, Refusal, place_of

MOST_JOBS = 8
"""Jobs of one process at a time; each may wait for as long as a feed or a receiver takes."""

LONGEST_WAIT = 20
"""Seconds after which it is worth to try again where there is no room."""

_log = structlog.get_logger()
_room = BoundedSemaphore(MOST_JOBS)


def begin_job(name: str, begin: Callable[[], tuple[Any, Callable[[], object]]]) -> Any:  # noqa: ANN401 - what it begins with
    """Begins something that gives what is answered and what goes on; the former. Raises Refusal."""
    if not _room.acquire(blocking=False):
        message = "The server waits for many feeds and receivers at this moment. Try again in some seconds."
        raise Refusal(Kind.UNAVAILABLE, message, wait=LONGEST_WAIT)
    try:
        answer, go_on = begin()
    except BaseException:
        _room.release()
        raise
    Thread(target=_carry_out, args=(name, go_on), name=name, daemon=True).start()
    return answer


def _carry_out(name: str, go_on: Callable[[], object]) -> None:
    """Turns a failure into one line: whoever asked reads in the thing itself what came of it."""
    try:
        go_on()
    except Refusal as refusal:
        _log.warning("job_refused", job=name, kind=refusal.kind)
    except Exception as error:  # noqa: BLE001 - it would end the thread, and nobody would be told
        _log.error("job_failed", job=name, error=type(error).__name__, where=place_of(error))
    finally:
        _room.release()
