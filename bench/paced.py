"""Calls at a constant rate, whatever the server does: `python -m bench.paced PORT RATE CONNECTIONS PATHS ...`.

wrk waits for an answer before it asks again, so a server that stalls is asked less just then, and looks well. Here
call number n is due at the start plus n / RATE. It is sent then on a connection that is free, or as soon as one is;
nothing is pipelined. Its latency runs from when it was due, so waiting counts, for a connection too.

    due     |    |    |    |    |    |
    sent    |    |    |        ||    |      two were due while the server stalled: both have their wait in their latency
    stall             xxxxxxxxx

Each file of paths is an account's, whose calls are asked in turn and told apart; the accounts' secrets are lines of
an environment variable. It runs until its standard input is closed, gives calls that are out some seconds, and prints
what it saw of each account as JSON. One that is not answered by then has waited so long. All latencies are kept, eight
bytes each: percentiles are exact. It takes little of the processor, because it shares it with what is measured.
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
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

SECRETS = "BENCH_SECRETS"
OK = b"200"
DRAINED_WITHIN = 10.0
"""Seconds that calls are waited for at the end."""

HEAD_END = b"\r\n\r\n"
NOTHING: Mapping[bytes, bytes] = {}
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Seen(NamedTuple):
    """Calls that were due, how many a second; microseconds from due to answered; what went wrong.

    `refused` had another answer than 200, `broken` none: the connection ended, or nothing came in time. `misrouted` had
    another body than the one that was expected, where one was. `late_p99_us` is how late this process itself was to
    notice that a call was due: near p99 it says that it lacked processor time.
    """

    calls: int
    per_second: float
    p50_us: float
    p99_us: float
    worst_us: float
    refused: int
    broken: int
    late_p99_us: float
    misrouted: int = 0


class Stream:
    """The calls of one account, and what came of them."""

    def __init__(self, requests: list[bytes]) -> None:
        self.requests = cycle(requests)
        self.latencies, self.lateness = array("d"), array("d")
        self.refused = self.broken = self.misrouted = 0

    def told(self, took: float) -> Seen:
        """All of it."""
        latencies, late = sorted(self.latencies), sorted(self.lateness)
        p50, p99, worst = (latencies[int((len(latencies) - 1) * share)] * 1e6 for share in (0.50, 0.99, 1))
        calls, late_p99 = len(latencies), late[(len(late) - 1) * 99 // 100] * 1e6
        return Seen(calls, calls / took, p50, p99, worst, self.refused, self.broken, late_p99, self.misrouted)


@dataclass(eq=False)
class Connection:
    """A connection, and the call that is out on it: whose it is, what was asked, when it was due, what came of it."""

    socket: socket.socket
    stream: Stream | None = None
    asked: bytes = b""
    due: float = 0.0
    answer: bytes = b""


class Pacer:
    """Asks for each account's requests in turn, `rate` times a second in all; `expected` are bodies, by the request."""

    def __init__(
        self,
        port: int,
        requests: list[list[bytes]],
        rate: float,
        connections: int,
        expected: Mapping[bytes, bytes] = NOTHING,
    ) -> None:
        self._port, self._rate, self._expected = port, rate, expected
        self._streams = [Stream(one) for one in requests]
        self._poll = select.epoll()
        self._all: dict[int, Connection] = {}
        self._free: deque[Connection] = deque()
        self._waiting: deque[tuple[Stream, float]] = deque()
        for _ in range(connections):
            self._connect()

    def run(self, end: int) -> list[Seen]:
        """Calls until there is something to read from `end`, or it is closed."""
        began = time.perf_counter()
        due, number, ended = began, 0, False
        self._poll.register(end, select.EPOLLIN)
        while not ended:
            now = time.perf_counter()
            while due <= now:
                stream = self._streams[number % len(self._streams)]
                stream.lateness.append(now - due)
                self._waiting.append((stream, due))
                number += 1
                due = began + number / self._rate
            self._send()
            ended = self._read(max(0.0, due - time.perf_counter())) and number >= len(self._streams)
        took = time.perf_counter() - began
        self._poll.unregister(end)
        self._drain()
        return [stream.told(took) for stream in self._streams]

    def _connect(self) -> None:
        one = Connection(socket.create_connection(("127.0.0.1", self._port), timeout=DRAINED_WITHIN))
        self._all[one.socket.fileno()] = one
        self._poll.register(one.socket, select.EPOLLIN)
        self._free.append(one)

    def _send(self) -> None:
        """Sends what is due, as far as there are connections: a request is small, and never waits for the network."""
        while self._waiting and self._free:
            one = self._free.popleft()
            stream, one.due = self._waiting.popleft()
            one.stream, one.asked, one.answer = stream, next(stream.requests), b""
            try:
                one.socket.sendall(one.asked)
            except OSError:
                self._replace(one)

    def _read(self, seconds: float) -> bool:
        """Reads what comes within so many seconds; whether there was something that no connection of ours is."""
        select.select([self._poll], [], [], seconds)  # to the microsecond; epoll itself counts milliseconds
        ready, ended = self._poll.poll(0), False
        now = time.perf_counter()
        for descriptor, _ in ready:
            one = self._all.get(descriptor)
            if one is None:
                ended = True
            else:
                self._read_from(one, now)
        return ended

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
        if one.stream is not None and found and len(body) >= (int(length[1]) if length else 0):
            one.stream.latencies.append(now - one.due)
            one.stream.refused += one.answer[9:12] != OK
            one.stream.misrouted += body != self._expected.get(one.asked, body)
            one.stream = None
            self._free.append(one)

    def _replace(self, one: Connection) -> None:
        """A new connection for one that the server ended; a call that was out on it counts as broken."""
        del self._all[one.socket.fileno()]
        one.socket.close()
        if one.stream is None:
            self._free.remove(one)
        else:
            one.stream.latencies.append(time.perf_counter() - one.due)
            one.stream.broken += 1
        self._connect()

    def _drain(self) -> None:
        last = time.perf_counter() + DRAINED_WITHIN
        while (self._waiting or len(self._free) < len(self._all)) and time.perf_counter() < last:
            self._send()
            self._read(0.1)
        now = time.perf_counter()
        out = ((one.stream, one.due) for one in self._all.values() if one.stream is not None)
        for stream, due in [*self._waiting, *out]:
            stream.latencies.append(now - due)
            stream.broken += 1
        for one in self._all.values():
            one.socket.close()


def requests_of(paths: Path, secret: str) -> dict[bytes, bytes | None]:
    """A request for each line of a file, from a random line on, so that no run finds the last one's pages.

    Behind a tab a line may have the body that is expected.
    """
    lines = paths.read_text().splitlines()
    at = random.randrange(len(lines))
    head = f" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\r\n"
    asked = (line.partition("\t") for line in (*lines[at:], *lines[:at]))
    return {f"GET {path}{head}".encode(): body.encode() if tab else None for path, tab, body in asked}


def _stand_apart() -> None:
    """Goes before what is measured, as far as this user may: it stands for phone systems on machines of their own."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def _main(port: str, rate: str, connections: str, *files: str) -> None:
    _stand_apart()
    secrets = os.environ[SECRETS].splitlines()
    requests = [requests_of(Path(file), secret) for file, secret in zip(files, secrets, strict=True)]
    expected = {asked: body for one in requests for asked, body in one.items() if body is not None}
    pacer = Pacer(int(port), [list(one) for one in requests], float(rate), int(connections), expected)
    seen = pacer.run(sys.stdin.fileno())
    print(json.dumps([one._asdict() for one in seen]))


if __name__ == "__main__":
    _main(*sys.argv[1:])
