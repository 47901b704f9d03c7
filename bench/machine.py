"""The machine that is measured on: its cores, the tools it needs, what it is."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from aiguillage.storage.sqlite.library import library

PACKAGES = {"wrk": "wrk", "nginx": "nginx-light", "taskset": "util-linux"}
"""Commands that are started, and the Debian packages that bring them."""

LIBRARIES = ("aiguillage", "uvicorn", "uvloop", "httptools", "msgspec")
CPU = Path("/sys/devices/system/cpu")


class Cores(NamedTuple):
    """One core for what is measured, another for what asks."""

    server: int
    load: int


def missing_tools() -> str | None:
    """What to install before anything can be measured, None when all is there."""
    missing = [package for command, package in PACKAGES.items() if not _is_there(command)]
    if missing:
        return f"Some tools are missing. Install them: apt-get install -y {' '.join(missing)}"
    if len(os.sched_getaffinity(0)) < 2:
        return "Two cores are needed: one for the server, one for the load."
    return None


def _is_there(command: str) -> bool:
    try:
        return bool(find_command(command))
    except LookupError:
        return False


def find_command(name: str) -> str:
    """Where a command is; daemons are where an ordinary user's PATH does not look. Raises LookupError."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise LookupError(name)
    return found


def choose_cores() -> Cores:
    """The first core that this process may use, and another that is no hyper-thread of it where there is one."""
    server, *others = sorted(os.sched_getaffinity(0))
    siblings = _numbers(CPU / f"cpu{server}/topology/thread_siblings_list")
    return Cores(server, next((core for core in others if core not in siblings), others[0]))


def _numbers(path: Path) -> set[int]:
    """The cores of a list as the kernel writes it: `0-1,4`."""
    if not path.exists():
        return set()
    ranges = [part.split("-") for part in path.read_text().strip().split(",")]
    return {core for ends in ranges for core in range(int(ends[0]), int(ends[-1]) + 1)}


def pinned(core: int, command: Iterable[str]) -> list[str]:
    """The command, kept on one core."""
    return [find_command("taskset"), "-c", str(core), *command]


def describe() -> dict[str, object]:
    """When and on what this is measured."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load_average": round(os.getloadavg()[0], 2),
        "versions": {
            "python": platform.python_version(),
            "sqlite": library.sqlite_version,
            **{name: version(name) for name in LIBRARIES},
            "nginx": _told_by([find_command("nginx"), "-v"]).rpartition("/")[2],
            "wrk": _told_by([find_command("wrk"), "-v"]).removeprefix("wrk ").partition(" ")[0],
        },
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _told_by(command: list[str]) -> str:
    """The first line that a command says of itself."""
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return (run.stdout + run.stderr).partition("\n")[0].strip()


def python(*arguments: str) -> list[str]:
    """This Python with those arguments."""
    return [sys.executable, *arguments]
