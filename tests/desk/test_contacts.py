"""Contacts: the people and companies that an account knows."""

import threading
from typing import Any

import msgspec
import pytest

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import (
    Kept,
    add_contact,
    list_contacts,
    remove_contact,
    show_contact,
)
from aiguillage.desk.fields import add_option, set_field
from aiguillage.desk.journal import list_changes
from aiguillage.desk.searching import walk_contacts
from aiguillage.domain.contacts import NO_SELECT, Contact, Option, Telecom
from aiguillage.domain.errors import Kind, Refusal
from tests.cast import ACCOUNT, CODE, NOW, NUMBER, OTHER_ACCOUNT, Cast, known_caller
from tests.changing import set_contact
from tests.refusal import refused
from tests.storage.facts import rows

OTHER_NUMBER = "+33199005678"
BAKERY = Contact(
    reference="C-2",
    code="9876",
    company="Boulangerie Mistral",
    telecoms=(Telecom(OTHER_NUMBER, "mobile", "Noa"), Telecom("+3326191*")),
    emails=("noa@example.org",),
    select=("300", None, None, None),
    boolean=(None, True, None, None),
)


@pytest.fixture
def garage(cast: Cast) -> Kept:
    """A contact with a reference, a number and a code."""
    return known_caller(cast)


def keys(cast: Cast) -> set[tuple[str, str, int]]:
    """Every key that a caller can be known by: kind, key, contact."""
    found = rows(cast.db, "SELECT kind, key, contact_id FROM caller_key")
    assert len(set(found)) == len(found)
    return {(row.kind, row.key, row.contact_id) for row in found}


def as_journal(contact: Contact) -> Any:  # noqa: ANN401 - JSON
    """A contact as the journal keeps it."""
    return msgspec.json.decode(msgspec.json.encode(contact))


def test_an_added_contact_is_shown_listed_and_known_by_all_its_keys(cast: Cast) -> None:
    kept = add_contact(cast.db, cast["editor"], ACCOUNT, BAKERY)

    assert kept == Kept(kept.seq, kept.seq, BAKERY, NOW, NOW) == show_contact(cast.db, cast["reader"], ACCOUNT, kept.id)
    assert list(list_contacts(cast.db, cast["reader"], ACCOUNT)) == [kept]
    assert keys(cast) == {("n", OTHER_NUMBER, kept.id), ("p", "+3326191", kept.id), ("c", "9876", kept.id)}
    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.seq, change.action, change.entity, change.entity_id) == (kept.seq, "add", "contact", kept.id)
    assert (change.before, change.after) == (None, as_journal(BAKERY))


def test_a_contact_with_a_number_twice_is_known_by_it_once(cast: Cast) -> None:
    twice = Contact(telecoms=(Telecom(NUMBER, "work"), Telecom(NUMBER, "mobile")))

    kept = add_contact(cast.db, cast["editor"], ACCOUNT, twice)

    assert keys(cast) == {("n", NUMBER, kept.id)}
    assert show_contact(cast.db, cast["reader"], ACCOUNT, kept.id).contact == twice


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        (
            Contact(telecoms=(Telecom(NUMBER),)),
            "already belongs to contact \\d+. Change that contact, or let contacts share",
        ),
        (Contact(code=CODE), rf"The code {CODE} already belongs to contact \d+. Change one of the two"),
        (
            Contact(company="x", reference="C-1"),
            "The reference 'C-1' already belongs to contact \\d+. Change one of the two",
        ),
        (
            Contact(telecoms=(Telecom("+3364*"),)),
            "The number prefix \\+3364 already belongs to contact \\d+. Change one",
        ),
    ],
)
def test_what_another_contact_has_is_refused_with_whose_it_is(
    cast: Cast, garage: Kept, contact: Contact, message: str
) -> None:
    set_contact(cast.db, cast["editor"], ACCOUNT, garage.id, {"telecoms": (Telecom(NUMBER), Telecom("+3364*"))})

    with refused(Kind.CONFLICT, message):
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)

    assert [kept.id for kept in list_contacts(cast.db, cast["editor"], ACCOUNT)] == [garage.id]


def test_the_same_keys_on_another_account_stand_in_nobodys_way(cast: Cast, garage: Kept) -> None:
    kept = add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, garage.contact)

    assert kept.contact == garage.contact


