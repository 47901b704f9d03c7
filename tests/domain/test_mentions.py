"""Mentions: one number in whatever spelling, and no other number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.mentions import Mentions
from aiguillage.domain.numbers import caller_number

NUMBER = "+33199001234"
DIGITS = "199001234"


@pytest.mark.parametrize(
    "text",
    [
        "+33199001234",
        "0199001234",
        "0033199001234",
        "01 99 00 12 34",
        "01.99.00.12.34",
        "01-99-00-12-34",
        "01\u00a099\u202f00 12 34",
        "+33 (0)1 99 00 12 34",
        "00 33 1 99 00 12 34",
        "199001234",
        '{"number":"+33199001234","type":"mobile"}',
        '["01 99 00 12 34"]',
        "Call 01 99 00 12 34, or leave a word",
        "2 3 01 99 00 12 34",
        "tel:+33199001234",
        "0199001234 0261911234",
        "+0033199001234+",
        "appel-2026-11-24-0199001234.csv",
        f"20260{DIGITS}",
        "+33261911234-0199001234",
        "0261911234/0199001234",
        "2026-11-24 10.15.33 33199001234",
    ],
)
def test_a_number_is_found_in_any_spelling(text: str) -> None:
    assert Mentions(NUMBER, "FR").found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Garage Belleville",
        "+33199001235",
        f"{NUMBER}5",
        f"0{DIGITS}5",
        f"+49{DIGITS}",
        f"0049{DIGITS}",
        f"0049 0{DIGITS[:-1]}5",
        '{"number":"+33261911234"}',
    ],
)
def test_another_number_is_not_found_for_it(text: str | None) -> None:
    assert not Mentions(NUMBER, "FR").found_in(text)


def test_digits_that_are_no_number_at_all_are_taken_for_it() -> None:
    assert Mentions(NUMBER, "FR").found_in(f"+1+2{DIGITS}")


def test_a_national_spelling_is_understood_in_its_own_country_alone() -> None:
    mentions = Mentions(NUMBER, "BE")

    assert mentions.digits == DIGITS
    assert mentions.found_in("00 33 1 99 00 12 34")
    assert not mentions.found_in("01 99 00 12 34")


@pytest.mark.parametrize(("text", "found"), [('{"number":"207"}', True), ('{"number": "2071"}', False), ("207", False)])
def test_a_short_number_is_found_as_a_number_alone(text: str, found: bool) -> None:
    assert Mentions("207", "FR").found_in(text) is found


@given(
    st.lists(st.sampled_from(["", " ", ".", "-", " ", "/"]), min_size=8, max_size=8),
    st.sampled_from(["+33", "0033", "0", "+33 ", "00 33 "]),
)
def test_whatever_reads_as_the_number_is_found(between: list[str], before: str) -> None:
    text = before + "".join(digit + mark for digit, mark in zip(DIGITS, [*between, ""], strict=True))

    assert caller_number(text, "FR") == NUMBER
    assert Mentions(NUMBER, "FR").found_in(f'{{"company":"Roche","telecoms":["{text}"]}}')
