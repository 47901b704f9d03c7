"""A call worker's port in this process, with real sockets, and a desk that says what a test wants it to say."""

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvloop

from aiguillage.callpath.counts import UP
from aiguillage.callpath.health import Health
from aiguillage.callpath.port import Port, Wire
from aiguillage.dialects.addresses import wrong_address
from aiguillage.domain.proxies import Proxies
from tests.callpath.conftest import Inside

HELLO = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
Says = Callable[["Asked"], Awaitable[None]]


class Asked:
    """A request as the desk got it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        self.reader, self.writer = reader, writer
        lines = head.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.headers = dict(line.split(": ", 1) for line in lines[1:] if line)

    async def say(self, *pieces: bytes) -> None:
        """Answers."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def body(self, end: bytes) -> bytes:
        """Lets the body come, and reads it to its end."""
        await self.say(GO_ON)
        return await self.reader.readuntil(end)


class Doors:
    """The port, its desk, and clients."""

    def __init__(self, inside: Inside, port: Port, address: tuple[str, int]) -> None:
        self.inside = inside
        self.port = port
        self.address = address
        self.asked: list[Asked] = []
        self.says: Says = self._hello
        self._open: list[asyncio.StreamWriter] = []

    async def _hello(self, asked: Asked) -> None:
        await asked.say(HELLO)

    async def desk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes one request, as the desk does."""
        with suppress(OSError, asyncio.IncompleteReadError):
            asked = Asked(reader, writer, await reader.readuntil(b"\r\n\r\n"))
            self.asked.append(asked)
            await self.says(asked)
        writer.close()

    async def connect(
        self, *, limit: int = 2**16, tls: ssl.SSLContext | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client's connection."""
        reader, writer = await asyncio.open_connection(*self.address, limit=limit, ssl=tls)
        self._open.append(writer)
        return reader, writer

    async def talk(self, *pieces: bytes) -> bytes:
        """All that is said to these bytes until the connection ends, in whichever way."""
        reader, writer = await self.connect()
        said = b""
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            while received := await reader.read(65536):
                said += received
        return said

    async def empty(self) -> None:
        """Waits until the worker has ended every connection."""
        await self.until(lambda: not self.port.connections)

    async def reached(self, times: int = 1) -> None:
        """Waits until the desk has been asked so often."""
        await self.until(lambda: len(self.asked) >= times)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Waits until something has happened in the worker."""
        while not happened():  # noqa: ASYNC110 - nothing in the worker tells a test
            await asyncio.sleep(0.001)

    def close(self) -> None:
        """Ends the clients."""
        for writer in self._open:
            writer.close()


def request(path: str, *more: str, method: str = "GET", version: str = "1.1", body: bytes = b"") -> bytes:
    """A request as bytes."""
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: x", *more, "", ""]).encode() + body


@asynccontextmanager
async def doors(
    inside: Inside, *, keep_alive: float = 60.0, most: int = 100, proxies: str = "", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Doors]:
    """The port, open."""
    listening = socket.create_server(("127.0.0.1", 0))
    name = f"\0aiguillage-test-{secrets.token_hex(8)}"
    desk = socket.socket(socket.AF_UNIX)
    desk.bind(name)
    wire = Wire(listening, name, Proxies(proxies), keep_alive, most, 128, tls)
    inside.counts.put("desk_up", UP, row=0)
    inside.counts.put("desk_beat", 2**40, row=0)
    port = Port(wire, inside.call_path, Health(inside.counts, lambda: True), inside.counts, wrong_address)
    opened = Doors(inside, port, listening.getsockname()[:2])
    served = await asyncio.start_unix_server(opened.desk, sock=desk)
    await port.rehearse()
    port.open()
    try:
        yield opened
    finally:
        opened.close()
        if not port.stopping:
            await port.stop()
        served.close()


def run(meeting: Coroutine[Any, Any, None]) -> None:
    """Runs what a test does, on the loop that call workers run on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(meeting, 60))
