"""Headers that a worker has read before: known by their bytes, they are not parsed again.

A phone system sends the same headers with each call. A block of headers that httptools has read once, and found to be
whole, without a body and to keep the connection, is known from then on; only the request line is read.

What is posted has headers that are new each time. A head is known without their values, if it comes with all of its
body and nothing behind it; all else of it is compared byte for byte, and so means what httptools found it to mean:

    POST /dialects/twilio/CL0000/accueil HTTP/1.1
    Host: calls.example.org
    Content-Length: ___                            the size of what comes behind the head, in plain digits
    X-Twilio-Signature: ___                        a text without a blank, and so for all headers in X- and I-
"""

import re
from typing import Any, NamedTuple

from aiguillage.callpath.request import Header, Request

PLAIN = re.compile(rb"GET (/[^?#%\x00-\x20\x7f-\xff]*)(?:\?([!\"$-~]*))? HTTP/1\.1\r\n")
"""The line of a request that needs no parser."""

LONGEST = 2048
"""Bytes of a block."""

LONGEST_FORM = 8 * 1024
"""Bytes of a call's body: as many as a query may have."""

MOST = 1024
"""Blocks that a worker keeps."""

PLAIN_REQUEST = Request("GET", b"/", [], "1.1", keep_alive=True)
"""What stands for a request that was not made into one."""

PLAIN_REQUEST.ended = True

END = b"\r\n\r\n"
_LENGTH = b"content-length"
_SIZE = re.compile(rb"[1-9][0-9]{0,3}")
_NEW_EACH_TIME = re.compile(rb"\r\n(Content-Length|[XI]-[A-Za-z0-9-]+): ([!-~]+)(?=\r\n)", re.IGNORECASE)


class KnownHeaders(dict[bytes, list[Header]]):
    """The headers by the bytes behind the request line."""

    def learn(self, data: bytes, request: Request) -> None:
        """Keeps the headers of a request, read from these bytes, if they say nothing about its body or the connection.

        Those with an id of the client's own come once, and are not worth keeping.
        """
        found = PLAIN.match(data)
        block = b"" if found is None else data[found.end() :]
        if block in self or len(block) > LONGEST or not _is_plain(request, "GET") or request.has_body:
            return
        if block.find(END) != len(block) - 4 or b"upgrade" in block.lower():
            return
        if len(self) >= MOST:
            self.clear()
        self[block] = request.headers


class Posted(NamedTuple):
    """What a known head says: `places` are those of the headers that are new each time, `length` which has the size."""

    path: str
    query: bytes
    headers: list[Header]
    places: tuple[int, ...]
    length: int


class Head(NamedTuple):
    """What one head says, all of it, and the size of the body that comes behind it."""

    path: str
    query: bytes
    headers: list[Header]
    size: int


class KnownPosts(dict[tuple[bytes, ...], Posted]):
    """What heads of posted calls say, by their bytes but for what is new each time."""

    def __init__(self) -> None:
        super().__init__()
        self._heads: dict[bytes, Head] = {}
        """Those in which nothing but the size is new each time, by all of their bytes."""

    def find(self, data: bytes) -> dict[str, Any] | None:
        """The request as a dialect reads it, but for its client; None where it has to be parsed."""
        end = data.find(END, 0, LONGEST)
        bytes_of_head = data[: end + 2]
        head = self._heads.get(bytes_of_head) or self._read(bytes_of_head)
        if head is None or head.size != len(data) - end - len(END):
            return None
        return {
            "method": "POST",
            "path": head.path,
            "query_string": head.query,
            "headers": head.headers,
            "body": data[end + len(END) :],
        }

    def _read(self, head: bytes) -> Head | None:
        """What a head says that is known but for what is new each time; None for any other."""
        pieces = _NEW_EACH_TIME.split(head)
        values = pieces[2::3]
        del pieces[2::3]
        known = self.get(tuple(pieces))
        if known is None or not _SIZE.fullmatch(values[known.length]):
            return None
        headers = known.headers.copy()
        for place, value in zip(known.places, values, strict=True):
            headers[place] = (headers[place][0], value)
        read = Head(known.path, known.query, headers, int(values[known.length]))
        if len(values) == 1:
            if len(self._heads) >= MOST:
                self._heads.clear()
            self._heads[head] = read
        return read

    def learn(self, data: bytes, request: Request) -> None:
        """Keeps the head of a request that was read from these bytes, if there was nothing else in them than its body.

        So it has one Content-Length, and says neither that the body comes in chunks nor in another protocol.
        """
        end = data.find(END, 0, LONGEST)
        size = len(data) - end - len(END)
        if end < 0 or not _is_plain(request, "POST") or request.length != size or not 0 < size <= LONGEST_FORM:
            return
        head = data[: end + 2]
        if b"upgrade" in head.lower():
            return
        pieces = _NEW_EACH_TIME.split(head)
        new = [(name.lower(), value) for name, value in zip(pieces[1::3], pieces[2::3], strict=True)]
        places = tuple(place for place, header in enumerate(request.headers) if header in new)
        if [request.headers[place] for place in places] != new or [name for name, _ in new].count(_LENGTH) != 1:
            return
        del pieces[2::3]
        if len(self) >= MOST:
            self.clear()
        length = [name for name, _ in new].index(_LENGTH)
        self[tuple(pieces)] = Posted(request.path, request.query, request.headers, places, length)


def _is_plain(request: Request, method: str) -> bool:
    kept = request.method == method and request.version == "1.1" and request.keep_alive and request.own_id is None
    return kept and not request.expects and request.fault() is None
