"""Contacts that are added under Idempotency-Keys to servers that are killed meanwhile, and what is kept of them."""

import json
import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from threading import Event, Lock

from aiguillage.settings import Settings
from tests.api.client import BASE, NO_ANSWER, Client
from tests.cast import ACCOUNT, Cast
from tests.server import Server, running
from tests.storage.facts import rows

WRITERS, ANSWERS = 6, 12
"""Clients that add at once; answers after which their server is killed."""

COMPANIES = "SELECT company, count(*) AS kept FROM contacts GROUP BY company"


@dataclass
class Additions:
    """Contacts of one company each, which is also the key that its request has: answered or not."""

    cast: Cast
    settings: Settings
    secret: str = ""
    sent: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    kept_unanswered: int = 0
    numbers: "count[int]" = field(default_factory=count)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.secret = self.cast.managing_secret("editor")

    def kill_once(self) -> None:
        """Has a server killed in the midst of additions, and sends those without an answer to the next one at once."""
        with running(self.settings) as server, ThreadPoolExecutor(WRITERS) as writers:
            client, enough = Client(server, self.secret), Event()
            until = len(self.answered) + ANSWERS
            writing = [writers.submit(self._add, client, until, enough) for _ in range(WRITERS)]
            assert enough.wait(120)
            self._add_unread(server)
            os.killpg(server.process.pid, signal.SIGKILL)
            for one in writing:
                one.result()
        unanswered = self.sent - self.answered
        self.kept_unanswered += len(unanswered & self.kept().keys())
        with running(self.settings) as server:
            client = Client(server, self.secret)
            for company in unanswered:
                self.send(client, company)

    def _add(self, client: Client, until: int, enough: Event) -> None:
        """Adds until the server is gone."""
        while True:
            company = self._next()
            try:
                self.send(client, company)
            except NO_ANSWER:
                client.require_killed()
                return
            if len(self.answered) >= until:
                enough.set()

    def _add_unread(self, server: Server) -> None:
        """Adds one whose answer nobody reads: it is kept, and who sent it cannot know that."""
        company = self._next()
        path = f"{BASE}/contacts?customer_account={ACCOUNT}"
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        body = json.dumps({"company": company}, separators=(",", ":"))  # as the other client writes it
        connection.request("POST", path, body, {**headers, "Idempotency-Key": company})
        while company not in self.kept():
            pass
        connection.close()

    def _next(self) -> str:
        with self.lock:
            company = f"Company {next(self.numbers)}"
            self.sent.add(company)
        return company

    def send(self, client: Client, company: str, *, keyed: bool = True) -> None:
        """Adds one contact, and notes that it was answered."""
        headers = {"Idempotency-Key": company} if keyed else {}
        client.done("POST", "/contacts", {"company": company}, headers=headers)
        with self.lock:
            self.answered.add(company)

    def kept(self) -> Counter[str]:
        """How many contacts are kept of each company."""
        return Counter({row.company: row.kept for row in rows(self.cast.db, COMPANIES)})

    def wrong(self) -> dict[str, int]:
        """The companies of which not exactly one contact is kept, and how many are."""
        kept = self.kept()
        return {company: kept[company] for company in self.sent if kept[company] != 1}
