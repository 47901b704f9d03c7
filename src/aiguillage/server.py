"""The server: a supervisor that owns the socket, and the processes that it starts and starts again.

```
   supervisor --+-- call worker 1 .. N     the public socket: calls; the rest they hand on
                +-- log writer             calls.db
                +-- desk 1 .. M            everything that is no call, behind a private Unix socket
                +-- housekeeping           what is due
```

Each of them ends when the supervisor is gone: they hold the end of a pipe that the kernel then closes. Call workers
come first; the others are started once the first of them answers.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from aiguillage.callpath.counts import AWAY, ROW, STARTING, UP, Counts
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.inherited import Inherited
from aiguillage.logs import configure_lines
from aiguillage.precedence import seconds_run, wants_to_run
from aiguillage.settings import Settings, as_environment
from aiguillage.sockets import address_of, listen, listen_for_workers
from aiguillage.storage.revisions import check, newest_revision, revision_of
from aiguillage.storage.sqlite.library import require_there
from aiguillage.storage.sqlite.room import keep_room

LARGEST_CHECKED = 32 << 20
"""Bytes of a database that is read whole before it is served. Housekeeping reads any, while calls are answered."""

LONGEST_STOP = 12.0
"""Seconds that a process told to stop may take: a call worker waits 10 for clients that do not take their answers."""

AGAIN_AFTER = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a process that ended is started again: the more often it ended in its first seconds, the later."""

SETTLED = 10.0
"""Seconds after which a process that runs has nothing to make up for."""

SILENT = 20
"""Seconds without a sign of life after which a process that said it was ready is ended, and started again.

The time that it waits for a core does not count.
"""

_log = logging.getLogger(__name__)


class Plan(NamedTuple):
    """One process: what it is called, its module, its row of the counts, what it is handed.

    One that `beats` gives signs of life; `counted` is under which name its being started again is counted.
    """

    name: str
    module: str
    row: int
    sockets: tuple[socket.socket, ...]
    beats: bool = False
    counted: str = ""


