"""The page on numbers: each row of its tables is read as it says."""

import pytest

from aiguillage.domain.errors import Kind
from aiguillage.domain.numbers import WITHHELD, caller_number, parse_number
from tests.docs.markdown import codes, read, rows, section
from tests.refusal import refused

PAGE = read("docs/numbers.md")
CALLERS = "## Callers without a number"
SAID = {"withheld": WITHHELD, "no number": None}


def listed(text: str) -> list[tuple[str, str, str]]:
    """What is written, in which country, and how it is read."""
    return [(codes(written)[0], country, told) for written, country, told in rows(text) if written != "written"]


ALL = listed(PAGE)
WITHOUT = listed(section(PAGE, CALLERS))


@pytest.mark.parametrize(("written", "country", "told"), ALL)
def test_an_identity_is_read_as_it_is_shown(written: str, country: str, told: str) -> None:
    assert caller_number(written, country) == (SAID[told] if told in SAID else codes(told)[0])


@pytest.mark.parametrize(("written", "country", "told"), WITHOUT)
def test_what_is_no_number_can_be_no_contacts(written: str, country: str, told: str) -> None:
    assert told in SAID
    with refused(Kind.INVALID, "is not a phone number"):
        parse_number(written, country)


@pytest.mark.parametrize(
    "written", [text for text in codes(section(PAGE, "## What is refused")) if " " in text or text == "46123456"]
)
def test_what_is_refused_is_refused(written: str) -> None:
    with refused(Kind.INVALID, "is not a phone number in FR"):
        parse_number(written, "FR")


def test_the_page_has_a_table_for_each_kind() -> None:
    headings = ("## Spellings", "## Extensions", "## Identities", "## What digits mean", "### Territories", CALLERS)

    assert all(listed(section(PAGE, heading)) for heading in headings)
