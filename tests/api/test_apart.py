"""Heavy requests are carried out in processes of their own, which have limits, and end with client and server."""

import gzip
import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event

import httpx
import pytest

from aiguillage.api.child import MOST_MEMORY, MOST_SECONDS
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.staging import PREFIX
from tests.api.client import Client, client_of, on_new_account
from tests.api.test_lanes import bearer, first, held
from tests.cast import Cast
from tests.server import Server, children, running
from tests.standing import Busy, busy_server

CSV = {"Content-Type": "text/csv"}
MANY = 200_000
"""Rows that take some seconds of processor time to read."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """A server that only this file's tests ask, for nobody else's heavy work is to be seen there."""
    with busy_server(tmp_path_factory.mktemp("apart")) as alone:
        yield alone


@pytest.fixture
def client(alone: Busy) -> Client:
    """The manager of an account that the test has to itself."""
    return on_new_account(alone.server, alone.cast)


@pytest.fixture
def data(alone: Busy) -> Path:
    """The database's directory, in which work leaves its files."""
    return alone.cast.db.path.parent


def rows(count: int) -> bytes:
    """A file of so many contacts."""
    return b"reference;company\n" + b"".join(b"r%d;Garage %d\n" % (number, number) for number in range(count))


def is_there(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def working(pid: int) -> list[int]:
    """The children for heavy requests: they ask for no processor time before others do, and lead their own group."""
    below = [grandchild for child in children(pid) for grandchild in children(child)]
    return [one for one in below if is_there(one) and _leads(one)]


def _leads(pid: int) -> bool:
    with suppress(ProcessLookupError):
        return os.getpgid(pid) == pid
    return False


def until(so: Callable[[], object]) -> None:
    """Looks again and again until it is so."""
    while not so():
        Event().wait(0.02)


def first_child(pid: int) -> int:
    """The child that carries the first heavy request out, once it is there."""
    until(lambda: working(pid))
    return working(pid)[0]


def wait_for(staged: Path) -> None:
    """Waits until an import has read its file and waits for the database."""
    until(lambda: any(staged.glob(f"{PREFIX}*/*")))


def send(client: Client, content: bytes) -> socket.socket:
    """The connection of a client that sent an import and waits for its answer."""
    connection = socket.create_connection(("127.0.0.1", client.server.port), timeout=60)
    connection.sendall(
        f"POST /smart-routings/contacts/import?customer_account={client.account} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {client.secret}\r\nContent-Type: text/csv\r\n"
        f"Content-Length: {len(content)}\r\n\r\n".encode()
        + content
    )
    return connection


def test_a_child_has_limits_and_gives_way_to_others(client: Client, alone: Busy, data: Path) -> None:
    with ThreadPoolExecutor(1) as pool, held(alone.cast.db.path):
        pool.submit(client.ask, "POST", "/contacts/import", content=rows(2), headers=CSV)
        child = first_child(client.server.desk)
        wait_for(data)
        limits = Path(f"/proc/{child}/limits").read_text()
        policy = os.sched_getscheduler(child)

    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert (soft["Max address space"], soft["Max cpu time"]) == (str(MOST_MEMORY), str(MOST_SECONDS))
    assert policy == os.SCHED_IDLE


def test_work_that_takes_too_long_is_stopped_and_told_so_and_nothing_is_kept(
    client: Client, alone: Busy, data: Path
) -> None:
    with ThreadPoolExecutor(1) as pool, held(alone.cast.db.path):
        asked: Future[httpx.Response] = pool.submit(
            client.ask, "POST", "/contacts/import", content=rows(MANY), headers=CSV
        )
        child = first_child(client.server.desk)
        wait_for(data)
        resource.prlimit(child, resource.RLIMIT_CPU, (1, MOST_SECONDS))
        answer = asked.result()

    assert (answer.status_code, "processor time" in answer.json()["detail"]) == (422, True)
    assert client.get("/contacts")["total"] == 0
    assert not list(data.glob(f"{PREFIX}*"))
    assert client.done("POST", "/contacts/import", content=rows(2), headers=CSV)["created"] == 2


def test_a_child_that_is_killed_is_told_of_in_words_and_in_the_log(client: Client, alone: Busy) -> None:
    before = len(client.server.log.read_text())

    with ThreadPoolExecutor(1) as pool, held(alone.cast.db.path):
        asked: Future[httpx.Response] = pool.submit(
            client.ask, "POST", "/contacts/import", content=rows(2), headers=CSV
        )
        os.kill(first_child(client.server.desk), signal.SIGKILL)
        answer = asked.result()

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "stopped before" in answer.json()["detail"]
    assert "child_ended" in client.server.log.read_text()[before:]
    assert client.get("/contacts")["total"] == 0


def test_work_ends_when_its_client_goes(client: Client, alone: Busy, data: Path) -> None:
    with held(alone.cast.db.path):
        with send(client, rows(100)):
            child = first_child(client.server.desk)
            wait_for(data)
        until(lambda: not is_there(child))
        until(lambda: not any(data.glob(f"{PREFIX}*")))

    assert client.get("/contacts")["total"] == 0
    assert client.done("POST", "/contacts/import", content=rows(2), headers=CSV)["created"] == 2
    assert "request_failed" not in client.server.log.read_text()


def test_work_ends_when_the_server_is_killed(cast: Cast) -> None:
    with running(Settings(data_dir=cast.db.path.parent)) as server, ExitStack() as stack:
        client = client_of(server, cast, "manager")
        stack.enter_context(held(cast.db.path))
        stack.enter_context(send(client, rows(100)))
        child = first_child(server.desk)
        nursery = next(one for one in children(server.desk) if child in children(one))
        server.process.kill()
        until(lambda: not any(map(is_there, (nursery, child))))

    with cast.db.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM contacts").scalar_one() == 0


def test_an_upload_that_is_being_applied_is_applied_before_the_server_stops(cast: Cast) -> None:
    with running(Settings(data_dir=cast.db.path.parent)) as server:
        client = client_of(server, cast, "manager")
        held_import = client.done("POST", "/imports", content=rows(500), headers=CSV)
        told = client.done("POST", f"/imports/{held_import['id']}/apply")
        for child in working(server.desk):
            os.kill(child, signal.SIGTERM)

    with cast.db.read() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM contacts").scalar_one()
    assert (told["state"], count) == ("applying", 500)


def test_an_account_that_has_enough_heavy_work_is_told_to_wait_and_nobody_else_does(
    client: Client, alone: Busy
) -> None:
    url = f"http://127.0.0.1:{client.server.port}/whoami"

    with ThreadPoolExecutor(6) as pool, held(alone.cast.db.path):
        asked = [pool.submit(client.ask, "POST", "/contacts/import", content=rows(2), headers=CSV) for _ in range(6)]
        turned_away = first(asked, 2)
        at_work = len(working(client.server.desk))
        who = httpx.get(url, headers=bearer(client), timeout=60)

    assert {(one.status_code, one.headers["retry-after"]) for one in turned_away} == {(503, "5")}
    assert at_work <= 1
    assert who.status_code == 200


def test_an_import_with_a_key_is_carried_out_once(client: Client) -> None:
    first_time, again = (
        client.ask("POST", "/contacts/import", content=rows(2), headers=CSV | {"Idempotency-Key": "once"})
        for _ in range(2)
    )

    assert (first_time.json()["created"], again.json()) == (2, first_time.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert client.get("/contacts")["total"] == 2


def test_a_long_body_is_never_in_the_servers_memory(server: Server, cast: Cast) -> None:
    client = client_of(server, cast, "manager")

    def largest() -> int:
        status = Path(f"/proc/{client.server.desk}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))

    client.done("POST", "/contacts/import", content=rows(1), headers=CSV)
    before = largest()
    contact = b'[{"reference": "r1", "company": "Garage"}' + b" " * (48 << 20) + b"]"
    client.done("POST", "/contacts/import", content=contact, headers={"Content-Type": "application/json"})

    assert largest() < before + (16 << 10)


def test_an_export_comes_compressed_to_who_takes_that(client: Client) -> None:
    client.done("POST", "/contacts/import", content=rows(500), headers=CSV)

    plain = client.ask("GET", "/contacts/export", params={"format": "json"}, headers={"Accept-Encoding": "identity"})
    url = f"http://127.0.0.1:{client.server.port}/smart-routings/contacts/export"
    params = {"customer_account": client.account, "format": "json"}
    with httpx.stream("GET", url, params=params, headers=bearer(client) | {"Accept-Encoding": "gzip"}) as packed:
        content = b"".join(packed.iter_raw())

    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(content) == plain.content
    assert len(json.loads(plain.content)) == 500
    assert len(content) < len(plain.content) / 4


@pytest.mark.parametrize("path", ["/contacts/export", "/calls/export"])
def test_an_export_that_is_refused_says_why(client: Client, path: str) -> None:
    problem = client.refused(422, "GET", path, params={"format": "pdf"})

    assert "'pdf' is not an export format" in problem["detail"]


def test_an_outsider_begins_no_work(client: Client, alone: Busy) -> None:
    outsider = client_of(client.server, alone.cast, "outsider", client.account)

    refused = outsider.refused(404, "POST", "/contacts/import", content=rows(2), headers=CSV)

    assert f"no account {client.account}" in refused["detail"]
    assert working(client.server.desk) == []
