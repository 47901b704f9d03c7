"""A call worker's public port: accepts connections, answers a turn's calls together, hands on what is no call.

All that a stranger can make a worker hold is bounded here: connections, requests handed on, and how long it goes on for
a client after it was told to stop.
"""

import asyncio
import heapq
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from typing import NamedTuple

from aiguillage.callpath.connection import Connection
from aiguillage.callpath.counts import Counts
from aiguillage.callpath.engine import Answer, CallPath, Dialect, Headers, Scope
from aiguillage.callpath.health import Health
from aiguillage.callpath.known_headers import KnownHeaders, KnownPosts
from aiguillage.callpath.relay import Relay
from aiguillage.callpath.request import Request
from aiguillage.callpath.request_ids import NAME, drawn_ids
from aiguillage.domain.problems import MEDIA_TYPE, Code, as_json, problem
from aiguillage.domain.proxies import Proxies

ACCEPTED_AT_ONCE = 32
MOST_HANDED_ON, MOST_HANDED_ON_EACH = 128, 64
"""Requests at the desk at a time: in all, and from one address."""

HANDSHAKE = 5.0
"""Seconds for a TLS handshake."""

LONGEST_STOP = 10.0
"""Seconds that a worker told to stop waits for clients that do not take their answers."""

IDLE_AT_STOP = 0.5
"""Seconds that a kept connection may still bring a call after the worker was told to stop."""

WATCH_EVERY = 0.1
"""Seconds between two looks after accounts that take long to compile."""

LEAST_REST, REST = 0.001, 3
"""Between two slices of work beside the calls: seconds at least, and how many times as long as the slice took."""

RETRY_AFTER = 2
STRICT = b"strict-transport-security: max-age=31536000\r\n"
"""Over TLS: a browser that was here once does not come without (RFC 6797)."""

REHEARSED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


WrongAddress = Callable[[str, bytes], Answer | None]
"""Tells, by path and query, what a request for an address gets that looks like a call's and is none."""


class Wire(NamedTuple):
    """How the port is reached, and what it may hold: `desk` is the desk's Unix socket, `most` are connections.

    `waiting` are those that the kernel may have accepted for it.
    """

    listening: socket.socket
    desk: str
    proxies: Proxies
    keep_alive: float
    most: int
    waiting: int
    tls: ssl.SSLContext | None = None


