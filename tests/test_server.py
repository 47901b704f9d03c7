"""The server on the wire: connections kept, closed and pipelined, sockets of either kind, addresses that are taken."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aiguillage.settings import Settings
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.server import Server, running

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number="


def request(path: str, secret: str, *, method: str = "GET", version: str = "1.1", more: str = "") -> bytes:
    """A request as bytes."""
    head = f"{method} {path} HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n{more}\r\n"
    return head.encode()


def talk(server: Server, *messages: bytes) -> str:
    """All that the server says to these bytes, sent at once, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(b"".join(messages))
        said = b""
        while received := connection.recv(65536):
            said += received
    return said.decode()


def test_requests_sent_at_once_are_answered_in_their_order(cast: Cast, server: Server) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    close = "Connection: close\r\n"

    said = talk(
        server,
        request(V1 + NUMBER, secret),
        request("/healthz", secret),
        request(V1 + "0199009999", secret, method="HEAD"),
        request(V1 + NUMBER + "&destination=2", secret),
        request(V1 + NUMBER + "&destination=3", secret, more=close),
    )

    lines = [line for line in said.split("\r\n") if line.startswith("HTTP/") or line[:1].isdigit() or line[:1] == "{"]
    assert [line.split(" ")[1] if line.startswith("HTTP/") else line for line in _apart(lines)] == [
        "200",
        "207,209,214,216",
        "200",
        '{"status":"ok"}',
        "404",
        "200",
        "209",
        "200",
        "214",
    ]


def _apart(lines: list[str]) -> list[str]:
    """Lines in which a body and the next status line, which share a line on the wire, stand apart."""
    return [part for line in lines for part in line.replace("HTTP/", "\nHTTP/").split("\n") if part]


@pytest.mark.parametrize(("version", "more"), [("1.0", ""), ("1.1", "Connection: close\r\n")])
def test_a_client_that_keeps_no_connection_is_told_that_it_closes(
    cast: Cast, server: Server, version: str, more: str
) -> None:
    known_caller(cast)

    said = talk(server, request(V1 + NUMBER, cast.secret("router"), version=version, more=more))

    assert "connection: close\r\n" in said
    assert said.endswith("\r\n\r\n207,209,214,216")


def test_a_call_with_a_body_is_answered_and_its_body_left_alone(cast: Cast, server: Server) -> None:
    known_caller(cast)
    secret = cast.secret("router")

    said = talk(
        server,
        request(V1 + NUMBER, secret, more="Content-Length: 5\r\n") + b"hello",
        request(V1 + NUMBER, secret, more="Connection: close\r\n"),
    )

    assert said.count("207,209,214,216") == 2


def test_a_connection_that_is_used_stays_and_an_idle_one_is_closed(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    asked = request(V1 + NUMBER + "&destination=1", cast.secret("router"))
    with (
        running(settings, AIGUILLAGE_KEEP_ALIVE="1") as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection,
    ):
        for _ in range(2):
            connection.sendall(asked)
            assert connection.recv(65536).endswith(b"207")

        assert connection.recv(65536) == b""


def test_a_client_that_never_takes_its_answers_is_not_read_for_ever(cast: Cast, server: Server) -> None:
    known_caller(cast)
    asked = request(V1 + NUMBER, cast.secret("router")) * 1000
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.settimeout(1)

        with pytest.raises(TimeoutError):
            connection.sendall(asked * 1000)

    assert server.ask("/healthz").status == 200


def test_connections_that_say_nothing_or_half_a_thing_are_closed(cast: Cast) -> None:
    settings = Settings(data_dir=cast.db.path.parent)
    with running(settings, AIGUILLAGE_KEEP_ALIVE="1") as server:
        for said in (b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nX: "):
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
                connection.sendall(said)

                assert _all_of(connection) == b""


def _all_of(connection: socket.socket) -> bytes:
    """What comes until the connection ends, in whichever way."""
    said = b""
    try:
        while received := connection.recv(65536):
            said += received
    except ConnectionError:
        pass
    return said


@pytest.mark.parametrize("path", ["/healthz", V1 + NUMBER])
def test_a_body_that_has_not_ended_when_it_is_answered_ends_its_connection(
    cast: Cast, server: Server, path: str
) -> None:
    asked = request(path, cast.secret("router"), more="Transfer-Encoding: chunked\r\n")

    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(asked + b"0\r\na: b\r\n")

        assert _all_of(connection).startswith(b"HTTP/1.1 ")


def test_a_server_told_to_stop_does_not_wait_for_ever_for_a_client(cast: Cast) -> None:
    known_caller(cast)
    with running(Settings(data_dir=cast.db.path.parent), AIGUILLAGE_KEEP_ALIVE="1") as server:
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.settimeout(1)
        with pytest.raises(TimeoutError):
            connection.sendall(request(V1 + NUMBER, cast.secret("router")) * 200_000)

        server.process.terminate()

        assert server.process.wait(timeout=60) == 0
        connection.close()


def test_what_is_no_http_is_400(server: Server) -> None:
    assert talk(server, b"\x16\x03\x01nonsense\r\n\r\n").startswith("HTTP/1.1 400 ")


def test_a_head_that_comes_in_pieces_is_waited_for(server: Server) -> None:
    pieces = (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a", b"bc", b"\r\nConnection: close\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        for piece in pieces:
            connection.sendall(piece)
            # Once the one worker has answered something asked later, it has read this piece.
            assert server.ask("/healthz").status == 200

        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_head_without_end_ends_its_connection(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX: ")

        with pytest.raises(ConnectionError):
            connection.sendall(b"x" * 100_000_000)


def serve(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """`aiguillage serve` that cannot start."""
    command = [sys.executable, "-m", "aiguillage", "serve", *words]
    variables = {"AIGUILLAGE_DATA_DIR": str(settings.data_dir), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)


def test_a_taken_port_is_refused_in_one_line_that_says_what_to_do(settings: Settings, server: Server) -> None:
    ended = serve(settings, "--port", str(server.port))

    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert f"127.0.0.1 port {server.port}" in ended.stderr
    assert "--port" in ended.stderr


def test_a_database_that_is_damaged_in_its_middle_is_not_served(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    cast.db.close()
    with settings.database.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\x5a" * 4096 * 6)

    ended = serve(settings, "--port", "0")

    assert ended.returncode == 1
    assert "aiguillage restore FILE" in ended.stderr


def test_a_unix_socket_serves_and_is_gone_afterwards(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    known_caller(cast)
    path = tmp_path / "aiguillage.sock"
    command = [sys.executable, "-m", "aiguillage", "serve", "--uds", str(path)]
    variables = {"AIGUILLAGE_DATA_DIR": str(settings.data_dir), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE)
    assert process.stderr is not None
    while b"startup complete" not in process.stderr.readline():
        assert process.poll() is None

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(request(V1 + NUMBER, cast.secret("router"), more="Connection: close\r\n"))
        said = b""
        while received := connection.recv(65536):
            said += received
    process.terminate()
    process.communicate(timeout=60)

    assert said.endswith(b"207,209,214,216")
    assert not path.exists()
