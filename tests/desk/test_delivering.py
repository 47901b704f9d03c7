"""Deliveries: signed, tried again for a day, kept for a month."""

import base64
import hashlib
import hmac
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from aiguillage.desk.delivering import KEPT, deliver_due
from aiguillage.desk.fetching import PUBLIC
from aiguillage.desk.journal import list_changes
from aiguillage.desk.webhooks import resend_delivery, show_webhook
from aiguillage.domain.errors import Kind
from aiguillage.domain.webhooks import GIVEN_UP_AFTER
from aiguillage.storage.deliveries import ERASED, erase_bodies
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT
from tests.desk.hooks import HOUR, MINUTE, SECOND, Hooks
from tests.refusal import refused
from tests.secure import answer, stall
from tests.storage.facts import account_id

NUMBER = "+33199001234"


def test_a_message_is_signed_as_its_receiver_can_tell(hooks: Hooks) -> None:
    kept, secret = hooks.add()
    hooks.enqueue(kept, number=NUMBER)

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
    hooks.enqueue(kept)

    tries = [hooks.deliver(), hooks.deliver()]

    only = hooks.sent(kept)[0]
    assert tries == [1, 0]
    assert (only.state, only.tries, only.status, only.trouble) == ("delivered", 1, 202, None)
    assert only.delivered_at == NOW


@pytest.mark.parametrize("status", ["301 Moved", "400 No", "404 No", "500 Oh", "503 Busy"])
def test_whatever_else_is_answered_is_tried_again_and_a_redirect_is_not_followed(hooks: Hooks, status: str) -> None:
    kept, _ = hooks.add(said=answer(b"", status=status, Location=hooks.secure.url("/elsewhere")))
    hooks.enqueue(kept)

    hooks.deliver()

    only = hooks.sent(kept)[0]
    assert (only.state, only.status, only.next_at) == ("waiting", int(status[:3]), NOW + MINUTE)
    assert only.trouble == f"127.0.0.1 answers with the status {status[:3]}."
    assert hooks.arrived("/elsewhere") == []


def test_a_receiver_that_never_answers_well_is_tried_for_a_day_with_growing_waits(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=answer(b"", status="500 Oh"))
    hooks.enqueue(kept)
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
    hooks.enqueue(kept, 3)
    hooks.deliver()

    hooks.secure.said["/hook"] = answer(b"")
    hooks.at += MINUTE
    hooks.deliver()

    assert {(one.state, one.tries) for one in hooks.sent(kept)} == {("delivered", 2)}


def test_who_answers_410_wants_no_more(hooks: Hooks) -> None:
    kept, _ = hooks.add(said=answer(b"", status="410 Gone"))
    hooks.enqueue(kept, 3)

    assert hooks.deliver() == 1
    assert hooks.deliver() == 0

    hook = show_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id).fact
    change = list_changes(hooks.cast.db, hooks.cast["manager"], ACCOUNT, limit=1)[0]
    assert not hook.active
    assert "410" in hook.trouble
    assert (change.actor, change.action, change.entity_id) == ("webhook receiver", "set", kept.id)
    assert [one.state for one in hooks.sent(kept)] == ["failed"] * 3
    assert [one.status for one in hooks.sent(kept)] == [410, None, None]


def test_what_had_no_try_in_a_day_is_given_up(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    hooks.enqueue(kept)

    hooks.at += GIVEN_UP_AFTER
    tries = hooks.deliver()

    only = hooks.sent(kept)[0]
    assert (tries, only.state, only.trouble) == (0, "failed", "It could not be delivered within 24 hours.")


def test_deliveries_are_forgotten_after_thirty_days(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    hooks.enqueue(kept)
    hooks.at += KEPT
    hooks.deliver()
    before = len(hooks.sent(kept))

    hooks.at += 1
    hooks.deliver()

    assert (before, hooks.sent(kept)) == (1, [])


def test_the_production_rule_sends_nothing_to_this_machine(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    hooks.enqueue(kept)

    deliver_due(hooks.cast.db, lambda: NOW, guard=PUBLIC)

    only = hooks.sent(kept)[0]
    assert (only.state, only.status, hooks.arrived()) == ("waiting", None, [])
    assert "Leave it out, or use 8443" in str(only.trouble)


def test_a_receiver_without_an_answer_costs_its_time_and_no_more(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiguillage.desk.delivering.TRY_SECONDS", 0.5)
    kept, _ = hooks.add(said=stall(b"HTTP/1.1 200 OK\r\n"))
    hooks.enqueue(kept)

    hooks.deliver()

    assert hooks.sent(kept)[0].trouble == "127.0.0.1 does not answer in time. Check the address, or try again later."


def test_a_delivery_that_was_erased_while_it_was_sent_stays_away(hooks: Hooks) -> None:
    def erase(connection: Any, _over: object) -> None:  # noqa: ANN401 - a TLS connection
        with hooks.cast.db.write() as transaction:
            transaction.exec_driver_sql("DELETE FROM deliveries")
        connection.sendall(answer(b"", status="500 Oh"))

    kept, _ = hooks.add(said=erase)
    hooks.enqueue(kept, number=NUMBER)

    assert hooks.deliver() == 1

    assert hooks.sent(kept) == []


def test_an_erased_number_is_in_no_body_and_is_not_sent(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    ours, others = hooks.enqueue(kept, number=NUMBER)[0], hooks.enqueue(kept, number=NUMBER + "5")[0]
    account = account_id(hooks.cast.db, ACCOUNT)

    with hooks.cast.db.write() as connection:
        erase_bodies(connection, account_id(hooks.cast.db, OTHER_ACCOUNT), [ours, others])
        erase_bodies(connection, account, [ours])
    tries = hooks.deliver()

    by_id = {one.id: one for one in hooks.sent(kept)}
    assert tries == 1
    assert (by_id[ours].body, by_id[ours].state, by_id[ours].trouble) == ("", "failed", ERASED)
    assert NUMBER + "5" in by_id[others].body
    with refused(Kind.CONFLICT, "has been erased"):
        resend_delivery(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, ours)


def test_ids_of_deliveries_only_rise(hooks: Hooks) -> None:
    kept, _ = hooks.add()

    first = hooks.enqueue(kept, 2000)
    second = hooks.enqueue(kept, 1)
    hooks.at += HOUR
    later = hooks.enqueue(kept, 1)

    ids = [*first, *second, *later]
    assert ids == sorted(set(ids))
    assert ids[-1] < 2**53
