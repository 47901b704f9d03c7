"""What waits holds up only its like: while the one write lock is held, whatever needs none is answered."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from aiguillage.storage.sqlite.library import library
from tests.api.client import Client, client_of
from tests.cast import OTHER_ACCOUNT, Cast
from tests.server import Server

MOST_OF_ONE = 32
"""Changes of one account that may wait."""


@pytest.fixture
def client(server: Server, cast: Cast) -> Client:
    """CL0000's manager, on a server whose lanes nobody else fills."""
    return client_of(server, cast, "manager")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The database while somebody else writes, and goes on."""
    connection = library.connect(str(path), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def first(asked: list[Future[httpx.Response]], count: int) -> list[httpx.Response]:
    """The answers that come first, so many of them."""
    waiting = set(asked)
    answered: list[httpx.Response] = []
    while len(answered) < count:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        answered += [future.result() for future in done]
    return answered


def test_changes_that_wait_hold_up_nobody_who_reads(client: Client, cast: Cast) -> None:
    other = client_of(client.server, cast, "outsider", OTHER_ACCOUNT)

    with ThreadPoolExecutor(MOST_OF_ONE + 8) as pool, held(cast.db.path):
        asked = [
            pool.submit(client.ask, "POST", "/contacts", {"company": f"Garage {number}"})
            for number in range(MOST_OF_ONE + 8)
        ]
        turned_away = first(asked, 8)
        who = httpx.get(f"http://127.0.0.1:{client.server.port}/whoami", headers=bearer(client), timeout=60)
        read = [client.ask("GET", "/contacts"), other.ask("GET", "/contacts")]
        refused = httpx.get(f"http://127.0.0.1:{client.server.port}/whoami", timeout=60)

    answers = [future.result() for future in asked]
    assert {(one.status_code, one.headers["retry-after"]) for one in turned_away} == {(503, "5")}
    assert (who.status_code, [one.status_code for one in read], refused.status_code) == (200, [200, 200], 401)
    assert sorted(one.status_code for one in answers) == [201] * MOST_OF_ONE + [503] * 8
    assert client.get("/contacts")["total"] == MOST_OF_ONE


def test_people_who_sign_in_hold_up_nobody_who_has(client: Client, cast: Cast) -> None:
    url = f"http://127.0.0.1:{client.server.port}"
    somebody = {"email": "nobody@example.org", "password": "correct horse battery"}

    with ThreadPoolExecutor(8) as pool, held(cast.db.path):
        asked = [pool.submit(httpx.post, f"{url}/login", json=somebody, timeout=60) for _ in range(8)]
        turned_away = first(asked, 6)
        who = httpx.get(f"{url}/whoami", headers=bearer(client), timeout=60)

    answers = [future.result() for future in asked]
    assert {(one.status_code, one.headers["retry-after"]) for one in turned_away} == {(429, "5")}
    assert who.status_code == 200
    assert sorted(one.status_code for one in answers) == [401, 401] + [429] * 6


def test_a_phone_is_told_how_a_switch_is_while_another_flips_it(client: Client, cast: Cast) -> None:
    queue = client.done("POST", "/call-queues/queues", {"name": "Support", "code": "support", "number": "207"})
    of = {"owner_type": "queue", "owner_id": queue["id"]}
    switch = client.done("POST", "/switches", {"name": "Night", "destination": "208", **of})
    code = client.done("POST", f"/switches/{switch['id']}/code")["code"]
    url = f"http://127.0.0.1:{client.server.port}/api/v2/switches/{code}"

    with ThreadPoolExecutor(1) as pool, held(cast.db.path):
        flipping = pool.submit(httpx.post, url, params={"do": "on"}, timeout=60)
        told: Any = httpx.get(url, timeout=60).json()

    assert told["on"] is False
    assert flipping.result().json()["on"] is True


def bearer(client: Client) -> dict[str, str]:
    """The header that says who asks."""
    return {"Authorization": f"Bearer {client.secret}"}
