"""Jobs: what goes on after its answer, and work that is one only where it takes long."""

from contextvars import copy_context
from threading import Event

import pytest

from aiguillage.api.child import go_on
from aiguillage.api.jobs import Tell, Work
from aiguillage.api.request_ids import note_id
from aiguillage.domain.errors import Kind, invalid
from aiguillage.logs import request_of
from tests.api.client import Client, on_new_account
from tests.cast import NUMBER
from tests.logged import logged
from tests.refusal import refused
from tests.standing import Busy

FEED = "https://feed.invalid/closures.ics"
"""Nobody knows the name (RFC 6761)."""


@pytest.fixture
def client(busy: Busy) -> Client:
    """A manager's client, on an account of the test's own."""
    return on_new_account(busy.server, busy.cast)


def test_work_that_ends_in_time_has_its_outcome() -> None:
    work = Work(lambda _tell: 42)

    ended = work.ends_within(60)

    assert (ended, work.outcome()) == (True, 42)


def test_work_that_takes_longer_goes_on_and_tells_who_listens_how_far_it_is() -> None:
    ends, told = Event(), list[tuple[int, int]]()

    def count(tell: Tell) -> str:
        tell(1, 3)
        ends.wait(60)
        tell(2, 3)
        return "counted"

    work = Work(count)
    in_time = work.ends_within(0)
    work.listener = lambda done, total: told.append((done, total))
    ends.set()

    assert (in_time, work.outcome(), told[-1]) == (False, "counted", (2, 3))


def test_work_that_may_take_long_writes_the_id_of_its_request() -> None:
    def begin() -> Work[str]:
        note_id("one")
        return Work(lambda _tell: str(request_of.get()))

    assert copy_context().run(begin).outcome() == "one"


def test_what_refuses_work_is_raised_where_its_outcome_is_wanted() -> None:
    def refuse(_tell: Tell) -> None:
        raise invalid("Send journal_before or document, not both.")

    work = Work(refuse)

    with refused(Kind.INVALID, "not both"):
        work.outcome()


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (invalid("The feed is gone."), {"event": "job_refused", "kind": "invalid"}),
        (KeyError(NUMBER), {"event": "job_failed", "error": "KeyError"}),
    ],
)
def test_a_job_that_fails_is_a_line_that_says_nothing_of_what_was_sent(
    failure: Exception, line: dict[str, str]
) -> None:
    async def work() -> None:
        raise failure

    with logged() as lines:
        go_on("refreshCalendar", work)

    assert [one.items() >= (line | {"job": "refreshCalendar"}).items() for one in lines] == [True]
    assert NUMBER not in str(lines)


def feed_of(client: Client, key: str) -> tuple[str, int]:
    """The path and status of a calendar that is added with a key of its own."""
    queue = client.done("POST", "/call-queues/queues", {"name": "Support", "code": key})
    body = {"name": "Closures", "url": FEED, "owner_type": "queue", "owner_id": queue["id"]}
    added = client.ask("POST", "/calendars", body, headers={"Idempotency-Key": key})
    again = client.ask("POST", "/calendars", body, headers={"Idempotency-Key": key})
    assert again.json() == added.json()
    assert (added.json()["state"], added.json()["events"], added.json()["read_at"]) == ("reading", 0, None)
    assert added.headers["location"].partition("?")[0] == f"/smart-routings/calendars/{added.json()['id']}"
    return f"/calendars/{added.json()['id']}", added.status_code


def test_a_feed_is_added_at_once_and_says_by_and_by_why_it_cannot_be_read(client: Client) -> None:
    path, status = feed_of(client, "feed")

    while (told := client.get(path))["state"] == "reading":
        pass

    assert (status, told["state"], told["read_at"], told["events"]) == (201, "failing", None, 0)
    assert "feed.invalid is no name that is known" in told["trouble"]
    assert told["failing_since"] is not None
    assert client.get("/calendars")["total"] == 1


def test_a_calendar_that_is_read_again_with_a_key_is_read_once_for_it(client: Client) -> None:
    path, _ = feed_of(client, "again")
    while client.get(path)["state"] == "reading":
        pass

    begun, replayed = (
        client.ask("POST", f"{path}/refresh", headers={"Idempotency-Key": "once more"}) for _ in range(2)
    )
    while (told := client.get(path))["state"] == "reading":
        pass

    assert (begun.status_code, begun.json()["state"], told["state"]) == (202, "reading", "failing")
    assert (replayed.json(), replayed.headers["idempotency-replayed"]) == (begun.json(), "true")
