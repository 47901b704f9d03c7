"""The server: one socket, one or many workers, calls answered as they come in."""

import socket
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import ClassVar, cast

import uvicorn
from uvicorn._types import ASGI3Application
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.supervisors import Multiprocess

from aiguillage.app import build, open_database
from aiguillage.callpath.engine import Answer, CallPath, Dialect, Scope
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.logs import configure_logs
from aiguillage.settings import Settings
from aiguillage.storage.calls import forget_tallies
from aiguillage.storage.migrate import migrate

BACKLOG = 2048
"""Connections that wait for a worker before the kernel turns further ones away."""

LONGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers that uvicorn's parser would otherwise keep without end."""

TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def serve(settings: Settings, announce: Callable[[], None] = lambda: None) -> None:
    """Migrates if needed, then answers calls until it is told to stop; calls in flight are answered. Raises Refusal.

    `announce` is called when the address is ours: from then on a call waits for the workers and is not turned away.
    """
    database = open_database(settings)
    migrate(database)
    database.close()
    forget_tallies(settings.calls)
    configure_logs(settings.log_level)
    listening = _listen(settings)
    config = _configuration(settings)
    try:
        announce()
        _run(config, listening)
    finally:
        listening.close()
        if settings.uds:
            Path(settings.uds).unlink(missing_ok=True)


def _run(config: uvicorn.Config, listening: socket.socket) -> None:
    """Runs the workers until a signal ends them. Raises Refusal(unavailable) when they cannot even start."""
    if config.workers > 1:
        workers = Multiprocess(config, sockets=[listening])
        workers.run()
        failed = any(worker.exitcode == STARTUP_FAILURE for worker in workers.processes)
    else:
        server = uvicorn.Server(config)
        server.run(sockets=[listening])
        failed = not server.started
    if failed:
        raise Refusal(Kind.UNAVAILABLE, "The workers could not start. The log lines above say why.")


def _configuration(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        partial(build, settings),
        factory=True,
        workers=settings.workers,
        http=CallProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )


def _listen(settings: Settings) -> socket.socket:
    """The socket that all workers share. Raises Refusal(unavailable) when the address is taken or not ours."""
    family = socket.AF_UNIX if settings.uds else socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    where = settings.uds or f"{settings.host} port {settings.port}"
    try:
        if settings.uds:
            _clear_away(Path(settings.uds))
            listening.bind(settings.uds)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Refusal(
            Kind.UNAVAILABLE,
            f"Cannot listen on {where} ({error.strerror}). Stop what uses it, or choose another with --port or --uds.",
        ) from error
    listening.set_inheritable(True)
    return listening


def _clear_away(path: Path) -> None:
    """Removes a socket that a killed server left behind; one that somebody listens on stays, and binding fails."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)


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


class CallProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which answers calls without a task each (docs/decisions/0003).

    The calls that one event-loop turn brings are read, answered and written in three goes: the code of each go stays in
    the processor's caches, and a client that waits is woken once for all its answers.
    """

    _calls: ClassVar[list[tuple["CallProtocol", RequestResponseCycle, Dialect]]] = []
    """This turn's calls of all connections; a worker has one event loop."""

    _head_of: object = None
    _head_size = 0

    def data_received(self, data: bytes) -> None:
        """Reads on; a head that does not end within LONGEST_HEAD bytes ends its connection."""
        super().data_received(data)
        scope = cast("Scope | None", self.scope)
        if scope is not None and "method" not in scope:
            self._measure_head(len(data))

    def _measure_head(self, size: int) -> None:
        if self._head_of is not self.scope:
            self._head_of, self._head_size = self.scope, 0
        self._head_size += size
        if self._head_size > LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(TOO_LONG)
            self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Puts a call with the others of this turn; every other request becomes an ASGI task as ever."""
        if type(app) is not CallPath or (dialect := app.dialect_of(cycle.scope["path"])) is None:
            super()._start_asgi_task(cycle, app)
            return
        if not self._calls:
            self.loop.call_soon(self._answer_calls, app)
        self._calls.append((self, cycle, dialect))

    @classmethod
    def _answer_calls(cls, app: CallPath) -> None:
        """Answers this turn's calls, then writes; a call behind another on its connection comes in the next turn."""
        calls, cls._calls = cls._calls, []
        messages = [_message(cycle, app.call(dialect, cast("Scope", cycle.scope))) for _, cycle, dialect in calls]
        for (protocol, cycle, _), message in zip(calls, messages, strict=True):
            protocol.transport.write(message)
            cycle.response_started = cycle.response_complete = True
            if not cycle.keep_alive:
                protocol.transport.close()
            protocol.on_response_complete()
