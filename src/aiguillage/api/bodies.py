"""Bodies as they come: read when they are wanted, never more than is allowed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from litestar import Request

from aiguillage.api.operations import LONGEST_BODY
from aiguillage.api.problems import too_long
from aiguillage.domain.errors import Kind, Refusal

PIECE = 1 << 18
"""Bytes that are written at once."""


class Gone(Exception):  # noqa: N818 - nobody's error
    """The client went before it had sent or got everything."""


class Sent:
    """A request's body. The server tells a client that waits for that to send it (100 Continue) at the first look."""

    def __init__(self, request: Request[Any, Any, Any], longest: int) -> None:
        self._request = request
        self._longest = longest
        headers = request.headers
        self.length = int(headers.get("content-length", "0"))
        self.length_is_unknown = "transfer-encoding" in headers
        self._is_expected = "expect" in headers
        self._is_read = False

    @property
    def is_there(self) -> bool:
        """Whether there is one."""
        return self.length > 0 or self.length_is_unknown

    async def is_left_behind(self) -> bool:
        """Whether some of it stays unread, so that its connection has to end. Raises Gone.

        A short one that comes unasked is let go of: its client would find the connection reset, and not see the answer.
        """
        if not self.is_there or self._is_read:
            return False
        if self._is_expected or self.length_is_unknown or self.length > LONGEST_BODY:
            return True
        self._longest = LONGEST_BODY
        async for _ in self._pieces():
            pass
        return False

    async def read(self) -> bytes:
        """All of it. Raises Gone, and a problem for one that is too long."""
        return b"".join([piece async for piece in self._pieces()])

    async def write_to(self, file: BinaryIO, run: Callable[..., Awaitable[Any]]) -> None:
        """Writes it to a file, by what runs things in a thread. Raises as `read` does, and Refusal on a full disk."""
        waiting = bytearray()
        async for piece in self._pieces():
            waiting += piece
            if len(waiting) >= PIECE:
                await run(_write, file, bytes(waiting))
                waiting.clear()
        await run(_write, file, bytes(waiting))

    async def _pieces(self) -> AsyncIterator[bytes]:
        so_far = 0
        while not self._is_read:
            event = cast("dict[str, Any]", await self._request.receive())
            if event["type"] == "http.disconnect":
                raise Gone
            self._is_read = not event.get("more_body", False)
            so_far += len(event["body"])
            if so_far > self._longest:
                raise too_long(self._longest)
            yield event["body"]


def nameless_file(directory: Path) -> BinaryIO:
    """A private file that is gone when it is closed. Raises Refusal(unavailable)."""
    with _kept():
        return cast("BinaryIO", TemporaryFile(dir=directory))


def _write(file: BinaryIO, some: bytes) -> None:
    with _kept():
        file.write(some)
        file.flush()


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refusal(
            Kind.UNAVAILABLE, f"What you sent could not be stored ({error.strerror}). Free some space on the disk."
        ) from error
