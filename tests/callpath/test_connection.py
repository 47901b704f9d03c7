"""A client's connection: what is read, in which order it is answered, and when it ends."""

import asyncio
import json

import pytest

from aiguillage.callpath import known_headers
from tests.callpath.conftest import Inside
from tests.callpath.doors import Asked, doors, request, run
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number={NUMBER}"
ROUTE = "/api/v2/route"
FORM = json.dumps({"customerAccount": ACCOUNT, "number": NUMBER, "format": "raw"}).encode()
CLOSE = "Connection: close"
MOST_ATTRIBUTES = 30
"""Those of an object with more are kept in a dictionary of its own, which CPython looks into for each."""


@pytest.fixture
def token(cast: Cast, inside: Inside) -> str:
    """The header of a token that may ask about a known caller."""
    known_caller(cast)
    return f"Authorization: Bearer {inside.secret}"


def bodies(said: bytes) -> list[bytes]:
    """The bodies of answers that come one behind the other, each with its length told."""
    found = []
    while said:
        head, _, rest = said.partition(b"\r\n\r\n")
        length = next((int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: ")), 0)
        found.append(rest[:length])
        said = rest[length:]
    return found


def statuses(said: bytes) -> list[int]:
    """The statuses of answers."""
    return [int(part[:3]) for part in said.split(b"HTTP/1.1 ")[1:]]


def test_calls_and_all_else_are_answered_in_their_order(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            call, other = request(V1, token), request("/whoami", token)

            said = await house.talk(call + other + request("/healthz") + call + other + request(V1, token, CLOSE))

            call_body, own = b"207,209,214,216", b'{"status":"ok"}'
            assert bodies(said) == [call_body, b"hello", own, call_body, b"hello", call_body]

    run(meet())


def test_thousands_of_requests_in_one_piece_are_answered(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(request("/healthz") * 3000 + request("/healthz", CLOSE))

            assert statuses(said) == [200] * 3001

    run(meet())


def test_headers_that_were_read_once_are_known_by_their_bytes(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            for number in (NUMBER, "0199009999", NUMBER):
                writer.write(request(V1.replace(NUMBER, number), token))
                assert b"content-length" in await reader.read(1000)

            assert len(house.port.known) == 1

    run(meet())


def test_what_a_connection_knows_is_found_in_the_quick_way(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(request("/healthz"))
            await reader.read(1000)

            assert [len(vars(one)) <= MOST_ATTRIBUTES for one in house.port.connections] == [True]

    run(meet())


@pytest.mark.parametrize(
    "asked",
    [
        request(V1, CLOSE),
        request(V1, "Connection: close, Upgrade", "Upgrade: h2c"),
        request(V1, f"X: {'x' * 3000}", CLOSE),
        request(V1, CLOSE, version="1.0"),
        request(V1, CLOSE, "Content-Length: 0", method="HEAD"),
    ],
)
def test_other_headers_are_read_each_time(inside: Inside, asked: bytes) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(asked)

            assert statuses(said) == [401]
            assert house.port.known == {}

    run(meet())


def test_a_worker_does_not_keep_more_headers_than_its_bound(
    inside: Inside, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_headers, "MOST", 2)

    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            for n in range(3):
                writer.write(request(V1, token, f"X-Trace: {n}"))
                assert (await reader.read(1000)).endswith(b"207,209,214,216")

            assert len(house.port.known) == 1

    run(meet())


def test_a_request_behind_one_that_asks_for_another_protocol_is_answered(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            upgrade = request(V1, token, "Connection: Upgrade", "Upgrade: websocket")

            said = await house.talk(upgrade + request(V1, token, CLOSE))
            reader, writer = await house.connect()
            writer.write(upgrade)
            alone = await reader.read(1000)

            assert bodies(said) == [b"207,209,214,216"] * 2
            assert bodies(alone) == [b"207,209,214,216"]

    run(meet())


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (b"\x16\x03\x01nonsense\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (request("/healthz", "Host: y"), 400),
        (request("/healthz", "Content-Length: 5", "Transfer-Encoding: chunked", method="POST"), 400),
        (request("/healthz", version="2.0"), 505),
        (request("/whoami", "Transfer-Encoding: gzip, chunked", method="POST"), 501),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000, 431),
    ],
)
def test_what_breaks_the_rules_of_http_is_refused_and_ends_the_connection(
    inside: Inside, asked: bytes, status: int
) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(asked)

            assert statuses(said) == [status]
            assert b"connection: close" in said
            assert b"x-content-type-options: nosniff" in said
            assert inside.counts.total("malformed") == 1

    run(meet())


def test_what_stands_before_a_broken_request_is_answered(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(request(V1, token) + b"no request\r\n\r\n", request(V1, token))

            assert statuses(said) == [200, 400]

    run(meet())


def test_a_proxys_form_of_the_target_is_taken_and_a_fragment_is_nobodys(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(
                request(f"http://x{V1}#top", token) + request("http://x", token) + request("*", CLOSE, method="OPTIONS")
            )

            assert bodies(said) == [b"207,209,214,216", b"hello", b"hello"]
            assert [asked.line for asked in house.asked] == ["GET / HTTP/1.1", "OPTIONS /* HTTP/1.1"]

    run(meet())


def test_a_form_is_read_to_its_end_however_it_arrives(inside: Inside, token: str) -> None:
    head = request(ROUTE, token, "Content-Type: application/json", f"Content-Length: {len(FORM)}", method="POST")

    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(head + FORM + head, FORM[:9], FORM[9:] + request(V1, token, CLOSE))

            assert bodies(said) == [b"207", b"207", b"207,209,214,216"]

    run(meet())


def test_a_client_that_asks_first_is_let_send_its_form(inside: Inside, token: str) -> None:
    more = ("Content-Type: application/json", f"Content-Length: {len(FORM)}", "Expect: 100-continue", CLOSE)

    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(request(ROUTE, token, *more, method="POST"))
            went_on = await reader.readuntil(b"\r\n\r\n")
            writer.write(FORM)

            assert (went_on, bodies(await reader.read())) == (b"HTTP/1.1 100 Continue\r\n\r\n", [b"207"])

    run(meet())


@pytest.mark.parametrize("body", [b" " * 8193, b" " * 300_000])
def test_a_form_that_is_too_long_is_400(inside: Inside, token: str, body: bytes) -> None:
    asked = request(ROUTE, token, "Content-Type: application/json", f"Content-Length: {len(body)}", method="POST")

    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(asked + body[:10_000])

            said = await reader.readuntil(b"}")

            assert statuses(said) == [400]
            assert b"longer than 8 KiB" in said

    run(meet())


def test_a_chunked_form_of_a_known_token_that_grows_too_long_is_400(inside: Inside, token: str) -> None:
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"

    async def meet() -> None:
        async with doors(inside) as house:
            head = request(ROUTE, token, "Content-Type: application/json", "Transfer-Encoding: chunked", method="POST")

            said = await house.talk(head, chunk, chunk, chunk)

            assert statuses(said) == [400]

    run(meet())


def test_whoever_may_not_ask_is_answered_before_the_body(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            asked = request(ROUTE, "Authorization: Bearer aig_no", "Content-Length: 100000", method="POST")

            reader, writer = await house.connect()
            writer.write(asked)

            assert statuses(await reader.readuntil(b"}")) == [401]
            writer.write(b" " * 100_000 + request("/healthz", CLOSE))
            assert statuses(await reader.read()) == [200]

    run(meet())


def test_a_client_that_waits_to_send_and_may_not_has_its_connection_closed(inside: Inside) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            asked = request(ROUTE, "Content-Length: 10", "Expect: 100-continue", method="POST")

            assert b"connection: close" in await house.talk(asked)

    run(meet())


def test_a_body_that_no_call_wants_is_dropped(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            asked = request(V1, token, "Content-Length: 100000") + b"x" * 50_000

            said = await house.talk(asked, b"x" * 50_000 + request(V1, token, CLOSE))

            assert bodies(said) == [b"207,209,214,216"] * 2

    run(meet())


def test_a_client_that_says_no_more_still_gets_its_calls_answer(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(request(V1, token))
            writer.write_eof()

            assert bodies(await reader.read()) == [b"207,209,214,216"]

    run(meet())


def test_a_client_that_says_no_more_within_its_form_is_gone(inside: Inside, token: str) -> None:
    head = request(ROUTE, token, "Content-Type: application/json", f"Content-Length: {len(FORM)}", method="POST")

    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(head + FORM[:9])
            writer.write_eof()

            assert await reader.read() == b""
            assert house.port.connections == set()

    run(meet())


def test_a_client_that_is_gone_when_its_call_is_answered_costs_nothing(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            _, writer = await house.connect()
            writer.write(request(V1, token))
            writer.transport.abort()
            await asyncio.sleep(0)

            assert statuses(await house.talk(request("/healthz", CLOSE))) == [200]

    run(meet())


@pytest.mark.parametrize(
    "left",
    [
        b"",
        b"GET /heal",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ",
        request("/login", "Content-Length: 100000", method="POST") + b"{",
        request(ROUTE, "TOKEN", "Content-Length: 5000", method="POST") + b"{",
        request("/login", "Transfer-Encoding: chunked", method="POST") + b"5\r\nab",
        request(V1, "Transfer-Encoding: chunked") + b"5\r\nab",
    ],
)
def test_what_a_client_leaves_unfinished_is_ended(inside: Inside, token: str, left: bytes) -> None:
    async def wait_for_body(asked: Asked) -> None:
        await asked.body(b"never")

    async def meet() -> None:
        async with doors(inside, keep_alive=0.05) as house:
            house.says = wait_for_body

            await house.talk(left.replace(b"TOKEN", token.encode()))

            await house.empty()

    run(meet())


def test_a_connection_that_is_used_stays_and_an_idle_one_is_closed(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside, keep_alive=0.2) as house:
            reader, writer = await house.connect()
            for _ in range(3):
                writer.write(request(V1, token))
                assert (await reader.read(1000)).endswith(b"207,209,214,216")

            assert await reader.read() == b""

    run(meet())


def test_a_client_that_takes_no_answers_is_neither_read_for_ever_nor_kept(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside, keep_alive=0.1) as house:
            _, writer = await house.connect(limit=1)
            with pytest.raises(ConnectionError):
                await _send(writer, *[request("/metrics", token) * 100] * 10_000)

            await house.empty()

    run(meet())


def test_a_client_that_takes_its_answers_late_gets_all_of_them(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect(limit=1024)
            count = 4_000
            asked = request("/metrics") * count + request(V1, token, CLOSE)
            sending = asyncio.create_task(_send(writer, asked))
            await house.until(lambda: any(not one._writable for one in house.port.connections))  # noqa: SLF001 - unseen

            said = await reader.read()
            await sending

            assert said.count(b"aiguillage_info{") == count
            assert said.endswith(b"207,209,214,216")

    run(meet())


async def _send(writer: asyncio.StreamWriter, *pieces: bytes) -> None:
    for piece in pieces:
        writer.write(piece)
        await writer.drain()


def test_a_client_whose_connection_ends_before_its_calls_answer_is_not_written_to(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(request("/healthz"))
            await reader.read(1000)
            (one,) = house.port.connections

            one.data_received(request("/healthz") * 2)
            one.data_received(request(V1, token))
            one.data_received(request(V1, token))
            one.abort()

            assert b"207,209,214,216" not in await reader.read()

    run(meet())


def test_calls_of_one_turn_share_a_read_transaction(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            inside.statements.clear()
            await house.talk(request(V1, token, CLOSE))

            assert [text for text in inside.statements if text in {"BEGIN", "COMMIT"}] == ["BEGIN", "COMMIT"]

    run(meet())


def test_two_clients_calls_of_one_turn_are_answered_together(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            clients = [await house.connect() for _ in range(2)]
            for reader, writer in clients:
                writer.write(request("/healthz"))
                await reader.read(1000)
            inside.statements.clear()

            for one in house.port.connections:
                one.data_received(request(V1, token))
            one.data_received(request("/healthz") * 2)
            one.abort()
            said = [await reader.read(1000) for reader, _ in clients]

            assert sorted(answer.endswith(b"207,209,214,216") for answer in said) == [False, True]
            assert inside.statements.count("BEGIN") == 1

    run(meet())
