"""Pseudonyms: alike for the same number, another for another, and none without the key."""

from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.pseudonyms import is_pseudonym, pseudonym

NUMBER = "+33199001234"
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
texts = st.text(max_size=20)


@given(texts, texts)
def test_two_texts_have_one_pseudonym_only_if_they_are_one(one: str, other: str) -> None:
    assert (pseudonym(KEY, 1, one) == pseudonym(KEY, 1, other)) == (one == other)


def test_accounts_and_keys_have_pseudonyms_of_their_own() -> None:
    assert len({pseudonym(key, account, NUMBER) for key in (KEY, OTHER_KEY) for account in (1, 2)}) == 4


def test_a_pseudonym_shows_that_it_is_one() -> None:
    assert is_pseudonym(pseudonym(KEY, 1, NUMBER))
    assert not any(is_pseudonym(text) for text in (NUMBER, "", None, "207"))
    assert NUMBER not in pseudonym(KEY, 1, NUMBER)
