"""Events of queues, rotas and calendars: what is different from one look to the next."""

from datetime import date, time
from typing import Any

import msgspec
import pytest

from aiguillage.desk.calendars import add_calendar, begin_calendar, refresh_calendar
from aiguillage.desk.facts import add_fact, set_fact
from aiguillage.desk.switches import flip_switch
from aiguillage.desk.webhooks import set_webhook
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import Calendar, Queue, Switch, TimeSpan
from aiguillage.storage.webhooks import read_look
from tests.calendars import ical
from tests.cast import ACCOUNT, NOW
from tests.desk.hooks import HOUR, MINUTE, Hooks
from tests.storage.facts import account_id, rows

DAY = 24 * HOUR


def queue(hooks: Hooks) -> int:
    """A queue that is open every day until 14:00; NOW is 12:06 of a Wednesday in Paris."""
    editor = hooks.cast["editor"]
    queue_id = add_fact(hooks.cast.db, editor, ACCOUNT, Queue(name="Support", code="support")).kept.id
    for day in range(1, 8):
        span = TimeSpan(owner_type="queue", owner_id=queue_id, day_of_week=day, start_time=time(8), end_time=time(14))
        add_fact(hooks.cast.db, editor, ACCOUNT, span)
    return queue_id


def test_a_queue_that_closes_is_told_of_each_time_and_one_that_opens_is_not(hooks: Hooks) -> None:
    queue_id = queue(hooks)
    kept, _ = hooks.add("/hook", "queue.closed")

    for hooks.at in range(NOW, NOW + 2 * DAY, HOUR):
        hooks.look()

    about = {"queue_id": queue_id, "code": "support", "reason": "default"}
    assert hooks.told(kept) == [
        ("queue.closed", about | {"until": "2026-11-19T07:00:00Z"}),
        ("queue.closed", about | {"until": "2026-11-20T07:00:00Z"}),
    ]


def test_a_queue_that_is_switched_elsewhere_is_closed(hooks: Hooks) -> None:
    queue_id = queue(hooks)
    kept, _ = hooks.add("/hook", "queue.closed")
    switch = Switch(name="Panne", owner_type="queue", owner_id=queue_id, destination="299")
    switch_id = add_fact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, switch).kept.id
    hooks.look()

    flip_switch(hooks.cast.db, hooks.cast["editor"], ACCOUNT, switch_id, "on")
    hooks.look()

    assert [(told["reason"], told["until"]) for _, told in hooks.told(kept)] == [("switch", None)]


def test_a_queue_that_takes_no_part_is_not_told_of(hooks: Hooks) -> None:
    queue_id = queue(hooks)
    kept, _ = hooks.add("/hook", "queue.closed")
    hooks.look()

    set_fact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, "queue", queue_id, {"active": False})
    hooks.at += 6 * HOUR
    hooks.look()

    assert hooks.told(kept) == []


def test_what_a_queue_was_before_somebody_wanted_to_know_is_not_compared(hooks: Hooks) -> None:
    queue(hooks)
    kept, _ = hooks.add("/hook", "queue.closed")
    hooks.look()
    manager = hooks.cast["manager"]
    set_webhook(hooks.cast.db, manager, ACCOUNT, kept.id, {"events": ("call.unknown",)})
    hooks.look()

    hooks.at += 6 * HOUR
    set_webhook(hooks.cast.db, manager, ACCOUNT, kept.id, {"events": ("queue.closed",)})
    hooks.look()

    assert hooks.told(kept) == []


