"""A real server in processes of its own, on a free port of 127.0.0.1, for tests."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiguillage.settings import Settings
from tests.marked import refuse_marked

WHOLE = b'{"status":"ok"}'
"""What a server says of which nothing is away."""

READY_WITHIN = 60.0
"""Seconds; a start takes about one, but these machines are shared."""


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def lasting(self) -> "Answer":
        """The answer but for what is this one request's alone: its moment and its id."""
        kept = {name: value for name, value in self.headers.items() if name not in {"date", "x-request-id"}}
        return Answer(self.status, kept, self.body)


@dataclass
class Server:
    """A server that runs."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    secure: bool = False

    @property
    def desk(self) -> int:
        """The desk's process."""
        return processes(self, "desk_process")[0]

    def _connect(self) -> http.client.HTTPConnection:
        if self.secure:
            trusting = ssl._create_unverified_context()  # noqa: S323, SLF001 - our own certificate, made a moment ago
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=trusting)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(
        self, path: str, secret: str | None = None, *, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Answer:
        """One request on a connection of its own."""
        connection = self._connect()
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    settings: Settings, *, workers: int = 1, under: Sequence[str] = (), whole: bool = True, **environment: str
) -> Iterator[Server]:
    """`aiguillage serve` on the settings' data, answering when the block begins, stopped when it ends.

    `under` is a command that starts it, as prlimit is; one that is not to be `whole` need only answer calls. A log that
    holds anything of a caller's fails the test.
    """
    port = free_port()
    log = settings.data_dir.parent / f"server-{port}.log"
    command = [*under, sys.executable, "-m", "aiguillage", "serve", "--port", str(port), "--workers", str(workers)]
    variables = os.environ | {"AIGUILLAGE_DATA_DIR": str(settings.data_dir)} | environment
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=variables, stdout=output, stderr=output, start_new_session=True)
        server = Server(port, process, log, secure="AIGUILLAGE_TLS_CERT" in environment)
        try:
            wait_until_ready(server, whole=whole)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=READY_WITHIN)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
    refuse_marked(log)


def eventually(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    last = time.monotonic() + READY_WITHIN
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.05)


def wait_until_ready(server: Server, *, whole: bool = True) -> None:
    """Asks until the server answers that it is ready; where it is to be whole, its desk too, and that nothing ails."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            answer = server.ask("/readyz")
            if answer.body == WHOLE or (answer.status == 200 and not whole):
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()}")


def processes(server: Server, module: str) -> list[int]:
    """The server's processes that run a module."""
    return [pid for pid in children(server.process.pid) if module in command_of(pid)]


def command_of(pid: int) -> str:
    """What a process was started with; nothing for one that has ended, which it may at any moment."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def threads(pid: int) -> list[int]:
    """The threads of a process."""
    return [int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()]


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found
