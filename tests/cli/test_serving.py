"""`aiguillage serve`, for real: where it listens and how it ends."""

import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.terminal import PATIENCE, Terminal
from tests.server import free_port


def wait_for(connect: Callable[[], socket.socket], process: "subprocess.Popen[str]") -> socket.socket:
    """A connection, as soon as somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return connect()
        except OSError:
            time.sleep(0.02)
    raise AssertionError(process.communicate())


def ask(connection: socket.socket) -> bytes:
    """The answer to one request."""
    connection.settimeout(PATIENCE)
    with connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_unix_socket_is_served_and_taken_away_at_the_end(terminal: Terminal, tmp_path: Path, workers: str) -> None:
    where = tmp_path / "call.sock"
    for _start in ("first", "second"):
        process = terminal.start("serve", "--uds", str(where), "--workers", workers)

        def connect() -> socket.socket:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(where))
            except OSError:
                connection.close()
                raise
            return connection

        assert ask(wait_for(connect, process)).startswith(b"HTTP/1.1 200")
        process.send_signal(signal.SIGTERM)
        err = process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == 0
        assert "Traceback" not in err
        assert not where.exists()


def test_calls_are_served_over_tls(terminal: Terminal, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    port = free_port()
    process = terminal.start("serve", "--port", str(port), "--tls-cert", str(certificate), "--tls-key", str(key))
    context = ssl.create_default_context(cafile=str(certificate))

    def connect() -> socket.socket:
        plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        return context.wrap_socket(plain, server_hostname="localhost")

    try:
        assert ask(wait_for(connect, process)).startswith(b"HTTP/1.1 200")
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE)[1]
    assert f'"at": "https://127.0.0.1:{port}"' in said


INTERRUPTING = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPTED_AT"]:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting())
"""
"""Ctrl-C while a module is looked for, as it is in a terminal: what runs in the background may have it ignored."""


@pytest.mark.parametrize("module", ["aiguillage.cli.program", "aiguillage.cli.serving", "aiguillage.server"])
def test_ctrl_c_right_after_the_start_ends_it_without_a_word(terminal: Terminal, tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING)

    process = terminal.start("serve", "--port", str(free_port()), PYTHONPATH=str(tmp_path), INTERRUPTED_AT=module)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()

    assert process.returncode in {0, -signal.SIGINT}
    assert (out, err) == ("", "")
