"""V2 while things change: a fact, a switch, the database itself."""

from datetime import time, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from aiguillage.desk.facts import add_fact, set_fact
from aiguillage.domain.queues import Holiday, Queue, Switch, TimeSpan
from aiguillage.settings import Settings
from tests.cast import ACCOUNT, CODE, NUMBER, Cast, known_caller
from tests.ruled import ROUTE
from tests.server import Server, running


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


def test_a_change_shows_in_the_next_call(cast: Cast, server: Server) -> None:
    known_caller(cast)
    editor, secret = cast["editor"], cast.secret("router")
    target = f"{ROUTE}?customerAccount={ACCOUNT}&number={NUMBER}&format=raw&fields=destination,open"

    def ask() -> str:
        return server.ask(target, secret).text

    answers = [ask()]
    queue = add_fact(
        cast.db, editor, ACCOUNT, Queue(name="A", code="a", number="207", default_destination="299")
    ).kept.id
    answers.append(ask())
    for day in range(1, 8):
        span = TimeSpan(owner_type="queue", owner_id=queue, day_of_week=day, start_time=time(0), end_time=time(0))
        add_fact(cast.db, editor, ACCOUNT, span)
    answers.append(ask())
    today = parsedate_to_datetime(server.ask("/healthz").headers["date"]).date()
    for holiday in (today, today + timedelta(days=1)):
        add_fact(cast.db, editor, ACCOUNT, Holiday(day=holiday, label="Pause", destination="300"))
    answers.append(ask())
    switch = Switch(name="Fire", owner_type="account", destination="999", on=True)
    kept = add_fact(cast.db, editor, ACCOUNT, switch).kept
    answers.append(ask())
    set_fact(cast.db, editor, ACCOUNT, "switch", kept.id, {"on": False})
    answers.append(ask())

    assert answers == ["207,", "299,0", "207,1", "300,0", "999,", "300,0"]
