"""A client of the management API, for an account."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from bench.servers import Server

PIECE = 1 << 20
TIMEOUT = 600.0
"""Seconds that an answer may take."""

JSON = "application/json"


class Answer(NamedTuple):
    """An answer: `retry_after` is how many seconds a client is asked to wait, 0 if it is not."""

    status: int
    body: bytes
    retry_after: float


class Client:
    """Asks one thing after another; each on a connection of its own, since the server closes idle ones."""

    def __init__(self, connection: http.client.HTTPConnection, secret: str, account: str) -> None:
        self._connection, self._account = connection, account
        self._headers = {"Authorization": f"Bearer {secret}"}

    def ask(self, method: str, path: str, body: bytes | None = None, media: str = JSON) -> Answer:
        """One request, and its whole answer."""
        answer = self._request(method, path, body, media)
        return Answer(answer.status, answer.read(), float(answer.headers.get("Retry-After", 0)))

    def did(self, method: str, path: str, body: bytes | None = None, media: str = JSON) -> Any:  # noqa: ANN401 - JSON
        """What a request was answered, decoded. Raises RuntimeError when it was refused."""
        status, content, _ = self.ask(method, path, body, media)
        if status >= http.client.MULTIPLE_CHOICES:
            raise RuntimeError(f"{method} {path} was answered with {status}: {content[:300]!r}")
        return json.loads(content) if content else None

    def timed(self, path: str, body: bytes | None = None) -> float:
        """Milliseconds of one request, from its first byte to the answer's last. Raises RuntimeError on a refusal."""
        began = time.perf_counter()
        answer = self.ask("GET" if body is None else "POST", path, body)
        spent = (time.perf_counter() - began) * 1000
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} was answered with {answer.status}: {answer.body[:200]!r}")
        return spent

    def download(self, path: str, each: Callable[[], None] = lambda: None) -> int:
        """Reads a file, and lets go of it piece by piece, each of which calls `each`; its bytes.

        Raises RuntimeError on a refusal.
        """
        answer, size = self._request("GET", path, None, JSON), 0
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} was answered with {answer.status}: {answer.read()[:200]!r}")
        while piece := answer.read(PIECE):
            size += len(piece)
            each()
        return size

    def _request(self, method: str, path: str, body: bytes | None, media: str) -> http.client.HTTPResponse:
        self._connection.close()
        account = f"{'&' if '?' in path else '?'}customer_account={self._account}"
        # A server may answer, and end the connection, before it has read what it will not take.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._connection.request(method, path + account, body, self._headers | {"Content-Type": media})
        return self._connection.getresponse()


@contextmanager
def client_of(server: Server, secret: str, account: str) -> Iterator[Client]:
    """A client of that server."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT)
    try:
        yield Client(connection, secret, account)
    finally:
        connection.close()
