"""Who comes first where the processor is short: calls, then the call log, then all else.

A nice process is not enough: the system lets it finish its slice, some milliseconds, before a call worker that wakes.
One of the class SCHED_IDLE gives way at once, and a core on which it runs counts as free. It has what is left of the
cores, and 0.3 % of one where nothing is. The class counts among the processes of a service or a session alone: between
these it is their weight that counts, CPUWeight= in the unit.
"""

import os
from pathlib import Path

LOG_NICENESS = 4
"""Of the call log's process: it has a third of a core where calls want all of it, which is what their log takes."""

NICEST = 19
"""Where no class may be chosen."""


def give_way_a_little() -> None:
    """For the log's process, and for a desk that starts: where all cores are busy it has to come up all the same."""
    os.nice(LOG_NICENESS)


def give_way() -> None:
    """For every process of the server that answers no calls. What it starts gives way too."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except PermissionError:  # a filter of system calls
        os.nice(NICEST)


def seconds_run(pid: int) -> float:
    """The seconds of processor that a process and its threads have had. Raises OSError where there is none."""
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wants_to_run(pid: int) -> bool:
    """Whether a thread of a process runs, or waits for a core. Raises OSError where there is none."""
    return any(_fields(thread / "stat")[0] == "R" for thread in Path(f"/proc/{pid}/task").iterdir())


def _fields(stat: Path) -> list[str]:
    """What the kernel says of a process or thread, from its state on: before it is its name, with anything in it."""
    return stat.read_text().rpartition(")")[2].split()
