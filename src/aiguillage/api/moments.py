"""Moments as the management API writes them: ISO 8601; inside they are microseconds since 1970 UTC."""

from datetime import UTC, datetime

from aiguillage.domain.errors import invalid

SECOND = 1_000_000


def now() -> int:
    """This moment, read once a request."""
    return int(datetime.now(UTC).timestamp() * SECOND)


def parse_moment(text: str, field: str) -> int:
    """A moment with its offset or Z. Raises Refusal(invalid)."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return int(moment.timestamp() * SECOND)
    except (ValueError, OverflowError):
        pass
    raise invalid(f"{field} is no moment. Write it as in 2026-11-24T18:00:00Z or with +01:00.", field)


def iso(at: int | None) -> str | None:
    """A moment in UTC, to the millisecond."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
