"""One measurement: wrk asks a server for some seconds, from another core."""

import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.machine import find_command, pinned
from bench.servers import Server

SCRIPT = Path(__file__).parent / "load.lua"
CONNECTIONS = 16


@dataclass(frozen=True)
class Side:
    """One side of the comparison: a server and the paths it is asked for."""

    name: str
    server: Server
    paths: Path
    secret: str
    all_known: bool = True


class Sample(NamedTuple):
    """One side in one round.

    `per_core` is requests a second of the processor time that all of the server's processes used together; `busy` the
    share of their core that they got.
    """

    per_second: float
    per_core: float
    p50_us: float
    p99_us: float
    busy: float


def put_load(side: Side, seconds: int, core: int) -> Sample:
    """What wrk sees in so many seconds. Raises RuntimeError when a request was not answered as it should be."""
    before = side.server.cpu_seconds()
    seen = _run_wrk(side, seconds, core)
    spent = side.server.cpu_seconds() - before
    if seen["broken"] or (side.all_known and seen["refused"]):
        raise RuntimeError(f"{side.name} did not answer every request: {seen}")
    took, requests = seen["microseconds"] / 1e6, seen["requests"]
    return Sample(requests / took, requests / spent, seen["p50_us"], seen["p99_us"], spent / took)


def _run_wrk(side: Side, seconds: int, core: int) -> dict[str, int]:
    """What load.lua tells at its end. It starts somewhere in the list, so that no round finds the last one's pages."""
    wrk = [find_command("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT)]
    where = [f"http://127.0.0.1:{side.server.port}", "--", str(side.paths), side.secret, str(random.randrange(10**6))]
    run = subprocess.run(pinned(core, wrk + where), capture_output=True, text=True, check=True)
    told: dict[str, int] = json.loads(run.stdout.strip().rpartition("\n")[2])
    return told
