"""The request's id is in each line of the log that the request caused: in desk and children as in the call worker."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.client import Client, client_of
from tests.api.test_apart import CSV, first_child, rows
from tests.api.test_lanes import held
from tests.cast import ACCOUNT
from tests.server import Server, eventually
from tests.standing import Busy, busy_server


@pytest.fixture
def client(busy: Busy) -> Client:
    """CL0000's manager."""
    return client_of(busy.server, busy.cast, "manager")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """A server that only this file asks, so that none of its refusals is one more of a kind; its call log is none."""
    with busy_server(tmp_path_factory.mktemp("alone")) as alone:
        damage(alone.cast.log)
        yield alone


@pytest.fixture
def damaged(alone: Busy) -> Client:
    """CL0000's manager on a server whose call log cannot be read."""
    return client_of(alone.server, alone.cast, "manager")


def own() -> dict[str, str]:
    """A header with an id that no other request has."""
    return {"X-Request-Id": f"test.{uuid4().hex}"}


def lines(server: Server, request_id: str, count: int = 1) -> list[dict[str, Any]]:
    """What the log says of a request, as soon as it says so many things."""
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        told = (line for line in server.log.read_text().splitlines() if line.startswith("{") and line.endswith("}"))
        found[:] = [line for line in map(json.loads, told) if line.get("request_id") == request_id]
        return len(found) >= count

    eventually(is_there)
    return found


@pytest.mark.parametrize(("path", "headers"), [("/contacts", {}), ("/journal", own())])
def test_a_refusal_is_in_the_log_with_the_id_of_its_answer(alone: Busy, path: str, headers: dict[str, str]) -> None:
    refused = client_of(alone.server, alone.cast, "outsider").ask("GET", path, headers=headers)

    assert [line["event"] for line in lines(alone.server, refused.headers["x-request-id"])] == ["right_refused"]
    assert refused.headers.get_list("x-request-id") == [refused.headers["x-request-id"]]
    assert headers.items() <= {"X-Request-Id": refused.headers["x-request-id"]}.items()


def test_a_refused_sign_in_is_in_the_log_with_the_id_of_its_answer(busy: Busy) -> None:
    url = f"http://127.0.0.1:{busy.server.port}/login"

    refused = httpx.post(url, json={"email": "nobody@example.org", "password": "a wrong password"}, timeout=60)

    assert [(line["event"], line["kind"]) for line in lines(busy.server, refused.headers["x-request-id"])] == [
        ("sign_in_refused", "unauthorized")
    ]


def test_a_child_that_ended_is_in_the_log_with_the_id_of_its_answer(client: Client, busy: Busy) -> None:
    with ThreadPoolExecutor(1) as pool, held(busy.cast.db.path):
        asked: Future[httpx.Response] = pool.submit(
            client.ask, "POST", "/contacts/import", content=rows(2), headers=CSV | own()
        )
        os.kill(first_child(client.server.desk), signal.SIGKILL)
        answer = asked.result()

    assert answer.status_code == 503
    assert [line["event"] for line in lines(client.server, answer.headers["x-request-id"])] == ["child_ended"]


def damage(log: Path) -> None:
    """Puts something in the call log's place that is none."""
    for part in ("", "-wal", "-shm"):
        Path(f"{log}{part}").unlink(missing_ok=True)
    log.write_bytes(b"no call log " * 1000)


@pytest.mark.parametrize(("method", "path", "body"), [("GET", "/calls", None), ("POST", "/replay", {})])
def test_what_a_thread_or_a_child_says_has_the_id_of_its_request(
    damaged: Client, method: str, path: str, body: object
) -> None:
    answer = damaged.ask(method, path, body)

    assert answer.status_code == 503
    assert [line["event"] for line in lines(damaged.server, answer.headers["x-request-id"])] == ["request_refused"]


def test_an_answer_that_is_cut_off_is_in_the_log_with_its_id(damaged: Client) -> None:
    headers = own()

    with pytest.raises(httpx.RemoteProtocolError):
        damaged.ask("GET", "/calls/export", headers=headers)

    told = {line["event"] for line in lines(damaged.server, headers["X-Request-Id"], 3)}
    assert told == {"answer_cut_off", "child_ended", "ASGI callable returned without completing response."}


def test_an_answer_that_is_given_again_has_the_id_of_the_request_that_it_is_given_to(client: Client) -> None:
    key = {"Idempotency-Key": uuid4().hex}

    first, again = (client.ask("POST", "/contacts", {"company": "A"}, headers=key | own()) for _ in range(2))

    assert again.headers["idempotency-replayed"] == "true"
    assert first.headers["x-request-id"] != again.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/nothing", "/feeds/rotas/x.ics", "/api/v2/switches/x"])
def test_every_answer_of_the_desk_has_one_id(busy: Busy, path: str) -> None:
    answer = httpx.get(f"http://127.0.0.1:{busy.server.port}{path}", timeout=60)

    assert len(answer.headers.get_list("x-request-id")) == 1


def test_a_call_to_a_server_has_an_id(busy: Busy) -> None:
    url = f"http://127.0.0.1:{busy.server.port}/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=x"

    given, drawn = httpx.get(url, headers=own(), timeout=60), httpx.get(url, timeout=60)

    assert given.headers["x-request-id"].startswith("test.")
    assert len(drawn.headers["x-request-id"]) == 16
