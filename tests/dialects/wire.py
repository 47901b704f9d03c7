"""Requests sent byte by byte, and the paths that hostile ones are tried on."""

import json
import socket

from tests.cast import ACCOUNT
from tests.standing import Standing

V1 = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=".encode()
V1_CODE = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&code=".encode()
V2 = f"/api/v2/route?customerAccount={ACCOUNT}&number=".encode()
V2_CODE = f"/api/v2/route?customerAccount={ACCOUNT}&code=".encode()
QUEUE = b"/api/v2/queues/"
CX = f"/smart-routings/call-queues/lookup?customer_account={ACCOUNT}&code=".encode()
V0 = f"/api/{ACCOUNT}/customer/number/".encode()
V0_CODE = f"/api/{ACCOUNT}/customer/code/".encode()
KNOWN = b"0199001234"
LONG = b"1" * 8200
JSON, TEXT = "application/json", "text/plain; charset=utf-8"

Told = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


def send(standing: Standing, request: bytes) -> bytes:
    """Everything that the server says to these bytes until it closes the connection."""
    with socket.create_connection(("127.0.0.1", standing.server.port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        parts = iter(lambda: connection.recv(65536), b"")
        return b"".join(parts)


def ask(standing: Standing, target: bytes, *, method: bytes = b"GET", more: bytes = b"") -> Told:
    """One request of the router's with the target as it stands, `more` being header lines."""
    authorization = b"Authorization: Bearer %s\r\n" % standing.secret.encode()
    lines = b"Host: localhost\r\nConnection: close\r\n" + more + authorization
    head, _, body = send(standing, b"%s %s HTTP/1.1\r\n%s\r\n" % (method, target, lines)).partition(b"\r\n\r\n")
    status, *headers = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in headers)
    return int(status.split(" ")[1]), {name.lower(): value for name, value in pairs}, body


def assert_bad_request(told: Told, detail: str) -> None:
    """The contract's 400."""
    status, headers, body = told
    assert status == 400
    assert headers["content-type"] == JSON
    assert json.loads(body) == {"response": "bad request", "detail": detail}
