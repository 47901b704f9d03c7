"""V2 while things change: a fact, a switch, the database itself."""

from datetime import time, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from aiguillage.desk.calls import list_calls
from aiguillage.desk.facts import add_fact, set_fact
from aiguillage.desk.switches import flip_switch
from aiguillage.domain.queues import Holiday, Queue, Switch, TimeSpan
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, CODE, NUMBER, Cast, known_caller
from tests.ruled import ROUTE
from tests.server import running

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
                f"{ROUTE}?customerAccount={ACCOUNT}&number=x",
            )
        ]
    assert (before.text, after) == ("207", [200, 400])


def test_a_change_shows_in_the_next_call_to_each_of_two_workers(cast: Cast, settings: Settings) -> None:
    known_caller(cast)
    editor, secret = cast["editor"], cast.secret("router")
    target = f"{ROUTE}?customerAccount={ACCOUNT}&number={NUMBER}&format=raw&fields=destination,open"
    with running(settings, workers=2) as server:

        def ask() -> set[str]:
            return {server.ask(target, secret).text for _ in range(20)}

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
        flip_switch(cast.db, editor, ACCOUNT, switch, "on")
        answers.append(ask())
        flip_switch(cast.db, editor, ACCOUNT, switch, "off")
        answers.append(ask())

    workers = {call.worker for call in list_calls(cast.db, cast.log, cast["reader"], ACCOUNT, limit=1000)}
    assert answers == [{"207,"}, {"299,0"}, {"207,1"}, {"310,1"}, {"300,0"}, {"999,"}, {"300,0"}]
    assert len(workers) == 2
