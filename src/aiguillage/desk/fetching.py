"""Requests to other servers: over https, to public addresses only, within a size and a time. Feeds come in this way."""

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from aiguillage import __version__
from aiguillage.desk.addresses import Address, is_public, known_address
from aiguillage.desk.ical.encodings import in_utf8
from aiguillage.domain.errors import Kind, Refusal, about, invalid

LONGEST = 2 << 20
"""Bytes of a body."""

SECONDS = 20.0
"""Seconds in all: for looking up the name, connecting, redirects and the body."""

MOST_REDIRECTS = 3
HTTPS = 443
PORTS = frozenset({HTTPS, 8443})
"""Where web servers listen: whoever could name any port would learn from our refusals which of a host's are open."""

_REDIRECTS = {
    *(HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER),
    *(HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT),
}
_URL = re.compile(r"[!-~]{1,2000}")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?|[0-9a-f:.]{2,45}")
_HEADERS = {"User-Agent": f"aiguillage/{__version__}", "Accept-Encoding": "identity", "Connection": "close"}


class Answer(NamedTuple):
    """What another server said: headers by their names in lower case, the body as far as it was read.

    `whole` is false when there was more of the body than was wanted.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool


class Place(NamedTuple):
    """Where a URL leads, its parts checked."""

    host: str
    port: int
    path: str


class Guard(NamedTuple):
    """Where requests may go: which addresses and ports may be connected to, and whose certificates are believed.

    Without `trust` the certificates are the system's; without `ports` any will do.
    """

    allowed: Callable[[Address], bool] = is_public
    trust: ssl.SSLContext | None = None
    ports: Collection[int] | None = PORTS


PUBLIC = Guard()


def fetch(url: str, *, longest: int = LONGEST, seconds: float = SECONDS, guard: Guard = PUBLIC) -> bytes:
    """A feed, in UTF-8 where its content type says otherwise, following at most three redirects.

    Raises Refusal (invalid, unavailable).
    """
    answer = fetch_as_sent(url, longest=longest, seconds=seconds, guard=guard)
    return in_utf8(answer.body, answer.headers.get("content-type", ""))


def fetch_as_sent(url: str, *, longest: int, seconds: float, guard: Guard = PUBLIC) -> Answer:
    """What is at an address, byte for byte, following at most three redirects.

    Raises Refusal (invalid, unavailable).
    """
    ends = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        answer = send("GET", url, longest=longest, seconds=ends - time.monotonic(), guard=guard)
        if answer.status not in _REDIRECTS:
            return _whole(answer, parse_url(url, guard).host, longest)
        url = _redirected(url, answer, guard)
    raise _unavailable(parse_url(url, guard).host, f"comes after more than {MOST_REDIRECTS} redirects")


def _redirected(url: str, answer: Answer, guard: Guard) -> str:
    """Where the answer sends on to. Raises Refusal."""
    try:
        further = urljoin(url, answer.headers.get("location", ""))
        parse_url(further, guard)
    except (ValueError, Refusal):
        raise _unavailable(parse_url(url, guard).host, "redirects to what is no address that may be fetched") from None
    return further


def _whole(answer: Answer, host: str, longest: int) -> Answer:
    if answer.status != HTTPStatus.OK:
        raise _unavailable(host, f"answers with the status {answer.status}")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unavailable(host, "sends compressed what was to come as it is")
    if not answer.whole:
        raise invalid(f"{host} sends more than {longest} bytes. Give an address with less content.")
    return answer


def send(
    method: str,
    url: str,
    headers: Mapping[str, str] = {},
    body: bytes = b"",
    *,
    longest: int = LONGEST,
    seconds: float = SECONDS,
    guard: Guard = PUBLIC,
) -> Answer:
    """One request and its answer, whatever its status; redirects are not followed. Raises Refusal."""
    place, ends = parse_url(url, guard), time.monotonic() + seconds
    try:
        with _connected(place, ends, guard) as line:
            connection = http.client.HTTPConnection(place.host, place.port)
            connection.default_port = HTTPS
            connection.sock = _Timed(line, ends)
            connection.request(method, place.path, body or None, {**_HEADERS, **headers})
            answer = connection.getresponse()
            read = answer.read(longest + 1)
            # Of a body that ends before its length, http.client says so only when it is read whole.
            if answer.length and len(read) <= longest:
                raise http.client.IncompleteRead(read)
    except ssl.SSLCertVerificationError as error:
        raise _unavailable(place.host, f"has no good certificate ({error.verify_message})") from None
    except TimeoutError:
        raise _unavailable(place.host, "does not answer in time") from None
    except (OSError, http.client.HTTPException):
        raise _unavailable(place.host, "does not speak HTTPS as it should, or ends in the middle") from None
    told = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, told, read[:longest], len(read) <= longest)


def parse_url(url: str, guard: Guard = PUBLIC) -> Place:
    """The parts of a URL that a request may go to. Raises Refusal(invalid)."""
    if not _URL.fullmatch(url):
        raise invalid("This is not an address. Write it as in https://example.org/feed.ics, with %20 for a space.")
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS
    except ValueError:
        raise invalid("The address has no valid host name or port. Write it as in https://example.org/a.ics") from None
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise invalid("The address does not start with https://. Give one that does: nothing is fetched without TLS.")
    if "@" in parts.netloc:
        raise invalid("The address contains a user or a password. Give one without.")
    if not _HOST.fullmatch(host):
        raise invalid("The address has no host name that can be resolved. Write it as in https://example.org/a.ics")
    if guard.ports is not None and port not in guard.ports:
        raise invalid(f"The address has the port {port}. Leave it out, or use 8443.")
    path = parts.path or "/"
    return Place(host, port, f"{path}?{parts.query}" if parts.query else path)


def check_url(url: str, guard: Guard = PUBLIC) -> None:
    """Looks at an address without asking anybody: where a name leads is seen at each fetch. Raises Refusal(invalid)."""
    with about("url"):
        host = parse_url(url, guard).host
        address = known_address(host)
        if address is not None and not guard.allowed(address):
            raise invalid(f"{host} is not a public address. Give one that can be reached from the whole internet.")


def _connected(place: Place, ends: float, guard: Guard) -> ssl.SSLSocket:
    """A TLS connection to one of the host's addresses, of which all must be allowed. Raises Refusal and OSError."""
    addresses = _looked_up(place, ends)
    if not all(guard.allowed(address) for address in addresses):
        raise invalid(f"{place.host} is not at a public address. Give one that can be reached from the whole internet.")
    plain = _dialled(addresses, place, ends)
    try:
        plain.settimeout(_left(ends))
        context = guard.trust or ssl.create_default_context()
        # An end that was cut off is no end: half a calendar must not be taken for all of it.
        return context.wrap_socket(plain, server_hostname=place.host, suppress_ragged_eofs=False)
    except OSError:
        plain.close()
        raise


