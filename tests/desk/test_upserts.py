"""Bulk upserts: many contacts in one call, matched as imports match."""

import json
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.desk.contacts import Kept, add_contact, show_contact
from aiguillage.desk.fields import set_field
from aiguillage.desk.importing.files import SentRows
from aiguillage.desk.importing.sent import JSON, Upload, listed
from aiguillage.desk.imports import (
    MOST_UPSERTED,
    ImportRefused,
    Outcome,
    list_imports,
    show_import,
    undo_import,
    upsert_contacts,
)
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.errors import Kind
from aiguillage.domain.given import telecoms_given
from tests.cast import ACCOUNT, CODE, NUMBER, OTHER_ACCOUNT, Cast, known_caller
from tests.desk.contact_files import Desk
from tests.refusal import refused


@pytest.fixture
def garage(cast: Cast) -> Kept:
    return known_caller(cast)


def upsert(cast: Cast, *contacts: dict[str, Any], partial: bool = False) -> Outcome:
    return upsert_contacts(cast.db, cast["editor"], ACCOUNT, map(msgspec.json.encode, contacts), partial=partial)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.created, outcome.changed, outcome.unchanged, outcome.refused


@pytest.mark.parametrize(
    "whom",
    [{"reference": "C-1"}, {"id_code": CODE}, {"telecoms": ["01 99 00 12 34"]}, {"telecoms": [{"number": NUMBER}]}],
)
def test_a_contact_is_known_as_an_import_knows_it(cast: Cast, garage: Kept, whom: dict[str, Any]) -> None:
    outcome = upsert(cast, {**whom, "company": "Garage Mistral"})

    assert counts(outcome) == (0, 1, 0, 0)
    assert show_contact(cast.db, cast["reader"], ACCOUNT, garage.id).contact.company == "Garage Mistral"


def test_an_id_goes_before_everything_else(cast: Cast, garage: Kept) -> None:
    other = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(reference="C-2", company="Fournil"))

    outcome = upsert(cast, {"id": other.id, "reference": "C-9", "company": "Boulangerie"})

    assert counts(outcome) == (0, 1, 0, 0)
    kept = show_contact(cast.db, cast["reader"], ACCOUNT, other.id).contact
    assert (kept.reference, kept.company) == ("C-9", "Boulangerie")
    assert show_contact(cast.db, cast["reader"], ACCOUNT, garage.id) == garage


def test_what_is_left_out_stays_and_null_clears(cast: Cast, garage: Kept) -> None:
    upsert(cast, {"id": garage.id, "id_code": None, "field_select_2": None, "email_destination": "q@example.org"})

    after = show_contact(cast.db, cast["reader"], ACCOUNT, garage.id).contact
    assert (after.code, after.select, after.email_destination) == (None, ("207", None, "214", "216"), "q@example.org")
    assert (after.company, after.telecoms) == (garage.contact.company, garage.contact.telecoms)


def test_numbers_are_given_back_as_they_were_sent(cast: Cast) -> None:
    sent = ["01 99 00 12 34", {"number": "0639981234", "type": "mobile", "since": 2020}]

    upsert(cast, {"telecoms": sent, "reference": "C-7"})
    again = upsert(cast, {"telecoms": sent, "reference": "C-7"})

    assert counts(again) == (0, 0, 1, 0)
    (contact,) = Desk(cast, cast.db.path.parent).contacts().values()
    assert telecoms_given(contact) == sent


def test_an_upsert_that_changes_nothing_is_no_import(cast: Cast, garage: Kept) -> None:
    outcome = upsert(cast, {"id": garage.id, "company": garage.contact.company})

    assert counts(outcome) == (0, 0, 1, 0)
    assert (outcome.applied, outcome.import_id) == (True, None)
    assert list_imports(cast.db, cast["reader"], ACCOUNT) == []


