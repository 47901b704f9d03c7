"""What the server's processes count: numbers in memory that all of them share, each process with a row of its own.

```
   row 0   the supervisor, the desk   whether the desk is there, how often what was started again
           housekeeping               what it finds of calendars
   row 1   call worker 1              answers, own time, calls dropped, requests handed on ...
   row 2   call worker 2
```

Only one process writes to a number, so nothing is locked; whoever is asked for the metrics adds the rows up. They are
in no file: a full disk does not stop them, and a worker that is started again counts on where the one before it was.
"""

import mmap
from bisect import bisect_left
from collections.abc import Sequence

ROW = 4096
"""Bytes of a row: more than it needs, so that no two processes write to one line of the processor's cache."""

AWAY, UP, STARTING = 0, 1, 2
"""How the desk is (`desk_up`): only in its first start is it waited for."""

BOUNDS = (10, 25, 50, 100, 250, 500, 1000, 5000)
"""Upper bounds of the histogram of our own time, in microseconds."""

STATUSES = (200, 400, 401, 403, 404, 405, 409, 412, 413, 429, 500, 501, 503, 0)
"""The statuses that are counted apart; 0 stands for every other."""

NUMBERS = (
    *("dropped", "handed_on", "turned_away", "evicted", "malformed", "connections", "log_failing", "frozen"),
    *("replaced", "wrong_addresses", "calendars_unused", "calendars_failing"),
    *("mails_waiting", "mails_failed", "codes_wrong", "codes_refused"),
    *("beat", "desk_up", "desk_beat", "desk_starts", "worker_starts", "own_time_sum"),
)
"""What a row has beside the answers and the histogram; a `beat` is a moment of the monotonic clock, in seconds."""

_WIDTH = 8
_AT = {name: n for n, name in enumerate(NUMBERS)}
_SUM, _BUCKETS = _AT["own_time_sum"], len(NUMBERS)
_ANSWERS = _BUCKETS + len(BOUNDS) + 1
_STATUS_AT = {status: n for n, status in enumerate(STATUSES)}
_OTHER = _STATUS_AT[0]


class Counts:
    """All rows. `row` is the one that this process writes to, `dialects` the names under which answers are counted."""

    def __init__(self, memory: mmap.mmap, row: int, dialects: Sequence[str] = ()) -> None:
        self._cells = memoryview(memory).cast("q")
        self._base = row * ROW // _WIDTH
        self._dialects = tuple(dialects)
        self._answers_at = {name: self._base + _ANSWERS + n * len(STATUSES) for n, name in enumerate(self._dialects)}
        self.rows = range(len(memory) // ROW)

    def answered(self, dialect: str, status: int, own_us: int) -> None:
        """Counts one answer to a call, and our own time for it in microseconds."""
        cells, base = self._cells, self._base
        cells[self._answers_at[dialect] + _STATUS_AT.get(status, _OTHER)] += 1
        cells[base + _BUCKETS + bisect_left(BOUNDS, own_us)] += 1
        cells[base + _SUM] += own_us

    def add(self, name: str, count: int = 1) -> None:
        """Adds to one of this process's numbers."""
        self._cells[self._base + _AT[name]] += count

    def put(self, name: str, value: int, row: int | None = None) -> None:
        """Sets one of this process's numbers, or of another row's."""
        self._cells[(self._base if row is None else row * ROW // _WIDTH) + _AT[name]] = value

    def get(self, name: str, row: int) -> int:
        """One number of a row."""
        return self._cells[row * ROW // _WIDTH + _AT[name]]

    def total(self, name: str) -> int:
        """One number, of all processes together."""
        return self._sum(_AT[name])

    def answers(self) -> dict[tuple[str, int], int]:
        """The answers of all workers: dialect and status -> how many, those that there are."""
        found = {}
        for n, dialect in enumerate(self._dialects):
            for status, at in _STATUS_AT.items():
                count = self._sum(_ANSWERS + n * len(STATUSES) + at)
                if count:
                    found[dialect, status] = count
        return found

    def own_times(self) -> list[int]:
        """How many calls took up to each of BOUNDS, those up to the one before left out; last, those above all."""
        return [self._sum(_BUCKETS + n) for n in range(len(BOUNDS) + 1)]

    def _sum(self, at: int) -> int:
        return sum(self._cells[row * ROW // _WIDTH + at] for row in self.rows)


def memory_for(workers: int) -> mmap.mmap:
    """Fresh memory for so many call workers, in this process alone: the supervisor's is shared by its descriptor."""
    return mmap.mmap(-1, (workers + 1) * ROW)
