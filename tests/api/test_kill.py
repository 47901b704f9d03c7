"""A server that is killed in the middle of bulk upserts has lost nothing that it had answered for."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock

import httpx

from aiguillage.settings import Settings
from tests.api.client import NO_ANSWER, Client
from tests.api.killed import Additions
from tests.cast import Cast
from tests.server import running

CALLS, OWN, SHARED, WRITERS = 200, 10, 5, 4
"""Upserts; contacts that are one call's own, and that all calls change; clients that send at once."""

KILLS = 2
"""`make soak` has two hundred."""


@dataclass
class Ledger:
    """What the server said that it had kept, call by call: the number of the change that did it."""

    client: Client
    kept: dict[int, int] = field(default_factory=dict)
    sent: set[int] = field(default_factory=set)
    enough: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def write(self) -> None:
        """Sends calls until all are sent or the server is gone."""
        while (call := self._next()) is not None:
            try:
                answer = self.client.done("POST", "/contacts/bulk", {"contacts": contacts_of(call)})
            except NO_ANSWER:
                self.client.require_killed()
                return
            with self.lock:
                self.kept[call] = answer["import_id"]
                if len(self.kept) >= CALLS // 2:
                    self.enough.set()

    def _next(self) -> int | None:
        with self.lock:
            call = len(self.sent)
            if call == CALLS:
                return None
            self.sent.add(call)
            return call

    @property
    def unanswered(self) -> set[int]:
        """The calls that the server never answered: each may be kept whole, or not at all."""
        return self.sent - self.kept.keys()


def contacts_of(call: int) -> list[dict[str, object]]:
    """The contacts of one call; all say in their company's name which call it was."""
    own: list[dict[str, object]] = [{"reference": f"own-{call}-{n}", "company": f"Company {call}"} for n in range(OWN)]
    shared: list[dict[str, object]] = [
        {"reference": f"shared-{n}", "company": f"Company {call}"} for n in range(SHARED)
    ]
    return own + shared


def found_after(client: Client) -> dict[str, int]:
    """What is kept: reference -> the call that wrote it last."""
    found: dict[str, int] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = client.get("/contacts", per_page=1000, cursor=cursor)
        found |= {one["reference"]: int(one["company"].removeprefix("Company ")) for one in page["data"]}
        link = page["next_page_url"]
        cursor = None if link is None else httpx.URL(link).params["cursor"]
    return found


def test_what_was_answered_is_kept_whole_when_the_server_is_killed(cast: Cast, settings: Settings) -> None:
    secret = cast.managing_secret("editor")
    with running(settings) as server, ThreadPoolExecutor(WRITERS) as writers:
        ledger = Ledger(Client(server, secret))
        writing = [writers.submit(ledger.write) for _ in range(WRITERS)]
        assert ledger.enough.wait(120)
        os.killpg(server.process.pid, signal.SIGKILL)
        for one in writing:
            one.result()

    cast.db.check()
    with running(settings) as server:
        found = found_after(Client(server, secret))

    assert CALLS // 2 <= len(ledger.kept) < CALLS
    for call in range(CALLS):
        own = [found.get(f"own-{call}-{n}") for n in range(OWN)]
        whole, nothing = [call] * OWN, [None] * OWN
        assert own == whole if call in ledger.kept else own in (whole, nothing)
    last = max(ledger.kept, key=ledger.kept.__getitem__)
    assert {found[f"shared-{n}"] for n in range(SHARED)} <= {last, *ledger.unanswered}


def test_what_had_no_answer_when_the_server_was_killed_is_sent_again_at_once_and_done_once(
    cast: Cast, settings: Settings
) -> None:
    additions = Additions(cast, settings)

    for _ in range(KILLS):
        additions.kill_once()

    assert additions.wrong() == {}
    assert additions.answered == additions.sent
    assert additions.kept_unanswered >= KILLS


def test_without_a_key_what_is_sent_again_is_done_twice(cast: Cast, settings: Settings) -> None:
    additions = Additions(cast, settings, sent={"Company A", "Company B"})

    with running(settings) as server:
        client = Client(server, additions.secret)
        for company, keyed in (("Company A", True), ("Company A", True), ("Company B", False), ("Company B", False)):
            additions.send(client, company, keyed=keyed)

    assert additions.wrong() == {"Company B": 2}
