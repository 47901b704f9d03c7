"""Calls of accounts at half of what one worker takes, from processes of their own, for as long as a block runs."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.installation import Filled
from bench.load import CONNECTIONS, Side, put_load
from bench.machine import python
from bench.paced import DRAINED_WITHIN, SECRET, Seen
from bench.processes import environment_for, started
from bench.servers import Server
from bench.tree import call_workers, cpu_seconds

SATURATED = 4
"""Seconds of wrk that find out what one worker takes."""

HALF = 0.5
"""Of a core, which is all that a worker can take."""

WARM_UP = 2
"""Seconds before them."""


def half_of_most(server: Server, filled: Filled, core: int, directory: Path) -> float:
    """The calls a second, each at its own moment, with which one worker is busy for half of the time.

    Less than half of what wrk sees: calls that wait together are answered together, which is cheaper.
    """
    side = Side("what one worker takes", server, filled.callers.known, filled.secret)
    put_load(side, WARM_UP, core)
    rate = put_load(side, SATURATED, core).per_second / 2
    worker = call_workers(server.pid)[0]
    with calling(server, [filled], rate, directory):
        before, began = cpu_seconds(worker), time.perf_counter()
        time.sleep(SATURATED)
        busy = (cpu_seconds(worker) - before) / (time.perf_counter() - began)
    return rate * min(1.0, HALF / busy)


@contextmanager
def calling(server: Server, filled: Sequence[Filled], rate: float, directory: Path) -> Iterator[list[Seen]]:
    """Calls of these accounts, `rate` a second in all; what was seen of each is there when the block has ended."""
    seen: list[Seen] = []
    with ExitStack() as stack:
        calls = [stack.enter_context(_calling(server, one, rate / len(filled), directory)) for one in filled]
        yield seen
        for process, _ in calls:
            _end(process)
        for process, output in calls:
            seen.append(_told_by(process, output))


@contextmanager
def _calling(
    server: Server, filled: Filled, rate: float, directory: Path
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    output = directory / f"{filled.account}.calls"
    command = python("-m", "bench.paced", str(server.port), str(filled.callers.known), str(rate), str(2 * CONNECTIONS))
    environment = environment_for(directory, **{SECRET: filled.secret})
    with started(command, output, environment, stdin=subprocess.PIPE) as process:
        yield process, output


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _told_by(process: subprocess.Popen[bytes], output: Path) -> Seen:
    """Raises RuntimeError when it could not go on asking."""
    status = process.wait(timeout=3 * DRAINED_WITHIN)
    if status != 0:
        raise RuntimeError(f"the calls came to an end:\n{output.read_text()}")
    return Seen(**json.loads(output.read_text()))
