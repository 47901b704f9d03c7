"""Headers that a worker has read before: known by their bytes, they are not parsed again.

A phone system sends the same headers with each call. A block of headers that httptools has read once, and found to be
whole, without a body and to keep the connection, is known from then on; only the request line is read.
"""

import re

from aiguillage.callpath.request import Header, Request

PLAIN = re.compile(rb"GET (/[^?#%\x00-\x20\x7f-\xff]*)(?:\?([!\"$-~]*))? HTTP/1\.1\r\n")
"""The line of a request that needs no parser."""

LONGEST = 2048
"""Bytes of a block."""

MOST = 1024
"""Blocks that a worker keeps."""

PLAIN_REQUEST = Request("GET", b"/", [], "1.1", keep_alive=True)
"""What stands for a request that was not made into one."""

PLAIN_REQUEST.ended = True


class KnownHeaders(dict[bytes, list[Header]]):
    """The headers by the bytes behind the request line."""

    def learn(self, data: bytes, request: Request) -> None:
        """Keeps the headers of a request, read from these bytes, if they say nothing about its body or the connection.

        Those with an id of the client's own come once, and are not worth keeping.
        """
        found = PLAIN.match(data)
        block = b"" if found is None else data[found.end() :]
        if block in self or len(block) > LONGEST or not _is_plain(request):
            return
        if block.find(b"\r\n\r\n") != len(block) - 4 or b"upgrade" in block.lower():
            return
        if len(self) >= MOST:
            self.clear()
        self[block] = request.headers


def _is_plain(request: Request) -> bool:
    kept = request.method == "GET" and request.version == "1.1" and request.keep_alive and request.own_id is None
    return kept and not request.has_body and not request.expects and request.fault() is None
