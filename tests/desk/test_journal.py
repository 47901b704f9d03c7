"""Who changed what: the journal as an account's managers read it."""

from typing import Any

import pytest

from aiguillage.desk.contacts import add_contact, remove_contact
from aiguillage.desk.journal import list_changes
from aiguillage.domain.accounts import Actor
from aiguillage.domain.contacts import Contact
from aiguillage.domain.errors import Kind
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast, email
from tests.changing import set_contact
from tests.refusal import refused


def company(contact: dict[str, Any] | None) -> object:
    """The company of a contact in the journal."""
    return None if contact is None else contact["company"]


def test_every_change_to_a_contact_is_told_newest_first_with_its_before_and_after(cast: Cast) -> None:
    editor = cast["editor"]
    later = Actor(editor.name, editor.at + 1, editor.user_id)
    kept = add_contact(cast.db, editor, ACCOUNT, Contact(company="Acacias"))
    set_contact(cast.db, later, ACCOUNT, kept.id, {"company": "Tilleuls"})
    remove_contact(cast.db, cast["manager"], ACCOUNT, kept.id)

    changes = list_changes(cast.db, cast["manager"], ACCOUNT, limit=3)

    assert [(c.seq - kept.seq, c.action, c.actor, c.at - editor.at) for c in changes] == [
        (2, "remove", email("manager"), 0),
        (1, "set", email("editor"), 1),
        (0, "add", email("editor"), 0),
    ]
    assert [(company(c.before), company(c.after)) for c in changes] == [
        ("Tilleuls", None),
        ("Acacias", "Tilleuls"),
        (None, "Acacias"),
    ]


def test_the_journal_is_read_page_by_page(cast: Cast) -> None:
    for number in range(5):
        add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company=f"Acacias {number}"))
    whole = list_changes(cast.db, cast["manager"], ACCOUNT)

    first = list_changes(cast.db, cast["manager"], ACCOUNT, limit=2)
    second = list_changes(cast.db, cast["manager"], ACCOUNT, before_seq=first[-1].seq, limit=2)

    assert first + second == whole[:4]
    assert list_changes(cast.db, cast["manager"], ACCOUNT, before_seq=1) == []


def test_each_account_has_a_journal_of_its_own(cast: Cast) -> None:
    before = list_changes(cast.db, cast["manager"], ACCOUNT)

    kept = add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(company="Mistral"))

    assert list_changes(cast.db, cast["manager"], ACCOUNT) == before
    assert list_changes(cast.db, cast["outsider"], OTHER_ACCOUNT)[0].seq == kept.seq


def test_the_installations_journal_tells_users_and_accounts_alone(cast: Cast) -> None:
    changes = list_changes(cast.db, cast.operator, None)

    assert {change.entity for change in changes} == {"account", "user"}
    assert [change.seq for change in changes] == list(range(len(changes), 0, -1))


@pytest.mark.parametrize(("before_seq", "limit"), [(2**63, 1), (1, 2**63)])
def test_a_page_that_no_journal_has_is_refused(cast: Cast, before_seq: int, limit: int) -> None:
    with refused(Kind.INVALID, "A number is out of range"):
        list_changes(cast.db, cast["manager"], ACCOUNT, before_seq=before_seq, limit=limit)
