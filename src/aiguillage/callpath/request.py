"""HTTP/1.1 requests as they are read off a connection, and what is no request."""

from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aiguillage.callpath.request_ids import NAME, fit_id

CONTINUE = 100
LONGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers."""

Header = tuple[bytes, bytes]
READ = frozenset({b"content-length", b"transfer-encoding", b"expect", NAME})
"""Headers that a request is read by."""

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


def status_line(status: int) -> bytes:
    """The first line of an answer."""
    return STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status


def lines(headers: Iterable[Header]) -> bytes:
    """Headers as they go out."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


@lru_cache(maxsize=4096)
def head_of(status: int, headers: tuple[Header, ...]) -> bytes:
    """A status line and headers as they go out, kept: few answers differ in them."""
    return status_line(status) + lines(headers)


class Request:
    """One request: its head, and as much of its body as has come and was not taken yet.

    `length` is what the head says of the body, None for one in chunks. `target` is as it came, without scheme and host.
    `own_id` is the id that the client gave; nothing for one that is not fit, or for several, None where it gave none.
    """

    __slots__ = (
        *("method", "target", "path", "query", "headers", "version", "keep_alive", "expects", "length", "chunked"),
        *("ended", "own_id", "_pieces", "size", "_dropped"),
    )

    def __init__(self, method: str, url: bytes, headers: list[Header], version: str, *, keep_alive: bool) -> None:
        self.method = method
        self.target = _origin_form(url)
        raw_path, _, self.query = self.target.partition(b"?")
        path = raw_path.decode("latin-1")
        self.path = unquote(path) if "%" in path else path
        self.headers = headers
        self.version = version
        self.keep_alive = keep_alive
        self.expects = False
        self.length: int | None = 0
        self.chunked = False
        self.ended = False
        self.own_id: bytes | None = None
        self._pieces: list[bytes] = []
        self._dropped = False
        self.size = 0
        for name, value in headers:
            if name in READ:
                self._read(name, value)

    def _read(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
            self.length = int(value)
        elif name == b"transfer-encoding":
            self.length, self.chunked = None, True
        elif name == b"expect":
            self.expects = value.strip().lower() == b"100-continue"
        else:
            self.own_id = fit_id(value) if self.own_id is None else b""

    @property
    def has_body(self) -> bool:
        """Whether the head tells of a body."""
        return self.length != 0

    def add_body(self, piece: bytes) -> None:
        """Keeps a piece of the body until it is taken, if somebody wants it."""
        self.size += len(piece)
        if not self._dropped:
            self._pieces.append(piece)

    def drop_body(self) -> None:
        """Nobody wants the rest."""
        self._dropped = True
        self._pieces.clear()

    def take_body(self) -> list[bytes]:
        """What has come of the body since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def scope(self, peer: str | None, body: bytes | None = b"") -> dict[str, Any]:
        """What a dialect reads: an ASGI scope, with a form's body in it, None for one that is too long."""
        return {
            "type": "http",
            "method": self.method,
            "path": self.path,
            "query_string": self.query,
            "headers": self.headers,
            "client": None if peer is None else (peer, 0),
            "body": body,
        }

    def fault(self) -> tuple[int, str] | None:
        """Why the head is against HTTP's rules (RFC 9112), as status and words; None for one that is right."""
        names = [name for name, _ in self.headers]
        if self.version not in {"1.0", "1.1"}:
            return 505, "Ask in HTTP/1.1."
        if names.count(b"host") > 1 or (self.version == "1.1" and b"host" not in names):
            return 400, "Send one Host header."
        if self.chunked and [v.strip().lower() for n, v in self.headers if n == b"transfer-encoding"] != [b"chunked"]:
            return 501, "The only Transfer-Encoding taken is chunked."
        return None


def _origin_form(url: bytes) -> bytes:
    """The path and query of a target; a proxy's form has scheme and host before them. A fragment is nobody's."""
    url = url.partition(b"#")[0]
    if url.startswith(b"/"):
        return url
    _, scheme, rest = url.partition(b"://")
    if not scheme:
        return b"/" + url
    _, slash, path = rest.partition(b"/")
    return slash + path or b"/"
