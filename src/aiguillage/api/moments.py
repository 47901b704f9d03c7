"""Moments as the JSON door reads and writes them: ISO 8601; inside they are microseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta

from aiguillage.domain.errors import invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> int:
    """This moment, read once a request."""
    return (datetime.now(UTC) - _EPOCH) // _MICROSECOND


def iso(at: int | None) -> str | None:
    """A moment in UTC, to the second."""
    if at is None:
        return None
    return (_EPOCH + at * _MICROSECOND).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_moment(text: str, field: str | None = None) -> int:
    """A moment with its offset from UTC. Raises Refusal(invalid).

    A blank before the offset is a plus that nobody wrote as %2B.
    """
    text = text.strip()
    if "T" in text and text[-6:-5] == " ":
        text = f"{text[:-6]}+{text[-5:]}"
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND  # refused where it is in no year of UTC
    except (ValueError, OverflowError):
        pass
    raise invalid(
        f"'{text[:40]}' is no moment. Write a date and a time with an offset, as in 2026-11-24T18:00:00+01:00, or Z.",
        field,
    )
