"""Refusals: of a kind, with a message."""

import pytest

from aiguillage.domain.errors import Kind, Refusal, conflict, invalid, missing


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
