"""A call worker's process: the call path on the public socket, and nothing of the desk.

It imports the domain, the call path, the dialects, and how their files are opened.
"""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import ssl
import sys
import time
from functools import partial

import uvloop

from aiguillage.callpath.counts import Counts
from aiguillage.callpath.engine import CallPath
from aiguillage.callpath.health import Health
from aiguillage.callpath.log import SEND_EVERY, CallLog
from aiguillage.callpath.port import Port, Wire
from aiguillage.callpath.table import Table
from aiguillage.dialects.addresses import wrong_address
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.proxies import Proxies
from aiguillage.inherited import Inherited
from aiguillage.logs import configure_lines
from aiguillage.settings import Settings, read_settings
from aiguillage.sockets import BACKLOG
from aiguillage.storage.revisions import newest_revision, revision_of
from aiguillage.storage.sqlite.frozen import open_to_read
from aiguillage.storage.sqlite.library import identity

DESCRIPTORS = 192
"""Files and sockets beside the clients' connections: the table's, the log's, requests at the desk."""

LEAST_CONNECTIONS = 64
GARBAGE_EVERY = 600.0
"""Seconds between two looks for reference cycles. Calls make none; a look while they come would hold all of them up."""

LAST_CALLS = 2.0
"""Seconds that a worker which ends waits for the log's process to take its last calls."""

_log = logging.getLogger(__name__)


class CallWorker:
    """What one worker is made of. Raises the library's error when the table cannot be opened."""

    def __init__(self, settings: Settings, inherited: Inherited) -> None:
        self._settings = settings
        self._inherited = inherited
        names = [dialect.NAME for dialect in DIALECTS]
        self.counts = Counts(inherited.memory(), inherited.row, names)
        listening, log = (socket.socket(fileno=number) for number in inherited.sockets)
        self.log = CallLog(log, str(os.getpid()), self.counts)
        self._file = identity(settings.database)
        self.table = Table(partial(open_to_read, settings.database, settings.cache_mib * 1024))
        proxies = Proxies(settings.trusted_proxies)
        self.call_path = CallPath(self.table, DIALECTS, self.log, self.counts, proxies, settings.workers)
        self.health = Health(self.counts, self._is_ready)
        self.wire = Wire(
            listening, inherited.desk, proxies, settings.keep_alive, most_connections(), BACKLOG, self._tls()
        )

    def _is_ready(self) -> bool:
        """Whether the table has the schema that this release wants: the open one, if another lies in its place."""
        return self._is_replaced() or revision_of(self._settings.database) == newest_revision()

    def _is_replaced(self) -> bool:
        """Whether the file that is open was removed, or another put in its place. A frozen one is followed instead."""
        return not self.table.frozen and identity(self._settings.database) != self._file

    def _tls(self) -> ssl.SSLContext | None:
        if not self._settings.tls_cert:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._settings.tls_cert, self._settings.tls_key)
        return context

    async def run(self) -> None:
        """Answers calls until it is told to stop, or the supervisor is gone."""
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, told.set)
        loop.add_reader(self._inherited.alive, told.set)
        port = Port(self.wire, self.call_path, self.health, self.counts, wrong_address)
        self.call_path.rehearse(time.time())
        await port.rehearse()
        self._tell_of_table()
        telling = loop.create_task(self._tell())
        collecting = loop.create_task(_collect_garbage())
        port.open()
        self._inherited.say_ready()
        await told.wait()
        loop.remove_reader(self._inherited.alive)
        await port.stop()
        telling.cancel()
        collecting.cancel()
        self.log.stop(LAST_CALLS)
        self.table.close()

    async def _tell(self) -> None:
        """Sends on what was answered, and says how the table is."""
        while True:
            await asyncio.sleep(SEND_EVERY)
            self.log.send()
            self._tell_of_table()

    def _tell_of_table(self) -> None:
        if self.table.frozen:
            self._file = identity(self._settings.database)
        for trouble, there in (("frozen", self.table.frozen), ("replaced", self._is_replaced())):
            if there != bool(self.counts.get(trouble, self._inherited.row)):
                self.counts.put(trouble, int(there))
                _log.warning(f"table_{trouble}" if there else "table_as_usual")


async def _collect_garbage() -> None:
    gc.collect()
    gc.freeze()
    gc.disable()
    while True:
        await asyncio.sleep(GARBAGE_EVERY)
        gc.collect()


def most_connections() -> int:
    """How many clients a worker may be connected with: as many as the system allows, but for what else it needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(LEAST_CONNECTIONS, hard - DESCRIPTORS)


def main(words: list[str]) -> None:
    """The process: Ctrl-C is for the supervisor, which then ends this one too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = read_settings()
    configure_lines(settings.log_level)
    try:
        worker = CallWorker(settings, Inherited.read(words))
    except Exception as error:  # noqa: BLE001 - the supervisor starts it again; a trace helps nobody who reads the log
        _log.error("call_worker_failed", extra={"about": {"error": str(error), "type": type(error).__name__}})
        sys.exit(1)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(worker.run())


if __name__ == "__main__":
    main(sys.argv[1:])
