"""The call path in this process: a table and a log on the cast's database, asked without a server."""

import socket
import sqlite3
from collections.abc import Iterator

import pytest

from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.engine import CallPath
from aiguillage.callpath.log import CallLog, Logged, decode_calls
from aiguillage.callpath.table import Table
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.proxies import Proxies
from aiguillage.settings import Settings
from aiguillage.storage.sqlite.library import open_read_only
from tests.cast import Cast
from tests.server import Answer

NAMES = [dialect.NAME for dialect in DIALECTS]


class Inside:
    """One worker's call path. Each ask is a turn of its own unless they are asked together."""

    def __init__(self, cast: Cast, settings: Settings) -> None:
        self.statements: list[str] = []
        self.settings = settings
        self.connections: list[sqlite3.Connection] = []
        self.table = Table(self.open)
        self.connection = self.connections[0]
        self.counts = Counts(memory_for(1), 1, NAMES)
        log, self.written = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = CallLog(log, "1", self.counts)
        self.call_path = CallPath(self.table, DIALECTS, self.log, self.counts, Proxies(""))
        self.secret = cast.secret("router")

    def open(self) -> sqlite3.Connection:
        """A connection whose statements are noted."""
        connection = open_read_only(self.settings.database)
        connection.set_trace_callback(self.statements.append)
        self.connections.append(connection)
        return connection

    def ask(self, target: str, secret: str | None = None, client: tuple[str, int] | None = ("127.0.0.1", 9)) -> Answer:
        """One call in a turn of its own."""
        return self.ask_together([target], secret, client)[0]

    def ask_together(
        self, targets: list[str], secret: str | None = None, client: tuple[str, int] | None = ("127.0.0.1", 9)
    ) -> list[Answer]:
        """Calls that arrive in one turn."""
        headers = [(b"host", b"x"), (b"authorization", f"Bearer {secret or self.secret}".encode())]
        answers = [self.call(target, headers, client) for target in targets]
        self.call_path.end_turn()
        return answers

    def call(
        self, target: str, headers: list[tuple[bytes, bytes]], client: tuple[str, int] | None = ("127.0.0.1", 9)
    ) -> Answer:
        """One call of a turn that goes on."""
        path, _, query = target.partition("?")
        dialect = self.call_path.dialect_of(path)
        assert dialect is not None, path
        scope = {"method": "GET", "path": path, "query_string": query.encode(), "headers": headers, "client": client}
        status, told, body = self.call_path.call(dialect, scope, b"inside")
        return Answer(status, {name.decode(): value.decode() for name, value in told}, body)

    def logged(self) -> list[Logged]:
        """The calls that were sent to the log's process since the last time."""
        self.log.send()
        self.written.settimeout(0.0)
        calls: list[Logged] = []
        try:
            while True:
                calls += decode_calls(self.written.recv(1 << 20))
        except BlockingIOError:
            return calls

    def close(self) -> None:
        """Lets go of everything."""
        self.table.close()
        self.log.stop(0.0)
        self.written.close()


@pytest.fixture
def inside(cast: Cast, settings: Settings) -> Iterator[Inside]:
    """The call path on the cast's database."""
    inside = Inside(cast, settings)
    yield inside
    inside.close()
