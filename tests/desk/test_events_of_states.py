"""Events of queues and rotas: what is different from one look to the next."""

from datetime import date, time
from typing import Any

import msgspec
import pytest

from aiguillage.desk.facts import add_fact, set_fact
from aiguillage.desk.switches import flip_switch
from aiguillage.desk.webhooks import set_webhook
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import Queue, Switch, TimeSpan
from aiguillage.storage.webhooks import read_look
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
