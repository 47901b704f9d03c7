"""The servers that are measured: aiguillage, a constant answer on the same web server, nginx."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.constant import BODY
from bench.installation import Installation
from bench.machine import find_command, pinned, python
from bench.processes import environment_for, started
from bench.tree import cpu_seconds

READY_WITHIN = 60.0
"""Seconds; a start takes about one, but machines are shared."""

WEIGHT = "-20"
"""Of a session, as nice(2) has it: 87 times that of another. CPUWeight=10000 in the unit is 100 times."""

SERVE = python("-m", "aiguillage", "serve", "--workers", "1")
NGINX = """
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server_tokens off;
    keepalive_requests 1000000000;
    default_type application/json;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200 '{body}'; }}
    }}
}}
"""
"""Kinder to nginx than Debian's: no access log, and connections are kept for good, as ours are."""


@dataclass(frozen=True)
class Server:
    """A server that runs; `behind` are processes that it needs and did not start, such as its database."""

    port: int
    pid: int
    behind: tuple[int, ...] = ()

    def cpu_seconds(self) -> float:
        """Processor time that all of its processes have used so far."""
        return sum(cpu_seconds(pid) for pid in (self.pid, *self.behind))


@contextmanager
def serving(installation: Installation, core: int | None = None) -> Iterator[Server]:
    """Aiguillage on an installation, everything on: one worker, on one core or wherever the kernel puts it."""
    command = SERVE if core is None else pinned(core, SERVE)
    with _serving_python(command, installation.settings.data_dir) as server:
        yield server


def weigh(server: Server) -> bool:
    """Gives a server's session the weight that the shipped unit gives its service; whether that may be done here."""
    with suppress(OSError):
        Path(f"/proc/{server.pid}/autogroup").write_text(WEIGHT)
        return True
    return False


@contextmanager
def serving_early(installation: Installation) -> Iterator[Server]:
    """The same wherever the kernel puts it, from its process's start on: it does not listen yet."""
    port = free_port()
    environment = environment_for(installation.settings.data_dir, **_settings(port))
    with started(SERVE, installation.settings.data_dir.with_suffix(".log"), environment) as process:
        yield Server(port, process.pid)


@contextmanager
def serving_constant(directory: Path, body: str, core: int) -> Iterator[Server]:
    """The bare ASGI application with that body, served as aiguillage is."""
    command = pinned(core, python("-m", "bench.constant"))
    with _serving_python(command, directory / "constant", **{BODY: body}) as server:
        yield server


@contextmanager
def serving_nginx(directory: Path, body: str, core: int) -> Iterator[Server]:
    """Nginx's `return 200` with that body: one worker on one core."""
    port, home = free_port(), directory / "nginx"
    home.mkdir()
    file = home / "nginx.conf"
    file.write_text(NGINX.format(directory=home, port=port, body=body))
    command = pinned(core, [find_command("nginx"), "-p", str(home), "-c", str(file)])
    with listening(command, port, home / "log", dict(os.environ)) as server:
        yield server


@contextmanager
def _serving_python(command: list[str], data_dir: Path, **variables: str) -> Iterator[Server]:
    """A server whose settings come by the environment."""
    port = free_port()
    environment = environment_for(data_dir, **_settings(port), **variables)
    with listening(command, port, data_dir.with_suffix(".log"), environment) as server:
        yield server


def _settings(port: int) -> dict[str, str]:
    return {"AIGUILLAGE_PORT": str(port), "AIGUILLAGE_LOG_LEVEL": "warning"}


@contextmanager
def listening(command: list[str], port: int, log: Path, environment: dict[str, str]) -> Iterator[Server]:
    """A process that listens when the block begins and is gone when it ends."""
    with started(command, log, environment) as process:
        _wait_untillistening(process, port, log)
        yield Server(port, process.pid)


def _wait_untillistening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"a server did not start:\n{log.read_text()}")


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(server: Server, line: str, secret: str) -> tuple[int, str]:
    """One request, as a line of what load.lua reads: status and body."""
    method, path, body, *headers = line.split("\t") if "\t" in line else ("GET", line, None)
    given = dict(header.split(": ", 1) for header in headers)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=READY_WITHIN)
    try:
        connection.request(method, path, body, {"Authorization": f"Bearer {secret}"} | given)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
