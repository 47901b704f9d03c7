"""A process for one heavy request: it decodes the body, does the work and writes the answer, within limits, and ends.

It is forked from a process that has everything imported (multiprocessing's forkserver), so that it begins in some
hundredths of a second. The answer goes back through a pipe, in frames: four bytes that give a length, then so many
bytes. The first frame is the answer's head (Told), an empty one is its end. The pipe is short: who reads slowly slows
the work down. When nobody holds its other end any more, this process ends, whatever it does.
"""

import asyncio
import logging
import os
import resource
import select
import signal
from collections.abc import Callable, Coroutine, Iterable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.reduction import DupFd
from threading import Thread
from typing import Any, NamedTuple

import msgspec
from litestar import Response
from litestar.response import Stream

from aiguillage.api.carrying import Head, Means, carry_out
from aiguillage.api.management import operations
from aiguillage.api.operations import Operation
from aiguillage.api.problems import problem_answer
from aiguillage.api.request_ids import NAME, note_id
from aiguillage.domain.errors import Refusal, about_error

MOST_MEMORY, MOST_SECONDS = 1 << 30, 300
"""Bytes of address space, seconds of processor time. To import a million contacts takes 377 MiB of the former."""

PIECE = 1 << 18
"""Bytes of an answer in one frame, at most."""

LENGTH = 4
_log = logging.getLogger(__name__)


class Told(msgspec.Struct, frozen=True):
    """The head of an answer. `goes_on` says that the work goes on when all of it is told."""

    status: int
    headers: dict[str, str]
    media_type: str
    goes_on: bool = False


class Order(NamedTuple):
    """What a child is to do: an operation, by its name, on a request. `prepare` is called first.

    It `may_be_longer` than its client waits: then it goes on after its answer, if the client is there.
    """

    means: Means
    operation: str
    head: Head
    prepare: Callable[[], None]
    may_be_longer: bool = False


class Passed:
    """A descriptor on its way into the child."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __reduce__(self) -> tuple[Any, ...]:
        """As multiprocessing passes descriptors."""
        return _received, (DupFd(self.descriptor),)


def _received(passed: Any) -> Passed:  # noqa: ANN401 - DupFd is a function that makes one of several
    return Passed(passed.detach())


def main(order: Order, body: Passed, answer: Connection) -> None:
    """Carries an order out."""
    os.setpgid(0, 0)
    # Who stops the server may tell all of its processes: it is the server that says when this one has had its time.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # The soft limits alone: the reader of spreadsheets, a process of this one's, has limits of its own.
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
    Thread(target=_end_when_nobody_reads, args=(answer.fileno(),), daemon=True).start()
    order.prepare()
    note_id(order.head.headers.get(NAME.lower()))
    means = order.means
    try:
        response = carry_out(means, _named(order.operation), order.head, _whole(body.descriptor))
        _tell(response, answer.fileno(), order.head)
        if response.background is not None:
            go_on(order.operation, response.background)
    finally:
        means.db.close()


def _end_when_nobody_reads(pipe: int) -> None:
    watched = select.poll()
    watched.register(pipe, 0)
    watched.poll()
    os.killpg(0, signal.SIGKILL)


def go_on(job: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Does a job's work. Whoever asked for it reads in the thing itself what came of it: a failure is a line here."""
    try:
        asyncio.run(work())
    except Refusal as refusal:
        _log.warning("job_refused", extra={"about": {"job": job, "kind": refusal.kind}})
    except Exception as error:  # noqa: BLE001 - its text may quote what somebody sent, and is not for the log
        _log.error("job_failed", extra={"about": {"job": job, **about_error(error)}})


def _named(name: str) -> Operation:
    return next(operation for operation in operations() if operation.name == name)


def _whole(descriptor: int) -> bytes:
    with open(descriptor, "rb") as file:
        file.seek(0)
        return file.read()


def _tell(response: Response[Any], pipe: int, head: Head) -> None:
    """Writes the answer. What fails before its first piece is there is told instead."""
    bodiless = head.method == "HEAD"
    pieces: Iterable[bytes] = iter([response.content or b""])
    if isinstance(response, Stream):
        pieces = iter(response.iterator)  # type: ignore[arg-type, assignment] # the pieces of a File
    try:
        first = b"" if bodiless else next(pieces, b"")  # type: ignore[call-overload] # an iterator
    except Exception as error:  # noqa: BLE001 - each kind has its answer
        response, first, pieces = problem_answer(error, head.language), b"", iter(())
        first = response.content
    headers: Mapping[str, str] = {name: str(value) for name, value in response.headers.items()}
    told = Told(response.status_code or 200, dict(headers), str(response.media_type), response.background is not None)
    _write(pipe, msgspec.json.encode(told))
    _write_pieces(pipe, first)
    for piece in () if bodiless else pieces:
        _write_pieces(pipe, piece)
    _write(pipe, b"")


def _write_pieces(pipe: int, piece: bytes) -> None:
    for at in range(0, len(piece), PIECE):
        _write(pipe, piece[at : at + PIECE])


def _write(pipe: int, frame: bytes) -> None:
    rest = memoryview(len(frame).to_bytes(LENGTH) + frame)
    while rest:
        rest = rest[os.write(pipe, rest) :]
