"""Turns: one receiver's trouble is never another's, and a webhook is what it is at each try."""

import threading
from typing import Any

import pytest

from aiguillage.desk.delivering import THREADS
from aiguillage.desk.webhooks import remove_webhook, set_webhook
from aiguillage.storage.deliveries import due_webhooks
from tests.cast import ACCOUNT, NOW
from tests.desk.hooks import HOUR, MINUTE, SECOND, Hooks
from tests.secure import answer


def test_who_does_not_answer_is_asked_once_a_round(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=b"220 mail.example.org ESMTP\r\n")
    hooks.enqueue(kept, 3)

    assert hooks.deliver() == 1

    assert [one.tries for one in hooks.sent(kept)] == [1, 0, 0]
    assert hooks.sent(kept)[0].trouble is not None


def test_what_waits_for_who_does_not_answer_waits_as_long_as_what_failed(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=b"220 mail.example.org ESMTP\r\n")
    hooks.enqueue(kept, 3)

    tries = [(hooks.deliver(), hooks.sent(kept)[0].next_at) for hooks.at in (NOW, NOW + MINUTE, NOW + 2 * MINUTE)]

    assert tries == [(1, NOW + MINUTE), (1, NOW + 3 * MINUTE), (0, NOW + 3 * MINUTE)]
    assert {one.next_at for one in hooks.sent(kept)} == {NOW + 3 * MINUTE}


def test_many_that_do_not_answer_take_nobody_elses_turn(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiguillage.desk.delivering.WEBHOOKS_A_ROUND", 4)
    for n in range(4):
        hooks.enqueue(hooks.add(f"/dead{n}", said=b"")[0], 50)
    hooks.at += SECOND
    good, _ = hooks.add("/good")
    hooks.enqueue(good)

    tries = [hooks.deliver(), hooks.deliver()]

    assert tries == [4, 1]
    assert hooks.sent(good)[0].state == "delivered"


@pytest.mark.parametrize(("status", "state"), [("500 Oh", "failed"), ("200 OK", "delivered")])
def test_a_webhook_that_is_switched_off_while_it_is_sent_to_is_sent_no_more(
    hooks: Hooks, status: str, state: str
) -> None:
    def switch_off(connection: Any, _over: object) -> None:  # noqa: ANN401 - a TLS connection
        set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, {"active": False})
        connection.sendall(answer(b"", status=status))

    kept, _ = hooks.add(said=switch_off)
    hooks.enqueue(kept, 3)

    tries = [hooks.deliver() for hooks.at in (NOW, NOW + HOUR)]

    assert tries == [1, 0]
    assert [one.state for one in hooks.sent(kept)] == [state, "failed", "failed"]
    assert [one.tries for one in hooks.sent(kept)] == [1, 0, 0]


def test_a_webhook_that_is_removed_while_it_is_sent_to_is_sent_no_more(hooks: Hooks) -> None:
    def remove(connection: Any, _over: object) -> None:  # noqa: ANN401 - a TLS connection
        remove_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id)
        connection.sendall(answer(b""))

    kept, _ = hooks.add(said=remove)
    hooks.enqueue(kept, 3)

    assert hooks.deliver() == 1


def test_slow_receivers_hold_up_nobody_else(hooks: Hooks) -> None:
    served = threading.Barrier(THREADS)

    def slowly(connection: Any, _over: object) -> None:  # noqa: ANN401 - a TLS connection
        served.wait(30)
        connection.sendall(answer(b""))

    kept = [hooks.add(f"/slow{n}", said=slowly)[0] for n in range(THREADS)]
    for one in kept:
        hooks.enqueue(one)

    assert hooks.deliver() == THREADS

    assert {hooks.sent(one)[0].state for one in kept} == {"delivered"}


def test_those_that_failed_least_come_first(hooks: Hooks) -> None:
    failing, _ = hooks.add("/failing", said=answer(b"", status="500 Oh"))
    hooks.enqueue(failing)
    hooks.deliver()
    hooks.at += MINUTE
    fresh, _ = hooks.add("/fresh")
    hooks.enqueue(fresh)

    with hooks.cast.db.read() as connection:
        order = [one.webhook_id for one in due_webhooks(connection, hooks.at, 10)]

    assert order == [fresh.id, failing.id]


def test_a_webhook_that_had_its_turn_waits_for_the_next_round(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiguillage.desk.delivering.TURN_SECONDS", 0.0)
    kept, _ = hooks.add()
    hooks.enqueue(kept, 3)

    assert [hooks.deliver() for _ in range(4)] == [1, 1, 1, 0]
