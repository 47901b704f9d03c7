"""Jobs: what goes on after its request was answered, in the process of that request.

Whoever asked finds in a thing what came of it: the calendar, the delivery, the import, the replay. Some work is a job
from the start; some is one only if it takes long:

    work begins in a thread --> ends at once      its outcome is the answer, and there is no job
                            --> takes longer      the answer is the thing that tells how far it is: a job
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Thread
from typing import Generic, NamedTuple, TypeVar

from aiguillage.storage.sqlite.engine import Database

AT_ONCE = 2.0
"""Seconds that a client waits for an outcome before it gets a job instead."""

Body = TypeVar("Body")
Outcome = TypeVar("Outcome")
Tell = Callable[[int, int], None]
"""Is told that so much is done, of so much."""


class Job(NamedTuple, Generic[Body]):
    """What is answered now, and the work that goes on afterwards, in a process of its own: so it is all `apart`.

    The work is given the database, because that of the request may be one transaction, which is over by then.
    """

    body: Body
    work: Callable[[Database], object]


class Work(Generic[Outcome]):
    """Something that may take long, and tells how far it is; it is begun at once, and waited for as long as wanted."""

    def __init__(self, do: Callable[[Tell], Outcome]) -> None:
        self.listener: Tell | None = None
        self._future: Future[Outcome] = Future()
        # As long as nobody waits for it, it keeps no process from ending.
        Thread(target=copy_context().run, args=(self._carry_out, do), daemon=True).start()

    def _carry_out(self, do: Callable[[Tell], Outcome]) -> None:
        try:
            outcome = do(self._tell)
        except BaseException as error:  # noqa: BLE001 - it is raised where the outcome is wanted
            self._future.set_exception(error)
        else:
            self._future.set_result(outcome)

    def _tell(self, done: int, total: int) -> None:
        if self.listener is not None:
            self.listener(done, total)

    def ends_within(self, seconds: float) -> bool:
        """Whether it does, or has already."""
        return not wait([self._future], seconds).not_done

    def outcome(self) -> Outcome:
        """What comes of it, as soon as that is there. Raises what it raised."""
        return self._future.result()
