"""Calls at a constant rate, whatever the server does: `python -m bench.paced PORT PATHS RATE CONNECTIONS`.

wrk waits for an answer before it asks again, so a server that stalls is asked less just then, and looks well. Here
call number n is due at the start plus n / RATE. It is sent then on a connection that is free, or as soon as one is;
nothing is pipelined. Its latency runs from when it was due, so waiting counts, for a connection too.

    due     |    |    |    |    |    |
    sent    |    |    |        ||    |      two were due while the server stalled: both have their wait in their latency
    stall             xxxxxxxxx

It runs until its standard input is closed, gives calls that are out some seconds, and prints what it saw as JSON. One
that is not answered by then has waited so long. All latencies are kept, eight bytes each: percentiles are exact.
"""

import json
import os
import random
import re
import select
import socket
import sys
import time
from array import array
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

SECRET = "BENCH_SECRET"  # noqa: S105 - the name of a variable
OK = b"200"
DRAINED_WITHIN = 10.0
"""Seconds that calls are waited for at the end."""

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Seen(NamedTuple):
    """Calls that were due, how many a second; microseconds from due to answered; what went wrong.

    `refused` had another answer than 200, `broken` none: the connection ended, or nothing came in time. `late_p99_us`
    is how late this process itself was to notice that a call was due: near p99 it says that it lacked processor time.
    """

    calls: int
    per_second: float
    p50_us: float
    p99_us: float
    worst_us: float
    refused: int
    broken: int
    late_p99_us: float


@dataclass(eq=False)
class Connection:
    """A connection, and the call that is out on it: when it was due, what came of its answer."""

    socket: socket.socket
    due: float | None = None
    answer: bytes = b""


class Pacer:
    """Asks for each request in turn, `rate` times a second."""

    def __init__(self, port: int, requests: list[bytes], rate: float, connections: int) -> None:
        self._port, self._requests, self._rate = port, requests, rate
        self._all = {one.socket: one for one in (self._connect() for _ in range(connections))}
        self._free = deque(self._all.values())
        self._waiting: deque[float] = deque()
        self._latencies, self._lateness = array("d"), array("d")
        self._asked, self._refused, self._broken = 0, 0, 0

    def run(self, end: int) -> Seen:
        """Calls until there is something to read from `end`, or it is closed."""
        began = time.perf_counter()
        due, number, ended = began, 0, False
        while not ended:
            now = time.perf_counter()
            while due <= now:
                self._lateness.append(now - due)
                self._waiting.append(due)
                number += 1
                due = began + number / self._rate
            self._send()
            ended = self._read(max(0.0, due - time.perf_counter()), end)
        took = time.perf_counter() - began
        self._drain()
        return self._tell(took)

    def _connect(self) -> Connection:
        return Connection(socket.create_connection(("127.0.0.1", self._port), timeout=DRAINED_WITHIN))

    def _send(self) -> None:
        """Sends what is due, as far as there are connections: a request is small, and never waits for the network."""
        while self._waiting and self._free:
            one = self._free.popleft()
            one.due, one.answer = self._waiting.popleft(), b""
            try:
                one.socket.sendall(self._requests[self._asked % len(self._requests)])
            except OSError:
                self._replace(one)
            self._asked += 1

    def _read(self, seconds: float, *ends: int) -> bool:
        """Reads what comes within so many seconds; whether one of `ends` did."""
        watched: list[int | socket.socket] = [*ends, *self._all]
        ready, _, _ = select.select(watched, [], [], seconds)
        now = time.perf_counter()
        for one in ready:
            if isinstance(one, int):
                return True
            self._read_from(self._all[one], now)
        return False

    def _read_from(self, one: Connection, now: float) -> None:
        try:
            piece = one.socket.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            self._replace(one)
            return
        one.answer += piece
        head, found, body = one.answer.partition(HEAD_END)
        length = LENGTH.search(head)
        if one.due is not None and found and len(body) >= (int(length[1]) if length else 0):
            self._latencies.append(now - one.due)
            self._refused += one.answer[9:12] != OK
            one.due = None
            self._free.append(one)

    def _replace(self, one: Connection) -> None:
        """A new connection for one that the server ended; a call that was out on it counts as broken."""
        one.socket.close()
        del self._all[one.socket]
        if one.due is None:
            self._free.remove(one)
        else:
            self._latencies.append(time.perf_counter() - one.due)
            self._broken += 1
        fresh = self._connect()
        self._all[fresh.socket] = fresh
        self._free.append(fresh)

    def _drain(self) -> None:
        last = time.perf_counter() + DRAINED_WITHIN
        while (self._waiting or len(self._free) < len(self._all)) and time.perf_counter() < last:
            self._send()
            self._read(0.1)
        now = time.perf_counter()
        left = [*self._waiting, *(one.due for one in self._all.values() if one.due is not None)]
        self._latencies.extend(now - due for due in left)
        self._broken += len(left)
        for one in self._all:
            one.close()

    def _tell(self, took: float) -> Seen:
        latencies, late = sorted(self._latencies), sorted(self._lateness)
        p50, p99, worst = (latencies[int((len(latencies) - 1) * share)] * 1e6 for share in (0.50, 0.99, 1))
        calls, late_p99 = len(latencies), late[(len(late) - 1) * 99 // 100] * 1e6
        return Seen(calls, calls / took, p50, p99, worst, self._refused, self._broken, late_p99)


def requests_of(paths: Path, secret: str) -> list[bytes]:
    """A request for each line of a file, from a random line on, so that no run finds the last one's pages."""
    lines = paths.read_text().splitlines()
    at = random.randrange(len(lines))
    head = f" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\r\n"
    return [f"GET {path}{head}".encode() for path in (*lines[at:], *lines[:at])]


def _stand_apart() -> None:
    """Goes before what is measured, as far as this user may: it stands for phone systems on machines of their own."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def _main(port: str, paths: str, rate: str, connections: str) -> None:
    _stand_apart()
    pacer = Pacer(int(port), requests_of(Path(paths), os.environ[SECRET]), float(rate), int(connections))
    print(json.dumps(pacer.run(sys.stdin.fileno())._asdict()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
