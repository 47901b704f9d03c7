"""What a test expects of a refusal: its kind, and that its message says so."""

import pytest

from aiguillage.domain.errors import Kind, Refusal


def refused(kind: Kind, message: str) -> "pytest.RaisesExc[Refusal]":
    """`with refused(Kind.CONFLICT, "already"):` says how its block is refused; `message` is a regular expression."""
    return pytest.RaisesExc(Refusal, match=message, check=lambda refusal: refusal.kind is kind)
