"""The call path in this process: a table and a log on the cast's database, asked without a server."""

import asyncio
import sqlite3
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from aiguillage.app import DIALECTS
from aiguillage.callpath.engine import CallPath
from aiguillage.callpath.log import CallLog
from aiguillage.callpath.table import Table
from aiguillage.settings import Settings
from aiguillage.storage.calls import open_log
from aiguillage.storage.sqlite import open_read_only
from tests.cast import Cast
from tests.server import Answer

JSON = b"application/json"


class Inside:
    """One worker's call path. Each ask is an event-loop turn of its own unless they are asked together."""

    def __init__(self, cast: Cast, settings: Settings) -> None:
        self.statements: list[str] = []
        self.connection: sqlite3.Connection = open_read_only(settings.database)
        self.connection.set_trace_callback(self.statements.append)
        self.table = Table(self.connection)
        self.log = CallLog(partial(open_log, settings.calls), worker="1")
        self.call_path = CallPath(self.table, DIALECTS, self.log, self._behind)
        self.secret = cast.secret("router")
        self.handed_on: list[str] = []

    async def _behind(self, scope: dict[str, Any], _receive: object, _send: object) -> None:
        self.handed_on.append(scope["type"])

    def ask(self, target: str, secret: str | None = None, client: tuple[str, int] | None = ("127.0.0.1", 9)) -> Answer:
        """One call in a turn of its own."""
        return self.ask_together([target], secret, client)[0]

    def ask_together(
        self, targets: list[str], secret: str | None = None, client: tuple[str, int] | None = ("127.0.0.1", 9)
    ) -> list[Answer]:
        """Calls that arrive in one turn."""
        return asyncio.run(self._ask(targets, secret or self.secret, client))

    async def _ask(self, targets: list[str], secret: str, client: tuple[str, int] | None) -> list[Answer]:
        answers = []
        for target in targets:
            path, _, query = target.partition("?")
            sent: list[dict[str, Any]] = []

            async def send(message: dict[str, Any], sent: list[dict[str, Any]] = sent) -> None:
                sent.append(message)

            scope = {
                "type": "http",
                "method": "GET",
                "path": path,
                "query_string": query.encode(),
                "headers": [(b"host", b"x"), (b"authorization", f"Bearer {secret}".encode())],
                "client": client,
            }
            await self.call_path(scope, asyncio.Event().wait, send)
            if sent:
                headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
                answers.append(Answer(sent[0]["status"], headers, sent[1]["body"]))
        await asyncio.sleep(0)
        return answers

    def post(self, target: str, *pieces: bytes, ends: bool = True, kind: bytes = JSON) -> Answer:
        """A POST whose body comes in pieces; one that does not end is given up by its client."""
        return asyncio.run(self._post(target, pieces, ends=ends, kind=kind))

    async def _post(self, target: str, pieces: tuple[bytes, ...], *, ends: bool, kind: bytes) -> Answer:
        last = len(pieces) - 1
        messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": piece, "more_body": n < last or not ends} for n, piece in enumerate(pieces)
        ]
        arriving = iter([*messages, {"type": "http.disconnect"}])
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return next(arriving)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"authorization", f"Bearer {self.secret}".encode()), (b"content-type", kind)],
            "client": ("127.0.0.1", 9),
        }
        await self.call_path(scope, receive, send)
        await asyncio.sleep(0)
        return Answer(sent[0]["status"], {}, sent[1]["body"])


@pytest.fixture
def inside(cast: Cast, settings: Settings) -> Iterator[Inside]:
    """The call path on the cast's database."""
    inside = Inside(cast, settings)
    yield inside
    inside.table.close()
