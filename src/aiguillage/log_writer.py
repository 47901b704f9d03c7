"""The process that writes the call log, for all call workers: what they send becomes rows of `calls.db`.

It ends when all workers have closed their ends, and nothing waits any more.
"""

import logging
import selectors
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from sqlite3 import Connection
from typing import cast

from aiguillage.callpath.counts import Counts
from aiguillage.callpath.log import LONGEST_MESSAGE, MOST_WAITING, Logged, decode_calls
from aiguillage.domain.errors import Refusal
from aiguillage.inherited import Inherited
from aiguillage.logs import configure_lines
from aiguillage.precedence import give_way_a_little
from aiguillage.settings import read_settings
from aiguillage.storage.calls import keep_calls, open_log
from aiguillage.storage.sqlite.library import library

WRITE_EVERY = 0.5
"""Seconds."""

WRITE_AT = 2_000
"""Calls that are written at once, without waiting for the time to come."""

MOST_AT_ONCE = 10_000
TOLD_EVERY = 60.0
"""Seconds between two lines in the log about the same trouble."""

_log = logging.getLogger(__name__)


class LogWriter:
    """Writes calls to the file at `path`; those that it does not take wait, up to a bound, and then are counted."""

    def __init__(self, path: Path, counts: Counts, capacity: int = MOST_WAITING) -> None:
        self._path = path
        self._counts = counts
        self._capacity = capacity
        self._connection: Connection | None = None
        self._file: tuple[int, int] | None = None
        self._told_at = 0.0
        self.waiting: deque[Logged] = deque()

    def take(self, message: bytes) -> None:
        """The calls of a message."""
        self.waiting.extend(decode_calls(message))
        beyond = len(self.waiting) - self._capacity
        if beyond > 0:
            for _ in range(beyond):
                self.waiting.popleft()
            self._counts.add("dropped", beyond)

    def write(self) -> bool:
        """Writes what waits; whether the file took it. What it refuses waits on."""
        while self.waiting:
            batch = [self.waiting[n] for n in range(min(len(self.waiting), MOST_AT_ONCE))]
            try:
                keep_calls(self._open(), [call.row() for call in batch])
            except (Refusal, OSError, library.Error) as error:
                self._fail(error)
                return False
            for _ in batch:
                self.waiting.popleft()
        self._counts.put("log_failing", 0)
        return True

    def _open(self) -> Connection:
        """The connection; a new one where the file was removed or another was put in its place."""
        if self._connection is not None and self._file != _identity(self._path):
            self._close()
        if self._connection is None:
            self._connection = open_log(self._path)
            self._file = _identity(self._path)
        return self._connection

    def _fail(self, error: Exception) -> None:
        """Says what the trouble is, now and then; the next try opens the file again."""
        if "locked" in str(error):  # somebody who is erased may have it written anew
            return
        self._close()
        self._counts.put("log_failing", 1)
        if time.monotonic() - self._told_at >= TOLD_EVERY:
            self._told_at = time.monotonic()
            _log.error("call_log_failed", extra={"about": {"error": str(error), "waiting": len(self.waiting)}})

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Writes what waits, counts what cannot be written, and ends."""
        if not self.write():
            self._counts.add("dropped", len(self.waiting))
        self._close()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def write_until_closed(writer: LogWriter, workers: list[socket.socket]) -> None:
    """Takes what the workers send until each has closed its end."""
    with selectors.DefaultSelector() as selector:
        for worker in workers:
            selector.register(worker, selectors.EVENT_READ)
        due, taken = time.monotonic() + WRITE_EVERY, True
        while selector.get_map():
            for key, _ in selector.select(max(0.0, due - time.monotonic())):
                worker = cast("socket.socket", key.fileobj)
                message = worker.recv(LONGEST_MESSAGE * 2)
                if message:
                    writer.take(message)
                else:
                    selector.unregister(worker)
                    worker.close()
            if time.monotonic() >= due or (taken and len(writer.waiting) >= WRITE_AT):
                taken = writer.write()
                due = time.monotonic() + WRITE_EVERY
    writer.close()


def main(words: list[str]) -> None:
    """The process: signals are for the supervisor, whose workers then close their ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    give_way_a_little()
    inherited = Inherited.read(words)
    settings = read_settings()
    configure_lines(settings.log_level)
    writer = LogWriter(settings.calls, Counts(inherited.memory(), inherited.row))
    write_until_closed(writer, [socket.socket(fileno=number) for number in inherited.sockets])


if __name__ == "__main__":
    main(sys.argv[1:])