def test_between_two_changes_nothing_is_worked_out_again(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(hooks)
    hooks.add("/hook", "queue.closed")
    hooks.look()
    looked = []
    monkeypatch.setattr("aiguillage.desk.events.states_at", lambda *_: looked.append(hooks.at))

    hooks.at += MINUTE
    hooks.look()

    with hooks.cast.db.read() as connection:
        look = read_look(connection, account_id(hooks.cast.db, ACCOUNT))
    assert looked == []
    assert look is not None
    assert look.due_at == 1_795_006_800_000_000


def rota(*names: str) -> Rota:
    """A rota whose members take turns of a day."""
    members = tuple(Member(name=name, number="+33639981201") for name in names)
    layer = Layer(name="Jours", members=names, start=date(2026, 11, 2), unit="days")
    return Rota(code="astreinte", name="Astreinte", members=members, layers=(layer,))


def test_who_is_on_duty_is_told_when_it_is_somebody_else(hooks: Hooks) -> None:
    rota_id = add_fact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, rota("Ana Roche", "Bo Lenoir")).kept.id
    kept, _ = hooks.add("/hook", "oncall.changed")

    for hooks.at in range(NOW, NOW + 2 * DAY, HOUR):
        hooks.look()

    about: list[Any] = [told for _, told in hooks.told(kept)]
    assert [(told["rota_id"], told["code"], told["covered"]) for told in about] == [(rota_id, "astreinte", True)] * 2
    assert "Ana" not in str(rows(hooks.cast.db, "SELECT * FROM webhook_looks"))
    assert "Ana" not in str(about)


def test_a_rota_without_turns_never_changes(hooks: Hooks) -> None:
    lone = msgspec.structs.replace(rota("Ana Roche"), layers=())
    add_fact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, lone)
    kept, _ = hooks.add("/hook", "oncall.changed")

    for hooks.at in range(NOW, NOW + 2 * DAY, HOUR):
        hooks.look()

    assert hooks.told(kept) == []


NOTHING = ("Inventory|20261201T080000/20261201T180000|STATUS:CANCELLED",)


def calendar(hooks: Hooks, *events: str) -> int:
    """A calendar of a queue with these events."""
    of = Calendar(owner_type="queue", owner_id=queue(hooks), name="Closures")
    return int(add_calendar(hooks.cast.db, hooks.cast["editor"], ACCOUNT, of, ical(*events)).kept.id)


def test_a_new_calendar_of_which_nothing_counts_is_told_of_once_with_what_was_left_out(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "calendar.unused")
    hooks.look()
    calendar_id = calendar(hooks, *NOTHING)

    for _ in range(3):
        hooks.look()

    [(event, about)] = hooks.told(kept)
    assert (event, about["calendar_id"], about["name"]) == ("calendar.unused", calendar_id, "Closures")
    assert (about["owner_type"], about["left_out"]) == ("queue", {"cancelled": 1})


def test_a_calendar_of_which_nothing_counts_any_more_is_told_of_each_time(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "calendar.unused")
    rota_id = int(add_fact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, rota("Denis")).kept.id)
    shifts = Calendar(owner_type="rota", owner_id=rota_id, name="Shifts")
    add_calendar(hooks.cast.db, hooks.cast["editor"], ACCOUNT, shifts, ical("Denis|20261201/20261202"))
    hooks.look()

    told = []
    for name in ("Denise", "Denis", "Denise"):
        now = rota(name)
        changes = {"members": now.members, "layers": now.layers}
        set_fact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, "rota", rota_id, changes)
        hooks.look()
        told.append([about["left_out"] for _, about in hooks.told(kept)])

    assert told == [[{"nobody": 1}], [{"nobody": 1}], [{"nobody": 1}, {"nobody": 1}]]


def test_a_calendar_that_was_of_no_use_before_anybody_wanted_to_know_is_not_told_of(hooks: Hooks) -> None:
    calendar(hooks, *NOTHING)
    kept, _ = hooks.add("/hook", "calendar.unused")

    for _ in range(2):
        hooks.look()

    assert hooks.told(kept) == []


def test_a_feed_is_told_of_when_it_was_read_and_not_before(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "calendar.unused")
    hooks.look()
    feed = Calendar(owner_type="queue", owner_id=queue(hooks), name="Feed", url="https://example.org/a.ics")
    calendar_id = begin_calendar(hooks.cast.db, hooks.cast["editor"], ACCOUNT, feed)[0].id
    hooks.look()
    before = hooks.told(kept)

    refresh_calendar(hooks.cast.db, hooks.cast["editor"], ACCOUNT, calendar_id, fetch=lambda _: ical())
    hooks.look()

    assert (before, [about["left_out"] for _, about in hooks.told(kept)]) == ([], [{}])
