"""The call path's place in the web server: uvicorn's HTTP protocol, which answers calls without a task each."""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar, cast

from uvicorn._types import ASGI3Application, HTTPScope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from aiguillage.callpath.engine import Answer, CallPath, Dialect, Scope

LONGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers that uvicorn's parser would otherwise keep without end."""

TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

FAILED = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
"""The last word, when not even a refusal could be said."""

NO_REQUEST = {"method": ""}
"""What stands for the scope of a connection's first request until it begins."""


@lru_cache(maxsize=4096)
def _head(status: int, headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """A status line and headers as they go out, kept: few answers differ in them."""
    return STATUS_LINE[status] + _lines(headers)


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def _message(cycle: RequestResponseCycle, answer: Answer) -> bytes:
    """An answer as it goes out."""
    status, headers, body = answer
    head = _head(status, headers) + _lines(cycle.default_headers)
    end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
    return head + end if cycle.scope["method"] == "HEAD" else head + end + body


def _answered(app: CallPath, dialect: Dialect, cycle: RequestResponseCycle) -> bytes:
    """A call's answer as it goes out; whatever happens, the turn's other calls get theirs."""
    try:
        return _message(cycle, app.call(dialect, cast("Scope", cycle.scope)))
    except Exception:  # noqa: BLE001 - the call path told what it could
        cycle.keep_alive = False
        return FAILED


class CallProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which answers calls without a task each (docs/decisions/0003).

    The calls that one event-loop turn brings are read, answered and written in three goes: the code of each go stays in
    the processor's caches, and a client that waits is woken once for all its answers.
    """

    _calls: ClassVar[list[tuple["CallProtocol", RequestResponseCycle, Dialect]]] = []
    """This turn's calls of all connections; a worker has one event loop."""

    _head_of: object = None
    _head_size = 0
    _served = False
    _stuck: tuple[str, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts a connection, on which no request has begun."""
        super().connection_made(transport)
        self.scope = cast("HTTPScope", NO_REQUEST)
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends a connection and its timer."""
        super().connection_lost(exc)
        cast("asyncio.TimerHandle", self.timeout_keep_alive_task).cancel()

    def data_received(self, data: bytes) -> None:
        """Reads on; a head that does not end within LONGEST_HEAD bytes ends its connection."""
        HttpToolsProtocol.data_received(self, data)
        if "method" not in self.scope:
            self._measure_head(len(data))

    def _measure_head(self, size: int) -> None:
        """Counts what comes after the piece in which a head began: whole requests may stand before it there."""
        if self._head_of is not self.scope:
            self._head_of, self._head_size = self.scope, 0
            return
        self._head_size += size
        if self._head_size > LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(TOO_LONG)
            self.transport.close()

    def _unset_keepalive_if_required(self) -> None:
        """Leaves the timer alone: to make and cancel one for each request costs more than to look now and then."""
        self._served = True

    def on_response_complete(self) -> None:
        """Goes on to the request behind this one, if there is one.

        More is read when all that was read is answered, and a body that has not ended by then ends its connection:
        uvicorn would read on, and a client that sends without end would fill the memory.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self.cycle.more_body:
            self.transport.close()
        else:
            self.flow.resume_reading()

    def _look_again(self) -> None:
        self._served, self._stuck = False, self._stuck_now()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _stuck_now(self) -> tuple[str, int] | None:
        """What a connection waits for that its client alone can end: that answers are taken, or the rest of a head."""
        if self.flow.write_paused:
            return "answers", self.transport.get_write_buffer_size()
        return None if "method" in cast("Scope", self.scope) else ("head", id(self.scope))

    def timeout_keep_alive_handler(self) -> None:
        """Closes a connection that was idle, or stuck on the same thing, since the last look."""
        if self._stuck is not None and self._stuck == self._stuck_now():
            self.transport.abort()
        elif self._served or not getattr(self.cycle, "response_complete", True):
            self._look_again()
        else:
            super().timeout_keep_alive_handler()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Puts a call with the others of this turn; every other request becomes an ASGI task as ever.

        So does a call of a client that does not take its answers: a task waits until it does; and so
        does one whose body is still to come.
        """
        if type(app) is CallPath and not self.flow.write_paused and cycle.scope["method"] != "POST":
            dialect = app.dialect_of(cycle.scope["path"])
            if dialect is not None:
                if not self._calls:
                    self.loop.call_soon(self._answer_calls, app)
                self._calls.append((self, cycle, dialect))
                return
        super()._start_asgi_task(cycle, app)

    @classmethod
    def _answer_calls(cls, app: CallPath) -> None:
        """Answers this turn's calls, then writes; a call behind another on its connection comes in the next turn."""
        calls, cls._calls = cls._calls, []
        messages = [_answered(app, dialect, cycle) for _, cycle, dialect in calls]
        for (protocol, cycle, _), message in zip(calls, messages, strict=True):
            protocol.transport.write(message)
            cycle.response_started = cycle.response_complete = True
            if not cycle.keep_alive:
                protocol.transport.close()
            protocol.on_response_complete()