class Port:
    """The port of one worker. `loop` is its event loop; connections find all that they share here."""

    def __init__(
        self, wire: Wire, call_path: CallPath, health: Health, counts: Counts, wrong_address: WrongAddress
    ) -> None:
        self._wire = wire
        self._wrong_address = wrong_address
        self._call_path = call_path
        self.health = health
        self.counts = counts
        self.loop = asyncio.get_running_loop()
        self.keep_alive = wire.keep_alive
        self.dialect_of = call_path.dialect_of
        self._exact = {path.encode(): dialect for path, dialect in call_path.by_path.items()}
        self.known, self.posts = KnownHeaders(), KnownPosts()
        self.connections: set[Connection] = set()
        self.stopping = False
        self.date = self.own = b""
        self.next_id = drawn_ids().__next__
        self._opening: set[asyncio.Task[None]] = set()
        self._calls: list[tuple[Connection, Dialect, Scope]] = []
        self._relays: dict[Relay, str | None] = {}
        self._from: Counter[str | None] = Counter()
        self._connecting: set[asyncio.Task[None]] = set()
        self._working = False
        self._rest = LEAST_REST
        self._tick()
        self._watch()

    def _tick(self) -> None:
        """Once a second: the date that answers carry, what our own say beside it, and a sign of life.

        Both end in the name of the request's id, which comes next.
        """
        date, name = f"date: {formatdate(usegmt=True)}\r\n".encode(), NAME + b": "
        self.date = date + name
        self.own = self.date if self._wire.tls is None else date + STRICT + name
        self.counts.put("beat", int(time.monotonic()))
        self.counts.put("connections", len(self.connections))
        self.loop.call_later(1.0, self._tick)

    def _watch(self) -> None:
        """Ten times a second: what changed, of that which takes long to take up."""
        self._call_path.watch()
        self._work_beside()
        self.loop.call_later(WATCH_EVERY, self._watch)

    def _work_beside(self) -> None:
        """Sees to it that what is to do beside the calls is done, a slice at a time, with a rest before each."""
        if self._call_path.busy and not self._working:
            self._working = True
            self.loop.call_later(self._rest, self._work)

    def _work(self) -> None:
        """One slice. Calls come between it and the next, and have most of the time."""
        self._working = False
        began = time.perf_counter()
        self._call_path.work()
        self._rest = max(LEAST_REST, REST * (time.perf_counter() - began))
        self._work_beside()

    # Connections

    async def rehearse(self) -> None:
        """Answers a request of its own, on a connection of its own: the way in and out is then known too."""
        here, there = socket.socketpair()
        for end in (here, there):
            end.settimeout(0.0)
        await self.loop.connect_accepted_socket(lambda: Connection(self), there)
        await self.loop.sock_sendall(here, REHEARSED)
        await self.loop.sock_recv(here, 65536)
        here.close()

    def open(self) -> None:
        """Takes connections from now on."""
        self._wire.listening.settimeout(0.0)
        self.loop.add_reader(self._wire.listening, self._accept)

    def _accept(self, most: int = ACCEPTED_AT_ONCE) -> None:
        """Takes some of the connections that wait."""
        for _ in range(most):
            try:
                accepted, _ = self._wire.listening.accept()
            except OSError as error:
                if not isinstance(error, (BlockingIOError, ConnectionError, InterruptedError)):
                    self._make_room()
                return
            accepted.settimeout(0.0)
            if len(self.connections) + len(self._opening) >= self._wire.most:
                self._make_room()
            task = self.loop.create_task(self._open_connection(accepted))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open_connection(self, accepted: socket.socket) -> None:
        tls = self._wire.tls
        within = None if tls is None else HANDSHAKE
        try:
            await self.loop.connect_accepted_socket(
                lambda: Connection(self), accepted, ssl=tls, ssl_handshake_timeout=within
            )
        except (OSError, asyncio.CancelledError):
            accepted.close()

    def _make_room(self) -> None:
        """Ends the connections that were good for the least, and of those the oldest: some at once, it is not often."""
        self.counts.add("evicted")
        count = 1 + self._wire.most // 64
        for task in list(self._opening)[: count if self._wire.tls is not None else 0]:
            task.cancel()
        waiting = [one for one in self.connections if one.is_in_the_way()]
        for one in heapq.nsmallest(count, waiting, key=lambda one: (one.rank, one.since)):
            self.connections.discard(one)
            one.abort()

    def forget(self, connection: Connection) -> None:
        """A connection ended."""
        self.connections.discard(connection)

    # Calls

    def own_answer(self, request: Request) -> Answer | None:
        """What the worker answers of itself to a request that is no call; None for what it hands on."""
        own = self.health.answer(request.path, request.method)
        if own is None:
            own = self._wrong_address(request.path, request.query)
            if own is not None:
                self.counts.add("wrong_addresses")
        return own

    def plain_dialect(self, path: bytes) -> Dialect | None:
        """The dialect of a path in which nothing is percent-encoded."""
        return self._exact.get(path) or self.dialect_of(path.decode())

    def learn(self, data: bytes, request: Request) -> None:
        """Has the headers known of a request that was read from these bytes; of what is posted, those of calls."""
        if request.method != "POST":
            self.known.learn(data, request)
        elif (dialect := self.dialect_of(request.path)) is not None and "POST" in dialect.METHODS:
            self.posts.learn(data, request)

    def is_known(self, headers: Headers) -> bool:
        """Whether the headers have a token that is good at this moment."""
        return self._call_path.is_known(headers)

    def answer_later(self, connection: Connection, dialect: Dialect, scope: Scope) -> None:
        """Puts a call with the others of this turn: they share one read transaction, and the processor's caches."""
        if not self._calls:
            self.loop.call_soon(self._answer_calls)
        self._calls.append((connection, dialect, scope))

    def _answer_calls(self) -> None:
        """Answers this turn's calls, then writes; a call behind another on its connection comes in the next turn."""
        calls, self._calls = self._calls, []
        call = self._call_path.call
        answers = [call(dialect, scope, connection.request_id) for connection, dialect, scope in calls]
        self._call_path.end_turn()
        for (connection, _, _), answer in zip(calls, answers, strict=True):
            connection.answer_call(answer)
        self._work_beside()

    # What is no call

    def hand_on(self, connection: Connection, request: Request) -> Relay | None:
        """A relay to the desk, which connects at once; None where the desk is away, or has enough to do."""
        proxies, peer = self._wire.proxies, connection.peer
        address = proxies.client_of(peer, request.headers)
        full = len(self._relays) >= MOST_HANDED_ON or (address and self._from[address] >= MOST_HANDED_ON_EACH)
        if full or not self.health.desk_is_there():
            self.counts.add("turned_away")
            return None
        self.counts.add("handed_on")
        secure = proxies.is_secure(peer, request.headers, secure=self._wire.tls is not None)
        told = [(b"x-forwarded-proto", b"https" if secure else b"http"), (NAME, connection.request_id)]
        if address is not None:
            told.append((b"x-forwarded-for", address.encode("latin-1")))
        relay = Relay(connection, request, told, self._let_go)
        self._relays[relay] = address
        self._from[address] += 1
        task = self.loop.create_task(self._connect(relay))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        return relay

    async def _connect(self, relay: Relay) -> None:
        """Connects with the desk: at once, or its queue is full.

        The loop is given a connected socket as one that was accepted: of one that it connects itself uvloop lets go too
        late where the relay ends meanwhile, and its descriptor would be closed twice.
        """
        to_desk = socket.socket(socket.AF_UNIX)
        to_desk.settimeout(0.0)
        try:
            to_desk.connect(self._wire.desk)
            await self.loop.connect_accepted_socket(lambda: relay, to_desk)
        except (OSError, asyncio.CancelledError):
            to_desk.close()
            relay.connection_lost(None)

    def _let_go(self, relay: Relay) -> None:
        """A relay ended."""
        address = self._relays.pop(relay)
        self._from[address] -= 1
        if not self._from[address]:
            del self._from[address]

    def away(self) -> Answer:
        """What a request gets that the desk cannot be given."""
        detail = "The desk does not answer just now, or has too much to do. Calls are answered. Try again in a moment."
        told = problem(Code.UNAVAILABLE, detail)
        body = as_json(told)
        headers = (
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"retry-after", b"%d" % RETRY_AFTER),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        )
        return told.status, headers, body

    # The end

    async def stop(self) -> None:
        """Takes what the kernel has accepted, answers what comes on open connections once more, and ends.

        The socket is closed at once behind the last connection that waited: between the two none can come in unseen but
        by a hair's breadth, and not even so where somebody else holds the socket too.
        """
        self.stopping = True
        self.loop.remove_reader(self._wire.listening)
        self._accept(self._wire.waiting)
        self._wire.listening.close()
        ends = self.loop.time() + LONGEST_STOP
        while (self.connections or self._opening) and self.loop.time() < ends:
            for connection in list(self.connections):
                connection.stop(idle_for=IDLE_AT_STOP)
            await asyncio.sleep(0.02)
        for connection in list(self.connections):
            connection.abort()
        await asyncio.sleep(0)
