"""The server's processes: what each may import, and what goes on when one of them dies."""

import http.client
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from aiguillage.callpath.health import TROUBLES
from aiguillage.callpath.port import IDLE_AT_STOP
from aiguillage.precedence import LOG_NICENESS
from aiguillage.settings import Settings
from tests.api.client import client_of
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.server import Server, children, eventually, processes, running, threads, wait_until_ready

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number={NUMBER}"
ROUTED = "207,209,214,216"
PATIENCE = 60.0
"""Seconds for what takes a moment; these machines are shared."""


def ends(pids: list[int]) -> bool:
    """Whether processes end in time."""
    for pid in pids:
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([process], [], [], PATIENCE)
        os.close(process)
        if not ended:
            return False
    return True


def test_a_call_worker_imports_nothing_of_the_desk() -> None:
    program = "import sys, aiguillage.call_worker, aiguillage.log_writer; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    ours = {name.split(".")[1] for name in loaded if name.startswith("aiguillage.")}
    assert ours == {
        *(
            "call_worker",
            "callpath",
            "dialects",
            "domain",
            "inherited",
            "log_writer",
            "logs",
            "precedence",
            "settings",
            "sockets",
            "storage",
        ),
    }
    assert {name for name in loaded if name.startswith("aiguillage.storage.")} == {
        f"aiguillage.storage.{name}"
        for name in (
            "calls",
            "private",
            "revisions",
            "sqlite",
            *(f"sqlite.{one}" for one in ("frozen", "library", "room")),
        )
    }
    assert {"litestar", "sqlalchemy", "uvicorn", "rich", "typer"} & set(loaded) == set()


def test_without_its_desk_calls_go_on_and_it_is_started_again(cast: Cast, server: Server) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    (desk,) = processes(server, "desk_process")
    os.kill(desk, signal.SIGSTOP)
    os.kill(desk, signal.SIGKILL)
    assert ends([desk])

    call, other = server.ask(V1, secret), server.ask("/whoami", secret)

    assert (call.status, call.text) == (200, ROUTED)
    assert (other.status, "retry-after" in other.headers) in {(503, True), (200, False)}
    deadline = time.monotonic() + PATIENCE
    while server.ask("/whoami", secret).status != http.client.OK:
        assert time.monotonic() < deadline
    assert processes(server, "desk_process") != [desk]


