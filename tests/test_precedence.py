"""Giving way where a filter of system calls lets nobody choose a class."""

import subprocess
import sys

from aiguillage.precedence import NICEST

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
