"""Giving way: where a filter of system calls lets nobody choose a class, and who is slow for it and not stuck."""

import os
import signal
import subprocess
import sys
import time

from aiguillage.precedence import NICEST
from aiguillage.server import Child, Plan

REFUSED = """
import os
from aiguillage.precedence import give_way

def refuse(*_):
    raise PermissionError

os.sched_setscheduler = refuse
give_way()
print(os.nice(0))
"""


def test_where_no_class_may_be_chosen_a_process_is_as_nice_as_can_be() -> None:
    told = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True, check=True)

    assert told.stdout.split() == [str(NICEST)]


BUSY = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
if sys.argv[2] == "idle":
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
print("begun", flush=True)
while True:
    pass
"""


def busy(core: int, kind: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", BUSY, str(core), kind], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    return process


def silence_of(process: subprocess.Popen[bytes], since: int) -> float:
    child = Child(Plan("desk", "aiguillage.desk_process", 0, (), beats=True))
    child.silence(process.pid, since)
    time.sleep(2.0)
    return child.silence(process.pid, since)


def test_a_process_that_waits_for_a_core_is_not_silent_and_one_that_is_stuck_is() -> None:
    core, since = min(os.sched_getaffinity(0)), int(time.monotonic())
    idle, stopped, others = processes = [busy(core, kind) for kind in ("idle", "usual", "usual")]
    try:
        stopped.send_signal(signal.SIGSTOP)
        slow, stuck, looping = silence_of(idle, since), silence_of(stopped, since), silence_of(others, since)
    finally:
        for process in processes:
            process.kill()
            process.communicate()

    assert stuck >= 2.0
    assert looping > 0.2
    assert slow < min(1.0, stuck)


def test_a_process_that_ended_is_not_silent() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert Child(Plan("desk", "aiguillage.desk_process", 0, ())).silence(ended.pid, 1) == 0.0