def test_when_a_call_worker_dies_the_other_answers_and_it_is_started_again(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    with running(settings, workers=2) as server:
        first, second = processes(server, "call_worker")
        os.kill(first, signal.SIGKILL)

        answers = {server.ask(V1, secret).text for _ in range(20)}
        ends([first])
        while len(found := processes(server, "call_worker")) < 2:
            server.ask(V1, secret)

    assert answers == {ROUTED}
    assert second in found


def test_all_that_answers_no_calls_gives_way_to_calls(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    with running(settings) as server:
        answered = client_of(server, cast, "manager").ask("GET", "/contacts/export")
        (worker,), (writer,), (desk,), (house,) = (
            processes(server, f"aiguillage.{name}")
            for name in ("call_worker", "log_writer", "desk_process", "housekeeping")
        )
        forked_from = children(desk)
        usual = [(os.sched_getscheduler(pid), os.getpriority(os.PRIO_PROCESS, pid)) for pid in (worker, writer)]
        behind = [os.sched_getscheduler(thread) for pid in (desk, house, *forked_from) for thread in threads(pid)]

    assert answered.status_code == 200
    assert usual == [(os.SCHED_OTHER, 0), (os.SCHED_OTHER, LOG_NICENESS)]
    assert forked_from
    assert set(behind) == {os.SCHED_IDLE}


def test_processes_that_hang_are_ended_and_started_again_and_calls_go_on(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    with running(settings, workers=2) as server:
        worker, other = processes(server, "call_worker")
        (desk,) = processes(server, "desk_process")
        os.kill(worker, signal.SIGSTOP)
        wait_until_ready(server)  # the other one knows by now that the desk is there
        os.kill(desk, signal.SIGSTOP)
        calls = {server.ask(V1, secret).text for _ in range(20)}
        eventually(lambda: TROUBLES["desk_away"] in server.ask("/readyz").text)
        (asked, waited) = server.ask("/whoami", secret), server.ask(V1, secret)

        assert ends([worker, desk])

        wait_until_ready(server)
        again = server.ask("/whoami", secret)
        workers = processes(server, "call_worker")

    assert (calls, asked.status, "retry-after" in asked.headers, waited.text) == ({ROUTED}, 503, True, ROUTED)
    assert (again.status, len(workers), other in workers, worker in workers) == (200, 2, True, False)
    assert server.log.read_text().count('"silent"') == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_goes_on_without_its_supervisor(cast: Cast, settings: Settings, workers: int) -> None:
    known_caller(cast)
    with running(settings, workers=workers) as server:
        children = processes(server, "aiguillage.")
        server.process.kill()

        assert ends(children)

    assert len(children) == workers + 3


@contextmanager
def callers(server: Server, secret: str, count: int) -> Iterator[list[str]]:
    """So many clients that call without a pause, each on a connection that it keeps for as long as it can."""
    said: list[str] = []
    over = threading.Event()

    def call() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        asked = 0.0
        while not over.is_set():
            kept, before, asked, sent = connection.sock is not None, asked, time.monotonic(), 0.0
            try:
                connection.request("GET", V1, headers={"Authorization": f"Bearer {secret}"})
                sent = time.monotonic()
                said.append(connection.getresponse().read().decode())
            except ConnectionRefusedError:
                break
            except (OSError, http.client.HTTPException) as error:
                # A kept connection may be ended that is idle for so long, which a busy machine's client may be.
                if not kept or (sent or time.monotonic()) - before < IDLE_AT_STOP:
                    said.append(repr(error))
                connection.close()
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield said
    finally:
        over.set()
        for thread in threads:
            thread.join()


def came(said: list[str], more: int) -> None:
    """Waits until so many more answers came."""
    wanted = len(said) + more
    deadline = time.monotonic() + PATIENCE
    while len(said) < wanted and time.monotonic() < deadline:
        threading.Event().wait(0.01)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_told_to_stop_under_load_loses_no_call(cast: Cast, settings: Settings, workers: int) -> None:
    known_caller(cast)
    with running(settings, workers=workers) as server, callers(server, cast.secret("router"), 8) as said:
        came(said, 200)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)

    assert set(said) == {ROUTED}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_under_load_loses_no_call(cast: Cast, settings: Settings, workers: int) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    with running(settings, workers=workers) as server:
        before = processes(server, "call_worker")
        with callers(server, secret, 4) as said:
            came(said, 100)
            server.process.send_signal(signal.SIGHUP)
            ends(before)
            came(said, 100)
        after = processes(server, "call_worker")

    assert set(said) == {ROUTED}
    assert set(before) & set(after) == set()
    assert len(after) == workers


def test_a_socket_that_somebody_keeps_loses_no_call_when_the_server_is_started_again(
    cast: Cast, settings: Settings
) -> None:
    known_caller(cast)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as kept, ExitStack() as servers:
        first = servers.enter_context(started_with(kept, settings))
        server = Server(kept.getsockname()[1], first, settings.data_dir)
        with callers(server, cast.secret("router"), 4) as said:
            came(said, 100)
            first.terminate()
            first.wait(PATIENCE)
            servers.enter_context(started_with(kept, settings))
            came(said, 100)

    assert set(said) == {ROUTED}


@contextmanager
def started_with(kept: socket.socket, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A server that is handed its socket, as systemd does it."""
    program = (
        "import os, sys\n"
        f"os.dup2({kept.fileno()}, 3)\n"
        "os.environ['LISTEN_PID'], os.environ['LISTEN_FDS'] = str(os.getpid()), '1'\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'aiguillage', 'serve'])\n"
    )
    variables = os.environ | {"AIGUILLAGE_DATA_DIR": str(settings.data_dir)}
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=variables, pass_fds=(kept.fileno(),), stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


HALVES: dict[str, bytes] = {
    "idle": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nX: ",
    "half a body": b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{",
    "half a form": b"POST /api/v2/route HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{",
    "answers not taken": b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 2000,
}


@pytest.mark.parametrize("left", HALVES.values(), ids=HALVES)
def test_a_thousand_connections_that_go_no_further_keep_no_call_away(
    cast: Cast, settings: Settings, left: bytes
) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    with running(settings, under=("prlimit", "--nofile=256:256")) as server:
        held = []
        for _ in range(1000):
            one = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            one.settimeout(0.0)
            held.append(one)
            with suppress(OSError):
                one.send(left)
        answers = [server.ask(V1, secret).text for _ in range(50)]
        for one in held:
            one.close()

    assert answers == [ROUTED] * 50


def test_a_database_that_was_moved_away_is_told_and_calls_go_on(cast: Cast, server: Server) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    away = cast.db.path.rename(cast.db.path.with_name("away.db"))
    eventually(lambda: TROUBLES["replaced"] in server.ask("/readyz").text)

    ready, call, metrics = server.ask("/readyz"), server.ask(V1, secret), server.ask("/metrics").text
    away.rename(cast.db.path)
    wait_until_ready(server)

    assert (ready.status, call.text) == (200, ROUTED)
    assert "aiguillage_table_replaced 1" in metrics


def test_health_metrics_and_calls_need_no_desk(cast: Cast, server: Server) -> None:
    known_caller(cast)
    (desk,) = processes(server, "desk_process")
    os.kill(desk, signal.SIGSTOP)

    answers: list[Callable[[], object]] = [
        lambda: server.ask("/healthz").status,
        lambda: server.ask("/metrics").status,
        lambda: server.ask(V1, cast.secret("router")).text,
        lambda: json.loads(server.ask("/readyz").body)["status"],
    ]

    assert [answer() for answer in answers] == [200, 200, ROUTED, "ok"]
    os.kill(desk, signal.SIGCONT)
