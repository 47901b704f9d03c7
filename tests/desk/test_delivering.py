"""Deliveries: signed, tried again for a day, one receiver's trouble never another's."""

import base64
import hashlib
import hmac
import threading
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from aiguillage.desk.delivering import KEPT, THREADS, deliver_due
from aiguillage.desk.fetching import PUBLIC
from aiguillage.desk.journal import list_changes
from aiguillage.desk.webhooks import (
    ping_webhook,
    regenerate_secret,
    remove_webhook,
    resend_delivery,
    set_webhook,
    show_webhook,
)
from aiguillage.domain.errors import Kind
from aiguillage.domain.webhooks import GIVEN_UP_AFTER
from aiguillage.storage.deliveries import ERASED, add_deliveries, due_webhooks, erase_bodies
from aiguillage.storage.facts import Kept
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.desk.hooks import HOUR, MINUTE, SECOND, Hooks
from tests.refusal import refused
from tests.secure import Secure, answer, stall
from tests.storage.facts import account_id, rows

NUMBER = "+33199001234"


@pytest.fixture
def hooks(cast: Cast, secure: Secure) -> Hooks:
    """Webhooks on a receiver that was not asked anything yet."""
    secure.requests.clear()
    return Hooks(cast, secure)


def enqueue(hooks: Hooks, kept: Kept, count: int = 1, **about: Any) -> list[int]:  # noqa: ANN401 - any JSON
    """Deliveries to a webhook, due now; their ids."""
    db, account = hooks.cast.db, account_id(hooks.cast.db, ACCOUNT)
    made = [(kept.id, "call.unknown", msgspec.json.encode({"id": f"evt_{n}", **about}).decode()) for n in range(count)]
    with db.write() as connection:
        return add_deliveries(connection, account, made, at=hooks.at, until=hooks.at + GIVEN_UP_AFTER)


