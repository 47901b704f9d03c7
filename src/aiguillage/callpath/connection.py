"""A client's connection to a call worker: requests read, calls answered, everything else handed on.

```
   bytes --+-- a plain GET, or a call posted, in headers of known_headers.py ---+
           |                                                                    +--> a call? --> answered with this
           +-- anything else --> httptools --> Request -------------------------+                turn's others
                                                                                +--> no call --> health, or relay.py
```
"""

import asyncio
import re
import select
import socket
import struct
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from aiguillage.callpath.engine import Answer, Dialect, Scope
from aiguillage.callpath.known_headers import END, LONGEST_FORM, PLAIN, PLAIN_REQUEST
from aiguillage.callpath.relay import Relay
from aiguillage.callpath.request import LONGEST_HEAD, Header, Request, head_of, lines, status_line

if TYPE_CHECKING:
    from aiguillage.callpath.port import Port

LEAST_A_LOOK = 2048
"""Bytes that must have moved from one look to the next while a body comes or an answer is taken."""

MOST_LEFT = 256 * 1024
"""Bytes of a body that nobody wants which are read and dropped, so that the connection can be kept."""

LONGEST_SILENCE = 300.0
"""Seconds that the desk may take for an answer."""

CLOSE = b"\r\nconnection: close\r\n\r\n"
"""What comes behind a request's id, the last of the headers but this one; END where the connection is kept."""

GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
TEXT = b"text/plain; charset=utf-8"
ADMITTED = frozenset({200, 400, 403, 404, 429})
"""What a call gets whose token is good."""

DROPPED = struct.pack("ii", 1, 0)


