"""Searching a long list: words that very many contacts begin with."""

from pathlib import Path

import pytest

from aiguillage.desk.contacts import add_contact
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.storage import searching
from aiguillage.storage.searching import MOST_COUNTED, SHORT_LOOKS
from tests.cast import ACCOUNT, Cast
from tests.desk.contact_files import Desk
from tests.desk.lists import find, walked

BAKERY = Contact(company="boulangerie", telecoms=(Telecom("207"),))
MANY = MOST_COUNTED + 1
RANGES = ("019900", "026191")
"""Of ten thousand numbers each, set aside for fiction."""


@pytest.fixture
def crowd(cast: Cast, tmp_path: Path) -> Cast:
    """A bakery, so many others that a short look sees nobody else, and more after them than are counted."""
    add_contact(cast.db, cast["editor"], ACCOUNT, BAKERY)
    lines = ["référence;société;code;tel;field_boolean_1"]
    lines += [f"A-{n};Abeille n{n};;;" for n in range(SHORT_LOOKS[-1])]
    lines += [f";Zénith {n};9{n:05};{RANGES[n // 10_000]}{n % 10_000:04};{min(n % 100, 1)}" for n in range(MANY)]
    Desk(cast, tmp_path).take("\n".join(lines))
    return cast


def test_words_that_begin_very_many_find_them_all_without_counting(crowd: Cast) -> None:
    for words in ("zenith", "9", "+33"):
        for sort in ("id", "-id", "company", "-updated"):
            pages = walked(crowd, words=words, sort=sort, limit=1_000)
            assert {page.total for page in pages} == {None}
            kept = [kept for page in pages for kept in page.contacts]
            assert len(kept) == len({one.id for one in kept}) == MANY
            assert {one.contact.company[:6] for one in kept} == {"Zénith"}
            if sort != "company":
                ids = [one.id for one in kept]
                assert ids == sorted(ids, reverse=sort.startswith("-"))
    assert find(crowd, words="zenith 123").total == 11
    assert find(crowd).total == SHORT_LOOKS[-1] + MANY + 1
    assert find(crowd, filters={"language_code": ""}).total is None


def test_words_that_all_are_frequent_are_looked_up_together_where_a_short_look_is_not_enough(crowd: Cast) -> None:
    for sort in ("id", "company", "reference"):
        page = find(crowd, words="zenith n1 9", sort=sort)
        assert (page.total, page.contacts) == (0, [])
        page = find(crowd, words="9 zen +33", sort=sort, limit=50)
        assert (page.total, len(page.contacts)) == (None, 50)
    page = find(crowd, words="9 zen 026191", limit=50)
    assert (page.total, len(page.contacts)) == (1, 1)


def test_a_page_of_very_many_is_found_by_its_number_and_beside_a_filter(crowd: Cast) -> None:
    first = find(crowd, words="zenith", limit=3_000).contacts

    for offset in (0, 100, 2_990):
        assert find(crowd, words="zenith", offset=offset, limit=10).contacts == first[offset : offset + 10]
    refused = [kept for kept in first if kept.contact.boolean[0] is False]
    assert len(refused) == 30
    assert find(crowd, words="zenith", filters={"field_boolean_1": False}, limit=30).contacts == refused
    everybody = find(crowd, words="zenith", sort="reference", limit=10).contacts
    assert everybody == first[:10]


def test_what_few_fit_is_counted_whatever_it_is_sorted_by(crowd: Cast) -> None:
    for sort in ("id", "-id", "company", "-updated", "reference"):
        pages = walked(crowd, filters={"field_boolean_1": False}, sort=sort, limit=40)
        assert {page.total for page in pages} == {101}
        ids = [kept.id for page in pages for kept in page.contacts]
        assert len(ids) == len(set(ids)) == 101
        if sort.endswith("id"):
            assert ids == sorted(ids, reverse=sort.startswith("-"))
        nobody = find(crowd, filters={"field_boolean_1": True, "language_code": "xx"}, sort=sort)
        assert (nobody.total, nobody.contacts) == (0, [])
    offset = find(crowd, filters={"field_boolean_1": False}, offset=100, limit=10)
    assert (offset.total, len(offset.contacts)) == (101, 1)
    behind = find(crowd, filters={"field_boolean_1": False}, offset=200, limit=10)
    assert (behind.total, behind.contacts) == (101, [])


def test_what_very_many_fit_is_not_counted_and_few_of_them_are(crowd: Cast) -> None:
    assert find(crowd, filters={"language_code": ""}, limit=10).total is None
    assert find(crowd, filters={"field_boolean_1": True}, limit=10).total == MANY - 101
    assert find(crowd, filters={"language_code": ""}, words="zenith 123", limit=10).total == 11
    assert find(crowd, filters={"field_boolean_1": False}, words="zenith", limit=10).total == 101
    assert find(crowd, filters={"language_code": "", "company": "Zénith 7"}, limit=10).total == 1
    assert find(crowd, filters={"telecoms": ""}, limit=10).total is None


def test_an_account_whose_contacts_have_too_different_traits_is_filtered_all_the_same(
    crowd: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = find(crowd, filters={"field_boolean_1": False}, sort="company", limit=200)
    monkeypatch.setattr(searching, "MOST_TRAITS", 2)

    assert find(crowd, filters={"field_boolean_1": False}, sort="company", limit=200) == expected
