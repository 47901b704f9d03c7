"""A desk process: the web framework behind a private Unix socket, for everything that is no call."""

import signal
import socket
import sys
import time
from asyncio import Transport
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from aiguillage.app import Desk, build_desk
from aiguillage.callpath.counts import Counts
from aiguillage.inherited import Inherited
from aiguillage.logs import configure_lines
from aiguillage.precedence import give_way, give_way_a_little
from aiguillage.settings import read_settings
from aiguillage.sockets import same_user

LONGEST_STOP = 10
"""Seconds that a desk told to stop goes on with what it began."""


class DeskProtocol(HttpToolsProtocol):
    """uvicorn's protocol, for processes of our own user."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Turns everybody else away: the address of the socket is in nobody's file system, and so has no mode."""
        super().connection_made(transport)
        self.server = ("desk", None)  # an abstract name is none to uvicorn; without one, links have no scheme
        if not same_user(cast("socket.socket", transport.get_extra_info("socket"))):
            transport.abort()


class DeskServer(uvicorn.Server):
    """uvicorn's server, as a child of the supervisor: it gives signs of life, and ends when the supervisor is gone."""

    def __init__(self, desk: Desk, inherited: Inherited) -> None:
        super().__init__(configuration(desk))
        self._end_streams = desk.end_streams
        self._inherited = inherited
        self._counts = Counts(inherited.memory(), inherited.row)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ends at SIGTERM; Ctrl-C is for the supervisor, which then ends this one too."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._end)
        yield

    def _end(self, _number: int, _frame: object) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes requests from now on, and says so."""
        await super().startup(sockets)
        self._counts.put("beat", int(time.monotonic()))
        if self.started:
            give_way()
            self._inherited.say_ready()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        self._counts.put("beat", int(time.monotonic()))
        return await super().on_tick(counter) or self._inherited.is_orphan()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Goes on with what was begun, but for what has no end of its own."""
        self._end_streams()
        await super().shutdown(sockets)


def configuration(desk: Desk) -> uvicorn.Config:
    """How uvicorn runs: the call workers say who the client is, and nobody else can reach it."""
    return uvicorn.Config(
        desk.application,
        http=DeskProtocol,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LONGEST_STOP,
        proxy_headers=True,
        forwarded_allow_ips="*",
    )


def main(words: list[str]) -> None:
    """The process."""
    give_way_a_little()
    inherited, settings = Inherited.read(words), read_settings()
    configure_lines(settings.log_level)
    listening = socket.socket(fileno=inherited.sockets[0])
    DeskServer(build_desk(settings), inherited).run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1:])
