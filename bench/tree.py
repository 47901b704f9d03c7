"""A server's processes together: which they are, the processor time and the memory that they use."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CALL_WORKER = "aiguillage.call_worker"
"""The module that a call worker runs."""

GONE = (FileNotFoundError, ProcessLookupError)
"""What reading about a process raises that has ended meanwhile."""


def tree(pid: int) -> Iterator[int]:
    """A process and all that it and its children have started and that still run, children before parents."""
    with suppress(*GONE):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from tree(int(child))
    yield pid


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and all behind it have used so far, also those of them that have ended.

    Children are read before their parents: one that ends meanwhile is counted with its parent, who was told of its end.
    """
    ticks = 0
    for one in tree(pid):
        with suppress(*GONE):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def others_seconds() -> float:
    """Processor time that all else on the machine than this process and all behind it has used since it started."""
    _, user, nice, system, _, _, irq, softirq, steal, *_ = Path("/proc/stat").read_text().partition("\n")[0].split()
    ticks = sum(map(int, (user, nice, system, irq, softirq, steal)))
    return ticks / os.sysconf("SC_CLK_TCK") - cpu_seconds(os.getpid())


def call_workers(pid: int) -> list[int]:
    """The call workers of a server; a server of one process is its own."""
    return [one for one in tree(pid) if CALL_WORKER in _command(one)] or [pid]


def _command(pid: int) -> list[str]:
    with suppress(*GONE):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []


def own_mib(pid: int) -> float:
    """What memory the machine would have back if this process ended, in MiB (its unique set size, USS).

    Not its resident memory, most of which is libraries that all Python processes share; not its proportional share
    (PSS) either, which becomes less whenever something else on the machine, such as the bench, maps the same files.
    """
    return _memory(pid, "Private_Clean") + _memory(pid, "Private_Dirty")


def all_mib(pid: int) -> float:
    """What a process and all behind it take together, in MiB: the sum of their PSS, so what they share counts once."""
    return sum(_memory(one, "Pss") for one in tree(pid))


def _memory(pid: int, kind: str) -> float:
    with suppress(*GONE):
        told = re.search(rf"^{kind}: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(told[1]) / 1024 if told else 0.0
    return 0.0


def peak_mib(pid: int) -> float:
    """The most memory that one of a process and all behind it, of those that run, has had resident, in MiB."""
    peaks = [0]
    for one in tree(pid):
        with suppress(*GONE):
            peaks += map(int, re.findall(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{one}/status").read_text(), re.MULTILINE))
    return max(peaks) / 1024
