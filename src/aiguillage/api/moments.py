"""The time, as the JSON door reads it: once a request."""

from datetime import UTC, datetime

from aiguillage.domain.moments import moment_of


def now() -> int:
    """This moment."""
    return moment_of(datetime.now(UTC))
