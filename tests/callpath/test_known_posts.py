"""Heads of posted calls that are known by their bytes, but for what is new each time."""

import pytest

from aiguillage.callpath import known_headers
from tests.callpath.conftest import Inside
from tests.callpath.doors import doors, request, run
from tests.callpath.test_connection import CLOSE, bodies, statuses
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller

ROUTE = "/api/v2/route"
FORM_TYPE = "Content-Type: application/x-www-form-urlencoded"
KNOWN, STRANGER = b"207", b""


@pytest.fixture
def token(cast: Cast, inside: Inside) -> str:
    """The header of a token that may ask about a known caller."""
    known_caller(cast)
    return f"Authorization: Bearer {inside.secret}"


def posted(token: str, number: str = NUMBER, *headers: str, length: int = 0, path: str = ROUTE) -> bytes:
    """A call posted as a form; `length` bytes more are told than there are."""
    body = f"customerAccount={ACCOUNT}&number={number}&format=raw&unknown=empty"
    size = f"Content-Length: {len(body) + length}"
    return request(path, token, FORM_TYPE, size, *headers, method="POST") + body.encode()


def test_a_head_is_known_by_its_size_whatever_its_own_headers_are(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            for n, (number, answer) in enumerate(((NUMBER, KNOWN), ("01990099", STRANGER), (NUMBER, KNOWN))):
                writer.write(posted(token, number, f"X-Call: {n}"))
                said = await reader.read(2000)
                assert statuses(said) == [200], said
                assert bodies(said)[0].strip() == answer

            assert len(house.port.posts) == 2  # the sizes of two bodies
            assert house.port.posts.find(posted(token, NUMBER, "X-Call: 9")) is not None
            assert house.port.posts.find(posted(token, f"{NUMBER}0", "X-Call: 9")) is None

    run(meet())


def test_a_known_head_has_the_values_that_came_with_it(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            writer.write(posted(token, NUMBER, "X-Twilio-Signature: first="))
            await reader.read(2000)

            other = NUMBER[::-1]
            found = house.port.posts.find(posted(token, other, "X-Twilio-Signature: second="))
            assert found is not None
            assert (b"x-twilio-signature", b"second=") in found["headers"]
            assert found["body"].startswith(b"customerAccount=")
            assert f"number={other}&".encode() in found["body"]
            assert (found["method"], found["path"], found["query_string"]) == ("POST", ROUTE, b"")

    run(meet())


def test_what_a_known_head_does_not_say_whole_is_parsed(inside: Inside, token: str) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            call = posted(token)
            writer.write(call)
            await reader.read(2000)
            find = house.port.posts.find

            assert find(call) is not None
            assert find(call[:-1]) is None  # the body has not all come
            assert find(call + b"x") is None  # another request may be behind it
            assert find(call.replace(b"Content-Length: ", b"Content-Length: 0")) is None
            assert find(call.replace(b"Content-Length: ", b"Content-Length: +")) is None
            assert find(call.replace(b"Content-Length: ", b"Content-Length: 5\r\nContent-Length: ")) is None
            assert find(call.replace(FORM_TYPE.encode(), b"Content-Type: text/plain")) is None
            assert find(b"POST / HTTP/1.1\r\n") is None
            writer.write(call[:-5])
            writer.write(call[-5:] + call)
            said = await reader.read(4000)
            while len(statuses(said)) < 2:
                said += await reader.read(4000)
            assert [body.strip() for body in bodies(said)] == [KNOWN, KNOWN]

    run(meet())


@pytest.mark.parametrize(
    "headers",
    [
        (CLOSE,),
        ("X-Request-ID: of-its-own",),
        ("X-Request-ID: not/fit",),
        (f"X-Long: {'x' * 3000}",),
        ("X-Blank:  two  blanks",),
        ("Expect: 100-continue",),
        ("Upgrade-Insecure-Requests: 1",),
        ("X-Twice: 1", "X-Twice:1"),
    ],
)
def test_other_heads_are_read_each_time(inside: Inside, token: str, headers: tuple[str, ...]) -> None:
    async def meet() -> None:
        async with doors(inside) as house:
            for number, answer in ((NUMBER, KNOWN), ("01990099", STRANGER)):
                reader, writer = await house.connect()
                writer.write(posted(token, number, *headers))
                said = piece = await reader.read(2000)
                while piece and 200 not in statuses(said):
                    said += (piece := await reader.read(2000))
                assert bodies(said[said.index(b"HTTP/1.1 200") :])[0].strip() == answer

            blank = headers == ("X-Blank:  two  blanks",)
            assert len(house.port.posts) == 2 * blank  # compared byte for byte, as all that is not new each time

    run(meet())


def test_only_heads_of_calls_are_kept_and_not_more_than_a_bound(
    inside: Inside, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_headers, "MOST", 2)

    async def meet() -> None:
        async with doors(inside) as house:
            reader, writer = await house.connect()
            for path in ("/whoami", "/healthz"):
                writer.write(posted(token, path=path))
                await reader.read(2000)
            assert house.port.posts == {}
            for n in range(3):
                writer.write(posted(token, NUMBER, f"Accept: text/{n}"))
                assert statuses(await reader.read(2000)) == [200]

            assert len(house.port.posts) == 1

    run(meet())