@pytest.mark.parametrize("policy", ["ask_code", "first"])
def test_contacts_share_numbers_where_the_account_says_so_but_neither_codes_nor_prefixes(
    cast: Cast, garage: Kept, policy: str
) -> None:
    set_account(cast.db, cast["manager"], ACCOUNT, {"shared_numbers": policy})

    kept = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(telecoms=garage.contact.telecoms))

    assert {("n", NUMBER, garage.id), ("n", NUMBER, kept.id)} <= keys(cast)
    with refused(Kind.CONFLICT, "The code"):
        set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"code": CODE})


@pytest.mark.parametrize(
    "contact", [Contact(), Contact(reference="C-9"), Contact(emails=("a@example.org",), select=("207",) * 4)]
)
def test_a_contact_that_nobody_could_be_is_refused(cast: Cast, contact: Contact) -> None:
    with refused(Kind.INVALID, "The contact is empty. Give it a number, a code or a name"):
        add_contact(cast.db, cast["editor"], ACCOUNT, contact)


def test_a_strict_field_takes_its_options_alone(cast: Cast) -> None:
    add_option(cast.db, cast["editor"], ACCOUNT, "select_1", Option("Support", "300"))
    for key in ("select_1", "select_2"):
        set_field(cast.db, cast["editor"], ACCOUNT, key, strict=True)

    kept = add_contact(cast.db, cast["editor"], ACCOUNT, BAKERY)

    with refused(Kind.INVALID, "'301' is not an option of field_select_1 \\(Destination 1\\). Choose one of: 300"):
        set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"select": ("301", None, None, None)})
    with refused(Kind.INVALID, "is not an option of field_select_2 .* none yet, add an option first"):
        set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"select": ("300", "300", None, None)})
    assert set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"select": NO_SELECT}).contact.select == NO_SELECT


@pytest.mark.parametrize(
    "changes",
    [
        {"company": "Garage de Belleville"},
        {"telecoms": (Telecom(OTHER_NUMBER),), "code": None},
        {"telecoms": ()},
        {"select": ("1", None, "3", None), "boolean": (None, None, True, False)},
        {"reference": None, "emails": ("garage@example.org",), "language": ""},
        {"reference": "C-1", "code": CODE, "company": "Same keys"},
    ],
)
def test_a_contact_is_changed_with_its_keys_and_all_that_they_carry(
    cast: Cast, garage: Kept, changes: dict[str, Any]
) -> None:
    after = msgspec.structs.replace(garage.contact, **changes)

    kept = set_contact(cast.db, cast["editor"], ACCOUNT, garage.id, changes)

    assert (
        kept == Kept(garage.id, kept.seq, after, NOW, NOW) == show_contact(cast.db, cast["reader"], ACCOUNT, garage.id)
    )
    assert kept.seq > garage.seq
    assert keys(cast) == {
        *(("n", telecom.number, garage.id) for telecom in after.telecoms),
        *({("c", after.code, garage.id)} if after.code else set()),
    }
    for row in rows(cast.db, "SELECT facts FROM caller_key"):
        assert msgspec.json.decode(row.facts)[1:4] == [list(after.select), list(after.boolean), after.company]
    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.action, change.entity_id) == ("set", garage.id)
    assert (change.before, change.after) == (as_journal(garage.contact), as_journal(after))


def test_changing_nothing_is_no_change(cast: Cast, garage: Kept) -> None:
    before = list_changes(cast.db, cast["manager"], ACCOUNT)

    assert set_contact(cast.db, cast["editor"], ACCOUNT, garage.id, {"company": garage.contact.company}) == garage
    assert set_contact(cast.db, cast["editor"], ACCOUNT, garage.id, {}) == garage

    assert list_changes(cast.db, cast["manager"], ACCOUNT) == before


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"id": 7}, Kind.INVALID, "A contact has no 'id'. It has: reference, code"),
        ({"seq": 7, "company": "x"}, Kind.INVALID, "A contact has no 'seq'"),
        ({"telecoms": (Telecom(OTHER_NUMBER),)}, Kind.CONFLICT, rf"\{OTHER_NUMBER} already belongs to contact \d+"),
        ({"code": "9876"}, Kind.CONFLICT, "The code 9876"),
        ({"reference": "C-2"}, Kind.CONFLICT, "The reference 'C-2'"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_nothing_changes(
    cast: Cast, garage: Kept, changes: dict[str, Any], kind: Kind, message: str
) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, BAKERY)
    before = keys(cast)

    with refused(kind, message):
        set_contact(cast.db, cast["editor"], ACCOUNT, garage.id, changes)

    assert show_contact(cast.db, cast["editor"], ACCOUNT, garage.id) == garage
    assert keys(cast) == before


