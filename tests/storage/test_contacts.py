"""Contacts as rows: what goes in comes out, and the callers' keys go with it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from aiguillage.domain.contacts import Contact, KeyKind, Telecom, caller_keys
from aiguillage.storage.contacts import (
    contact_of,
    contact_with_reference,
    count_shared_numbers,
    erase_contact,
    holders,
    key_rows,
    read_contact,
    write_contact,
)
from aiguillage.storage.journal import Entry, record
from aiguillage.storage.sqlite.engine import Database
from tests.storage.facts import rows

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)
NUMBERS = st.sampled_from(["+33199001234", "+33199005678", "+3319900*", "207"])
CHOICE = st.one_of(st.none(), st.sampled_from(["207", "209"]))
ANSWER = st.one_of(st.none(), st.booleans())
CONTACT = st.builds(
    Contact,
    reference=st.one_of(st.none(), TEXT),
    code=st.one_of(st.none(), st.from_regex(r"[0-9A-Z]{1,8}", fullmatch=True)),
    language=st.sampled_from(["", "fr", "fr-CA"]),
    company=TEXT,
    first_name=TEXT,
    last_name=TEXT,
    telecoms=st.lists(st.builds(Telecom, NUMBERS, TEXT, TEXT), max_size=3).map(tuple),
    emails=st.lists(TEXT, max_size=2).map(tuple),
    select=st.tuples(CHOICE, CHOICE, CHOICE, CHOICE),
    boolean=st.tuples(ANSWER, ANSWER, ANSWER, ANSWER),
)
GARAGE = Contact(reference="C-1", code="4321", company="Garage Belleville", telecoms=(Telecom("+33199001234"),))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(CONTACT)
def test_a_contact_comes_back_as_it_went_in_and_goes_without_a_trace(db: Database, contact: Contact) -> None:
    with db.write() as connection:
        write_contact(connection, 1, 7, 9, contact)
        row = read_contact(connection, 1, 7)
        kept = rows_of_keys(connection_rows := holders(connection, 1, KeyKind.NUMBER, ["+33199001234", "207"]))
        erase_contact(connection, 1, 7, contact)

    assert row is not None
    assert (contact_of(row), row.seq) == (contact, 9)
    assert kept == {key for kind, key in caller_keys(contact) if kind is KeyKind.NUMBER} & {"+33199001234", "207"}
    assert len(connection_rows) == len(kept)
    assert rows(db, "SELECT * FROM caller_key") == rows(db, "SELECT * FROM contacts") == []


def rows_of_keys(found: list[tuple[str, int]]) -> set[str]:
    """The keys alone."""
    return {key for key, _ in found}


def test_a_key_carries_all_that_a_decision_needs() -> None:
    (number, code) = key_rows(1, 7, GARAGE)

    assert (number["kind"], number["key"]) == ("n", "+33199001234")
    assert (code["kind"], code["key"]) == ("c", "4321")
    assert number["facts"] == code["facts"]
    assert number["facts"] == ('[7,[null,null,null,null],[null,null,null,null],"Garage Belleville","","",""]')


def test_the_holders_of_a_key_are_told_oldest_first(db: Database) -> None:
    with db.write() as connection:
        for account_id, contact_id in ((1, 12), (1, 7), (2, 3)):
            write_contact(connection, account_id, contact_id, 1, Contact(telecoms=GARAGE.telecoms))

        assert holders(connection, 1, KeyKind.NUMBER, ["+33199001234", "+33199005678"]) == [
            ("+33199001234", 7),
            ("+33199001234", 12),
        ]
        assert holders(connection, 1, KeyKind.CODE, ["+33199001234"]) == []
        assert holders(connection, 1, KeyKind.NUMBER, []) == []


def test_shared_numbers_are_counted_by_account(db: Database) -> None:
    with db.write() as connection:
        for account_id, contact_id in ((1, 7), (1, 12), (1, 13), (2, 3)):
            write_contact(connection, account_id, contact_id, 1, Contact(telecoms=GARAGE.telecoms))

        assert count_shared_numbers(connection, 1) == 1
        assert count_shared_numbers(connection, 2) == 0


def test_a_contact_is_found_by_its_reference_on_its_account_alone(db: Database) -> None:
    with db.write() as connection:
        write_contact(connection, 1, 7, 1, GARAGE)

        assert contact_with_reference(connection, 1, "C-1") == 7
        assert contact_with_reference(connection, 2, "C-1") is None
        assert contact_with_reference(connection, 1, "C-2") is None


def test_a_contact_has_the_moments_of_the_changes_that_its_own_account_has(db: Database) -> None:
    change = Entry(seq=0, at=0, actor="editor", action="add", entity="contact", entity_id=7)
    with db.write() as connection:
        for account_id, seq, at in ((1, 7, 100), (1, 9, 300), (2, 7, 999), (2, 9, 999), (2, 12, 999)):
            record(connection, account_id, [structs.replace(change, seq=seq, at=at)])
        for contact_id, seq in ((7, 9), (9, 9), (12, 13)):
            write_contact(connection, 1, contact_id, seq, Contact(company="Mistral"))
        found = [read_contact(connection, 1, contact_id) for contact_id in (7, 9, 12)]

    assert [row and (row.created_at, row.updated_at) for row in found] == [(100, 300), (300, 300), (None, None)]


def test_an_id_that_can_be_none_finds_nobody(db: Database) -> None:
    with db.read() as connection:
        assert [read_contact(connection, 1, contact_id) for contact_id in (0, -1, 2**63, -(2**70), 5)] == [None] * 5
