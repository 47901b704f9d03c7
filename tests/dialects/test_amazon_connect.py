"""The Lambda function for Amazon Connect, run with Connect's own event against a server, and against none."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from aiguillage.domain.answered import FIELDS
from tests.cast import CODE, NUMBER
from tests.docs.markdown import blocks, read
from tests.ruled import BLOCKED, DIALLED, STRANGER, Ruled
from tests.server import free_port

EVENT = json.loads(blocks(read("docs/phone-systems/amazon-connect.md"), "json")[0].text)
"""As the page shows it."""

NOTHING = dict.fromkeys(FIELDS, "")
Handler = Callable[..., dict[str, str]]


def program_of(url: str, token: str) -> dict[str, Any]:
    """The program, filled in: its names."""
    program = read("integrations/amazon-connect/lambda_function.py")
    for example, real in (("https://calls.example.org", url), ("aig_...", token)):
        program = program.replace(example, real)
    names: dict[str, Any] = {}
    exec(compile(program, "lambda_function.py", "exec"), names)  # noqa: S102 - our own program
    return names


def function(url: str, token: str) -> Handler:
    """The function, filled in; it is given who calls, the number dialled, and the code typed."""
    handler = program_of(url, token)["lambda_handler"]

    def handle(number: str | None = None, called: str | None = None, **parameters: str) -> dict[str, str]:
        event = json.loads(json.dumps(EVENT))
        event["Details"]["Parameters"] = parameters
        if called is not None:
            event["Details"]["ContactData"]["SystemEndpoint"]["Address"] = called
        if number is not None:
            event["Details"]["ContactData"]["CustomerEndpoint"]["Address"] = number
        told: dict[str, str] = handler(event, None)
        return told

    return handle


@pytest.fixture(scope="module")
def handle(ruled: Ruled) -> Handler:
    """The function on an account with rules of every kind."""
    return function(f"http://127.0.0.1:{ruled.server.port}", ruled.secret("router"))


def test_the_example_calls_from_a_number_of_the_page() -> None:
    assert EVENT["Name"] == "ContactFlowEvent"
    assert EVENT["Details"]["ContactData"]["CustomerEndpoint"] == {"Address": NUMBER, "Type": "TELEPHONE_NUMBER"}


def test_the_map_is_flat_of_texts_alone_and_has_always_the_same_names(handle: Handler) -> None:
    known, unknown = handle(), handle(STRANGER)

    for told in (known, unknown):
        assert list(told) == ["status", *FIELDS]
        assert {type(value) for value in told.values()} == {str}
        assert len(json.dumps(told)) < 32 * 1024
    assert {name: known[name] for name in ("status", "vip", "priority", "destination", "open")} == {
        "status": "known",
        "vip": "true",
        "priority": "10",
        "destination": "207",
        "open": "true",
    }
    assert unknown == {"status": "unknown"} | NOTHING


@pytest.mark.parametrize(
    ("number", "parameters", "expected"),
    [
        (STRANGER, {"code": CODE}, {"status": "known", "by": "code"}),
        (STRANGER, {"code": "9999"}, {"status": "unknown"}),
        ("anonymous", {}, {"status": "unknown"}),
        (BLOCKED, {}, {"status": "unknown", "destination": "reject", "reason": "blocked_caller"}),
    ],
)
def test_unknown_blocked_and_known_by_code_are_told_apart(
    handle: Handler, number: str, parameters: dict[str, str], expected: dict[str, str]
) -> None:
    told = handle(number, **parameters)

    assert told | expected == told


def test_the_number_that_was_dialled_is_asked_with(ruled: Ruled) -> None:
    handle = function(f"http://127.0.0.1:{ruled.server.port}/", ruled.secret("router"))

    assert handle("anonymous", DIALLED)["queue"] == "support"


def test_an_event_that_is_none_of_a_call_is_an_error_and_never_raised() -> None:
    handler = program_of("http://127.0.0.1:9", "aig_x")["lambda_handler"]

    assert [handler(event, None) for event in ({}, {"Details": None})] == [{"status": "error"} | NOTHING] * 2


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """A server that reads a request and says this, or nothing for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        opened: list[socket.socket] = []

        def serve() -> None:
            connection, _ = listening.accept()
            opened.append(connection)
            connection.recv(65536)
            if answer:
                connection.sendall(answer)
                connection.close()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()
        for connection in opened:
            connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_server_that_fails_or_does_not_answer_is_an_error_at_once(answer: bytes) -> None:
    began = time.monotonic()

    with saying(answer) as url:
        told = function(url, "aig_x")()

    assert told == {"status": "error"} | NOTHING
    assert time.monotonic() - began < 5


def test_a_server_that_is_away_or_refuses_the_token_is_an_error(ruled: Ruled) -> None:
    away = function(f"http://127.0.0.1:{free_port()}", "aig_x")()
    refused = function(f"http://127.0.0.1:{ruled.server.port}", "aig_wrong")()

    assert away == refused == {"status": "error"} | NOTHING