def test_a_contact_cannot_be_emptied(cast: Cast) -> None:
    kept = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(company="Acacias"))

    with refused(Kind.INVALID, "The contact is empty"):
        set_contact(cast.db, cast["editor"], ACCOUNT, kept.id, {"company": ""})


def test_a_removed_contact_leaves_only_its_line_in_the_journal(cast: Cast, garage: Kept) -> None:
    remove_contact(cast.db, cast["editor"], ACCOUNT, garage.id)

    assert list(list_contacts(cast.db, cast["editor"], ACCOUNT)) == []
    assert keys(cast) == set()
    change = list_changes(cast.db, cast["manager"], ACCOUNT)[0]
    assert (change.action, change.entity_id, change.after) == ("remove", garage.id, None)
    assert change.before == as_journal(garage.contact)


def test_a_removed_contacts_keys_are_free_again(cast: Cast, garage: Kept) -> None:
    remove_contact(cast.db, cast["editor"], ACCOUNT, garage.id)

    kept = add_contact(cast.db, cast["editor"], ACCOUNT, garage.contact)

    assert kept.id > garage.id


def test_of_many_who_add_one_number_at_once_one_succeeds(cast: Cast) -> None:
    editor, outcomes = cast["editor"], []

    def add() -> None:
        try:
            add_contact(cast.db, editor, ACCOUNT, Contact(telecoms=(Telecom(NUMBER),)))
        except Refusal as refusal:
            outcomes.append(refusal.kind)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [Kind.CONFLICT] * 7
    assert len(keys(cast)) == 1


@pytest.mark.parametrize("contact_id", [0, -1, 1, 999_999, 2**63, -(2**70)])
def test_a_contact_that_is_not_there_is_missing_whatever_its_id(cast: Cast, contact_id: int) -> None:
    foreign = add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, BAKERY)

    for asked in (contact_id, foreign.id):
        with refused(Kind.MISSING, f"There is no contact {asked} on this account"):
            show_contact(cast.db, cast["manager"], ACCOUNT, asked)
        with refused(Kind.MISSING, f"There is no contact {asked} on this account"):
            set_contact(cast.db, cast["manager"], ACCOUNT, asked, {"company": "x"})
        with refused(Kind.MISSING, f"There is no contact {asked} on this account"):
            remove_contact(cast.db, cast["manager"], ACCOUNT, asked)
    assert show_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, foreign.id) == foreign


@pytest.mark.parametrize("number", [NUMBER, "01 99 00 12 34", "0033199001234", "tel:+33-1-99-00-12-34"])
def test_contacts_are_found_by_a_number_in_any_spelling(cast: Cast, garage: Kept, number: str) -> None:
    add_contact(cast.db, cast["editor"], ACCOUNT, BAKERY)

    assert list(walk_contacts(cast.db, cast["reader"], ACCOUNT, number=number)) == [garage]


def test_contacts_are_listed_oldest_first_and_no_more_than_asked_for(cast: Cast, garage: Kept) -> None:
    bakery = add_contact(cast.db, cast["editor"], ACCOUNT, BAKERY)

    assert list(list_contacts(cast.db, cast["reader"], ACCOUNT)) == [garage, bakery]
    assert list(walk_contacts(cast.db, cast["reader"], ACCOUNT)) == [garage, bakery]
    assert list(walk_contacts(cast.db, cast["reader"], ACCOUNT, limit=1)) == [garage]
    assert list(walk_contacts(cast.db, cast["reader"], ACCOUNT, number="+33199009999")) == []


def test_a_list_is_refused_when_it_is_asked_for_not_when_it_is_read(cast: Cast) -> None:
    with refused(Kind.FORBIDDEN, "requires the role read"):
        list_contacts(cast.db, cast["router"], ACCOUNT)
    with refused(Kind.FORBIDDEN, "requires the role read"):
        walk_contacts(cast.db, cast["router"], ACCOUNT)
    for number in ("nobody", ""):
        with refused(Kind.INVALID, "is not a phone number"):
            walk_contacts(cast.db, cast["reader"], ACCOUNT, number=number)


def test_a_list_that_is_read_slowly_shows_one_moment(cast: Cast, garage: Kept) -> None:
    bakery = add_contact(cast.db, cast["editor"], ACCOUNT, BAKERY)
    listed = list_contacts(cast.db, cast["reader"], ACCOUNT)
    first = next(listed)

    remove_contact(cast.db, cast["editor"], ACCOUNT, bakery.id)

    assert [first, *listed] == [garage, bakery]
