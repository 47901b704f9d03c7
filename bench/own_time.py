"""Our own time a call: from the call log of a run, and in a process without a server.

`python -m bench.own_time PATHS CALLS`, with the settings and the secret in the environment, measures the latter.
"""

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

from aiguillage.app import build
from aiguillage.settings import read_settings
from aiguillage.storage.sqlite import open_read_only
from bench.installation import Installation
from bench.machine import Cores, pinned, python
from bench.processes import environment_for, started

SECRET = "BENCH_SECRET"  # noqa: S105 - the name of a variable
WARM_UP = 2_000
"""Calls before those that are timed."""

TIMES = "SELECT own_us, count(*) FROM calls GROUP BY own_us ORDER BY own_us"


class OwnTime(NamedTuple):
    """Microseconds."""

    calls: int
    p50_us: float
    p99_us: float


def own_time_logged(installation: Installation) -> OwnTime:
    """What the call log says of the calls so far."""
    connection: sqlite3.Connection = open_read_only(installation.settings.calls)
    counted = connection.execute(TIMES).fetchall()
    connection.close()
    calls = sum(count for _, count in counted)
    return OwnTime(calls, _reached(counted, calls * 0.50), _reached(counted, calls * 0.99))


def _reached(counted: Sequence[tuple[int, int]], wanted: float) -> float:
    """The time within which so many calls were answered."""
    seen = 0
    for own_us, count in counted:
        seen += count
        if seen >= wanted:
            return own_us
    raise ValueError("the call log is empty")


def own_time_in_process(installation: Installation, calls: int, cores: Cores) -> OwnTime:
    """Calls one after the other on one core, without a server or a network."""
    log = installation.settings.data_dir.with_name("own_time.json")
    command = pinned(cores.server, python("-m", "bench.own_time", str(installation.callers.known), str(calls)))
    environment = environment_for(
        installation.settings.data_dir, AIGUILLAGE_LOG_LEVEL="warning", **{SECRET: installation.secret}
    )
    with started(command, log, environment) as process:
        status = process.wait()
    if status != 0:
        raise RuntimeError(f"the calls in process failed:\n{log.read_text()}")
    return OwnTime(**json.loads(log.read_text()))


async def time_calls(paths: Sequence[str], secret: str, calls: int) -> OwnTime:
    """Times the whole ASGI call, a turn of the event loop each, so that none shares its read transaction."""
    application, inbox = build(read_settings()), asyncio.Queue[Any]()
    statuses: list[int] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def live() -> None:
        await application({"type": "lifespan", "state": {}}, inbox.get, send)

    living = asyncio.create_task(live())
    await inbox.put({"type": "lifespan.startup"})
    await asyncio.sleep(1)
    spent = []
    for path in islice(cycle(paths), WARM_UP + calls):
        scope = _scope(path, secret)
        began = time.perf_counter_ns()
        await application(scope, inbox.get, send)
        spent.append(time.perf_counter_ns() - began)
        await asyncio.sleep(0)
    await inbox.put({"type": "lifespan.shutdown"})
    await living
    if set(statuses) != {200}:
        raise RuntimeError(f"known callers got {set(statuses)}")
    timed = sorted(spent[WARM_UP:])
    return OwnTime(calls, timed[calls // 2] / 1000, timed[calls * 99 // 100] / 1000)


def _scope(path: str, secret: str) -> dict[str, Any]:
    """A request as the web server hands it over."""
    where, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {secret}".encode())],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


def _main(paths: str, calls: str) -> None:
    asked = time_calls(Path(paths).read_text().splitlines(), os.environ[SECRET], int(calls))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(asked)._asdict()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
