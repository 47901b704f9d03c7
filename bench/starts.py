"""How long starts take: of a server until it has answered a call, of commands, of the shell's completion."""

import http.client
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.drawn import ACCOUNT
from bench.installation import Installation
from bench.processes import environment_for
from bench.servers import READY_WITHIN, Server, serving_early

TRIED_EVERY = 0.002
"""Seconds between attempts to connect to a server that does not listen yet."""

COMMAND = str(Path(sys.executable).with_name("aiguillage"))
TAB = {"_AIGUILLAGE_COMPLETE": "complete_bash", "COMP_WORDS": "aiguillage conta", "COMP_CWORD": "1"}
"""What bash asks when somebody types `aiguillage conta` and the tabulator key."""

COMMANDS = (("--version",), ("status",), ("contacts", "list", ACCOUNT), ("route", ACCOUNT, "--number", "0199001234"))


class Spent(NamedTuple):
    """Seconds by the clock, and of processors: the latter hardly change when other work runs on the machine."""

    seconds: float
    cpu_seconds: float


class Start(NamedTuple):
    """A kind of start, and what each of them took."""

    name: str
    spent: list[Spent]

    @property
    def middle(self) -> Spent:
        """The medians."""
        return Spent(*(median(each) for each in zip(*self.spent, strict=True)))


class Starts(NamedTuple):
    """Servers by size of their installation, fewest contacts first; commands on the first of them."""

    serve: list[Start]
    command: list[Start]
    tab: Start

    def measured(self) -> dict[str, float]:
        """By the figures' keys: the slowest kind of each."""
        return {
            "serve_seconds": max(start.middle.seconds for start in self.serve),
            "command_seconds": max(start.middle.seconds for start in self.command),
            "tab_seconds": self.tab.middle.seconds,
        }

    @property
    def all(self) -> list[Start]:
        """All kinds."""
        return [*self.serve, *self.command, self.tab]

    def document(self) -> list[dict[str, Any]]:
        """All of it, for JSON."""
        return [{"name": start.name, "starts": [spent._asdict() for spent in start.spent]} for start in self.all]


def measure_starts(installations: Sequence[Installation], times: int, told: Callable[[str], None]) -> Starts:
    """So many of each kind; each kind once, then each again: whatever else the machine does meets all alike."""
    first = installations[0]
    serve = [Start(f"serve, {one.size:,} contacts", []) for one in installations]
    command = [Start(" ".join(("aiguillage", *words)), []) for words in COMMANDS]
    tab = Start("TAB", [])
    for number in range(1, times + 1):
        told(f"start {number} of {times}")
        for start, installation in zip(serve, installations, strict=True):
            start.spent.append(_first_call(installation))
        for start, words in zip(command, COMMANDS, strict=True):
            start.spent.append(_run(first, *words))
        tab.spent.append(_run(first, told="contacts", **TAB))
    return Starts(serve, command, tab)


def _first_call(installation: Installation) -> Spent:
    """From the process's start to the first answer that a known caller gets."""
    path = installation.callers.known.read_text().partition("\n")[0]
    began = time.perf_counter()
    with serving_early(installation) as server:
        while not _is_answered(server, path, installation.secret):
            if time.perf_counter() - began > READY_WITHIN:
                raise RuntimeError("a server answered no call after its start")
            time.sleep(TRIED_EVERY)
        return Spent(time.perf_counter() - began, server.cpu_seconds())


def _is_answered(server: Server, path: str, secret: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=READY_WITHIN)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {secret}"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _run(installation: Installation, *arguments: str, told: str = "", **variables: str) -> Spent:
    """A command, from its start to its end. Raises RuntimeError when it does not say what it should."""
    environment = environment_for(installation.settings.data_dir, **variables)
    used, began = _used_by_children(), time.perf_counter()
    run = subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)
    spent = Spent(time.perf_counter() - began, _used_by_children() - used)
    if run.returncode != os.EX_OK or told not in run.stdout:
        raise RuntimeError(f"aiguillage {' '.join(arguments)} failed:\n{run.stdout}{run.stderr}")
    return spent


def _used_by_children() -> float:
    """Processor time of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
