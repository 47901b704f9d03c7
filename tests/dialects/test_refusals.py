"""Every kind of refusal has its answer in every dialect."""

import pytest

from aiguillage.callpath.engine import Dialect
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.errors import Kind, Refusal

STATUS = {
    Kind.INVALID: 400,
    Kind.UNAUTHORIZED: 401,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}


UNSIGNED = {"twilio"}
"""Dialects that say nothing to whoever has not signed: 403, or 503 where nobody can tell."""


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "dialect", [one for one in DIALECTS if one.NAME not in UNSIGNED], ids=lambda dialect: dialect.NAME
)
def test_a_dialect_answers_every_kind(dialect: Dialect, kind: Kind) -> None:
    wait = 3 if kind is Kind.LIMITED else None

    status, headers, _ = dialect.refuse(dialect.UNREAD, Refusal(kind, "no", wait=wait))

    names = {name for name, _ in headers}
    assert status == STATUS[kind]
    assert (b"www-authenticate" in names) == (kind is Kind.UNAUTHORIZED)
    assert (b"retry-after" in names) == (kind is Kind.LIMITED)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("dialect", [one for one in DIALECTS if one.NAME in UNSIGNED], ids=lambda one: one.NAME)
def test_a_dialect_says_nothing_to_whoever_has_not_signed(dialect: Dialect, kind: Kind) -> None:
    status, headers, body = dialect.refuse(dialect.UNREAD, Refusal(kind, "no"))

    assert (status, body) == (503 if kind is Kind.UNAVAILABLE else 403, b"")
    assert b"www-authenticate" not in {name for name, _ in headers}
