"""Calls of accounts at half of what one worker takes, from a process of its own, for as long as a block runs."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.installation import Filled
from bench.load import CONNECTIONS, Side, put_load
from bench.machine import python
from bench.paced import DRAINED_WITHIN, SECRETS, Seen
from bench.processes import environment_for, started
from bench.servers import Server
from bench.tree import call_workers, cpu_seconds

SATURATED = 4
"""Seconds of wrk that find out what one worker takes."""

TRIES, TRIED = 4, 2
"""How often, and for how many seconds, a rate is tried: a call costs the more, the fewer there are."""

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
    for _ in range(TRIES):
        with calling(server, [filled], rate, directory):
            before, began = cpu_seconds(worker), time.perf_counter()
            time.sleep(TRIED)
            busy = (cpu_seconds(worker) - before) / (time.perf_counter() - began)
        rate *= min(1.0, HALF / busy)
    return rate


@contextmanager
def calling(server: Server, filled: Sequence[Filled], rate: float, directory: Path) -> Iterator[list[Seen]]:
    """Calls of these accounts, `rate` a second in all; what was seen of each is there when the block has ended."""
    seen: list[Seen] = []
    output, paths = directory / "calls", (str(one.callers.known) for one in filled)
    command = python("-m", "bench.paced", str(server.port), str(rate), str(2 * CONNECTIONS), *paths)
    environment = environment_for(directory, **{SECRETS: "\n".join(one.secret for one in filled)})
    with started(command, output, environment, stdin=subprocess.PIPE) as process:
        yield seen
        seen.extend(_told_by(process, output))


def _told_by(process: subprocess.Popen[bytes], output: Path) -> list[Seen]:
    """Ends the calls, and waits for the last of them. Raises RuntimeError when it could not go on asking."""
    if process.stdin is not None:
        process.stdin.close()
    status = process.wait(timeout=3 * DRAINED_WITHIN)
    if status != 0:
        raise RuntimeError(f"the calls came to an end:\n{output.read_text()}")
    return [Seen(**one) for one in json.loads(output.read_text())]
