"""Mentions: a number found in every spelling, and not taken for another."""

import pytest

from aiguillage.domain.mentions import Mentions

NUMBER = Mentions("+33199001234", "FR")


@pytest.mark.parametrize(
    "text",
    [
        "+33199001234",
        "0199001234",
        "call 01 99 00 12 34, please",
        "00 33 (0)1.99.00.12.34",
        '{"number": "0033199001234"}',
        "1+0199001234",
    ],
)
def test_a_number_is_found_in_every_spelling_and_where_nobody_could_read_another(text: str) -> None:
    assert NUMBER.found_in(text)


@pytest.mark.parametrize("text", [None, "", "0199001235", "01990012345", "+32199001234", "34"])
def test_another_number_is_another_one(text: str | None) -> None:
    assert not NUMBER.found_in(text)


def test_a_short_number_is_found_where_json_has_it_as_a_number_alone() -> None:
    short = Mentions("207", "FR")

    assert short.found_in('{"number": "207"}')
    assert not short.found_in('{"destination": "207"}')
