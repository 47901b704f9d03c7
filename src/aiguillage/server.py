"""The server: one socket, one or many workers, each answer in one packet."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from aiguillage.app import build, open_database
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.logs import configure_logs
from aiguillage.settings import Settings
from aiguillage.storage.calls import forget_tallies
from aiguillage.storage.migrate import migrate

BACKLOG = 2048
"""Connections that wait for a worker before the kernel turns further ones away."""


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
        if settings.workers > 1:
            Multiprocess(config, sockets=[listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        if settings.uds:
            Path(settings.uds).unlink(missing_ok=True)


def _configuration(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        partial(build, settings),
        factory=True,
        workers=settings.workers,
        http=OneWriteProtocol,
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


class OneWriteProtocol(HttpToolsProtocol):
    """uvicorn's protocol on a transport that joins an answer's head and body (docs/decisions/0003)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts a connection."""
        super().connection_made(cast("asyncio.Transport", OneWriteTransport(transport, self.loop)))


class OneWriteTransport:
    """A transport whose writes of one event-loop turn go out together: one system call, one packet, one wake-up."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._call_soon = loop.call_soon
        self._held = b""

    def write(self, data: bytes) -> None:
        """Holds the bytes until the turn's end."""
        if self._held:
            self._held += data
        else:
            self._held = data
            self._call_soon(self._flush)

    def _flush(self) -> None:
        held, self._held = self._held, b""
        if held:
            self._transport.write(held)

    def close(self) -> None:
        """Sends what is held, then closes."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