def test_an_upsert_can_be_undone(cast: Cast, garage: Kept) -> None:
    outcome = upsert(cast, {"id": garage.id, "company": "Garage Mistral"}, {"id_code": "99"})
    assert outcome.import_id is not None

    undo_import(cast.db, cast["editor"], ACCOUNT, outcome.import_id)

    assert Desk(cast, cast.db.path.parent).contacts() == {garage.id: garage.contact}
    assert show_import(cast.db, cast["reader"], ACCOUNT, outcome.import_id).undone_at is not None


BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": 999_999, "company": "x"}, "There is no contact 999999 on this account"),
    *(
        ({"id": no_id, "id_code": "1"}, f"There is no contact {no_id} on this account. Leave the id out to add one")
        for no_id in (0, -1, "0", "x", "CL0001:1", True, 2**64 - 1)
    ),
    ({"company": "x"}, "Nothing says which contact this is"),
    ({}, "Nothing says which contact this is"),
    ({"reference": "C-9"}, "Nobody could be known by this"),
    ({"id_code": "1", "role": "manage"}, "There is no 'role' here"),
    ({"id_code": "1", "customer_id": 7}, "There is no 'customer_id' here"),
    ({"id_code": "1", "numbers": ["0199001235"]}, "There is no 'numbers' here"),
    ({"telecoms": ["12x"]}, "'12x' is not a phone number"),
    ({"telecoms": [["0199001234"]]}, "is neither a text nor an object with 'number'"),
    ({"telecoms": ["0199001234"] * 51}, "More than 50 are too many"),
    ({"id_code": "1", "emails": [{"email": "a@example.org", "note": "x" * 2000}]}, "Send at most 1000 characters"),
    ({"id_code": "1", "company": {"a": 1}}, "Write a text or a number here"),
    ({"id_code": "1", "field_boolean_1": "perhaps"}, "'perhaps' is neither yes nor no"),
    ({"id_code": "1", "field_select_1": "2,3"}, "'2,3' is not a destination"),
    ({"id_code": "1", "company": "a\x00b"}, "contains control characters"),
]


@pytest.mark.parametrize(("bad", "message"), BAD)
def test_one_that_makes_no_sense_keeps_all_of_them_out(cast: Cast, bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        upsert(cast, {"id_code": "77"}, bad)

    (one,) = caught.value.outcome.refusals
    assert one.line == 1
    assert message in one.message
    assert Desk(cast, cast.db.path.parent).contacts() == {}


def test_with_partial_the_others_are_kept(cast: Cast) -> None:
    outcome = upsert(cast, *(bad for bad, _ in BAD), {"id_code": "77"}, partial=True)

    assert counts(outcome) == (1, 0, 0, len(BAD))
    assert {one.line for one in outcome.refusals} == set(range(len(BAD)))
    assert Desk(cast, cast.db.path.parent).only().code == "77"


@pytest.mark.parametrize("second", [{"telecoms": [NUMBER]}, {"reference": "C-1"}])
def test_with_partial_the_first_of_two_about_one_contact_is_kept(
    cast: Cast, garage: Kept, second: dict[str, Any]
) -> None:
    outcome = upsert(cast, {"id_code": CODE, "company": "Garage Mistral"}, second | {"company": "x"}, partial=True)

    desk = Desk(cast, cast.db.path.parent)
    assert counts(outcome) == (0, 1, 0, 1)
    assert "about the same contact as contacts.0" in outcome.refusals[0].message
    assert desk.contacts() == {garage.id: msgspec.structs.replace(garage.contact, company="Garage Mistral")}
    assert desk.keys() == desk.right_keys()


@pytest.mark.parametrize("no_id", [0, "000", -1, f"{ACCOUNT}:1", f"{OTHER_ACCOUNT}:1"])
def test_an_id_that_can_be_none_is_about_nobody(cast: Cast, garage: Kept, no_id: object) -> None:
    outcome = upsert(cast, {"id": no_id, "id_code": CODE, "company": "x"}, {"id": no_id, "id_code": "9"}, partial=True)

    assert counts(outcome) == (0, 0, 0, 2)
    assert Desk(cast, cast.db.path.parent).contacts() == {garage.id: garage.contact}


def test_an_id_of_another_account_is_as_missing_as_any(cast: Cast) -> None:
    foreign = add_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, Contact(company="Boulangerie Mistral"))

    with pytest.raises(ImportRefused) as caught:
        upsert(cast, {"id": foreign.id, "company": "x"}, {"id": foreign.id + 1_000, "company": "x"})

    messages = [one.message for one in caught.value.outcome.refusals]
    assert messages[0].replace(str(foreign.id), str(foreign.id + 1_000)) == messages[1]
    assert show_contact(cast.db, cast["outsider"], OTHER_ACCOUNT, foreign.id) == foreign


