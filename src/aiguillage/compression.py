"""Long answers in the form of gzip, for clients that take it."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any

from litestar import Response
from litestar.response import Stream

LEAST_COMPRESSED = 1 << 10
"""Bytes; less is not worth it."""

_GZIP, _EFFORT = 31, 4
"""zlib's window for the form of gzip, and how hard it tries: harder costs twice the time for a tenth less."""


def compressed(response: Response[Any], accepted: str) -> Response[Any]:
    """The answer, compressed if it is long and the client takes gzip."""
    is_stream = isinstance(response, Stream)
    if not is_stream and len(response.content or b"") < LEAST_COMPRESSED:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if not takes_gzip(accepted):
        return response
    response.headers["Content-Encoding"] = "gzip"
    if isinstance(response, Stream):
        pieces: Any = response.iterator
        response.iterator = zipped_at_once(pieces) if isinstance(pieces, AsyncIterable) else zipped(pieces)
    else:
        response.content = b"".join(zipped([response.content]))
    return response


def zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in the form of gzip."""
    packing = zlib.compressobj(_EFFORT, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        if some := packing.compress(piece):
            yield some
    yield packing.flush()


async def zipped_at_once(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same of pieces that come now and then: each can be read when it is there."""
    packing = zlib.compressobj(_EFFORT, zlib.DEFLATED, _GZIP)
    async for piece in pieces:
        yield packing.compress(piece) + packing.flush(zlib.Z_SYNC_FLUSH)
    yield packing.flush()


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding lists gzip, and does not forbid it."""
    for part in accepted.lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";q=")
        if name == "gzip":
            return quality.strip("0.") != "" or not quality
    return False
