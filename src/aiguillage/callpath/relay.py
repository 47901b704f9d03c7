"""A request that is no call, handed on to a desk process as a stream, and its answer on the way back.

The desk sees the head alone first, with `Expect: 100-continue`: it says who may send a body before any of it is read.
Each request has a connection of its own to the desk, so the end of one is nothing to another.

```
   client            call worker                        desk
     | head ------------> | head, Expect: 100-continue --> |
     |                    | <-------------------- 100 or -- |   a refusal: the body stays unread
     | body, as it comes  | body, as it comes ----------> |
     | <---------- answer | <--------- answer, as it comes |
```

Either side that does not take what the other sends stops it: a worker keeps no more than some pieces of 64 KiB. A piece
of the answer is sent on as it comes: that of a live page (`text/event-stream`) may go on for minutes.
"""

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, cast

from httptools import HttpParserError, HttpResponseParser

from aiguillage.callpath.request import CONTINUE, Request, lines
from aiguillage.callpath.request_ids import NAME

if TYPE_CHECKING:
    from aiguillage.callpath.connection import Connection

NOT_HANDED_ON = frozenset({
    *(b"connection", b"content-length", b"expect", b"forwarded", b"keep-alive", b"proxy-connection", b"te", b"trailer"),
    *(b"transfer-encoding", b"upgrade", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"),
    NAME,
})  # fmt: skip
"""Headers of one connection alone, and those that only a proxy may send: the worker says what it knows itself."""

NOT_HANDED_BACK = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"date"})
BODILESS = frozenset({204, 304})
EVENTS = b"text/event-stream"


class Relay(asyncio.Protocol):
    """The connection to the desk for one request of a client's, `since` so many seconds of the monotonic clock."""

    def __init__(
        self,
        client: "Connection",
        request: Request,
        forwarded: Iterable[tuple[bytes, bytes]],
        ended: Callable[["Relay"], None],
    ) -> None:
        self._client = client
        self._request = request
        self._forwarded = tuple(forwarded)
        self._tell_end = ended
        self.since = monotonic()
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._interim = False
        self._chunked = False
        self.is_stream = False
        self.begun = False
        self.done = False
        self._wanted = False
        self._writable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the head; the body waits until the desk wants it."""
        self._transport = cast("asyncio.Transport", transport)
        if self.done:
            self._transport.abort()
            return
        request = self._request
        headers = [pair for pair in request.headers if pair[0] not in NOT_HANDED_ON]
        headers += [(b"connection", b"close"), *self._forwarded]
        if request.has_body:
            headers.append((b"expect", b"100-continue"))
            length = request.length
            headers.append(
                (b"transfer-encoding", b"chunked") if length is None else (b"content-length", b"%d" % length)
            )
        self._transport.write(b"%b %b HTTP/1.1\r\n%b\r\n" % (request.method.encode(), request.target, lines(headers)))

    @property
    def takes_body(self) -> bool:
        """Whether more of the body can be handed on."""
        return self._wanted and self._writable

    def send_body(self) -> None:
        """Hands on what has come of the body, once the desk wants it."""
        if not self._wanted:
            return
        transport, counted = cast("asyncio.Transport", self._transport), self._request.length is not None
        for piece in self._request.take_body():
            transport.write(piece if counted else b"%x\r\n%b\r\n" % (len(piece), piece))
        if self._request.ended:
            self._wanted = False
            if not counted:
                transport.write(b"0\r\n\r\n")

    def pause_writing(self) -> None:
        """The desk does not take the body as fast as it comes: the client waits."""
        self._writable = False
        self._client.look_at_reading()

    def resume_writing(self) -> None:
        """The desk takes more."""
        self._writable = True
        self._client.look_at_reading()

    def let_read(self, *, on: bool) -> None:
        """The client takes more of its answer, or does not: then the desk waits."""
        transport = cast("asyncio.Transport", self._transport)
        (transport.resume_reading if on else transport.pause_reading)()

    def end(self) -> None:
        """The client is gone, or the answer is whole: the desk is told by the end of the connection."""
        self.done = True
        self._tell_end(self)
        if self._transport is not None:
            self._transport.abort()

    def stop(self) -> None:
        """The worker stops: a stream of events ends here, whole, and its client asks for another."""
        if self.is_stream:
            self.on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Reads the desk's answer."""
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self.connection_lost(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why makes no difference
        """The desk ended before its answer did."""
        if not self.done:
            self.end()
            self._client.desk_lost(begun=self.begun)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collects a header of the answer."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Passes the answer's head on, or lets the body come."""
        status = self._parser.get_status_code()
        self._interim = status == CONTINUE
        if self.done:
            return
        if self._interim:
            self._headers.clear()
            self._wanted = True
            self._client.body_wanted()
            self.send_body()
            return
        self.begun = True
        headers = [pair for pair in self._headers if pair[0] not in NOT_HANDED_BACK]
        self.is_stream = any(name == b"content-type" and value.startswith(EVENTS) for name, value in headers)
        bodiless = self._request.method == "HEAD" or status in BODILESS
        counted = bodiless or any(name == b"content-length" for name, _ in headers)
        self._chunked = not counted and self._request.version == "1.1"
        if self._chunked:
            headers.append((b"transfer-encoding", b"chunked"))
        self._client.begin_answer(status, headers, until_close=not counted and not self._chunked)
        if bodiless:
            self.on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Passes a piece of the answer on."""
        if not self.done:
            self._client.write(b"%x\r\n%b\r\n" % (len(body), body) if self._chunked else body)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._interim or self.done:
            return
        if self._chunked:
            self._client.write(b"0\r\n\r\n")
        self.end()
        self._client.answer_ended()
