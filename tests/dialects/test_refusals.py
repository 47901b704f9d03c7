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


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.NAME)
def test_a_dialect_answers_every_kind(dialect: Dialect, kind: Kind) -> None:
    wait = 3 if kind is Kind.LIMITED else None

    status, headers, _ = dialect.refuse(dialect.UNREAD, Refusal(kind, "no", wait=wait))

    names = {name for name, _ in headers}
    assert status == STATUS[kind]
    assert (b"www-authenticate" in names) == (kind is Kind.UNAUTHORIZED)
    assert (b"retry-after" in names) == (kind is Kind.LIMITED)
