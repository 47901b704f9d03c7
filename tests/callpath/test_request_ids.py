"""Each answer has its request's id: the client's own where it is fit, else one that nobody can guess or count by."""

import json
import re
from itertools import islice

import pytest

from aiguillage.callpath.counts import AWAY
from aiguillage.callpath.request import Request
from aiguillage.callpath.request_ids import DRAWN, drawn_ids, fit_id
from tests.callpath.conftest import Inside
from tests.callpath.doors import Asked, doors, request, run
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number={NUMBER}"
V0 = f"/api/{ACCOUNT}/customer/number/{NUMBER}"
V2 = "/api/v2/route"
FORM = json.dumps({"customerAccount": ACCOUNT, "number": NUMBER}).encode()
CLOSE = "Connection: close"
HEAD = re.compile(rb"HTTP/1\.1 [2-5][0-9]{2} .*?\r\n\r\n", re.DOTALL)
ID = re.compile(rb"\r\nx-request-id: ([^\r\n]*)\r\n")
DRAWN_ID = re.compile(rb"[0-9a-f]{16}")


@pytest.fixture
def token(cast: Cast, inside: Inside) -> str:
    """The header of a token that may ask about a known caller."""
    known_caller(cast)
    return f"Authorization: Bearer {inside.secret}"


def ids(said: bytes) -> list[bytes]:
    """The id of each answer, which has one and no more."""
    found = [ID.findall(head) for head in HEAD.findall(said)]
    assert all(len(one) == 1 for one in found), found
    return [one[0] for one in found]


def test_drawn_ids_differ_across_draws_and_workers() -> None:
    drawn = [*islice(drawn_ids(), 3 * DRAWN), *islice(drawn_ids(), 3 * DRAWN)]

    assert len(set(drawn)) == 6 * DRAWN
    assert all(DRAWN_ID.fullmatch(one) for one in drawn)
    assert all(fit_id(one) == one for one in drawn)


@pytest.mark.parametrize(
    ("given", "own"),
    [
        ([b"a"], b"a"),
        ([b"Aa0._-" * 10 + b"1234"], b"Aa0._-" * 10 + b"1234"),
        ([b"x" * 65], b""),
        ([b""], b""),
        ([b"a b"], b""),
        ([b"a\n"], b""),
        ([b"a\r\nset-cookie: b"], b""),
        ([b'a","level":"error'], b""),
        (["é".encode()], b""),
        ([b"one", b"two"], b""),
        ([b"one", b"two", b"three"], b""),
        ([b"not fit", b"two"], b""),
        ([], None),
    ],
)
def test_a_clients_own_id_is_taken_where_it_is_one_and_fit(given: list[bytes], own: bytes | None) -> None:
    headers = [(b"host", b"x"), *((b"x-request-id", one) for one in given)]

    assert Request("GET", b"/", headers, "1.1", keep_alive=True).own_id == own


def requests(token: str, *more: str) -> list[bytes]:
    """A request of each kind, which the port itself answers or hands on."""
    length = f"Content-Length: {len(FORM)}"
    return [
        *(request(path, token, CLOSE, *more) for path in (V0, V1, f"{V1}&number=x", V1.replace("&number", "&x"))),
        request(V1, CLOSE, *more),
        request(V1, token, CLOSE, *more, method="HEAD"),
        request(V1, token, CLOSE, *more, method="DELETE"),
        request(V2, token, CLOSE, length, "Content-Type: application/json", *more, method="POST", body=FORM),
        *(request(path, CLOSE, *more) for path in ("/healthz", "/readyz", "/metrics", "/api/v1/routings", "/whoami")),
        request("/healthz", CLOSE, *more, method="POST"),
        request("/healthz", "Host: y", *more),
        request("/healthz", *more, version="2.0"),
    ]