def test_a_message_is_signed_as_its_receiver_can_tell(hooks: Hooks) -> None:
    kept, secret = hooks.add()
    enqueue(hooks, kept, number=NUMBER)

    hooks.deliver()

    arrived = hooks.arrived()[0]
    headers = arrived.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + arrived.body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert headers["webhook-id"] == "evt_0"
    assert headers["webhook-timestamp"] == str(NOW // SECOND)
    assert headers["content-type"] == "application/json"
    assert msgspec.json.decode(arrived.body) == {"id": "evt_0", "number": NUMBER}


def test_what_is_answered_with_2xx_is_delivered_and_not_sent_again(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=answer(b"thanks", status="202 Accepted"))
    enqueue(hooks, kept)

    tries = [hooks.deliver(), hooks.deliver()]

    only = hooks.sent(kept)[0]
    assert tries == [1, 0]
    assert (only.state, only.tries, only.status, only.trouble) == ("delivered", 1, 202, None)
    assert only.delivered_at == NOW


@pytest.mark.parametrize("status", ["301 Moved", "400 No", "404 No", "500 Oh", "503 Busy"])
def test_whatever_else_is_answered_is_tried_again_and_a_redirect_is_not_followed(hooks: Hooks, status: str) -> None:
    kept, _ = hooks.add(said=answer(b"", status=status, Location=hooks.secure.url("/elsewhere")))
    enqueue(hooks, kept)

    hooks.deliver()

    only = hooks.sent(kept)[0]
    assert (only.state, only.status, only.next_at) == ("waiting", int(status[:3]), NOW + MINUTE)
    assert only.trouble == f"127.0.0.1 answers with the status {status[:3]}."
    assert hooks.arrived("/elsewhere") == []


def test_a_receiver_that_never_answers_well_is_tried_for_a_day_with_growing_waits(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=answer(b"", status="500 Oh"))
    enqueue(hooks, kept)
    moments = []

    for hooks.at in range(NOW, NOW + 26 * HOUR, 5 * MINUTE):
        moments += [hooks.at] * hooks.deliver()

    waits = [(later - earlier) // MINUTE for earlier, later in pairwise(moments)]
    only = hooks.sent(kept)[0]
    assert waits == sorted(waits)
    assert waits[0] == 5
    assert waits[-1] == 240
    assert NOW + 20 * HOUR <= moments[-1] <= NOW + GIVEN_UP_AFTER
    assert (only.state, only.tries, only.status) == ("failed", len(moments), 500)
    assert len({message.headers["webhook-id"] for message in hooks.arrived()}) == 1
    assert len({message.headers["webhook-signature"] for message in hooks.arrived()}) == len(moments)


def test_a_receiver_that_is_well_again_gets_what_waits(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=answer(b"", status="500 Oh"))
    enqueue(hooks, kept, 3)
    hooks.deliver()

    hooks.secure.said["/hook"] = answer(b"")
    hooks.at += MINUTE
    hooks.deliver()

    assert {(one.state, one.tries) for one in hooks.sent(kept)} == {("delivered", 2)}


def test_who_does_not_answer_is_asked_once_a_round(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=b"220 mail.example.org ESMTP\r\n")
    enqueue(hooks, kept, 3)

    assert hooks.deliver() == 1

    assert [one.tries for one in hooks.sent(kept)] == [1, 0, 0]
    assert hooks.sent(kept)[0].trouble is not None


def test_slow_receivers_hold_up_nobody_else(hooks: Hooks) -> None:
    served = threading.Barrier(THREADS)

    def slowly(connection: Any, _over: object) -> None:  # noqa: ANN401 - a TLS connection
        served.wait(30)
        connection.sendall(answer(b""))

    kept = [hooks.add(f"/slow{n}", said=slowly)[0] for n in range(THREADS)]
    for one in kept:
        enqueue(hooks, one)

    assert hooks.deliver() == THREADS

    assert {hooks.sent(one)[0].state for one in kept} == {"delivered"}


def test_those_that_failed_least_come_first(hooks: Hooks) -> None:
    failing, _ = hooks.add("/failing", said=answer(b"", status="500 Oh"))
    enqueue(hooks, failing)
    hooks.deliver()
    hooks.at += MINUTE
    fresh, _ = hooks.add("/fresh")
    enqueue(hooks, fresh)

    with hooks.cast.db.read() as connection:
        order = [one.webhook_id for one in due_webhooks(connection, hooks.at, 10)]

    assert order == [fresh.id, failing.id]


def test_who_answers_410_wants_no_more(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=answer(b"", status="410 Gone"))
    enqueue(hooks, kept, 3)

    assert hooks.deliver() == 1
    assert hooks.deliver() == 0

    hook = show_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id).fact
    change = list_changes(hooks.cast.db, hooks.cast["manager"], ACCOUNT, limit=1)[0]
    assert not hook.active
    assert "410" in hook.trouble
    assert (change.actor, change.action, change.entity_id) == ("webhook receiver", "set", kept.id)
    assert [one.state for one in hooks.sent(kept)] == ["failed"] * 3
    assert [one.status for one in hooks.sent(kept)] == [410, None, None]


def test_what_waits_for_a_webhook_that_is_switched_off_ends(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    enqueue(hooks, kept)

    set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, {"active": False})

    only = hooks.sent(kept)[0]
    assert hooks.deliver() == 0
    assert (only.state, only.trouble) == ("failed", "The webhook was switched off. Switch it on, and send this again.")
    with refused(Kind.CONFLICT, "switched off"):
        resend_delivery(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, only.id)


def test_what_was_delivered_can_be_sent_again_as_it_was(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    enqueue(hooks, kept)
    hooks.deliver()
    manager = msgspec.structs.replace(hooks.cast["manager"], at=NOW + 40 * HOUR)

    again = resend_delivery(hooks.cast.db, manager, ACCOUNT, kept.id, hooks.sent(kept)[0].id)
    hooks.at = manager.at
    hooks.deliver()

    first, second = hooks.arrived()
    assert (again.state, again.tries, again.until) == ("waiting", 0, manager.at + GIVEN_UP_AFTER)
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    assert [(one.state, one.tries) for one in hooks.sent(kept)] == [("delivered", 1)]


def test_what_had_no_try_in_a_day_is_given_up(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    enqueue(hooks, kept)

    hooks.at += GIVEN_UP_AFTER
    tries = hooks.deliver()

    only = hooks.sent(kept)[0]
    assert (tries, only.state, only.trouble) == (0, "failed", "It could not be delivered within 24 hours.")


def test_deliveries_are_forgotten_after_thirty_days(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    enqueue(hooks, kept)
    hooks.at += KEPT
    hooks.deliver()
    before = len(hooks.sent(kept))

    hooks.at += 1
    hooks.deliver()

    assert (before, hooks.sent(kept)) == (1, [])


def test_a_webhook_goes_with_its_secret_and_its_deliveries(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    enqueue(hooks, kept)
    hooks.look()

    remove_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id)

    for table in ("webhook_secrets", "deliveries", "webhook_looks"):
        assert rows(hooks.cast.db, f"SELECT * FROM {table}") == []  # noqa: S608 - our own names


def test_the_production_rule_sends_nothing_to_this_machine(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    enqueue(hooks, kept)

    deliver_due(hooks.cast.db, lambda: NOW, guard=PUBLIC)

    only = hooks.sent(kept)[0]
    assert (only.state, only.status, hooks.arrived()) == ("waiting", None, [])
    assert "not at a public address" in str(only.trouble)


def test_a_receiver_without_an_answer_costs_its_time_and_no_more(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiguillage.desk.delivering.TRY_SECONDS", 0.5)
    kept, _ = hooks.add(said=stall(b"HTTP/1.1 200 OK\r\n"))
    enqueue(hooks, kept)

    hooks.deliver()

    assert hooks.sent(kept)[0].trouble == "127.0.0.1 does not answer in time. Check the address, or try again later."


def test_a_webhook_that_had_its_turn_waits_for_the_next_round(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiguillage.desk.delivering.TURN_SECONDS", 0.0)
    kept, _ = hooks.add()
    enqueue(hooks, kept, 3)

    assert [hooks.deliver() for _ in range(4)] == [1, 1, 1, 0]


def test_a_ping_is_sent_at_once_and_once(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=answer(b"", status="500 Oh"))
    set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, {"active": False})

    told = ping_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, guard=hooks.secure.guard)

    body = msgspec.json.decode(hooks.arrived()[0].body)
    assert (told.state, told.status, told.tries) == ("failed", 500, 1)
    assert hooks.sent(kept) == [told]
    assert (body["event"], body["account"], body["data"]) == ("ping", ACCOUNT, {"webhook_id": kept.id})
    assert body["at"] == "2026-11-18T11:06:40Z"
    assert body["id"] == hooks.arrived()[0].headers["webhook-id"]


def test_a_new_secret_signs_from_then_on_and_is_never_in_the_journal(hooks: Hooks) -> None:
    kept, first = hooks.add()
    manager = hooks.cast["manager"]

    issued = regenerate_secret(hooks.cast.db, manager, ACCOUNT, kept.id)
    for _ in range(2):
        ping_webhook(hooks.cast.db, manager, ACCOUNT, kept.id, guard=hooks.secure.guard)

    signed = [message.headers["webhook-signature"] for message in hooks.arrived()]
    journal = str(rows(hooks.cast.db, "SELECT * FROM journal"))
    assert issued.kept == kept
    assert issued.secret != first
    assert len(set(signed)) == 2
    assert first not in journal
    assert issued.secret not in journal
    assert list_changes(hooks.cast.db, manager, ACCOUNT, limit=1)[0].entity == "webhook_secret"


def test_an_erased_number_is_in_no_body_and_is_not_sent(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    ours, others = enqueue(hooks, kept, number=NUMBER)[0], enqueue(hooks, kept, number=NUMBER + "5")[0]
    account = account_id(hooks.cast.db, ACCOUNT)

    with hooks.cast.db.write() as connection:
        erase_bodies(connection, account_id(hooks.cast.db, OTHER_ACCOUNT), [ours, others])
        erase_bodies(connection, account, [ours])
    tries = hooks.deliver()

    by_id = {one.id: one for one in hooks.sent(kept)}
    assert tries == 1
    assert (by_id[ours].body, by_id[ours].state, by_id[ours].trouble) == ("", "failed", ERASED)
    assert NUMBER + "5" in by_id[others].body
    with refused(Kind.CONFLICT, "was erased"):
        resend_delivery(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, ours)


def test_ids_of_deliveries_only_rise(hooks: Hooks) -> None:
    kept, _ = hooks.add()

    first = enqueue(hooks, kept, 2000)
    second = enqueue(hooks, kept, 1)
    hooks.at += HOUR
    later = enqueue(hooks, kept, 1)

    ids = [*first, *second, *later]
    assert ids == sorted(set(ids))
    assert ids[-1] < 2**53