class Connection(asyncio.Protocol):
    """One client's connection. `rank` says what it was good for so far: 0 nothing, 1 an answer, 2 an admitted call.

    `since` is when it last ended something, by the monotonic clock; `request_id` is of the request under way.
    There are 30 attributes and no more: those of an object with more are found in a slower way, by each call.
    """

    def __init__(self, port: "Port") -> None:
        self._port = port
        self._transport = cast("asyncio.Transport", None)
        self.peer: str | None = None
        self.rank = 0
        self.since = monotonic()
        self.request_id = b""
        self._parser: HttpRequestParser | None = None
        self._mid = False
        self._count = 0
        self._url = b""
        self._headers: list[Header] = []
        self._head_size = 0
        self._coming: Request | None = None
        self._requests: deque[Request] = deque()
        self._current: Request | None = None
        self._relay: Relay | None = None
        self._form: Dialect | None = None
        self._fault: tuple[int, str] | None = None
        self._keep_alive = True
        self._reading = True
        self._writable = True
        self._leaving = False
        self._ended = self._gone = False
        self._served = False
        self._heard = 0
        self._written = 0
        self._last_look = ("nothing", -1, 0)
        self._timer = cast("asyncio.TimerHandle", None)

    # A connection's beginning and end

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes a place among the worker's connections."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if isinstance(peer, tuple) and peer else None
        self._port.connections.add(self)
        self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why makes no difference
        """Ends what was under way for the client."""
        self._leaving = True
        self._port.forget(self)
        self._timer.cancel()
        self._drop_relay()

    def eof_received(self) -> bool:
        """The client says no more. One that waits for an answer still gets it; a look later it counts as gone.

        One whose body has not ended is gone, and so is one whose answer never ends.
        """
        self._ended = True
        is_stream = self._relay is not None and self._relay.is_stream
        if self._current is not None and (is_stream or not self._current.ended):
            self.abort()
        return self._current is not None

    def abort(self) -> None:
        """Cuts the connection, whatever it was about."""
        self._leaving = True
        self._drop_relay()
        if self._transport.get_write_buffer_size():
            with suppress(OSError):  # what the kernel has not sent yet is dropped too, and its memory is free
                self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROPPED)
        self._transport.abort()

    def stop(self, *, idle_for: float) -> None:
        """The worker stops: a connection that was idle for so many seconds ends now, others with their next answer."""
        if self._relay is not None:
            self._relay.stop()
        elif self._is_idle() and monotonic() - self.since >= idle_for:
            self._close_unless_asked()

    def _is_idle(self) -> bool:
        return self._current is None and not self._mid and not self._requests

    def _close_unless_asked(self) -> None:
        """Ends an idle connection, but not one with a request that came while the worker had no processor for it."""
        coming = select.poll()
        coming.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        if not coming.poll(0):
            self._close()

    def _close(self) -> None:
        self._leaving = True
        self._transport.close()

    # What comes

    def data_received(self, data: bytes) -> None:
        """Reads on."""
        self._heard += len(data)
        if self._leaving or self._fault is not None:
            return
        if not self._mid and self._current is None:
            found = PLAIN.match(data)
            if found is not None:
                headers = self._port.known.get(data[found.end() :])
                dialect = None if headers is None else self._port.plain_dialect(found[1])
                if dialect is not None and headers is not None:
                    self._take_plain(dialect, found, headers)
                    return
            else:
                posted = self._port.posts.find(data)
                if posted is not None:
                    self._take_posted(posted)
                    return
        self._parse(data)
        if len(self._requests) == 1 and not self._mid and self._current is None and not self._leaving:
            self._port.learn(data, self._requests[0])
        self._go_on()

    def _take_plain(self, dialect: Dialect, found: re.Match[bytes], headers: list[Header]) -> None:
        """A call in known headers: nothing of it is kept for longer than this turn."""
        self._current = PLAIN_REQUEST
        self.request_id = self._port.next_id()
        scope = {
            "method": "GET",
            "path": dialect.PATH or found[1].decode(),
            "query_string": found[2] or b"",
            "headers": headers,
            "client": None if self.peer is None else (self.peer, 0),
        }
        self._port.answer_later(self, dialect, scope)

    def _take_posted(self, scope: Scope) -> None:
        """A call in a known head, posted whole: just so."""
        self._current = PLAIN_REQUEST
        self.request_id = self._port.next_id()
        scope["client"] = None if self.peer is None else (self.peer, 0)
        self._port.answer_later(self, cast("Dialect", self._port.dialect_of(scope["path"])), scope)

    def _parse(self, data: bytes) -> None:
        """Feeds httptools; what stands behind a request that asks for another protocol is read as HTTP as ever."""
        while data:
            if self._parser is None:
                self._parser = HttpRequestParser(self)
            before, alone = self._count, not self._mid
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                self._parser, data = None, data[upgrade.args[0] :]
                continue
            except HttpParserError:
                self._fault = 400, "This is no request in HTTP."
            if self._mid and self._coming is None:
                self._measure_head(len(data), begun=self._count - before, alone=alone)
            return

    def _measure_head(self, size: int, *, begun: int, alone: bool) -> None:
        """Counts the bytes of a head that has not ended; behind whole requests it is counted from the next piece on."""
        if not begun or (begun == 1 and alone):
            self._head_size += size
        if self._head_size > LONGEST_HEAD:
            self._fault = 431, "The head has more than 64 KiB."

    def on_message_begin(self) -> None:
        """A request begins."""
        self._mid, self._url, self._headers, self._head_size, self._coming = True, b"", [], 0, None
        self._count += 1

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """A head is whole: it waits for its turn."""
        parser = cast("HttpRequestParser", self._parser)
        method, version = parser.get_method().decode(), parser.get_http_version()
        keep = version == "1.1" and parser.should_keep_alive()
        self._coming = Request(method, self._url, self._headers, version, keep_alive=keep)
        self._requests.append(self._coming)

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        cast("Request", self._coming).add_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._mid = False
        cast("Request", self._coming).ended = True

    # What is done about it

    def _go_on(self) -> None:
        """Goes on with the request under way, else with the next: one a turn, and while the client takes its answers.

        However many a client sends at once, everybody else's come in between.
        """
        if self._leaving:
            return
        if self._current is not None:
            self._feed_current()
        elif self._requests and self._writable:
            self._begin(self._requests.popleft())
        current = self._current
        if self._fault is not None and not self._requests and (current is None or not current.ended):
            self._refuse_wire(*self._fault)
        self.look_at_reading()

    def _feed_current(self) -> None:
        """Takes what has come of a body."""
        if self._relay is not None:
            self._relay.send_body()
        elif self._form is not None and self._current is not None:
            self._take_form(self._current, self._form)

    def _begin(self, request: Request) -> None:
        """Answers a request, or hands it on."""
        self._current, self._keep_alive = request, request.keep_alive
        self.request_id = request.own_id or self._port.next_id()
        fault = request.fault()
        if fault is not None:
            self._refuse_wire(*fault)
            return
        dialect = self._port.dialect_of(request.path)
        if dialect is not None:
            if request.method == "POST" and "POST" in dialect.METHODS and request.has_body:
                self._take_form(request, dialect)
            else:
                self._port.answer_later(self, dialect, request.scope(self.peer))
            return
        own = self._port.own_answer(request)
        if own is not None:
            self.answer(own)
            return
        self._hand_on(request)

    def _take_form(self, request: Request, dialect: Dialect) -> None:
        """Waits for a call's body, if whoever sends it may ask at all; too long a one is answered without it.

        Where the body is what shows who asks, it is read of everybody: it has an eighth of what a head may have.
        """
        too_long = max(request.size, request.length or 0) > LONGEST_FORM
        if request.ended or too_long or self._is_stranger(dialect, request):
            self._form = None
            body = b"".join(request.take_body()) if request.ended and not too_long else None
            self._port.answer_later(self, dialect, request.scope(self.peer, body))
            return
        self._form = dialect
        self._say_go_on(request)

    def _is_stranger(self, dialect: Dialect, request: Request) -> bool:
        return dialect.UNREAD.complete is None and not self._port.is_known(request.headers)

    def _say_go_on(self, request: Request) -> None:
        """Lets a client send its body who asks first."""
        if request.expects:
            request.expects = False
            self.write(GO_ON)

    def _hand_on(self, request: Request) -> None:
        self._relay = self._port.hand_on(self, request)
        if self._relay is None:
            self.answer(self._port.away())

    # Answers

    def answer(self, answer: Answer) -> None:
        """Sends an answer, and goes on to what comes next."""
        status, headers, body = answer
        stays = self._stays()
        current = self._current
        if current is not None and current.method == "HEAD":
            body = b""
        end = END if stays else CLOSE
        self.write(b"".join((head_of(status, headers), self._port.own, self.request_id, end, body)))
        self._end_answer(stays=stays)

    def _stays(self) -> bool:
        """Whether the connection can be kept after this answer: the client wants it, and ends what it sends."""
        request = self._current
        if not self._keep_alive or self._port.stopping or self._ended or request is None or request.expects:
            return False
        return request.ended or (request.length is not None and request.length - request.size <= MOST_LEFT)

    def begin_answer(self, status: int, headers: Iterable[Header], *, until_close: bool) -> None:
        """Sends the head of an answer that comes piece by piece."""
        self._keep_alive = self._stays() and not until_close
        end = END if self._keep_alive else CLOSE
        self.write(status_line(status) + lines(headers) + self._port.date + self.request_id + end)

    def write(self, data: bytes) -> None:
        """Sends bytes."""
        self._written += len(data)
        self._transport.write(data)

    def answer_call(self, answer: Answer) -> None:
        """Sends a call's answer. A client that was admitted is the last one to be ended for want of room."""
        if answer[0] in ADMITTED:
            self.rank = 2
        if not self._transport.is_closing():
            self.answer(answer)

    def answer_ended(self) -> None:
        """An answer that came piece by piece went out whole."""
        self._end_answer(stays=self._stays())

    def _end_answer(self, *, stays: bool) -> None:
        """The next request's turn, or the connection's end."""
        self._relay = None
        self._served, self.since = True, monotonic()
        if self.rank == 0:
            self.rank = 1
        request, self._current = self._current, None
        if request is not None and not request.ended:
            request.drop_body()
        if not stays:
            self._leave(request)
        elif self._requests or self._fault is not None or not self._reading:
            self._port.loop.call_soon(self._go_on)

    def _leave(self, request: Request | None) -> None:
        """Ends the connection: at once, or once the client, who still sends, can have read its answer."""
        if request is None or request.ended or self._ended:
            self._close()
            return
        self._leaving = True
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self.look_at_reading()

    def body_wanted(self) -> None:
        """The desk lets the body come."""
        self._say_go_on(cast("Request", self._current))
        self.look_at_reading()

    def desk_lost(self, *, begun: bool) -> None:
        """The desk ended before its answer did."""
        self._relay = None
        if begun:
            self.abort()
        else:
            self.answer(self._port.away())

    def _drop_relay(self) -> None:
        if self._relay is not None:
            self._relay.end()
            self._relay = None

    def _refuse_wire(self, status: int, words: str) -> None:
        """Answers what breaks HTTP's rules, and ends the connection: nobody knows where the next request begins."""
        self._port.counts.add("malformed")
        self._keep_alive = False
        if self._relay is not None:
            self.abort()
            return
        if self._current is None:
            self.request_id = self._port.next_id()
        body = words.encode()
        plainly = (b"x-content-type-options", b"nosniff")
        headers = ((b"content-type", TEXT), (b"content-length", b"%d" % len(body)), plainly)
        self.write(head_of(status, headers) + self._port.own + self.request_id + CLOSE + body)
        self._close()

    # Flow, and how long anything may take

    def look_at_reading(self) -> None:
        """Reads on while somebody takes what comes."""
        wanted = self._leaving or (self._writable and not self._requests and self._wants_more())
        if wanted is not self._reading and not self._transport.is_closing():
            self._reading = wanted
            (self._transport.resume_reading if wanted else self._transport.pause_reading)()

    def _wants_more(self) -> bool:
        if self._relay is None or self._current is None or self._current.ended:
            return True
        return self._relay.takes_body

    def pause_writing(self) -> None:
        """The client does not take its answers."""
        self._writable = False
        if self._relay is not None:
            self._relay.let_read(on=False)
        self.look_at_reading()

    def resume_writing(self) -> None:
        """The client takes them again."""
        self._writable = True
        if self._relay is not None:
            self._relay.let_read(on=True)
        self._go_on()

    def _set_timer(self) -> None:
        self._timer = self._port.loop.call_later(self._port.keep_alive, self.look)

    def is_in_the_way(self) -> bool:
        """Whether it waits for its client alone: then it may be ended to make room for another."""
        return self._waits_for() != "desk"

    def look(self) -> None:
        """Now and then: ends a connection that is idle, or on which too little has moved since the last look."""
        before, self._last_look = self._last_look, (self._waits_for(), self._count, self._moved())
        served, self._served = self._served, False
        what, _, moved = self._last_look
        if what == "nothing" and not served:
            self._close_unless_asked()
        elif what == "desk":
            if self._relay is not None and (self._gone or monotonic() - self._relay.since > LONGEST_SILENCE):
                self.abort()
            self._gone = self._ended
        elif what != "nothing" and before[:2] == self._last_look[:2] and moved - before[2] < LEAST_A_LOOK:
            self.abort()
        self._set_timer()

    def _moved(self) -> int:
        """Bytes that came and that the client has taken; those of a head count as none: it has two looks to come."""
        taken = self._written - self._transport.get_write_buffer_size()
        return taken if self._mid and self._coming is None else taken + self._heard

    def _waits_for(self) -> str:
        """What a connection waits for."""
        if self._leaving:
            return "leave"
        if not self._writable:
            return "answer"
        if self._mid and self._coming is None:
            return "head"
        if self._mid and self._reading:
            return "body"
        return "nothing" if self._is_idle() else "desk"
