"""All faults of what was sent at once."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aiguillage.domain.errors import FIELD, Refusal, conflict, invalid
from aiguillage.domain.faults import MOST_FAULTS, all_faults
from aiguillage.domain.problems import Code
from aiguillage.domain.unfit import unfit


class Member(msgspec.Struct, forbid_unknown_fields=True):
    """Something inside."""

    name: str
    number: str = ""


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """What is sent: `code`, `first` and `members` must be there."""

    code: str
    first: int
    members: list[Member]
    last: int | None = None
    numbers: list[str] = []
    texts: dict[str, str] = {}


OTHERWISE = {"taken": conflict("Another one has it."), "whole": invalid("It makes no sense.")}
"""Codes for which all of it is refused."""

GOOD = {"code": "support", "first": 1, "members": [{"name": "Ana"}]}


class Query(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked beside it."""

    page: int = 1


def judge(parts: list[Any]) -> None:
    """Refuses the first fault of a query and a body."""
    query, body = parts
    try:
        msgspec.convert(query, Query, strict=False)
        sent = msgspec.convert(body, Sent)
    except msgspec.ValidationError as error:
        raise unfit(error) from None
    if not sent.members:
        raise invalid("Nobody is a member.", "members", beside=("members",))
    if sent.code in OTHERWISE:
        raise OTHERWISE[sent.code]
    if " " in sent.code:
        raise invalid(f"'{sent.code}' is not a code.", "code")
    if sent.last is not None and sent.last < sent.first:
        raise invalid("The last is before the first.", "last", beside=("first",))
    for n, number in enumerate(sent.numbers):
        if not number.isdecimal():
            raise invalid(f"'{FIELD}' is no number.", f"numbers.{n}")


def faults(body: Any, query: Any = None, judged: Callable[[list[Any]], object] = judge) -> Any:  # noqa: ANN401 - JSON
    """What is told of it: the errors, or the message where there is but one."""
    parts = [query or {}, body]
    with pytest.raises(Refusal) as raised:
        judged(parts)
    refusal = all_faults(raised.value, parts, [{}, GOOD], judged)
    return refusal.errors or {refusal.field: [refusal.message]}


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        (GOOD | {"first": "x"}, ["first"]),
        (GOOD | {"odd": 1, "first": "x", "code": "a b", "last": ""}, ["code", "first", "odd", "last"]),
        ({"numbers": ["a", "1", "b", "c"], "odd": {}, **GOOD}, ["numbers.0", "numbers.2", "numbers.3", "odd"]),
        ({"numbers": [1]}, ["numbers.0", "code", "first", "members"]),
        (GOOD | {"odd.name": 1, "odd": 2}, ["odd.name", "odd"]),
        (GOOD | {"texts": {"a": 5}, "first": None}, ["first", "texts"]),
        (
            GOOD | {"members": [{"name": 5, "age": 1}, {"number": 7}]},
            ["members.0.name", "members.0.age", "members.1.number", "members.1.name"],
        ),
    ],
)
def test_every_fault_is_told_in_the_order_of_what_was_sent(sent: dict[str, Any], fields: list[str]) -> None:
    assert list(faults(sent)) == fields


def test_one_fault_is_told_as_it_is() -> None:
    first = invalid("'a b' is not a code.", "code")

    assert all_faults(first, [{}, GOOD | {"code": "a b"}], [{}, GOOD], judge) is first


def test_several_faults_are_told_in_one_message_too() -> None:
    parts = [{}, GOOD | {"code": "a b", "numbers": ["1", "b"]}]

    refusal = all_faults(invalid("'a b' is not a code.", "code"), parts, [{}, GOOD], judge)

    assert refusal.message == "'a b' is not a code. 'numbers.1' is no number."
    assert refusal.errors == {"code": ["'a b' is not a code."], "numbers.1": ["'numbers.1' is no number."]}
    assert refusal.code is Code.INVALID


def test_an_element_is_told_by_its_place_in_what_was_sent() -> None:
    assert faults(GOOD | {"numbers": ["a", "b"]})["numbers.1"] == ["'numbers.1' is no number."]


def test_faults_of_the_query_come_before_those_of_the_body() -> None:
    assert list(faults(GOOD | {"first": "x"}, {"odd": "1", "page": "one"})) == ["odd", "page", "first"]


def test_a_fault_of_the_query_alone_is_told_without_a_body() -> None:
    def read(parts: list[Any]) -> None:
        judge([parts[0], GOOD])

    assert list(faults(None, {"odd": "1", "page": "one"}, read)) == ["odd", "page"]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        (GOOD | {"first": "x", "last": 0}, ["first"]),
        (GOOD | {"members": [5]}, ["members.0"]),
        (GOOD | {"members": [5], "first": "x"}, ["first", "members.0"]),
    ],
)
def test_what_rests_on_a_value_that_is_put_aside_is_no_fault(sent: dict[str, Any], fields: list[str]) -> None:
    assert list(faults(sent)) == fields


def test_what_is_refused_for_another_reason_is_told_when_the_faults_are_gone() -> None:
    assert list(faults(GOOD | {"code": "taken", "first": "x"})) == ["first"]
    assert list(faults(GOOD | {"code": "whole", "first": "x"})) == ["first"]


def test_a_refusal_that_has_all_its_faults_stays_as_it_is() -> None:
    def judged(_: list[Any]) -> None:
        refusal = invalid("2 rows are refused.")
        refusal.errors = {"rows.0": ["No."], "rows.1": ["No."]}
        raise refusal

    assert list(faults(GOOD, judged=judged)) == ["rows.0", "rows.1"]


@pytest.mark.parametrize("body", [5, [], "text"])
def test_what_is_no_object_has_one_fault(body: object) -> None:
    assert list(faults(body)) == ["body"]


def test_what_an_example_does_not_have_either_ends_the_search() -> None:
    refusal = all_faults(invalid("'code' is missing.", "code"), [{}, {}], [{}, None], judge)

    assert refusal.field == "code"


def test_an_example_that_is_refused_itself_ends_the_search() -> None:
    parts = [{}, {"first": "x", "members": GOOD["members"]}]

    refusal = all_faults(invalid("'first' is a text.", "first"), parts, [{}, GOOD | {"code": "a b"}], judge)

    assert list(refusal.errors or ()) == ["first", "code"]


def test_no_more_faults_are_looked_for_than_some() -> None:
    sent = GOOD | {f"odd-{n}": n for n in range(MOST_FAULTS + 5)}

    assert len(faults(sent)) == MOST_FAULTS


def test_things_in_a_list_are_told_by_their_places() -> None:
    def each(parts: list[Any]) -> None:
        try:
            msgspec.convert(parts[0], list[Member])
        except msgspec.ValidationError as error:
            raise unfit(error) from None

    sent = [{"name": 5}, {"name": "Ana"}, {"number": "1"}]
    refusal = all_faults(invalid("'0.name' is a whole number.", "0.name"), [sent], [[{"name": "Ana"}]], each)

    assert list(refusal.errors or ()) == ["0.name", "2.name"]