def _dialled(addresses: list[Address], place: Place, ends: float) -> socket.socket:
    """A connection to the first address that takes one; each is given its share of the time. Raises Refusal."""
    for tried, address in enumerate(addresses):
        share = _left(ends) / (len(addresses) - tried)
        try:
            return socket.create_connection((str(address), place.port), timeout=share)
        except OSError:
            continue
    raise _unavailable(place.host, "cannot be connected to")


def _looked_up(place: Place, ends: float) -> list[Address]:
    """The host's addresses. Raises Refusal, and TimeoutError: the system's own look-up knows no limit of ours."""
    found: SimpleQueue[list[Any]] = SimpleQueue()
    Thread(target=lambda: found.put(_look_up(place)), daemon=True).start()
    try:
        answers = found.get(timeout=_left(ends))
    except Empty:
        raise TimeoutError from None
    if not answers:
        raise _unavailable(place.host, "is no name that is known")
    return list(dict.fromkeys(ip_address(answer[4][0].partition("%")[0]) for answer in answers))


def _look_up(place: Place) -> list[Any]:
    try:
        return socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []


def _left(ends: float) -> float:
    """Seconds until then. Raises TimeoutError when there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _unavailable(host: str, what: str) -> Refusal:
    return Refusal(Kind.UNAVAILABLE, f"{host} {what}. Check the address, or try again later.")


class _Timed(io.RawIOBase):
    """A TLS connection that ends at its time, however slowly the other side takes or sends.

    To close it leaves the line open: http.client does so when it has read the head, before the body.
    """

    def __init__(self, line: ssl.SSLSocket, ends: float) -> None:
        super().__init__()
        self._line = line
        self._ends = ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever can be written into
        self._line.settimeout(_left(self._ends))
        return self._line.recv_into(buffer)

    def sendall(self, message: bytes) -> None:
        rest = memoryview(message)
        while rest:
            self._line.settimeout(_left(self._ends))
            rest = rest[self._line.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """Does nothing."""
