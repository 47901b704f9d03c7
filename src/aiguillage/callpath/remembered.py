"""The accounts that a worker remembers, and how they follow the file without holding up a call.

```
   edit --> a call or a look finds another facts_version --> compiled in AT_ONCE?  yes: the new facts answer this call
                                                                                   no:  the old ones answer,
                                              the new ones are compiled beside, a SLICE at a time, with rests
```

Whether facts are right is known from each turn's look at the file, so nothing here is ever old but the facts of an
account that takes long to compile, and these no longer than it takes to notice the edit and to compile them: grants are
read anew at once, a removed account is gone at once. Changed again while it is compiled, an account is compiled again
afterwards, from the newest state: edited without pause, it is never more than two compiles late.
"""

import sys
from collections import deque
from collections.abc import Callable
from contextlib import closing
from sqlite3 import Connection
from time import monotonic, thread_time_ns
from typing import Generic, TypeVar

from aiguillage.callpath.entries import Entry, Execute, read_entry, roles_of
from aiguillage.domain.steps import Steps

MOST_REMEMBERED = 10_000
"""Tokens, and accounts, that a worker remembers before it starts afresh."""

AT_ONCE = 5_000_000
"""Nanoseconds of processor that an account may take to compile within a call.

A call that waits so long is as late as one that meets a moment of other work on its machine.
"""

FEW_STEPS = 60
"""Steps that a call waits for in any case: an account of some dozens of facts is not late on a slow machine either."""

SLICE = 150_000
"""Nanoseconds of processor at a time: a call's worth."""

LATEST = 0.25
"""Seconds since the last look at which facts were right, after which old ones answer no more."""

WHOLE = sys.maxsize
FACTS_VERSION = "SELECT facts_version, seq FROM accounts WHERE id = ?"

T = TypeVar("T")


class Paced(Generic[T]):
    """Steps that are done some at a time. `spent` is the processor's time for them in nanoseconds, `done` how many."""

    def __init__(self, steps: Steps[T]) -> None:
        self._steps = steps
        self.spent = self.done = 0
        self.result: T | None = None

    def go_on(self, budget: int, least: int = 1) -> bool:
        """Does `least` steps, and more until so many nanoseconds are used up.

        Returns whether all are done: then there is a result.
        """
        began = thread_time_ns()
        ends = began + budget
        try:
            while True:
                next(self._steps)
                self.done += 1
                if self.done >= least and thread_time_ns() >= ends:
                    return False
        except StopIteration as end:
            self.result = end.value
            return True
        finally:
            self.spent += thread_time_ns() - began


class Remembered:
    """Accounts by their codes. `execute` asks in the turn's transaction, `open_beside` opens another connection."""

    def __init__(
        self, execute: Execute, open_beside: Callable[[], Connection], clock: Callable[[], float] = monotonic
    ) -> None:
        self.execute = execute
        self._open_beside = open_beside
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._compiling: dict[str, Paced[Entry | None]] = {}
        self._freeing: deque[Paced[None]] = deque()
        self._looks = 0
        self._now = self._unchanged_until = 0.0
        self.slow: set[str] = set()

    def look(self, *, changed: bool) -> None:
        """A turn begins; `changed` when somebody wrote to the file since the last one."""
        if changed:
            self._looks += 1
            self._unchanged_until = self._now
        self._now = self._clock()

    def entry(self, code: str) -> Entry | None:
        """The account of that code, None when there is none. Its grants are those of now."""
        entry = self._entries.get(code)
        if entry is not None and entry.looked == self._looks:
            return entry
        return self._look_at(code, entry)

    def _look_at(self, code: str, entry: Entry | None) -> Entry | None:
        row = None if entry is None else self.execute(FACTS_VERSION, (entry.facts.account_id,)).fetchone()
        if entry is None or row is None:
            return self._compile(code, WHOLE)
        version, seq = row
        if version == entry.facts_version:
            entry.seq = seq
        elif code not in self._compiling:
            fresh = self._compile(code, self._budget(entry))
            if fresh is not entry:
                return fresh
        if version != entry.roles_version:
            entry.roles, entry.roles_version = roles_of(self.execute, entry.facts.account_id), version
        entry.looked, entry.looked_at = self._looks, self._now
        return entry

    def _budget(self, entry: Entry) -> int:
        """How long a call may wait for an account's new facts."""
        right_at = self._unchanged_until if entry.looked == self._looks - 1 else entry.looked_at
        if self._now - right_at > LATEST:
            return WHOLE
        return 0 if entry.slow else AT_ONCE

    def _compile(self, code: str, budget: int) -> Entry | None:
        """The account as it is now; as it was, where that takes more than the budget: then it is compiled beside."""
        paced = Paced(read_entry(self.execute, code))
        if budget and paced.go_on(budget, FEW_STEPS):
            self._compiling.pop(code, None)
            entry = self._put(code, paced)
            if entry is not None:
                entry.looked, entry.looked_at = self._looks, self._now
            return entry
        self._compiling[code] = Paced(self._read_beside(code))
        return self._entries[code]

    def _put(self, code: str, paced: Paced[Entry | None]) -> Entry | None:
        entry = paced.result
        self.slow.discard(code)
        if entry is None:
            self._entries.pop(code, None)
            return None
        if code not in self._entries and len(self._entries) >= MOST_REMEMBERED:
            self._entries.clear()
            self.slow.clear()
        self._entries[code] = entry
        if paced.spent > AT_ONCE and paced.done > FEW_STEPS:
            entry.slow = True
            self.slow.add(code)
        return entry

    # Beside the calls

    @property
    def busy(self) -> bool:
        """Whether there is something to do between two turns."""
        return bool(self._compiling or self._freeing)

    def work(self) -> None:
        """Does a slice of what is to do, between two turns. Raises what goes wrong; a call then reads the file."""
        if self._freeing:
            if self._freeing[0].go_on(SLICE):
                self._freeing.popleft()
        elif self._compiling:
            code, paced = next(iter(self._compiling.items()))
            try:
                if paced.go_on(SLICE):
                    del self._compiling[code]
                    self._replace(code, paced)
            except Exception:
                self.forget(code)
                raise

    def forget(self, code: str) -> None:
        """Has the next call read the account from the file."""
        self._compiling.pop(code, None)
        self._entries.pop(code, None)
        self.slow.discard(code)

    def _read_beside(self, code: str) -> Steps[Entry | None]:
        """Reads and compiles an account in a transaction of its own: a turn's ends with the turn."""
        with closing(self._open_beside()) as connection:
            connection.execute("BEGIN")
            return (yield from read_entry(connection.execute, code))

    def _replace(self, code: str, paced: Paced[Entry | None]) -> None:
        """Puts the new facts in the place of the old ones. What changed meanwhile, the next look finds."""
        old = self._entries.get(code)
        entry = self._put(code, paced)
        if entry is not None:
            entry.looked_at = self._clock()
        if old is not None:
            self._freeing.append(Paced(old.facts.let_go()))
