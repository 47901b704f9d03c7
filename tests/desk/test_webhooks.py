"""Webhooks as their managers keep them: secrets, pings, what is sent again."""

import msgspec

from aiguillage.desk.journal import list_changes
from aiguillage.desk.past import facts_before
from aiguillage.desk.reverting import revert_change
from aiguillage.desk.webhooks import (
    begin_ping,
    ping_webhook,
    regenerate_secret,
    remove_webhook,
    resend_delivery,
    set_webhook,
    show_delivery,
    show_webhook,
)
from aiguillage.domain.errors import Kind
from aiguillage.domain.moments import MINUTE
from aiguillage.domain.webhooks import GIVEN_UP_AFTER
from aiguillage.storage.webhooks import webhook_secret
from tests.cast import ACCOUNT, NOW, known_caller
from tests.desk.hooks import HOUR, Hooks
from tests.refusal import refused
from tests.secure import answer
from tests.storage.facts import account_id, rows

NUMBER = "+33199001234"


def test_what_was_delivered_can_be_sent_again_as_it_was(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    hooks.enqueue(kept)
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


def test_what_waits_for_a_webhook_that_is_switched_off_ends(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    hooks.enqueue(kept)

    set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, {"active": False})

    only = hooks.sent(kept)[0]
    assert hooks.deliver() == 0
    assert (only.state, only.trouble) == ("failed", "The webhook was switched off. Switch it on, and send this again.")
    with refused(Kind.CONFLICT, "switched off"):
        resend_delivery(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, only.id)


def test_a_webhook_goes_with_its_secret_and_its_deliveries(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    hooks.enqueue(kept)
    hooks.look()

    remove_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id)

    for table in ("webhook_secrets", "deliveries", "webhook_looks"):
        assert rows(hooks.cast.db, f"SELECT * FROM {table}") == []  # noqa: S608 - our own names


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


def test_a_ping_that_nobody_sent_is_sent_by_housekeeping_a_minute_later(hooks: Hooks) -> None:
    kept, _ = hooks.add()

    waiting, _send = begin_ping(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, guard=hooks.secure.guard)
    before = hooks.deliver()
    hooks.at += MINUTE
    sent = hooks.deliver()

    assert (waiting.state, before, sent) == ("waiting", 0, 1)
    assert [one.state for one in hooks.sent(kept)] == ["delivered"]


def test_one_delivery_is_shown_by_itself(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    manager = hooks.cast["manager"]

    told = ping_webhook(hooks.cast.db, manager, ACCOUNT, kept.id, guard=hooks.secure.guard)

    assert show_delivery(hooks.cast.db, manager, ACCOUNT, kept.id, told.id) == hooks.sent(kept)[0]
    with refused(Kind.MISSING, "There is no delivery"):
        show_delivery(hooks.cast.db, manager, ACCOUNT, kept.id, told.id + 1)


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


def test_a_webhook_in_the_journal_is_no_part_of_the_past_that_calls_are_replayed_in(hooks: Hooks) -> None:
    kept, _ = hooks.add()

    past = facts_before(hooks.cast.db, hooks.cast["reader"], ACCOUNT, kept.seq)

    assert "webhook" not in past.document.facts


def test_a_webhook_that_comes_back_signs_with_another_secret_and_is_told_of_nothing_meanwhile(hooks: Hooks) -> None:
    kept, first = hooks.add()
    manager = hooks.cast["manager"]
    remove_webhook(hooks.cast.db, manager, ACCOUNT, kept.id)
    known_caller(hooks.cast)

    removed = next(one for one in list_changes(hooks.cast.db, manager, ACCOUNT) if one.action == "remove")
    revert_change(hooks.cast.db, manager, ACCOUNT, removed.seq)
    looks = hooks.look()

    with hooks.cast.db.read() as connection:
        second = webhook_secret(connection, account_id(hooks.cast.db, ACCOUNT), kept.id)
    assert show_webhook(hooks.cast.db, manager, ACCOUNT, kept.id).fact == kept.fact
    assert second not in {None, first}
    assert looks == 0
