"""The protocol where a real client cannot be made to behave so at will; the rest is in tests/test_server.py."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from aiguillage.callpath.protocol import FAILED, CallProtocol, _answered
from tests.callpath.conftest import Inside
from tests.cast import ACCOUNT

CALL = f"GET /api/v1/smartRoutings?customerAccount={ACCOUNT}&number=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode()


class Wire(asyncio.Transport):
    """A connection's end that keeps what is done to it."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keeps that something was written."""
        self.done.append(bytes(data).split(b" ")[1].decode())

    def close(self) -> None:
        """Keeps that it was closed."""
        self.done.append("close")

    def abort(self) -> None:
        """Keeps that it was cut."""
        self.done.append("abort")

    def is_closing(self) -> bool:
        """Whether it was closed or cut."""
        return not {"close", "abort"}.isdisjoint(self.done)

    def get_write_buffer_size(self) -> int:
        """As if always the same bytes waited."""
        return 70_000


def connected(inside: Inside) -> tuple[CallProtocol, Wire]:
    """The protocol on a wire, in the running loop."""
    config = uvicorn.Config(inside.call_path, http=CallProtocol, log_config=None, lifespan="off", proxy_headers=False)
    config.load()
    protocol = CallProtocol(config=config, server_state=ServerState(), app_state={}, _loop=asyncio.get_running_loop())
    wire = Wire()
    protocol.connection_made(wire)
    return protocol, wire


def test_a_call_of_a_client_that_takes_no_answers_waits_and_is_cut_off_at_the_second_look(inside: Inside) -> None:
    async def meet() -> list[str]:
        protocol, wire = connected(inside)
        protocol.pause_writing()
        protocol.data_received(CALL)
        await asyncio.sleep(0)
        protocol.timeout_keep_alive_handler()
        protocol.timeout_keep_alive_handler()
        protocol.connection_lost(None)
        await asyncio.gather(*protocol.tasks)
        return wire.done

    assert asyncio.run(meet())[0] == "abort"


def test_a_client_that_takes_its_answers_gets_them_in_the_same_turn(inside: Inside) -> None:
    async def meet() -> list[str]:
        (protocol, wire), (other, other_wire) = connected(inside), connected(inside)
        protocol.data_received(CALL)
        other.data_received(CALL)
        await asyncio.sleep(0)
        protocol.timeout_keep_alive_handler()
        protocol.timeout_keep_alive_handler()
        protocol.connection_lost(None)
        other.connection_lost(None)
        return wire.done[:2] + other_wire.done[:1]

    assert asyncio.run(meet()) == ["401", "close", "401"]


def test_a_call_that_cannot_even_be_refused_is_a_503_and_ends_its_connection() -> None:
    cycle: Any = SimpleNamespace(keep_alive=True, scope={})

    message = _answered(cast("Any", None), cast("Any", None), cycle)

    assert message == FAILED
    assert not cycle.keep_alive
