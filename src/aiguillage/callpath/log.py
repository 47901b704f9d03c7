"""The call log: what was answered to which call, kept in memory for a second, then in a file of its own."""

import json
import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from itertools import count
from secrets import token_hex
from sqlite3 import Connection

import structlog

from aiguillage.domain.calls import Decision, Facts

MOST_WAITING = 100_000
"""Calls that wait for the file before further ones are dropped and counted: about three seconds at full speed."""

FLUSH_EVERY = 1.0
"""Seconds."""

FLUSH_AT = 2_000
"""Calls that wait before they are written at once: more would only take memory."""

MOST_AT_ONCE = 10_000
BOUNDS = (10, 25, 50, 100, 250, 500, 1000, 5000)
"""Upper bounds of the histogram of our own time, in microseconds."""

ROWS_AT_ONCE = 200
KEEP_CALLS = """
    INSERT INTO calls (at, account_id, number, known_by, contact_id, dialect, outcome, destinations, own_us, worker,
        call_id, asked, destination, reason, seq)
    VALUES """
ONE_CALL = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
KEEP_TALLY = """
    INSERT INTO tallies (worker, name, label, value) VALUES (?, ?, ?, ?)
    ON CONFLICT (worker, name, label) DO UPDATE SET value = excluded.value"""

_log = structlog.get_logger()


Waiting = tuple[float, Facts, Decision, str, int, int]
"""A call that waits for the file: moment, facts, decision, dialect, own time, the journal's last change."""


class CallLog:
    """One worker's buffer of calls and its counts, written by a thread of its own; adding never waits.

    It writes many rows a statement: each statement gives Python's lock away and must get it back, and the calls that
    are answered meanwhile hold it.
    """

    def __init__(self, connect: Callable[[], Connection], worker: str, capacity: int = MOST_WAITING) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._worker = worker
        self._capacity = capacity
        self._waiting: deque[Waiting] = deque()
        self._ids = f"{token_hex(6)}-"
        self._numbers = count(1)
        self._answers: dict[tuple[str, int], int] = {}
        self._own_time = [0] * (len(BOUNDS) + 1)
        self._own_time_sum = 0
        self.dropped = 0
        self._due = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="call-log", daemon=True)

    def next_id(self) -> str:
        """An id for a call, which no other call has."""
        return f"{self._ids}{next(self._numbers):x}"

    def add(self, now: float, facts: Facts, decision: Decision, dialect: str, own_us: int, seq: int) -> None:
        """One answered call; `now` in seconds since 1970, `own_us` in microseconds.

        `seq` is the last change of the account's journal that the decision knew of.
        """
        waiting = len(self._waiting)
        if waiting >= self._capacity:
            self.dropped += 1
            return
        self._waiting.append((now, facts, decision, dialect, own_us, seq))
        if waiting == FLUSH_AT:
            self._due.set()

    def tally(self, dialect: str, status: int, own_us: int) -> None:
        """Counts one answer, of whatever status."""
        key = (dialect, status)
        self._answers[key] = self._answers.get(key, 0) + 1
        self._own_time[bisect_left(BOUNDS, own_us)] += 1
        self._own_time_sum += own_us

    def start(self) -> None:
        """Starts the thread that writes."""
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, and ends."""
        self._stopping = True
        self._due.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._due.wait(FLUSH_EVERY)
            self._due.clear()
            self.flush()
        self.flush()
        if self._connection is not None:
            self._connection.close()

    def flush(self) -> None:
        """Writes what waits; calls that the file refuses are counted as dropped, and the log goes on.

        Those that find it locked wait on: somebody who is erased may have it written anew.
        """
        while True:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                self._write(batch)
            except Exception as error:  # noqa: BLE001 - whatever the file's trouble is, calls go on
                if "locked" in str(error) and not self._stopping:
                    self._waiting.extendleft(reversed(batch))
                    return
                self.dropped += len(batch)
                _log.error("call_log_failed", error=str(error), dropped=self.dropped)
            if len(batch) < MOST_AT_ONCE:
                return

    def _write(self, batch: list[Waiting]) -> None:
        """One transaction: the calls of a batch and the counts so far."""
        if self._connection is None:
            self._connection = self._connect()
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            for start in range(0, len(batch), ROWS_AT_ONCE):
                some = batch[start : start + ROWS_AT_ONCE]
                execute(KEEP_CALLS + ", ".join([ONE_CALL] * len(some)), self._values(some))
            self._connection.executemany(KEEP_TALLY, self._tallies())
            execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                execute("ROLLBACK")

    def _values(self, calls: list[Waiting]) -> list[object]:
        """The calls as the file keeps them, one behind the other; moments in microseconds."""
        values: list[object] = []
        for now, facts, decision, dialect, own_us, seq in calls:
            known, by = decision.known, decision.by
            values += int(now * 1_000_000), facts.account.account_id, facts.number, by
            if known is None:
                values += None, dialect, "unknown", None
            else:
                values += known.contact_id, dialect, "known", ",".join([value or "" for value in decision.select])
            values += own_us, self._worker, decision.call_id or None, _asked(facts)
            values += decision.destination, decision.reason, seq
        return values

    def _tallies(self) -> list[tuple[str, str, str, int]]:
        """The counts so far, as rows: name, label, value."""
        rows = [("answers", f"{dialect} {status}", count) for (dialect, status), count in list(self._answers.items())]
        rows += [("own_time", str(bound), count) for bound, count in zip((*BOUNDS, "inf"), self._own_time, strict=True)]
        rows += [("own_time_sum", "", self._own_time_sum), ("dropped", "", self.dropped)]
        return [(self._worker, name, label, count) for name, label, count in rows]


def _asked(facts: Facts) -> str | None:
    """What else was asked than the number, as JSON: a replay of the call asks it again."""
    asked = {"code": facts.code, "value": facts.value, "called": facts.called} | facts.named
    kept = {name: value for name, value in asked.items() if value is not None}
    return json.dumps(kept) if kept else None
