"""The shortest line of each phone system: it is read as that system reads it, and asks a real server."""

import json
import re
import shlex
from collections.abc import Callable
from typing import NamedTuple
from urllib.request import Request, urlopen

import pytest

from aiguillage.integrations import Place, lines_for
from tests.cast import ACCOUNT
from tests.ruled import Ruled

RAW = "1,207"
TOLD: dict[str, object] = {"known": True, "destination": "207"}
TEXTS: dict[str, object] = {"known": "true", "destination": "207"}


class Asked(NamedTuple):
    """What a line asks: the address, the headers, a body where it posts one."""

    url: str
    headers: dict[str, str]
    body: bytes | None = None


def by_curl(line: str) -> Asked:
    """As a shell reads it."""
    command, flags, _, header, url = shlex.split(line)
    assert (command, flags) == ("curl", "-sg")
    return Asked(url, headers_of(header))


def by_asterisk(line: str) -> Asked:
    """As the dialplan is read: a comma ends the address, and what follows is posted."""
    header, url, body = re.findall(r"httpheader\)=([^)]+)\).*CURL\(([^,]+),(.+)\)\}\)", line.replace("\n", " "))[0]
    return Asked(url, headers_of(header), body.encode())


def by_freeswitch(line: str) -> Asked:
    """As mod_curl reads its arguments: words in quotes, the last one behind `post` is the form."""
    command, url, *options, method, body = shlex.split(line)
    assert (command, method) == ("curl", "post")
    given = dict(zip(options[::2], options[1::2], strict=True))
    return Asked(url, headers_of(given["append_headers"]), body.encode())


def by_3cx(line: str) -> Asked:
    """As the properties of the Web Service component."""
    given = dict(one.split(" = ", 1) for one in line.strip().split("; "))
    assert given["HttpRequestType"] == "GET"
    return Asked(json.loads(given["URI"]), headers_of(given["Headers"].replace('"', "")))


def by_genesys(line: str) -> Asked:
    """As a data action's request."""
    given = json.loads(line)
    assert given["requestType"] == "GET"
    return Asked(given["requestUrlTemplate"], given["headers"])


def headers_of(text: str) -> dict[str, str]:
    """One header."""
    name, _, value = text.partition(": ")
    return {name: value}


@pytest.mark.parametrize(
    ("system", "read", "told"),
    [
        ("curl", by_curl, TOLD),
        ("asterisk", by_asterisk, RAW),
        ("freeswitch", by_freeswitch, RAW),
        ("3cx", by_3cx, TOLD),
        ("genesys", by_genesys, TEXTS),
    ],
)
def test_the_shortest_line_is_answered(
    ruled: Ruled, system: str, read: Callable[[str], Asked], told: str | dict[str, object]
) -> None:
    asked = read(line_of(ruled, system))

    with urlopen(Request(asked.url, asked.body, asked.headers), timeout=30) as answer:  # noqa: S310 - ours
        text = answer.read().decode()

    assert text == told if isinstance(told, str) else told.items() <= json.loads(text).items()


def test_the_shortest_line_of_a_function_of_amazon_connect_is_python(ruled: Ruled) -> None:
    line = line_of(ruled, "amazon-connect").strip().removeprefix("return ")

    told = eval(line, {"json": json, "urlopen": urlopen, "Request": Request})  # noqa: S307 - a file of ours

    assert TEXTS.items() <= told.items()


def test_each_line_is_tried_here(ruled: Ruled) -> None:
    assert {*lines_for(place(ruled))} == {"curl", "asterisk", "freeswitch", "3cx", "amazon-connect", "genesys"}


def line_of(ruled: Ruled, system: str) -> str:
    """A system's line, for the server and its router."""
    return lines_for(place(ruled))[system]


def place(ruled: Ruled) -> Place:
    """The server, and a token of its router."""
    return Place(f"http://127.0.0.1:{ruled.server.port}", ACCOUNT, ruled.secret("router"))
