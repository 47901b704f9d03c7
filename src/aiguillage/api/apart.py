"""Heavy requests apart: each in a process of its own (child.py), which ends with its work or with its client."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.response import Stream

from aiguillage.api import child
from aiguillage.api.bodies import Gone
from aiguillage.api.child import LENGTH, MOST_SECONDS, PIECE, Order, Passed, Told
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.problems import Code
from aiguillage.storage.sqlite.staging import sweep

LONGEST_STOP = 10
"""Seconds that work which goes on after its answer is given when the server stops."""

BREAKS_WITHIN = 0.25
"""Seconds after which a connection breaks whose client was sent something and is gone.

One that only says no more may be waiting for its answer: so what it is sent first and what it is sent next tell whether
anybody is there to hear of a job.
"""

LONGEST_END = 5
"""Seconds that a process has to end when all is told."""

THREADS = 4
Answer = TypeVar("Answer")
_log = logging.getLogger(__name__)


class Broken(Exception):  # noqa: N818 - of the child
    """A child ended before it had told everything."""


class Child:
    """A process that carries one order out; `told` is what comes out of its pipe."""

    def __init__(self, process: ForkServerProcess, told: asyncio.StreamReader) -> None:
        self._process = process
        self._told = told
        self.goes_on = False
        self.has_told_all = False

    async def frame(self) -> bytes:
        """What it tells next. Raises Broken."""
        try:
            length = int.from_bytes(await self._told.readexactly(LENGTH))
            return await self._told.readexactly(length)
        except asyncio.IncompleteReadError:
            raise Broken from None

    async def pieces(self, pause: float) -> AsyncIterator[bytes]:
        """The answer's body, with so many seconds before each piece and before the end. Raises Broken."""
        while piece := await self.frame():
            await asyncio.sleep(pause)
            yield piece
        await asyncio.sleep(pause)
        self.has_told_all = True

    async def end_of_work(self) -> None:
        """Waits until it ends by itself."""
        await self._told.read()

    def end(self) -> int:
        """Sees to its end, and to that of what it started. How it ended, as multiprocessing says."""
        if self.has_told_all or self._told.at_eof():
            self._process.join(LONGEST_END)
        if self._process.is_alive():
            for kill in (os.killpg, os.kill):
                with suppress(ProcessLookupError):
                    kill(self._process.pid or 0, signal.SIGKILL)
        self._process.join()
        return self._process.exitcode or 0


class Relayed(Response[bytes]):
    """A child's answer, passed on as it comes; `finish` is awaited when it is out or its client is gone."""

    def __init__(self, told: Told, pieces: AsyncIterator[bytes], finish: Coroutine[Any, Any, None]) -> None:
        super().__init__(b"", status_code=told.status, headers=told.headers, media_type=told.media_type)
        self._pieces = pieces
        self._finish = finish

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **more: Any) -> Any:  # noqa: ANN401 - Litestar's
        """What sends it."""
        stream = Stream(
            self._pieces, status_code=self.status_code, headers=self.headers, media_type=self.media_type
        ).to_asgi_response(app, request, **more)

        async def send_all(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's
            try:
                await stream(scope, receive, send)
            except* Broken:
                _log.error("answer_cut_off", extra={"about": {"operation": request.scope["path_template"]}})
            finally:
                await self._finish

        return send_all


class Apart:
    """The processes of one server. `directory` is where killed ones may leave private files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._context = get_context("forkserver")
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="children")
        self._one_start = Lock()
        self._going_on: set[asyncio.Task[None]] = set()

    async def answered(
        self, request: Request[Any, Any, Any], order: Order, body: int, stack: AsyncExitStack
    ) -> Response[Any]:
        """What a child answers. `body` is a descriptor; what `stack` holds is held as long as the child works.

        Raises Refusal when it breaks down, Gone when the client is gone; the child is ended then.
        """
        working = await self._begin(order, body)
        stack.push_async_callback(self._end, working, order)
        try:
            told = msgspec.json.decode(await _unless_gone(request, working.frame()), type=Told)
        except Broken:
            raise why_it_ended(await self._run(working.end)) from None
        working.goes_on = told.goes_on
        pause = BREAKS_WITHIN if told.goes_on and order.may_be_longer else 0.0
        return Relayed(told, working.pieces(pause), self._finish(working, stack.pop_all()))

    async def close(self) -> None:
        """Gives what goes on some time to end, then ends it."""
        if self._going_on:
            _, late = await asyncio.wait(self._going_on, timeout=LONGEST_STOP)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._threads.shutdown(wait=False)

    async def _begin(self, order: Order, body: int) -> Child:
        process, pipe = await self._run(self._start, order, body)
        told = asyncio.StreamReader(limit=PIECE)
        protocol = partial(asyncio.StreamReaderProtocol, told)
        await asyncio.get_running_loop().connect_read_pipe(protocol, pipe)
        return Child(process, told)

    def _start(self, order: Order, body: int) -> tuple[ForkServerProcess, Any]:
        with self._one_start:
            self._context.set_forkserver_preload(ours())
            answer, to_answer = self._context.Pipe(duplex=False)
            with to_answer, answer:
                process = self._context.Process(target=child.main, args=(order, Passed(body), to_answer))
                process.start()
                return process, os.fdopen(os.dup(answer.fileno()), "rb", buffering=0)

    async def _finish(self, working: Child, stack: AsyncExitStack) -> None:
        if not (working.goes_on and working.has_told_all):
            await stack.aclose()
            return
        task = asyncio.create_task(_attend(working, stack))
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)

    async def _end(self, working: Child, order: Order) -> None:
        code = await self._run(working.end)
        if code:
            _log.warning("child_ended", extra={"about": {"operation": order.operation, "code": code}})
            await self._run(sweep, self._directory)

    async def _run(self, work: Any, *args: object) -> Any:  # noqa: ANN401 - any function's
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *args))


def ours() -> list[str]:
    """What a child may need, imported once for all: all that this process has imported of ours."""
    package = __name__.partition(".")[0]
    return sorted(name for name in sys.modules if name.startswith(f"{package}.") and not name.endswith("__main__"))


async def _attend(working: Child, stack: AsyncExitStack) -> None:
    async with stack:
        await working.end_of_work()


async def _unless_gone(request: Request[Any, Any, Any], awaited: Coroutine[Any, Any, Answer]) -> Answer:
    """What is awaited. Raises Gone when the client goes meanwhile."""
    wanted, gone = asyncio.ensure_future(awaited), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((wanted, gone), return_when=asyncio.FIRST_COMPLETED)
        if not wanted.done():
            raise Gone
        return wanted.result()
    finally:
        wanted.cancel()
        gone.cancel()
        await asyncio.gather(wanted, gone, return_exceptions=True)


async def _gone(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def why_it_ended(code: int) -> Refusal:
    """What is said of a child that ended without an answer."""
    if code == -signal.SIGXCPU:
        return invalid(
            f"This took more than {MOST_SECONDS} seconds of processor time, and was stopped. Ask for "
            "less, or send less at a time.",
            code=Code.TOO_MUCH,
        )
    return Refusal(
        Kind.UNAVAILABLE,
        "This stopped before there was an answer. Check whether it was done all the same; if not, try again.",
    )
