"""Blocked callers: which entry blocks a number, and what makes sense as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguillage.domain.accounts import Account
from aiguillage.domain.blocked import Blocked, BlockedCallers, check_blocked
from aiguillage.domain.errors import Kind
from aiguillage.domain.numbers import WITHHELD
from tests.refusal import refused

ACCOUNT = Account("CL0000")
ENTRIES = {
    1: Blocked(number="+33199001234", destination="230", label="Salesman"),
    2: Blocked(number="+33199*"),
    3: Blocked(number="+3319900*", destination="231"),
    4: Blocked(number="withheld", destination="232"),
    5: Blocked(number="3949"),
}


@pytest.mark.parametrize(
    ("number", "entry"),
    [
        ("+33199001234", 1),
        ("+331990012345", 3),
        ("+33199001235", 3),
        ("+3319900", 3),
        ("+331990", 2),
        ("+33199", 2),
        ("+3319", None),
        ("+33261911234", None),
        ("3949", 5),
        ("39490", None),
        (WITHHELD, 4),
        (None, None),
    ],
)
def test_a_number_beats_a_prefix_and_a_longer_prefix_a_shorter(number: str | None, entry: int | None) -> None:
    callers = BlockedCallers({"blocked": ENTRIES, "queue": {1: None}})

    assert callers.find(number) == (None if entry is None else ENTRIES[entry])


@pytest.mark.parametrize("number", ["+33199001234", WITHHELD, None])
@pytest.mark.parametrize("facts", [{}, {"blocked": {}}])
def test_where_nobody_is_blocked_nobody_is(facts: dict[str, dict[int, Blocked]], number: str | None) -> None:
    assert BlockedCallers(facts).find(number) is None


def test_a_withheld_caller_is_let_through_unless_it_is_blocked_as_such() -> None:
    callers = BlockedCallers({"blocked": {2: ENTRIES[2]}})

    assert callers.find(WITHHELD) is None


DIGITS = st.text("123", min_size=1, max_size=6)


@given(st.sets(DIGITS), st.sets(DIGITS), DIGITS)
def test_the_entry_found_is_that_of_a_naive_scan(numbers: set[str], prefixes: set[str], digits: str) -> None:
    entries = [f"+{number}" for number in numbers] + [f"+{prefix}*" for prefix in prefixes]
    callers = BlockedCallers({"blocked": {id_: Blocked(number=entry) for id_, entry in enumerate(entries)}})

    found = callers.find(f"+{digits}")

    prefix = max((prefix for prefix in prefixes if digits.startswith(prefix)), key=len, default=None)
    by_prefix = None if prefix is None else f"+{prefix}*"
    expected = f"+{digits}" if digits in numbers else by_prefix
    assert (None if found is None else found.number) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("01 99 00 12 34", "+33199001234"),
        ("0033 1 99 00 12 34", "+33199001234"),
        ("3949", "3949"),
        (" 019900* ", "+3319900*"),
        ("+33 1 99 *", "+33199*"),
        ("withheld", "withheld"),
        (" Withheld ", "withheld"),
    ],
)
def test_an_entry_is_kept_with_its_number_as_calls_are_compared(text: str, number: str) -> None:
    fact = Blocked(number=text, destination=" 230 ", label=" Salesman ")

    assert check_blocked(fact, None, {}, ACCOUNT) == Blocked(number=number, destination="230", label="Salesman")


def test_without_a_destination_the_calls_are_rejected() -> None:
    assert check_blocked(Blocked(number="019900*"), None, {}, ACCOUNT).destination is None


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (Blocked(number=""), "is not a phone number in FR"),
        (Blocked(number="anonymous"), "is not a phone number in FR"),
        (Blocked(number="0*"), "is not a number prefix"),
        (Blocked(number="*"), "is not a number prefix"),
        (Blocked(number="3949", destination=""), "is not a destination"),
        (Blocked(number="3949", destination="2,3"), "is not a destination"),
        (Blocked(number="3949", label="a\nb"), "contains control characters"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(fact: Blocked, message: str) -> None:
    with refused(Kind.INVALID, message):
        check_blocked(fact, None, {}, ACCOUNT)


@pytest.mark.parametrize("text", ["01 99 00 12 34", "+33 1 99 *", "WITHHELD"])
def test_a_number_is_blocked_once(text: str) -> None:
    with refused(Kind.CONFLICT, "is already blocked in CL0000. Change that entry"):
        check_blocked(Blocked(number=text), None, {"blocked": ENTRIES}, ACCOUNT)


def test_an_entry_may_be_given_again_with_its_own_number() -> None:
    fact = Blocked(number="+33199001234", label="Nobody")

    assert check_blocked(fact, 1, {"blocked": ENTRIES}, ACCOUNT) == fact
