"""Events: what an account's webhooks are told of, and what they are not."""

from collections.abc import Iterable
from contextlib import closing
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aiguillage.desk import event_sources
from aiguillage.desk.contacts import add_contact, enter_contact, remove_contact
from aiguillage.desk.events import note_events
from aiguillage.desk.facts import add_fact, set_fact
from aiguillage.desk.imports import import_contacts, undo_import
from aiguillage.desk.switches import flip_switch
from aiguillage.desk.webhooks import remove_webhook, set_webhook
from aiguillage.domain.contacts import Contact
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import Queue, Switch, TimeSpan
from aiguillage.storage.calls import open_log
from aiguillage.storage.webhooks import Watched, read_look
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT, Cast
from tests.desk.hooks import HOUR, MINUTE, SECOND, Hooks
from tests.secure import Secure
from tests.storage.facts import account_id, rows

DAY = 24 * HOUR
STRANGER, OTHER = "+33199000001", "+33199000002"


@pytest.fixture
def hooks(cast: Cast, secure: Secure) -> Hooks:
    """Webhooks of the cast."""
    return Hooks(cast, secure)


def contact(hooks: Hooks, company: str) -> int:
    """A new contact of the editor's."""
    return add_contact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, Contact(company=company)).id


def contact_file(folder: Path, companies: Iterable[str]) -> Path:
    """A CSV file of contacts."""
    path = folder / "contacts.csv"
    path.write_text("reference,company\n" + "".join(f"{company},{company}\n" for company in companies))
    return path


def call(hooks: Hooks, number: str | None, at: int, outcome: str = "unknown", code: str = ACCOUNT) -> None:
    """A call in the log."""
    with closing(open_log(hooks.cast.log)) as log:
        log.execute(
            "INSERT INTO calls (at, account_id, number, outcome, dialect, own_us, worker) "
            "VALUES (?, ?, ?, ?, 'v1', 1, 'w')",
            (at, account_id(hooks.cast.db, code), number, outcome),
        )


def test_contacts_that_were_changed_are_told_of_once_each(hooks: Hooks) -> None:
    old = contact(hooks, "Mistral")
    kept, _ = hooks.add()
    new, short = contact(hooks, "Acacias"), contact(hooks, "Belleville")
    enter_contact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, new, {"company": "Les Acacias"})
    enter_contact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, old, {"company": "Le Mistral"})
    remove_contact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, short)

    assert [hooks.look(), hooks.look()] == [1, 0]

    actions = [{"id": new, "action": "add"}, {"id": short, "action": "remove"}, {"id": old, "action": "set"}]
    assert hooks.told(kept) == [("contact.changed", {"contacts": actions})]


def test_a_webhook_is_told_of_nothing_that_was_before_it(hooks: Hooks) -> None:
    contact(hooks, "Mistral")
    first, _ = hooks.add("/first")
    contact(hooks, "Acacias")
    second, _ = hooks.add("/second")
    third = contact(hooks, "Belleville")

    hooks.look()

    of_third = ("contact.changed", {"contacts": [{"id": third, "action": "add"}]})
    assert [len(told["contacts"]) for _, told in hooks.told(first)] == [1, 1]
    assert hooks.told(second) == [of_third]


def test_an_import_is_one_event_however_many_contacts_it_has(hooks: Hooks, tmp_path: Path) -> None:
    kept, _ = hooks.add()
    path = contact_file(tmp_path, (f"Company {n}" for n in range(2_500)))

    done = import_contacts(hooks.cast.db, hooks.cast["editor"], ACCOUNT, path)
    after = contact(hooks, "Mistral")
    hooks.look()

    counts = {"created": 2_500, "changed": 0, "deleted": 0, "refused": 0}
    assert hooks.told(kept) == [
        ("import.finished", {"import_id": done.import_id, "undone": False, **counts}),
        ("contact.changed", {"contacts": [{"id": after, "action": "add"}]}),
    ]


def test_an_import_that_is_undone_is_one_event_too(hooks: Hooks, tmp_path: Path) -> None:
    kept, _ = hooks.add()
    path = contact_file(tmp_path, ("Mistral", "Acacias"))
    done = import_contacts(hooks.cast.db, hooks.cast["editor"], ACCOUNT, path)
    hooks.look()

    undo_import(hooks.cast.db, hooks.cast["editor"], ACCOUNT, done.import_id or 0)
    hooks.look()

    assert [(event, told["undone"]) for event, told in hooks.told(kept)] == [
        ("import.finished", False),
        ("import.finished", True),
    ]


def test_an_import_that_nobody_kept_is_no_event(hooks: Hooks, tmp_path: Path) -> None:
    kept, _ = hooks.add("/hook", "import.finished")
    import_contacts(hooks.cast.db, hooks.cast["editor"], ACCOUNT, contact_file(tmp_path, ("Mistral",)))
    with hooks.cast.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM imports")

    hooks.look()

    assert hooks.told(kept) == []


