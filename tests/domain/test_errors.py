"""Refusals: of a kind, with a message."""

import re

import pytest

from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing, place_of


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (invalid("Write 1."), Kind.INVALID),
        (missing("Add it first."), Kind.MISSING),
        (conflict("Choose another."), Kind.CONFLICT),
        (Refusal(Kind.FORBIDDEN, "Ask a manager."), Kind.FORBIDDEN),
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