def test_every_answer_has_an_id_the_clients_own_or_a_drawn_one(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            own = [ids(await house.talk(asked)) for asked in requests(token, "X-Request-ID: call-7.leg_2")]
            drawn = [ids(await house.talk(asked)) for asked in requests(token)]
            unfit = [ids(await house.talk(asked)) for asked in requests(token, "X-Request-Id: a b")]

            assert own == [[b"call-7.leg_2"]] * len(own)
            assert all(len(one) == 1 and DRAWN_ID.fullmatch(one[0]) for one in [*drawn, *unfit])
            assert len({one[0] for one in [*drawn, *unfit]}) == len(drawn) + len(unfit)

    run(meet())


def test_what_is_no_http_is_answered_with_a_drawn_id(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            said = await house.talk(request(V1, token, "X-Request-Id: first") + b"\x16\x03\x01nonsense\r\n\r\n")

            first, second = ids(said)
            assert first == b"first"
            assert DRAWN_ID.fullmatch(second)

    run(meet())


def test_a_body_that_breaks_the_rules_is_refused_with_its_requests_own_id(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            chunked = request(V2, token, "Transfer-Encoding: chunked", "X-Request-Id: broken", method="POST")

            assert ids(await house.talk(chunked, b"zz\r\n")) == [b"broken"]

    run(meet())


def test_each_call_in_known_headers_has_another_id_and_one_with_an_id_of_its_own_has_that(
    inside: Inside, token: str
) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            found = []
            for more in ((), (), (), ("x-request-id: mine-1",), ("x-request-id: mine-2",), ()):
                writer.write(request(V1, token, *more))
                found += ids(await reader.readuntil(b"207,209,214,216"))

            assert found[3:5] == [b"mine-1", b"mine-2"]
            assert len(set(found)) == 6
            assert [block for block in house.port.known if b"request-id" in block.lower()] == []
            assert len(house.port.known) == 1

    run(meet())


def test_requests_in_one_piece_are_answered_with_their_own_ids(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            asked = [request(path, token, f"X-Request-Id: n{n}") for n, path in enumerate((V1, "/whoami", V0, V1))]

            assert ids(await house.talk(*[b"".join(asked) + request("/healthz", "X-Request-Id: n4", CLOSE)])) == [
                *(b"n0", b"n1", b"n2", b"n3", b"n4")
            ]

    run(meet())


@pytest.mark.parametrize(
    "more",
    [(), ("X-Request-Id: mine",), ("X-Request-Id: not mine",), ("X-Request-Id: mine", "X-Request-Id: yours")],
)
def test_the_desk_is_told_the_id_that_the_client_is_answered_with(inside: Inside, more: tuple[str, ...]) -> None:
    async def say_own(asked: Asked) -> None:
        await asked.say(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = say_own

            (answered,) = ids(await house.talk(request("/whoami", CLOSE, *more)))

            assert house.asked[0].headers["x-request-id"].encode() == answered
            assert (answered == b"mine") == (more == ("X-Request-Id: mine",))

    run(meet())


def test_what_the_desk_cannot_be_given_is_refused_with_its_id(inside: Inside) -> None:
    async def cut(asked: Asked) -> None:
        await asked.say(b"")

    async def meet() -> None:
        async with doors(inside) as house:
            house.says = cut
            lost = await house.talk(request("/whoami", CLOSE, "X-Request-Id: lost"))
            inside.counts.put("desk_up", AWAY, row=0)
            away = await house.talk(request("/whoami", CLOSE, "X-Request-Id: away"))

            assert [lost[:12], away[:12]] == [b"HTTP/1.1 503"] * 2
            assert ids(lost + away) == [b"lost", b"away"]

    run(meet())


@pytest.mark.parametrize("more", [(), ("X-Request-Id: mine",)])
def test_a_call_that_fails_is_in_the_log_with_the_id_of_its_answer(
    inside: Inside, token: str, caplog: pytest.LogCaptureFixture, more: tuple[str, ...]
) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            await house.talk(request(V1, token, *more) + request(V1, token, CLOSE))
            inside.table.close()

            (answered,) = ids(await house.talk(request(V1, token, CLOSE, *more)))

            (line,) = [record for record in caplog.records if record.getMessage() == "call_failed"]
            assert line.__dict__["about"]["request_id"].encode() == answered

    run(meet())


def test_a_call_that_fails_in_known_headers_is_in_the_log_with_the_id_of_its_answer(
    inside: Inside, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(request(V1, token))
            await reader.readuntil(b"207,209,214,216")
            inside.table.close()

            writer.write(request(V1, token))
            said = await reader.readuntil(b"unavailable")

            (line,) = [record for record in caplog.records if record.getMessage() == "call_failed"]
            assert [line.__dict__["about"]["request_id"].encode()] == ids(said)

    run(meet())
