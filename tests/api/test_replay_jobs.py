"""Replays that take long: answered at once, told of meanwhile, never said to go on when nobody decides them."""

import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

from aiguillage.api.moments import now
from aiguillage.desk.held import REPLAYS
from aiguillage.desk.held_replays import HeldReplay, show_replay
from aiguillage.domain.moments import iso
from aiguillage.settings import Settings
from tests.api.client import Client, client_of
from tests.api.test_apart import first_child, is_there, until, working
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast, copy_of
from tests.server import Server, running
from tests.storage.call_rows import add_calls, known
from tests.storage.facts import account_id

BEGIN = 1_795_302_000_000_000
"""The 22nd of November 2026, 0:00 in Paris."""

SECOND = 1_000_000
MANY = 100_000
"""Calls, one a second: as many as are decided at all, which takes half a minute."""

SOME = 20_000
"""Calls that take some seconds, on most machines."""

UNKNOWN = "+33465710000"
"""To know that nobody has it takes a search for each of its beginnings."""


def keyed(key: str, calls: int) -> dict[str, str]:
    """The header of a request with a key, which is another for as many calls."""
    return {"Idempotency-Key": f"{key} {calls}"}


def held(cast: Cast) -> list[int]:
    """The ids of all replays that took long."""
    return [int(home.name.removeprefix(REPLAYS.prefix)) for home in REPLAYS.homes(cast.db)]


class Replays(NamedTuple):
    """A server whose log has many calls, the cast, and who may read CL0000."""

    server: Server
    cast: Cast
    reader: Client

    def ask(self, calls: int = MANY, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """A replay of that many of the calls."""
        return self.reader.ask("POST", "/replay", {"since": iso(BEGIN + (MANY - calls) * SECOND)}, **more)

    def long(self, key: str) -> httpx.Response:
        """A replay of as many calls as take long on this machine, but not much longer than that."""
        answers = (self.ask(calls, headers=keyed(key, calls)) for calls in range(SOME, MANY + 1, SOME))
        return next(answer for answer in answers if answer.status_code == 202)

    def show(self, held_id: int) -> Any:  # noqa: ANN401 - any JSON
        """How far a replay is."""
        return self.reader.get(f"/replay/{held_id}")

    def decided(self, held_id: int) -> Any:  # noqa: ANN401 - any JSON
        """The same once it is decided."""
        return self.seen(held_id)[-1]

    def seen(self, held_id: int) -> list[Any]:
        """What it says of itself until it is decided, which takes the processor time that is not spent on asking."""
        seen = [self.show(held_id)]
        while seen[-1]["state"] == "deciding":
            Event().wait(0.05)
            seen.append(self.show(held_id))
        return seen

    def kept(self, held_id: int) -> HeldReplay:
        """The same without the server."""
        return show_replay(self.cast.db, msgspec.structs.replace(self.cast["reader"], at=now()), ACCOUNT, held_id)


@contextmanager
def serving(cast: Cast) -> Iterator[Replays]:
    """A server on the cast's database."""
    with running(Settings(data_dir=cast.db.path.parent)) as server:
        yield Replays(server, cast, client_of(server, cast, "reader"))


@pytest.fixture(scope="module")
def log(assembled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call log with many calls of CL0000, all of somebody who was known then."""
    log = tmp_path_factory.mktemp("logged") / "calls.db"
    with copy_of(assembled, Settings(data_dir=log.parent)) as db:
        calls = (known(BEGIN + n * SECOND, UNKNOWN, contact_id=12) for n in range(MANY))
        add_calls(log, account_id(db, ACCOUNT), *calls)
    return log


@pytest.fixture
def logged(cast: Cast, log: Path) -> Cast:
    """The cast, with these calls in its log."""
    shutil.copyfile(log, cast.log)
    return cast


def test_a_replay_that_takes_long_is_a_job_with_progress_and_an_outcome(logged: Cast) -> None:
    with serving(logged) as replays:
        answer = replays.ask(MANY)
        begun = answer.json()
        seen = replays.seen(begun["id"])
        others = [client_of(replays.server, logged, name) for name in ("router", "outsider")]
        statuses = [other.ask("GET", f"/replay/{begun['id']}").status_code for other in others]
        elsewhere = [
            client_of(replays.server, logged, "outsider", OTHER_ACCOUNT).refused(404, "GET", f"/replay/{held_id}")
            for held_id in (begun["id"], begun["id"] + 1)
        ]

    assert (answer.status_code, begun["state"], begun["result"], begun["trouble"]) == (202, "deciding", None, None)
    assert answer.headers["location"] == f"/smart-routings/replay/{begun['id']}?customer_account={ACCOUNT}"
    assert any(one["progress"] is not None for one in seen)
    assert (seen[-1]["state"], seen[-1]["progress"], seen[-1]["trouble"]) == ("decided", None, None)
    assert seen[-1]["result"]["moved"] == seen[-1]["result"]["calls"] > 0
    assert statuses == [403, 404]
    assert elsewhere[0]["detail"] == elsewhere[1]["detail"].replace(str(begun["id"] + 1), str(begun["id"]))


def test_a_replay_with_a_key_is_begun_once(logged: Cast) -> None:
    with serving(logged) as replays:
        first = replays.long("once")
        calls = replays.decided(first.json()["id"])["result"]["calls"]
        again = replays.ask(calls, headers=keyed("once", calls))

    assert (first.status_code, again.status_code, again.json()) == (202, 202, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert len(list(REPLAYS.homes(logged.db))) == 1


def test_a_client_that_goes_before_it_has_an_answer_ends_its_replay(logged: Cast) -> None:
    with serving(logged) as replays:
        body = json.dumps({"since": "2026-11-01T00:00:00Z"}).encode()
        with socket.create_connection(("127.0.0.1", replays.server.port), timeout=60) as connection:
            connection.sendall(
                f"POST /smart-routings/replay?customer_account={ACCOUNT} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {replays.reader.secret}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            child = first_child(replays.server.desk)
        until(lambda: not is_there(child))

        assert {replays.show(held_id)["state"] for held_id in held(logged)} <= {"interrupted"}
        assert replays.ask(5).json()["calls"] == 5


@pytest.mark.parametrize("killed", ["the desk", "everything"])
def test_a_replay_whose_server_is_killed_is_interrupted_and_its_process_ends(logged: Cast, killed: str) -> None:
    with serving(logged) as replays:
        begun = replays.ask().json()
        [child] = working(replays.server.desk)
        supervisor, desk = replays.server.process.pid, replays.server.desk
        for pid in (desk,) if killed == "the desk" else (supervisor, desk):
            os.kill(pid, signal.SIGKILL)
        until(lambda: not is_there(child))
        # The last of a process's threads gives its locks back, a moment after the first is gone.
        until(lambda: replays.kept(begun["id"]).progress.state != "deciding")

    told = replays.kept(begun["id"])
    assert (begun["state"], told.progress.state, told.outcome) == ("deciding", "interrupted", None)
    assert "the server was stopped" in str(told.progress.trouble)
