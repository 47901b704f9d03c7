"""Processes that the bench starts, and that are gone when it is done with them, however it ends."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

STOPPED_WITHIN = 30.0
"""Seconds between asking a process to stop and making it."""


@contextmanager
def started(
    command: list[str], output: Path, environment: Mapping[str, str], stdin: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, so that Ctrl-C reaches the bench alone, which then stops them in order."""
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, env=environment, stdin=stdin, stdout=file, stderr=file, start_new_session=True
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks it to stop, then makes it and whatever it started."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOPPED_WITHIN)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def environment_for(data_dir: Path, **more: str) -> dict[str, str]:
    """This environment with no settings of aiguillage but the data directory and those given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AIGUILLAGE_")}
    return plain | {"AIGUILLAGE_DATA_DIR": str(data_dir)} | more
