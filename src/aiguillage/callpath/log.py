"""The call log, as a call worker has it: what was answered to which call, sent to the process that writes it.

A worker neither waits for a file nor has a thread that would take the interpreter from its calls: some calls together
are one message on a Unix socket. What the socket does not take waits in memory, up to a bound.
"""

import socket
from collections import deque
from functools import lru_cache
from itertools import count
from json.encoder import encode_basestring_ascii as _quoted
from secrets import token_hex
from typing import Any

import msgspec

from aiguillage.callpath.counts import Counts
from aiguillage.domain.calls import Decision, Facts
from aiguillage.domain.contacts import NO_SELECT, Select

MOST_WAITING = 100_000
"""Calls that wait for the log's process before further ones are dropped and counted: several seconds at full speed."""

SENT_AT = 32
"""Calls that are sent at once, without waiting for the time to come."""

SEND_EVERY = 0.25
"""Seconds."""

LONGEST_MESSAGE = 96 * 1024
"""Bytes that the socket surely takes in one piece."""


class Logged(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One call as the log keeps it; its fields are columns of storage/calls.py, in their order.

    `at` is in microseconds since 1970 UTC, `own_us` our own time in microseconds, `asked` what else was asked than the
    number, as JSON: a replay of the call asks it again. `seq` is the account's last change that the decision knew of.
    `destination` is where the call was sent, `select` are all that were told, `unknown` what unknown callers get.
    """

    at: int
    account_id: int
    number: str | None
    known_by: str | None
    contact_id: int | None
    dialect: str
    outcome: str
    select: Select | None
    own_us: int
    worker: str
    call_id: str | None
    asked: str | None
    destination: str | None
    reason: str
    seq: int
    unknown: str

    @property
    def destinations(self) -> str | None:
        """The destinations that were told, as the log keeps them."""
        return None if self.select is None else _joined(self.select)

    def row(self) -> tuple[Any, ...]:
        """The call's columns in the log."""
        columns = msgspec.structs.astuple(self)
        return (*columns[:_SELECT], self.destinations, *columns[_SELECT + 1 :])


_SELECT = Logged.__struct_fields__.index("select")
_encode = msgspec.msgpack.Encoder().encode
decode_calls = msgspec.msgpack.Decoder(list[Logged]).decode
"""The calls of a message. Raises msgspec.DecodeError for what is none."""


class CallLog:
    """One worker's end of the call log; adding never waits. `out` is its socket to the log's process."""

    def __init__(self, out: socket.socket, worker: str, counts: Counts, capacity: int = MOST_WAITING) -> None:
        self._out = out
        out.settimeout(0.0)
        self._worker = worker
        self._counts = counts
        self._capacity = capacity
        self._calls: list[Logged] = []
        self._messages: deque[tuple[int, bytes]] = deque()
        self._waiting = 0
        self._ids = f"{token_hex(6)}-"
        self._numbers = count(1)

    def next_id(self) -> str:
        """An id for a call, which no other call has."""
        return f"{self._ids}{next(self._numbers):x}"

    def add(  # noqa: PLR0913 - what there is to keep; a thing made to hold it would be made for each call
        self,
        at: int,
        facts: Facts,
        decision: Decision,
        sent_to: str | None,
        unknown: str,
        dialect: str,
        *,
        own_us: int,
        seq: int,
    ) -> None:
        """One answered call; `at` in microseconds since 1970 UTC, `own_us` in microseconds.

        `seq` is the last change of the account's journal that the decision knew of.
        """
        if self._waiting >= self._capacity:
            self._counts.add("dropped")
            return
        known = decision.known
        self._calls.append(
            Logged(
                at,
                facts.account.account_id,
                facts.number,
                decision.by,
                None if known is None else known.contact_id,
                dialect,
                "unknown" if known is None else "known",
                None if known is None and decision.select == NO_SELECT else decision.select,
                own_us,
                self._worker,
                decision.call_id or None,
                _asked(facts),
                sent_to,
                decision.reason,
                seq,
                unknown,
            )
        )
        self._waiting += 1
        if len(self._calls) >= SENT_AT:
            self.send()

    def send(self) -> None:
        """Sends what waits, as far as the socket takes it."""
        if self._calls:
            self._pack(self._calls)
            self._calls = []
        while self._messages:
            calls, message = self._messages[0]
            try:
                self._out.send(message)
            except OSError:  # it takes no more now, or its other end is being started again
                return
            self._messages.popleft()
            self._waiting -= calls

    def _pack(self, calls: list[Logged]) -> None:
        """Puts calls into messages, each as short as the socket needs it."""
        message = _encode(calls)
        if len(message) > LONGEST_MESSAGE and len(calls) > 1:
            half = len(calls) // 2
            self._pack(calls[:half])
            self._pack(calls[half:])
            return
        self._messages.append((len(calls), message))

    def stop(self, patience: float) -> None:
        """Sends what waits, and ends. The log's process is given so many seconds to take it; the rest is counted."""
        self._out.settimeout(patience)
        self.send()
        self._counts.add("dropped", self._waiting)
        self._out.close()


def destinations_told(decision: Decision) -> str | None:
    """All destinations that a call flow was told, as the log keeps them; None where nobody is known and none was."""
    if decision.known is None and decision.select == NO_SELECT:
        return None
    return _joined(decision.select)


def _joined(select: Select) -> str:
    return ",".join([value or "" for value in select])


def _asked(facts: Facts) -> str | None:
    """What else was asked than the number, as JSON."""
    if facts.code is None and facts.value is None and facts.called is None and not facts.named:
        return None
    return _as_json(facts.code, facts.value, facts.called, *facts.named.items())


@lru_cache(maxsize=4096)
def _as_json(code: str | None, value: str | None, called: str | None, *named: tuple[str, str]) -> str:
    """As json.dumps() writes it, which makes an encoder for each call; kept: most numbers dialled are a few."""
    asked = {"code": code, "value": value, "called": called} | dict(named)
    texts = [f'"{name}": {_quoted(one)}' for name, one in asked.items() if one is not None]
    return f"{{{', '.join(texts)}}}"
