"""Import of a file of contacts by the command that people use: its time and its memory."""

import json
from pathlib import Path
from typing import NamedTuple

from bench.drawn import ACCOUNT
from bench.machine import python
from bench.processes import environment_for, started


class Import(NamedTuple):
    """One import: rows of the file, seconds by the clock and of processors, peak resident memory in MiB."""

    rows: int
    seconds: float
    cpu_seconds: float
    mib: float


def import_file(data_dir: Path, file: Path, rows: int, account: str = ACCOUNT) -> Import:
    """`aiguillage contacts import` of that file. Raises RuntimeError when it refuses."""
    told, log = file.with_suffix(".json"), file.with_suffix(".log")
    command = python("-m", "aiguillage", "contacts", "import", account, str(file))
    timed = python("-m", "bench.timed", str(told), *command)
    with started(timed, log, environment_for(data_dir)) as process:
        status = process.wait()
    if status != 0:
        raise RuntimeError(f"the import failed:\n{log.read_text()}")
    return Import(rows, **json.loads(told.read_text()))
