"""What a test expects of a refusal: its kind, and that its message says so."""

import pytest

from aiguillage.domain.errors import Kind, Refusal


def refused(kind: Kind, message: str) -> "pytest.RaisesExc[Refusal]":
    """What the block under it must raise: a refusal of that kind, its message matching a regular expression."""
    return pytest.RaisesExc(Refusal, match=message, check=lambda refusal: refusal.kind is kind)
