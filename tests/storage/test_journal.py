"""The journal: every change once, in order, without gaps."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiguillage.desk.contacts import add_contact
from aiguillage.desk.fields import set_field
from aiguillage.desk.journal import list_changes
from aiguillage.domain.contacts import Contact
from aiguillage.storage.journal import Entry, as_json, raise_facts_version, read, record, take_seqs
from aiguillage.storage.schema import DIRECTORY_ID
from tests.cast import ACCOUNT, OTHER_ACCOUNT, Cast
from tests.storage.facts import facts_version


def entry(seq: int, **told: object) -> Entry:
    """One change of a contact."""
    before, after = told.get("before"), told.get("after")
    assert before is None or isinstance(before, dict)
    assert after is None or isinstance(after, dict)
    return Entry(seq=seq, at=1, actor="editor", action="set", entity="contact", entity_id=7, before=before, after=after)


def test_numbers_are_taken_one_after_the_other(cast: Cast) -> None:
    with cast.db.write() as connection:
        first = take_seqs(connection, DIRECTORY_ID)
        second = take_seqs(connection, DIRECTORY_ID, 10)
        third = take_seqs(connection, DIRECTORY_ID)

    assert (second - first, third - second) == (1, 10)


def test_numbers_taken_in_vain_are_given_back(cast: Cast) -> None:
    def take_in_vain() -> None:
        with cast.db.write() as connection:
            take_seqs(connection, DIRECTORY_ID, 1000)
            raise RuntimeError

    with cast.db.write() as connection:
        before = take_seqs(connection, DIRECTORY_ID)

    with pytest.raises(RuntimeError):
        take_in_vain()

    with cast.db.write() as connection:
        assert take_seqs(connection, DIRECTORY_ID) == before + 1


def test_what_is_recorded_is_read_newest_first(cast: Cast) -> None:
    entries = [
        entry(1001, after={"company": "Garage Belleville"}),
        entry(1002, before={"company": "Garage Belleville"}, after={"company": "Garage de Belleville"}),
        entry(1003, before={"company": "Garage de Belleville"}),
    ]

    with cast.db.write() as connection:
        record(connection, DIRECTORY_ID, entries)
        record(connection, DIRECTORY_ID, [])

    with cast.db.read() as connection:
        assert list(read(connection, DIRECTORY_ID, None, 3)) == entries[::-1]
        assert list(read(connection, DIRECTORY_ID, 1003, 1)) == [entries[1]]
        assert list(read(connection, DIRECTORY_ID, 1, 50)) == []


def test_raising_the_version_of_one_accounts_facts_leaves_the_others(cast: Cast) -> None:
    before = facts_version(cast.db, OTHER_ACCOUNT)
    raised = facts_version(cast.db, ACCOUNT)

    with cast.db.write() as connection:
        raise_facts_version(connection, 1)

    assert facts_version(cast.db, ACCOUNT) == raised + 1
    assert facts_version(cast.db, OTHER_ACCOUNT) == before


def test_many_writers_leave_no_gap_and_no_double_in_an_accounts_journal(cast: Cast) -> None:
    actor = cast["editor"]
    before = list_changes(cast.db, cast["manager"], ACCOUNT)[0].seq

    def add_many(name: str) -> None:
        for number in range(20):
            add_contact(cast.db, actor, ACCOUNT, Contact(company=f"{name} {number}"))

    def set_many() -> None:
        for number in range(20):
            set_field(cast.db, actor, ACCOUNT, "select_1", label=f"File {number}")

    threads = [threading.Thread(target=add_many, args=(name,)) for name in ("Acacias", "Mistral")]
    threads.append(threading.Thread(target=set_many))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    seqs = [change.seq for change in list_changes(cast.db, cast["manager"], ACCOUNT, limit=1000)]
    assert seqs == list(range(before + 60, 0, -1))


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
        max_leaves=5,
    )
)
def test_any_value_is_kept_as_json_on_one_line(value: object) -> None:
    assert "\n" not in as_json(value)
