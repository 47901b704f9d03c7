"""Days and moments as the browser's fields write them, by the clock on the account's wall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiguillage.console.visits import Visit
from aiguillage.domain.errors import invalid
from aiguillage.domain.moments import in_zone, moment_of, parse_day

NO_MOMENT = "That is no moment. Choose a day and a time."


def wall_time(text: str, field: str) -> datetime:
    """A date and time without a zone. Raises Refusal(invalid)."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise invalid(NO_MOMENT, field) from None


def moment_in(visit: Visit, text: str, field: str) -> int:
    """A moment in microseconds since 1970 UTC. Raises Refusal(invalid)."""
    try:
        return moment_of(wall_time(text, field).replace(tzinfo=ZoneInfo(visit.here.time_zone)).astimezone(UTC))
    except OverflowError:
        raise invalid(NO_MOMENT, field) from None


def begin_of(visit: Visit, text: str, field: str, *, later: int = 0) -> int:
    """The moment at which a day begins, some days later. Raises Refusal(invalid)."""
    day = date.fromisoformat(parse_day(text, field))
    try:
        return moment_in(visit, (day + timedelta(days=later)).isoformat(), field)
    except OverflowError:
        raise invalid(NO_MOMENT, field) from None


def today_begins(visit: Visit) -> int:
    """The moment at which today began."""
    shown = in_zone(visit.actor.at, ZoneInfo(visit.here.time_zone))
    return moment_of(shown.replace(hour=0, minute=0, second=0, microsecond=0))
