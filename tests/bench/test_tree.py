"""A server's processes: found at any depth, and what the ended ones used is not forgotten."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench.tree import all_mib, call_workers, cpu_seconds, own_mib, peak_mib, tree

NESTED = """
import subprocess, sys, threading
def start():
    global inner
    inner = subprocess.Popen([sys.executable, "-c", "print('up', flush=True); input()"], stdin=subprocess.PIPE)
    inner.wait()
threading.Thread(target=start).start()
input()
inner.stdin.close()
"""
"""A process that starts another, from a thread, and ends it when its own input ends."""

BUSY = "import time; began = time.process_time()\nwhile time.process_time() - began < 0.2: pass"
USED = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BUSY!r}], check=True)
print("done", flush=True)
input()
"""
"""A process whose child used a fifth of a second of processor time, and has ended."""


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.communicate(b"\n")


def start(started: list[subprocess.Popen[bytes]], program: str) -> int:
    """The id of a process with this program, which has printed its first line."""
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    started.append(process)
    assert process.stdout is not None
    assert process.stdout.readline()
    return process.pid


def test_a_child_that_a_thread_started_belongs_to_the_tree(started: list[subprocess.Popen[bytes]]) -> None:
    pid = start(started, NESTED)

    found = list(tree(pid))

    assert len(found) == 2
    assert found[-1] == pid


def test_the_time_of_a_child_that_has_ended_is_counted(started: list[subprocess.Popen[bytes]]) -> None:
    pid = start(started, USED)

    assert list(tree(pid)) == [pid]
    assert cpu_seconds(pid) >= 0.15  # by the kernel's ticks of a hundredth of a second


def test_memory_of_its_own_is_part_of_what_all_take(started: list[subprocess.Popen[bytes]]) -> None:
    pid = start(started, NESTED)
    inner, _ = tree(pid)

    assert 0 < own_mib(pid) < all_mib(pid)
    assert own_mib(pid) + own_mib(inner) <= all_mib(pid)
    assert peak_mib(pid) >= own_mib(pid)


def test_a_server_of_one_process_is_its_own_call_worker(started: list[subprocess.Popen[bytes]]) -> None:
    pid = start(started, NESTED)

    assert call_workers(pid) == [pid]


def test_nothing_is_read_of_a_process_that_is_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()

    assert list(tree(process.pid)) == [process.pid]
    assert (cpu_seconds(process.pid), own_mib(process.pid), peak_mib(process.pid)) == (0, 0, 0)
