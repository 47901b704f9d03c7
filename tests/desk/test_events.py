"""Events: what an account's webhooks are told of, and what they are not."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from aiguillage.desk import event_sources
from aiguillage.desk.contacts import add_contact, enter_contact, remove_contact
from aiguillage.desk.events import note_events
from aiguillage.desk.imports import import_contacts, undo_import
from aiguillage.desk.webhooks import remove_webhook, set_webhook
from aiguillage.domain.contacts import Contact
from aiguillage.storage.webhooks import Watched
from tests.cast import ACCOUNT, NOW, OTHER_ACCOUNT
from tests.desk.hooks import HOUR, Hooks
from tests.storage.facts import account_id, rows

DAY = 24 * HOUR
STRANGER, OTHER = "+33199000001", "+33199000002"


def contact(hooks: Hooks, company: str) -> int:
    """A new contact of the editor's."""
    return add_contact(hooks.cast.db, hooks.cast["editor"], ACCOUNT, Contact(company=company)).id


def contact_file(folder: Path, companies: Iterable[str]) -> Path:
    """A CSV file of contacts."""
    path = folder / "contacts.csv"
    path.write_text("reference,company\n" + "".join(f"{company},{company}\n" for company in companies))
    return path


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
    hooks.call(STRANGER, NOW)

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
