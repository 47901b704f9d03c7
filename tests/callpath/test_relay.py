"""What is no call, handed on to the desk and back: heads first, bodies when they are wanted, answers as they come."""

import asyncio
import socket

import pytest

from aiguillage.callpath import connection, port
from aiguillage.callpath.counts import AWAY
from tests.callpath.conftest import Inside
from tests.callpath.doors import HELLO, Asked, doors, request, run

CLOSE = "Connection: close"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
MIB = 1 << 20


def test_the_desk_is_told_who_asks_and_not_what_the_client_says_of_itself(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            more = ("X-Forwarded-For: 192.0.2.9", "X-Forwarded-Proto: https", "X-Real-IP: 192.0.2.9", "X-Kept: yes")

            said = await house.talk(request("/whoami?a=%41", *more, "Connection: close, X-Odd"))

            told = house.asked[0].headers
            assert said.endswith(b"\r\n\r\nhello")
            assert house.asked[0].line == "GET /whoami?a=%41 HTTP/1.1"
            assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["x-kept"]) == ("127.0.0.1", "http", "yes")
            assert "x-real-ip" not in told
            assert inside.counts.total("handed_on") == 1

    run(meet())


def test_a_trusted_proxy_says_who_asks(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside, proxies="127.0.0.1") as house:
            await house.talk(request("/whoami", "X-Forwarded-For: 192.0.2.9", "X-Forwarded-Proto: https", CLOSE))

            told = house.asked[0].headers
            assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("192.0.2.9", "https")

    run(meet())


