"""Refusals: of a kind, with a message."""

import re
from pathlib import Path

import pytest

from aiguillage.domain.errors import (
    FIELD,
    Kind,
    Refusal,
    about,
    about_error,
    about_row,
    conflict,
    invalid,
    missing,
    place_of,
    stale,
    unavailable,
)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (invalid("Write 1."), Kind.INVALID),
        (missing("Add it first."), Kind.MISSING),
        (conflict("Choose another."), Kind.CONFLICT),
        (stale("Read it again."), Kind.STALE),
        (Refusal(Kind.FORBIDDEN, "Ask somebody who has it."), Kind.FORBIDDEN),
    ],
)
def test_a_refusal_has_a_kind_and_says_what_to_do(refusal: Refusal, kind: Kind) -> None:
    assert refusal.kind is kind
    assert str(refusal) == refusal.message


def test_a_failure_says_where_it_was_raised_and_nothing_else() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        divmod(1, 0)

    assert re.fullmatch(r"test_errors\.py:[0-9]+", place_of(raised.value))
    assert place_of(ValueError("+33199001234")) == ""
    assert about_error(ValueError("+33199001234")) == {"error": "ValueError", "where": ""}


@pytest.mark.parametrize(
    ("refusal", "field"),
    [(invalid("Write 1."), "name"), (invalid("Write 1.", "day"), "day"), (conflict("Choose another."), None)],
)
def test_a_value_is_refused_by_the_field_that_it_stands_in(refusal: Refusal, field: str | None) -> None:
    with pytest.raises(Refusal) as raised, about("name"):
        raise refusal

    assert raised.value.field == field


def test_a_refusal_tells_which_of_several_things_it_is_about() -> None:
    with pytest.raises(Refusal) as raised, about_row(3):
        raise invalid("Write 1.", "day")

    with about_row(4):
        pass
    assert (raised.value.row, invalid("Write 1.").row) == (3, None)


def test_a_file_that_cannot_be_used_is_named() -> None:
    refusal = unavailable(Path("var/calls.db"), "var/calls.db is full.")

    assert (refusal.kind, refusal.path, refusal.message) == (
        Kind.UNAVAILABLE,
        Path("var/calls.db"),
        "var/calls.db is full.",
    )


def test_a_message_names_its_field_as_whoever_tells_it_does() -> None:
    refusal = invalid(f"'{FIELD}' is missing. Send it.", "group")

    refusal.field = "call_queue_group_id"

    assert str(refusal) == refusal.message == "'call_queue_group_id' is missing. Send it."
    assert refusal.says("3.group") == "'3.group' is missing. Send it."
    assert invalid(f"Send {FIELD}.").message == "Send ."