def test_keys_that_are_others_are_refused(cast: Cast, garage: Kept) -> None:
    other = add_contact(cast.db, cast["editor"], ACCOUNT, Contact(reference="C-2", code="2"))

    outcome = upsert(
        cast,
        {"id": other.id, "reference": "C-1"},
        {"id_code": "3", "reference": "C-3", "telecoms": [NUMBER, "0199001239"]},
        {"id_code": "4"},
        {"id_code": "4", "company": "twice"},
        partial=True,
    )

    assert {one.line: one.message.partition(". ")[0] for one in outcome.refusals} == {
        0: f"The reference 'C-1' already belongs to contact {garage.id}",
        1: f"{NUMBER} already belongs to contact {garage.id}",
        3: "The code 4 is at contacts.2 already",
    }


def test_an_accounts_names_of_its_fields_do_not_change_what_is_sent(cast: Cast) -> None:
    for key, label in (("select_1", "telecoms"), ("select_2", "Emails"), ("boolean_1", "company")):
        set_field(cast.db, cast["editor"], ACCOUNT, key, label=label)

    upsert(cast, {"telecoms": ["0199001234"], "emails": ["zoe@example.org"], "company": "Garage"})

    assert Desk(cast, cast.db.path.parent).only() == Contact(
        telecoms=(Telecom(NUMBER),),
        emails=("zoe@example.org",),
        company="Garage",
        given={NUMBER: "0199001234"},
    )


def test_so_many_at_once_and_no_more(cast: Cast) -> None:
    with refused(Kind.INVALID, "Send at most 10,000 contacts at once"):
        upsert(cast, *({"id_code": str(n)} for n in range(MOST_UPSERTED + 1)))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab\\",[]{} é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"]}', max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(VALUES), st.sampled_from([None, 1]))
def test_a_list_is_told_element_by_element(values: list[Any], indent: int | None) -> None:
    array = msgspec.Raw(json.dumps(values, indent=indent).encode())

    assert [json.loads(element) for element in listed(array)] == values


@pytest.mark.parametrize("element", [b"0", b"{}", b'""'])
def test_a_list_takes_no_memory_element_by_element(element: bytes) -> None:
    upload = Upload("x", JSON, b"[" + (element + b",") * 10_000 + element + b"]")

    tracemalloc.start()
    source = upload.source()
    told = sum(1 for _ in source.rows) if isinstance(source, SentRows) else 0
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert told == 10_001
    assert most < 100_000


def test_a_contact_of_a_megabyte_is_not_looked_into(cast: Cast) -> None:
    outcome = upsert(cast, {"id_code": "1", "telecoms": ["0"] * (1 << 18)}, {"id_code": "2"}, partial=True)

    assert counts(outcome) == (1, 0, 0, 1)
    assert "It has more than 1,048,576 bytes" in outcome.refusals[0].message


def test_strangers_and_readers_upsert_nothing(cast: Cast) -> None:
    for code in (ACCOUNT, "CL9999"):
        with refused(Kind.MISSING, f"There is no account {code} that you can see"):
            upsert_contacts(cast.db, cast["outsider"], code, [b'{"id_code": "1"}'])
        with refused(Kind.MISSING, f"There is no account {code} that you can see"):
            show_import(cast.db, cast["outsider"], code, 1)
    with refused(Kind.FORBIDDEN, "This requires the role edit"):
        upsert_contacts(cast.db, cast["reader"], ACCOUNT, [b"{}"])
