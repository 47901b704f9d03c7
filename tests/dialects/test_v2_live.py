"""V2 while things change: a fact, a switch, the database itself."""

import json
from datetime import time, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any

from aiguillage.desk.facts import add_fact, set_fact
from aiguillage.desk.switches import flip_switch
from aiguillage.domain.queues import Holiday, Queue, Switch, TimeSpan
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, CODE, NUMBER, Cast, known_caller
from tests.ruled import ROUTE
from tests.server import Server, running

PATIENCE = 60.0
"""Seconds; these machines are shared."""

QUEUE = Queue(name="A", code="a", number="207", default_destination="299")
FIRE = Switch(name="Fire", owner_type="account", destination="999")


def whole_day(queue: int, day: int) -> TimeSpan:
    """A span of a queue's from midnight to midnight."""
    return TimeSpan(owner_type="queue", owner_id=queue, day_of_week=day, start_time=time(0), end_time=time(0))


def test_calls_are_answered_with_the_database_gone(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    secret = cast.secret("router")
    with running(settings) as server:
        before = server.ask(f"{ROUTE}?customerAccount={ACCOUNT}&number={NUMBER}&format=raw", secret)

        for file in settings.data_dir.glob("aiguillage.db*"):
            Path(file).unlink()

        after = [
            server.ask(path, secret).status
            for path in (
                f"{ROUTE}?customerAccount={ACCOUNT}&code={CODE}",
                f"{ROUTE}?customerAccount={ACCOUNT}&number=1&format=x",
            )
        ]
    assert (before.text, after) == ("207", [200, 400])


def told(connection: HTTPConnection, secret: str) -> dict[str, Any]:
    """What V2 answers to a call of the known caller, on a connection that stays open."""
    headers = {"Authorization": f"Bearer {secret}"}
    connection.request("GET", f"{ROUTE}?customerAccount={ACCOUNT}&number={NUMBER}", headers=headers)
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    return answer


def to_each_worker(server: Server, secret: str, workers: int) -> list[HTTPConnection]:
    """A connection to each worker, told apart by how they number their calls."""
    found: dict[str, HTTPConnection] = {}
    deadline = monotonic() + PATIENCE
    while len(found) < workers and monotonic() < deadline:
        opened = [HTTPConnection("127.0.0.1", server.port, timeout=30) for _ in range(8)]
        for connection in opened:
            connection.connect()
        for connection in opened:
            worker = told(connection, secret)["callId"].partition("-")[0]
            if found.setdefault(worker, connection) is not connection:
                connection.close()
    assert len(found) == workers
    return list(found.values())


def test_a_change_shows_in_the_next_call_to_each_of_two_workers(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    editor, secret = cast["editor"], cast.secret("router")
    with running(settings, workers=2, AIGUILLAGE_KEEP_ALIVE="300") as server:
        connections = to_each_worker(server, secret, workers=2)

        def ask() -> list[tuple[str, bool | None]]:
            answers = [told(connection, secret) for connection in connections]
            return [(answer["destination"], answer["open"]) for answer in answers]

        answers = [ask()]
        queue = add_fact(cast.db, editor, ACCOUNT, QUEUE).kept.id
        answers.append(ask())
        spans = [add_fact(cast.db, editor, ACCOUNT, whole_day(queue, day)).kept.id for day in range(1, 8)]
        answers.append(ask())
        for span in spans:
            set_fact(cast.db, editor, ACCOUNT, "time_span", span, {"destination": "310"})
        answers.append(ask())
        today = parsedate_to_datetime(server.ask("/healthz").headers["date"]).date()
        for holiday in (today, today + timedelta(days=1)):
            add_fact(cast.db, editor, ACCOUNT, Holiday(day=holiday, label="Pause", destination="300"))
        answers.append(ask())
        switch = add_fact(cast.db, editor, ACCOUNT, FIRE).kept.id
        for action in ("on", "off"):
            flip_switch(cast.db, editor, ACCOUNT, switch, action)
            answers.append(ask())
        for connection in connections:
            connection.close()

    one_workers = [("207", None), ("299", True), ("207", True), ("310", True), ("300", False), ("999", None)]
    assert answers == [[answer] * 2 for answer in (*one_workers, ("300", False))]
