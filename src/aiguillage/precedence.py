"""Who comes first where the processor is short: calls, then the call log, then all else.

A nice process is not enough: the system lets it finish its slice, some milliseconds, before a call worker that wakes.
One of the class SCHED_IDLE gives way at once, and a core on which it runs counts as free. It has what is left of the
cores, and 0.3 % of one where nothing is. The class counts among the processes of a service or a session alone: between
these it is their weight that counts, CPUWeight= in the unit.
"""

import os

LOG_NICENESS = 4
"""Of the call log's process: it has a third of a core where calls want all of it, which is what their log takes."""

NICEST = 19
"""Where no class may be chosen."""


def give_way_a_little() -> None:
    """For the log's process."""
    os.nice(LOG_NICENESS)


def give_way() -> None:
    """For every process of the server that answers no calls. What it starts gives way too."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except PermissionError:  # a filter of system calls
        os.nice(NICEST)