def test_many_changes_are_told_in_portions_and_over_several_looks(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_sources, "CHANGES_AT_ONCE", 2)
    monkeypatch.setattr(event_sources, "EVENTS_AT_ONCE", 2)
    kept, _ = hooks.add()
    ids = [contact(hooks, f"Company {n}") for n in range(5)]

    looks = [hooks.look() for _ in range(3)]

    portions = [[one["id"] for one in told["contacts"]] for _, told in hooks.told(kept)]
    assert looks == [2, 1, 0]
    assert portions == [ids[:2], ids[2:4], ids[4:]]


def test_a_webhook_is_told_what_it_wants_and_while_it_is_on(hooks: Hooks) -> None:
    deaf, _ = hooks.add("/deaf", "queue.closed")
    off, _ = hooks.add("/off")
    set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, off.id, {"active": False})
    contact(hooks, "Mistral")
    hooks.look()
    set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, off.id, {"active": True})
    hooks.look()

    assert hooks.told(deaf) == []
    assert hooks.told(off) == []


def test_two_webhooks_get_the_same_event_under_one_id(hooks: Hooks) -> None:
    kept = [hooks.add(path)[0] for path in ("/one", "/two")]
    contact(hooks, "Mistral")

    assert hooks.look() == 2

    one, two = (hooks.sent(each)[0] for each in kept)
    assert one.body == two.body
    assert one.id != two.id


def test_another_accounts_webhook_is_told_nothing(hooks: Hooks) -> None:
    hooks.add("/theirs", code=OTHER_ACCOUNT)
    contact(hooks, "Mistral")
    call(hooks, STRANGER, NOW)

    hooks.at += HOUR
    assert hooks.look() == 0


def test_an_account_without_a_webhook_is_not_looked_at(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    contact(hooks, "Mistral")
    watched = Watched(account_id(hooks.cast.db, ACCOUNT), ACCOUNT)

    remove_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id)

    assert note_events(hooks.cast.db, hooks.cast.log, watched, hooks.at) == 0
    assert rows(hooks.cast.db, "SELECT * FROM webhook_looks") == []
    assert hooks.look() == 0


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


def test_a_strangers_calls_in_one_window_are_one_event(hooks: Hooks) -> None:
    kept, _ = hooks.add()
    for second in (1, 20, 190):
        call(hooks, STRANGER, NOW + second * SECOND)
    call(hooks, OTHER, NOW + 2 * SECOND)
    call(hooks, "+33199001234", NOW, outcome="known")
    call(hooks, "", NOW + 3 * SECOND)
    call(hooks, None, NOW + 3 * SECOND)

    before = hooks.look()
    hooks.at += 5 * MINUTE
    looks = [hooks.look(), hooks.look()]

    assert (before, looks) == (0, [2, 0])
    assert hooks.told(kept) == [
        ("call.unknown", {"number": STRANGER, "calls": 3, "last_at": "2026-11-18T11:09:50Z"}),
        ("call.unknown", {"number": OTHER, "calls": 1, "last_at": "2026-11-18T11:06:42Z"}),
    ]


def test_a_window_is_told_of_once_it_is_over_and_in_the_log(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "call.unknown")
    over = NOW // (5 * MINUTE) * 5 * MINUTE + 5 * MINUTE
    call(hooks, STRANGER, over - SECOND)
    call(hooks, STRANGER, over)

    hooks.at = over + 9 * SECOND
    early = hooks.look()
    hooks.at += SECOND
    due = hooks.look()
    hooks.at += 5 * MINUTE
    hooks.look()

    assert (early, due) == (0, 1)
    assert [told["calls"] for _, told in hooks.told(kept)] == [1, 1]


def test_calls_before_the_webhook_are_not_told_of(hooks: Hooks) -> None:
    call(hooks, STRANGER, NOW - SECOND)
    kept, _ = hooks.add("/hook", "call.unknown")

    hooks.at += HOUR
    hooks.look()

    assert hooks.told(kept) == []


def test_calls_before_somebody_wanted_to_know_are_not_told_of(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "contact.changed")
    hooks.look()
    call(hooks, STRANGER, NOW + SECOND)
    hooks.at += HOUR
    set_webhook(hooks.cast.db, hooks.cast["manager"], ACCOUNT, kept.id, {"events": ("call.unknown",)})
    hooks.look()
    call(hooks, OTHER, hooks.at + SECOND)

    hooks.at += HOUR
    hooks.look()

    assert [told["number"] for _, told in hooks.told(kept)] == [OTHER]


def test_of_many_strangers_those_that_call_most_are_told_of(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_sources, "STRANGERS_AT_ONCE", 1)
    kept, _ = hooks.add("/hook", "call.unknown")
    for number in (OTHER, STRANGER, STRANGER):
        call(hooks, number, NOW + SECOND)

    hooks.at += HOUR
    hooks.look()

    assert [told["number"] for _, told in hooks.told(kept)] == [STRANGER]


def test_after_a_long_silence_the_calls_of_the_last_day_are_told_of(hooks: Hooks) -> None:
    kept, _ = hooks.add("/hook", "call.unknown")
    hooks.look()
    call(hooks, STRANGER, NOW + HOUR)
    call(hooks, OTHER, NOW + 10 * DAY - HOUR)

    hooks.at += 10 * DAY
    hooks.look()

    assert [told["number"] for _, told in hooks.told(kept)] == [OTHER]
