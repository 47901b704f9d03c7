"""The call log: what was answered to which call, kept in memory for a second, then in a file of its own."""

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from sqlite3 import Connection

import msgspec
import structlog

from aiguillage.domain.routing import Decision

MOST_WAITING = 100_000
"""Calls that wait for the file before further ones are dropped and counted: about three seconds at full speed."""

FLUSH_EVERY = 1.0
"""Seconds."""

MOST_AT_ONCE = 10_000
BOUNDS = (10, 25, 50, 100, 250, 500, 1000, 5000)
"""Upper bounds of the histogram of our own time, in microseconds."""

KEEP_CALLS = """
    INSERT INTO calls (at, account_id, number, known_by, contact_id, dialect, outcome, destinations, own_us, worker)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, ?
    FROM json_each(?)"""
KEEP_TALLY = """
    INSERT INTO tallies (worker, name, label, value) VALUES (?, ?, ?, ?)
    ON CONFLICT (worker, name, label) DO UPDATE SET value = excluded.value"""

_encode = msgspec.json.encode
_log = structlog.get_logger()


class CallLog:
    """One worker's buffer of calls and its counts, written by a thread of its own; adding never waits.

    A batch goes to SQLite as one JSON text in one statement: the statement runs without Python's lock, so that calls
    are answered meanwhile.
    """

    def __init__(self, connect: Callable[[], Connection], worker: str, capacity: int = MOST_WAITING) -> None:
        self._connect = connect
        self._worker = worker
        self._capacity = capacity
        self._waiting: deque[tuple[object, ...]] = deque()
        self._answers: dict[tuple[str, int], int] = {}
        self._own_time = [0] * (len(BOUNDS) + 1)
        self._own_time_sum = 0
        self.dropped = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="call-log", daemon=True)

    def add(
        self, now: float, account_id: int, number: str | None, decision: Decision, dialect: str, own_us: int
    ) -> None:
        """One answered call; `now` in seconds since 1970, `own_us` in microseconds."""
        if len(self._waiting) >= self._capacity:
            self.dropped += 1
            return
        known = decision.known
        self._waiting.append(
            (
                int(now * 1_000_000),
                account_id,
                number,
                decision.by,
                None if known is None else known.contact_id,
                dialect,
                "unknown" if known is None else "known",
                None if known is None else ",".join([value or "" for value in decision.select]),
                own_us,
            )
        )

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
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        connection = self._connect()
        while not self._stopping.wait(FLUSH_EVERY):
            self._flush(connection)
        self._flush(connection)
        connection.close()

    def _flush(self, connection: Connection) -> None:
        """Writes what waits; calls that the file refuses are counted as dropped, and the log goes on."""
        while True:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                connection.execute("BEGIN IMMEDIATE")
                if batch:
                    connection.execute(KEEP_CALLS, (self._worker, _encode(batch).decode()))
                connection.executemany(KEEP_TALLY, self._tallies())
                connection.execute("COMMIT")
            except Exception as error:  # noqa: BLE001 - whatever the file's trouble is, calls go on
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self.dropped += len(batch)
                _log.error("call_log_failed", error=str(error), dropped=self.dropped)
            if len(batch) < MOST_AT_ONCE:
                return

    def _tallies(self) -> list[tuple[str, str, str, int]]:
        """The counts so far, as rows: name, label, value."""
        rows = [("answers", f"{dialect} {status}", count) for (dialect, status), count in list(self._answers.items())]
        rows += [("own_time", str(bound), count) for bound, count in zip((*BOUNDS, "inf"), self._own_time, strict=True)]
        rows += [("own_time_sum", "", self._own_time_sum), ("dropped", "", self.dropped)]
        return [(self._worker, name, label, count) for name, label, count in rows]
