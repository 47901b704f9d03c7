"""Headers that a worker has read before: known by their bytes, they are not parsed again.

A phone system sends the same headers with each call. A block of headers that httptools has read once, and found to be
whole, without a body and to keep the connection, is known from then on; only the request line is read.

What is posted has headers that are new each time. A head is known without their values, if it comes with all of its
body and nothing behind it; all else of it is compared byte for byte, and so means what httptools found it to mean:

    POST /dialects/twilio/CL0000/accueil HTTP/1.1
    Host: calls.example.org
    Content-Length: 257                            sizes are few: each is read once
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

MOST = 4096
"""Blocks that a worker keeps."""

PLAIN_REQUEST = Request("GET", b"/", [], "1.1", keep_alive=True)
"""What stands for a request that was not made into one."""

PLAIN_REQUEST.ended = True

END = b"\r\n\r\n"
_NEW_EACH_TIME = re.compile(rb"\r\n([XI]-[A-Za-z0-9-]+): ([!-~]+)(?=\r\n)", re.IGNORECASE)


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
    """What a known head says, and the size of the body behind it; `places` are those of headers new each time."""

    path: str
    query: bytes
    headers: list[Header]
    places: tuple[int, ...]
    size: int


class KnownPosts(dict[bytes | tuple[bytes, ...], Posted]):
    """What heads of posted calls say, by their bytes; where some are new each time, by the pieces between these."""

    def find(self, data: bytes) -> dict[str, Any] | None:
        """The request as a dialect reads it, but for its client; None where it has to be parsed."""
        end = data.find(END, 0, LONGEST)
        head = data[: end + 2]
        known = self.get(head)
        if known is not None:
            headers = known.headers
        else:
            pieces = _NEW_EACH_TIME.split(head)
            values = pieces[2::3]
            del pieces[2::3]
            known = self.get(tuple(pieces))
            if known is None:
                return None
            headers = known.headers.copy()
            for place, value in zip(known.places, values, strict=True):
                headers[place] = (headers[place][0], value)
        body = data[end + len(END) :]
        if len(body) != known.size:
            return None
        return {"method": "POST", "path": known.path, "query_string": known.query, "headers": headers, "body": body}

    def learn(self, data: bytes, request: Request) -> None:
        """Keeps the head of a request that was read from these bytes, if there was nothing else in them than its body.

        So it says neither that the body comes in chunks nor in another protocol.
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
        if [request.headers[place] for place in places] != new:
            return
        del pieces[2::3]
        if len(self) >= MOST:
            self.clear()
        key = tuple(pieces) if new else head
        self[key] = Posted(request.path, request.query, request.headers, places, size)


def _is_plain(request: Request, method: str) -> bool:
    kept = request.method == method and request.version == "1.1" and request.keep_alive and request.own_id is None
    return kept and not request.expects and request.fault() is None