@pytest.mark.parametrize("framing", ["Content-Length: 10", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("expects", [True, False])
def test_a_body_comes_when_the_desk_wants_it(inside: Inside, framing: str, expects: bool) -> None:
    chunked = framing.startswith("Transfer")
    body = b"5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n" if chunked else b"helloworld"
    got: list[bytes] = []

    async def take(asked: Asked) -> None:
        got.append(await asked.body(b"0\r\n\r\n" if chunked else b"world"))
        await asked.say(HELLO)

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = take
            more = ("Expect: 100-continue",) if expects else ()
            reader, writer = await house.connect()
            writer.write(request("/imports", framing, CLOSE, *more, method="POST"))
            went_on = await reader.readuntil(b"\r\n\r\n") if expects else b""
            writer.write(body)

            said = await reader.read()

            assert said.endswith(b"hello")
            assert got[0].replace(b"\r\n", b"").replace(b"5", b"").startswith(b"helloworld")
            assert went_on == (b"HTTP/1.1 100 Continue\r\n\r\n" if expects else b"")
            assert house.asked[0].headers["expect"] == "100-continue"

    run(meet())


def test_a_refusal_leaves_the_body_unread(inside: Inside) -> None:
    refusal = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno"

    async def refuse(asked: Asked) -> None:
        await asked.say(refusal)

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = refuse
            short = request("/imports", "Content-Length: 10", method="POST") + b"x" * 10
            reader, writer = await house.connect()

            said = await house.talk(short + request("/x", CLOSE))
            writer.write(request("/imports", f"Content-Length: {64 * MIB}", method="POST") + b"x" * MIB)

            assert said.count(b"\r\n\r\nno") == 2
            assert (await reader.readuntil(b"no")).endswith(b"connection: close\r\n\r\nno")

    run(meet())


@pytest.mark.parametrize(
    ("version", "ending"),
    [("1.1", b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"), ("1.0", b"connection: close\r\n\r\nabcdefg")],
)
def test_an_answer_without_a_length_comes_as_the_client_can_read_it(
    inside: Inside, version: str, ending: bytes
) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            house.says = lambda asked: asked.say(CHUNKED)

            said = await house.talk(request("/contacts/export", CLOSE, version=version))

            assert said.endswith(ending)
            assert b"x-a: b\r\n" in said

    run(meet())


@pytest.mark.parametrize(
    ("method", "answer"),
    [("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"), ("GET", b"HTTP/1.1 204 No Content\r\n\r\n")],
)
def test_an_answer_without_a_body_ends_with_its_head(inside: Inside, method: str, answer: bytes) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            house.says = lambda asked: asked.say(answer)

            said = await house.talk(request("/x", method=method) + request("/x", CLOSE, method=method))

            assert said.count(b"HTTP/1.1 2") == 2
            assert said.endswith(b"\r\n\r\n")

    run(meet())


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 O", b"no answer\r\n\r\n"])
def test_a_desk_that_ends_before_its_answer_is_a_503(inside: Inside, said: bytes) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            house.says = lambda asked: asked.say(said)

            answer = await house.talk(request("/whoami", CLOSE))

            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 2\r\n" in answer

    run(meet())


def test_an_answer_that_breaks_off_breaks_the_connection_off(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            house.says = lambda asked: asked.say(CHUNKED[:-5])
            reader, writer = await house.connect()
            writer.write(request("/contacts/export"))

            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readuntil(b"\r\n0\r\n\r\n")

    run(meet())


def test_while_the_desk_is_away_calls_go_on_and_all_else_is_a_503(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            inside.counts.put("desk_up", AWAY, row=0)

            said = await house.talk(request("/whoami") + request("/api/v1/smartRoutings", CLOSE))

            assert [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"503", b"401"]
            assert b"x-content-type-options: nosniff" in said
            assert inside.counts.total("turned_away") == 1

    run(meet())


@pytest.mark.parametrize(("bound", "proxies"), [("MOST_HANDED_ON", ""), ("MOST_HANDED_ON_EACH", "127.0.0.1")])
def test_more_than_the_desk_can_be_given_is_turned_away(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, bound: str, proxies: str
) -> None:
    monkeypatch.setattr(port, bound, 1)

    async def meet() -> None:
        async with doors(inside, proxies=proxies) as house:
            answered = asyncio.Event()

            async def wait(asked: Asked) -> None:
                await answered.wait()
                await asked.say(HELLO)

            house.says = wait
            reader, writer = await house.connect()
            writer.write(request("/whoami", CLOSE))
            await house.reached()

            second = await house.talk(request("/whoami", CLOSE))
            answered.set()

            assert second.startswith(b"HTTP/1.1 503 ")
            assert (await reader.read()).endswith(b"hello")
            assert (await house.talk(request("/whoami", CLOSE))).endswith(b"hello")

    run(meet())


def test_what_the_desk_does_is_ended_when_its_client_goes(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside, keep_alive=0.05) as house:
            gone = asyncio.Event()

            async def work(asked: Asked) -> None:
                await asked.reader.read()
                gone.set()

            house.says = work
            _, writer = await house.connect()
            writer.write(request("/replay"))
            await house.reached()

            writer.close()

            await gone.wait()
            await house.empty()

    run(meet())


def test_a_client_that_says_no_more_still_gets_the_desks_answer(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(request("/whoami"))
            writer.write_eof()

            assert (await reader.read()).endswith(b"connection: close\r\n\r\nhello")

    run(meet())


def test_a_desk_that_takes_for_ever_is_given_up(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LONGEST_SILENCE", 0.0)

    async def meet() -> None:
        async with doors(inside, keep_alive=0.05) as house:
            house.says = _read_all

            assert await house.talk(request("/replay")) == b""

    run(meet())


async def _read_all(asked: Asked) -> None:
    await asked.reader.read()


def test_much_goes_both_ways_and_neither_side_is_kept_in_memory(inside: Inside) -> None:
    size = 16 * MIB

    async def echo(asked: Asked) -> None:
        await asked.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        got = await asked.reader.readexactly(size)
        await asked.say(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size, got)

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = echo
            body = bytes(range(256)) * (size // 256)
            reader, writer = await house.connect(limit=4096)
            writer.write(request("/imports", f"Content-Length: {size}", CLOSE, method="POST"))
            writer.write(body)

            said = await reader.read()

            assert said.endswith(b"\r\n\r\n" + body)

    run(meet())


def test_a_body_that_breaks_while_it_is_handed_on_ends_both(inside: Inside) -> None:
    async def take(asked: Asked) -> None:
        await asked.body(b"never")

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = take
            reader, writer = await house.connect()
            writer.write(request("/imports", "Transfer-Encoding: chunked", method="POST") + b"5\r\nhello\r\n")
            await house.reached()
            writer.write(b"no chunk\r\n")

            assert await reader.read(100) == b""

    run(meet())


@pytest.mark.parametrize(("method", "says"), [("GET", HELLO + HELLO), ("HEAD", HELLO), ("HEAD", CHUNKED)])
def test_what_comes_behind_an_answer_is_nobodys(inside: Inside, method: str, says: bytes) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            house.says = lambda asked: asked.say(says)

            said = await house.talk(request("/x", CLOSE, method=method))

            assert said.count(b"HTTP/1.1") == 1
            assert said.endswith(b"\r\n\r\n" + (b"hello" if method == "GET" else b""))

    run(meet())


def test_a_client_that_goes_before_the_desk_is_reached_costs_it_nothing(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(request("/healthz"))
            await reader.read(1000)
            (one,) = house.port.connections

            one.data_received(request("/whoami"))
            one.abort()

            assert (await house.talk(request("/x", CLOSE))).endswith(b"hello")
            assert [asked.line for asked in house.asked] == ["GET /x HTTP/1.1"]

    run(meet())


def test_the_desk_is_told_nothing_of_a_client_on_a_unix_socket(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            await house.talk(request("/healthz", CLOSE))
            here, there = socket.socketpair()
            there.settimeout(0.0)
            await house.port._open_connection(there)  # noqa: SLF001 - as for one that was accepted
            here.settimeout(0.0)
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(here, request("/whoami", CLOSE))

            assert (await loop.sock_recv(here, 1000)).endswith(b"hello")
            assert "x-forwarded-for" not in house.asked[0].headers
            here.close()
            await house.empty()

    run(meet())


def test_a_client_that_takes_its_answer_late_makes_the_desk_wait(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            size = 32 * MIB
            house.says = lambda asked: asked.say(
                b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size, *[b"x" * MIB] * 32
            )
            reader, writer = await house.connect(limit=1024)
            writer.write(request("/contacts/export", CLOSE))
            await house.reached()
            (one,) = house.port.connections
            await house.until(lambda: not one._writable)  # noqa: SLF001 - nobody else knows

            said = await reader.read()

            assert len(said.partition(b"\r\n\r\n")[2]) == size

    run(meet())


def test_requests_that_come_while_the_desk_works_wait_for_their_turn(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside, keep_alive=0.02) as house:
            answered = asyncio.Event()

            async def wait(asked: Asked) -> None:
                await answered.wait()
                await asked.say(HELLO)

            house.says = wait
            (reader, writer), (other, beside) = await house.connect(), await house.connect()
            writer.write(request("/whoami"))
            beside.write(request("/whoami", CLOSE))
            await house.reached(2)
            writer.write(request("/healthz", CLOSE))
            looked = [one._last_look for one in house.port.connections]  # noqa: SLF001 - nobody else knows
            await house.until(lambda: [one._last_look for one in house.port.connections] != looked)  # noqa: SLF001 - same
            answered.set()

            assert (await reader.read()).endswith(b'{"status":"ok"}')
            assert (await other.read()).endswith(b"hello")

    run(meet())
