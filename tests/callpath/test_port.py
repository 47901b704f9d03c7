"""A call worker's port: whom it makes room for, and how it ends."""

import asyncio
import os
import socket
import ssl
from pathlib import Path

import pytest

from aiguillage.callpath import port
from tests.callpath.conftest import Inside
from tests.callpath.doors import Asked, doors, request, run
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.secure import certificate

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number={NUMBER}"
CLOSE = "Connection: close"


@pytest.fixture
def token(cast: Cast, inside: Inside) -> str:
    """The header of a token that may ask about a known caller."""
    known_caller(cast)
    return f"Authorization: Bearer {inside.secret}"


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A server's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    return context


def test_a_connection_that_was_good_for_nothing_makes_room_for_a_call(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside, most=3) as house:
            good, asking = await house.connect()
            asking.write(request(V1, token))
            await good.read(1000)
            idle = [await house.connect() for _ in range(5)]
            idle[-1][1].write(b"GET /half")

            said = await house.talk(request(V1, token, CLOSE))
            asking.write(request(V1, token))

            assert said.endswith(b"207,209,214,216")
            assert (await good.read(1000)).endswith(b"207,209,214,216")
            assert inside.counts.total("evicted") >= 3

    run(meet())


def test_what_the_desk_works_on_is_not_ended_to_make_room(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside, most=1) as house:
            answered = asyncio.Event()

            async def wait(asked: Asked) -> None:
                await answered.wait()
                await asked.say(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

            house.says = wait
            reader, writer = await house.connect()
            writer.write(request("/whoami", CLOSE))
            await house.reached()

            said = await house.talk(request(V1, token, CLOSE))
            answered.set()

            assert said.endswith(b"207,209,214,216")
            assert (await reader.read()).endswith(b"ok")

    run(meet())


def test_a_wrong_address_is_answered_by_the_worker_and_counted(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(request("/api/v1/routings", CLOSE))

            assert said.startswith(b"HTTP/1.1 400 ")
            assert b"/api/v1/smartRoutings" in said
            assert inside.counts.total("wrong_addresses") == 1

    run(meet())


def test_a_worker_that_can_take_no_connection_makes_room(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            await house.talk(request("/healthz", CLOSE))
            house.port.loop.remove_reader(house.port._wire.listening)  # noqa: SLF001 - the system says so at no call
            house.port._wire.listening.close()  # noqa: SLF001 - same

            house.port._accept()  # noqa: SLF001 - same
            house.port.stopping = True

            assert inside.counts.total("evicted") == 1

    run(meet())


def test_a_request_that_came_while_a_worker_had_no_processor_is_answered_and_who_sent_none_is_let_go(
    inside: Inside, token: str
) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            (kept, asking), (silent, _) = await house.connect(), await house.connect()
            asking.write(request(V1, token))
            await kept.read(1000)

            os.write(asking.get_extra_info("socket").fileno(), request(V1, token))  # the loop has no turn to read it
            for connection in list(house.port.connections):
                connection.stop(idle_for=0.0)

            assert (await kept.read(1000)).endswith(b"207,209,214,216")
            assert await silent.read() == b""

    run(meet())


def test_a_worker_told_to_stop_answers_who_waits_and_who_is_connected(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            kept, asking = await house.connect()
            asking.write(request(V1, token))
            await kept.read(1000)
            waiting = socket.create_connection(house.address)
            waiting.sendall(request(V1, token))
            idle, _ = await house.connect()

            stopping = asyncio.create_task(house.port.stop())
            await asyncio.sleep(0)
            asking.write(request(V1, token))

            assert b"connection: close" in await kept.read()
            assert await idle.read() == b""
            waiting.settimeout(0.0)
            assert b"connection: close" in await asyncio.get_running_loop().sock_recv(waiting, 1000)
            waiting.close()
            await stopping

    run(meet())


def test_a_worker_told_to_stop_does_not_wait_for_ever(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "LONGEST_STOP", 0.1)

    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(b"GET /half")
            await house.talk(request("/healthz", CLOSE))

            await house.port.stop()

            assert await reader.read() == b""

    run(meet())


@pytest.mark.parametrize("who", ["the worker", "the client"])
def test_a_stream_of_events_ends_at_once_when_the_worker_stops_or_the_client_goes(inside: Inside, who: str) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
    gone: list[bytes] = []

    async def stream(asked: Asked) -> None:
        await asked.say(head, b"5\r\none\n\n\r\n")
        gone.append(await asked.reader.read())

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = stream
            reader, writer = await house.connect()
            writer.write(request("/live"))
            said = await reader.readuntil(b"one\n\n\r\n")

            if who == "the worker":
                await asyncio.wait_for(house.port.stop(), 5)
            else:
                writer.write_eof()

            assert b"\r\ntransfer-encoding: chunked\r\n" in said
            assert await reader.read() == (b"0\r\n\r\n" if who == "the worker" else b"")
            await house.until(lambda: gone == [b""])

    run(meet())


def test_a_worker_told_to_stop_hands_on_the_rest_of_any_other_answer(inside: Inside) -> None:
    async def answer(asked: Asked) -> None:
        await asked.say(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\none")
        await house_stops.wait()
        await asked.say(b"two")

    house_stops = asyncio.Event()

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = answer
            reader, writer = await house.connect()
            writer.write(request("/export"))
            await reader.readuntil(b"one")

            stopping = asyncio.create_task(house.port.stop())
            await house.until(lambda: house.port.stopping)
            await asyncio.sleep(0)
            house_stops.set()

            assert await reader.read() == b"two"
            await stopping

    run(meet())


def test_calls_come_over_tls_too(inside: Inside, token: str, tls: ssl.SSLContext) -> None:
    trusting = ssl._create_unverified_context()  # noqa: S323, SLF001 - our own certificate, made a moment ago

    async def meet() -> None:
        async with doors(inside, tls=tls) as house:
            reader, writer = await house.connect(tls=trusting)
            writer.write(request(V1, token) + request("/whoami", token, CLOSE))

            said = await reader.read()

            assert b"207,209,214,216" in said
            assert house.asked[0].headers["x-forwarded-proto"] == "https"

    run(meet())


def test_a_handshake_that_does_not_end_makes_room(inside: Inside, tls: ssl.SSLContext) -> None:
    trusting = ssl._create_unverified_context()  # noqa: S323, SLF001 - our own certificate, made a moment ago

    async def meet() -> None:
        async with doors(inside, tls=tls, most=2) as house:
            silent = [await house.connect() for _ in range(4)]

            reader, writer = await house.connect(tls=trusting)
            writer.write(request("/healthz", CLOSE))

            assert b"200 OK" in await reader.read()
            assert len(silent) == 4

    run(meet())


def test_what_is_no_handshake_ends_its_connection(inside: Inside, tls: ssl.SSLContext) -> None:
    async def meet() -> None:
        async with doors(inside, tls=tls) as house:
            assert b"HTTP" not in await house.talk(request("/healthz", CLOSE))

    run(meet())


def test_over_tls_too_a_refusal_ends_the_connection_and_leaves_the_body_unread(
    inside: Inside, tls: ssl.SSLContext
) -> None:
    trusting = ssl._create_unverified_context()  # noqa: S323, SLF001 - our own certificate, made a moment ago

    async def meet() -> None:
        async with doors(inside, tls=tls, keep_alive=0.05) as house:
            reader, writer = await house.connect(tls=trusting)
            writer.write(request("/imports", "Content-Length: 100000000", method="POST"))

            assert (await reader.readuntil(b"hello")).endswith(b"connection: close\r\n\r\nhello")
            await house.empty()

    run(meet())


def test_many_who_connect_at_once_are_all_answered(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            waiting = [socket.create_connection(house.address) for _ in range(2 * port.ACCEPTED_AT_ONCE)]
            for one in waiting:
                one.sendall(request("/healthz", CLOSE))
                one.settimeout(0.0)

            loop = asyncio.get_running_loop()
            said = [await loop.sock_recv(one, 1000) for one in waiting]

            assert all(b"200 OK" in one for one in said)
            for one in waiting:
                one.close()

    run(meet())


def test_a_desk_that_cannot_be_reached_is_a_503(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            house.port._wire = house.port._wire._replace(desk="\0aiguillage-nobody")  # noqa: SLF001 - it went away

            assert b" 503 " in await house.talk(request("/whoami", CLOSE))

    run(meet())