class Child:
    """One process of a plan, as it runs at the moment."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.ready = self.silent = False
        self.beat = 0
        self.run = 0.0
        self.failures = 0
        self.due = 0.0

    def is_up(self) -> bool:
        """Whether it runs and said that it can do its work."""
        return self.ready and self.process is not None

    def silence(self, pid: int, beat: int) -> float:
        """Seconds since its last sign of life in which it could have given one; while it wants a core, those it had."""
        try:
            run, wants = seconds_run(pid), wants_to_run(pid)
        except OSError:  # it ended at this moment
            return 0.0
        if beat != self.beat:
            self.beat, self.run = beat, run
        return run - self.run if wants else time.monotonic() - beat


class Supervisor:
    """Starts the processes, starts again what ends, and ends them in their order."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        count = settings.workers
        self._memory = os.memfd_create("aiguillage-counts")
        os.ftruncate(self._memory, (2 + count + settings.desk_workers) * ROW)
        self._alive, self._alive_here = os.pipe()
        self._said_ready, self._ready = os.pipe()
        os.set_blocking(self._said_ready, False)
        self._wake, self._wake_here = socket.socketpair()
        self._desk, self._desk_name = listen_for_workers()
        logs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(count)]
        self._log_ends = [end for pair in logs for end in pair]
        self._workers = [
            Child(
                Plan(
                    f"call worker {n}",
                    "aiguillage.call_worker",
                    n,
                    (listening, pair[0]),
                    beats=True,
                    counted="worker_starts",
                )
            )
            for n, pair in enumerate(logs, start=1)
        ]
        self._writer = Child(Plan("log writer", "aiguillage.log_writer", count + 1, tuple(pair[1] for pair in logs)))
        self._desks = [
            Child(
                Plan("desk", "aiguillage.desk_process", count + 2 + n, (self._desk,), beats=True, counted="desk_starts")
            )
            for n in range(settings.desk_workers)
        ]
        self._house = Child(Plan("housekeeping", "aiguillage.housekeeping", 0, ()))
        self._leaving: list[Child] = []
        self._stopping = self._reloading = False
        self._counts = Inherited(row=0, counts=self._memory, alive=-1, ready=-1).memory()
        self.counts = Counts(self._counts, 0)

    # Starting

    def _start(self, child: Child) -> None:
        plan = child.plan
        word = Inherited(
            row=plan.row,
            counts=self._memory,
            alive=self._alive,
            ready=self._ready,
            sockets=tuple(end.fileno() for end in plan.sockets),
            desk=self._desk_name,
        ).word()
        child.process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", plan.module, word],
            env=as_environment(self._settings),
            process_group=0,  # a terminal's Ctrl-C is for the supervisor
            pass_fds=(self._memory, self._alive, self._ready, *(end.fileno() for end in plan.sockets)),
        )
        child.started_at, child.ready, child.silent = time.monotonic(), False, False

    def _others(self) -> list[Child]:
        """What is started behind the first call worker, in this order."""
        return [self._writer, *self._desks, self._house]

    def _all(self) -> Iterator[Child]:
        yield from self._workers
        yield from self._others()
        yield from self._leaving

    def run(self, announce: Callable[[], None]) -> bool:
        """Runs until a signal ends it; whether the call workers could be started at all."""
        with self._signals():
            self.counts.put("desk_up", STARTING)
            for child in self._workers:
                self._start(child)
            announce()
            while not self._stopping:
                self._wait()
                if self._no_worker_could_start():
                    self._stop()
                    return False
                self._look_after_all()
            self._stop()
        return True

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        self._wake.settimeout(0.0)
        self._wake_here.settimeout(0.0)
        kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        signal.set_wakeup_fd(self._wake_here.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _on_stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _on_reload(self, _number: int, _frame: object) -> None:
        self._reloading = True

    def _wait(self) -> None:
        """Waits a second, or until something happens; notes who said that it is ready."""
        select.select([self._wake.fileno(), self._said_ready], [], [], 1.0)
        with contextlib.suppress(BlockingIOError):
            self._wake.recv(4096)
        with contextlib.suppress(BlockingIOError):
            ready = {int(line.split()[1]) for line in os.read(self._said_ready, 65536).splitlines()}
            for child in self._all():
                if child.process is not None and child.process.pid in ready:
                    child.ready = True
                    _log.info("ready", extra={"about": {"process": child.plan.name, "pid": child.process.pid}})
            for path in (self._settings.database, self._settings.calls):
                keep_room(path)

    def _no_worker_could_start(self) -> bool:
        """Whether a call worker ended before any of them ever answered."""
        ended = [child for child in self._workers if child.process is not None and child.process.poll() is not None]
        return bool(ended) and not any(child.ready or child.failures for child in self._workers)

    # Looking after what runs

    def _look_after_all(self) -> None:
        for child in list(self._all()):
            self._look_after(child)
        if any(child.is_up() for child in self._workers):
            self._start_again(self._others())
        self._start_again(self._workers)
        if self._reloading and all(child.is_up() for child in self._workers):
            self._reload()
        self._tell_of_desk()

    def _start_again(self, children: list[Child]) -> None:
        for child in children:
            if child.process is None and child.due <= time.monotonic():
                self._start(child)
                if child.failures and child.plan.counted:
                    self.counts.add(child.plan.counted)

    def _look_after(self, child: Child) -> None:
        """Notes that a process ended, or ends one that gave no sign of life."""
        process = child.process
        if process is None:
            return
        if process.poll() is None:
            beat = self.counts.get("beat", child.plan.row)
            due = child.plan.beats and child.ready and not child.silent
            if due and beat and child.silence(process.pid, beat) > SILENT:
                child.silent = True
                _log.error("silent", extra={"about": {"process": child.plan.name, "pid": process.pid}})
                process.kill()
            return
        child.process = None
        if child in self._leaving:
            self._leaving.remove(child)
            return
        lived = time.monotonic() - child.started_at
        child.failures = 1 if lived > SETTLED else child.failures + 1
        child.due = time.monotonic() + AGAIN_AFTER[min(child.failures, len(AGAIN_AFTER)) - 1]
        told = {"process": child.plan.name, "pid": process.pid, "status": process.returncode}
        _log.error("ended", extra={"about": told})

    def _tell_of_desk(self) -> None:
        """Says to the call workers whether there is a desk to hand a request to."""
        up = [child for child in self._desks if child.is_up()]
        first = all(child.failures == 0 for child in self._desks)
        self.counts.put("desk_up", UP if up else STARTING if first else AWAY)
        self.counts.put("desk_beat", max(self.counts.get("beat", child.plan.row) for child in self._desks))

    def _reload(self) -> None:
        """Puts a new process in the place of each, call workers one after the other: settings and certificates."""
        self._reloading = False
        _log.info("reloading")
        for n, child in enumerate(self._workers):
            fresh = Child(child.plan)
            self._workers[n] = fresh
            self._leaving.append(child)
            self._start(fresh)
            while fresh.process is not None and fresh.process.poll() is None and not fresh.ready and not self._stopping:
                self._wait()
            if child.process is not None:
                child.process.terminate()
        for child in (*self._desks, self._house):
            if child.process is not None:
                child.process.terminate()

    # Ending

    def _stop(self) -> None:
        """Ends the workers first, then the rest; the log's process goes on until it has what all of them sent."""
        self._listening.close()
        for children in (self._workers + self._leaving, [*self._desks, self._house]):
            self._end(children, signal.SIGTERM)
        for end in self._log_ends:
            end.close()
        self._end([self._writer], None)
        self._desk.close()
        for descriptor in (self._alive_here, self._alive, self._ready, self._said_ready, self._memory):
            os.close(descriptor)

    def _end(self, children: list[Child], number: int | None) -> None:
        """Tells processes to end, and makes those end that do not."""
        running = [child.process for child in children if child.process is not None]
        for process in running:
            if number is not None:
                process.send_signal(number)
        last = time.monotonic() + LONGEST_STOP
        for process in running:
            try:
                process.wait(max(0.0, last - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def serve(settings: Settings, announce: Callable[[], None] = lambda: None) -> None:
    """Migrates if needed, then answers calls until it is told to stop; calls in flight are answered. Raises Refusal.

    `announce` is called when the address is ours: from then on a call waits for the workers and is not turned away.
    """
    configure_lines(settings.log_level)
    _prepare(settings)
    listening = listen(settings)
    _log.info("listening", extra={"about": {"at": address_of(listening, secure=bool(settings.tls_cert))}})
    try:
        started = Supervisor(settings, listening).run(announce)
    finally:
        listening.close()
        if settings.uds:
            Path(settings.uds).unlink(missing_ok=True)
    if not started:
        raise Refusal(Kind.UNAVAILABLE, "The workers could not start. The log lines above say why.")


def _prepare(settings: Settings) -> None:
    """Brings the schema up to date where it is not, and reads a small database whole. Raises Refusal."""
    require_there(settings.database)
    if revision_of(settings.database) != newest_revision():
        from aiguillage.app import open_database  # noqa: PLC0415 - an up-to-date database needs none of it
        from aiguillage.storage.migrate import migrate  # noqa: PLC0415 - same

        with contextlib.closing(open_database(settings)) as database:
            migrate(database)
    if settings.database.stat().st_size <= LARGEST_CHECKED:
        check(settings.database)
