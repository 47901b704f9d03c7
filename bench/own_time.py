"""Our own time a call: from the call log of a run, and in a process without a server.

`python -m bench.own_time PATHS CALLS`, with the settings and the secret in the environment, measures the latter.
"""

import json
import os
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.engine import CallPath
from aiguillage.callpath.log import CallLog
from aiguillage.callpath.table import Table
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.proxies import Proxies
from aiguillage.settings import read_settings
from aiguillage.storage.sqlite.library import open_read_only
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


def time_calls(paths: Sequence[str], secret: str, calls: int) -> OwnTime:
    """Times whole calls, a turn each, so that none shares its read transaction."""
    settings, dialects = read_settings(), [dialect.NAME for dialect in DIALECTS]
    out, written = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reading = threading.Thread(target=_drain, args=(written,))
    reading.start()
    counts = Counts(memory_for(1), 1, dialects)
    log, table = (
        CallLog(out, "bench", counts),
        Table(partial(open_read_only, settings.database, settings.cache_mib * 1024)),
    )
    call_path = CallPath(table, DIALECTS, log, counts, Proxies(""))
    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {secret}".encode())]
    statuses, spent = set(), []
    for path in islice(cycle(paths), WARM_UP + calls):
        where, _, query = path.partition("?")
        scope = {"method": "GET", "path": where, "query_string": query.encode(), "headers": headers, "client": None}
        began = time.perf_counter_ns()
        dialect = call_path.dialect_of(where)
        if dialect is None:
            raise RuntimeError(f"{where} is no call")
        statuses.add(call_path.call(dialect, scope, b"bench")[0])
        call_path.end_turn()
        spent.append(time.perf_counter_ns() - began)
    log.stop(1.0)
    reading.join()
    if statuses != {200}:
        raise RuntimeError(f"known callers got {statuses}")
    timed = sorted(spent[WARM_UP:])
    return OwnTime(calls, timed[calls // 2] / 1000, timed[calls * 99 // 100] / 1000)


def _drain(written: socket.socket) -> None:
    """Takes what the call log sends, as its process does."""
    while written.recv(1 << 20):
        pass


def _main(paths: str, calls: str) -> None:
    asked = time_calls(Path(paths).read_text().splitlines(), os.environ[SECRET], int(calls))
    print(json.dumps(asked._asdict()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
