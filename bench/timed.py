"""`python -m bench.timed FILE COMMAND ...`: runs a command and writes down its seconds and peak memory.

A process of its own because the kernel counts a parent's memory as its child's until the child has more: this one is
small. It passes the command's exit status on.
"""

import json
import os
import sys
import time
from pathlib import Path


def run_timed(file: Path, command: list[str]) -> int:
    """The command's exit status; `file` gets seconds by the clock and of processors, and peak resident memory."""
    began = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    busy = usage.ru_utime + usage.ru_stime
    file.write_text(json.dumps({"seconds": seconds, "cpu_seconds": busy, "mib": usage.ru_maxrss / 1024}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(run_timed(Path(sys.argv[1]), sys.argv[2:]))
