"""Timetables for examples: one queue in Europe/Paris, and short ways to write what is set for it."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from aiguillage.domain.hours import Hours
from aiguillage.domain.queues import DayException, Event, Group, Queue, Switch, TimeSpan

PARIS = "Europe/Paris"
SUPPORT = Queue(name="Support", code="support", number="207", group=5, default_destination="209")
ON_QUEUE: dict[str, Any] = {"owner_type": "queue", "owner_id": 1}
ON_GROUP: dict[str, Any] = {"owner_type": "group", "owner_id": 5}
ON_ACCOUNT: dict[str, Any] = {"owner_type": "account"}


def moment(text: str, zone: str = PARIS) -> int:
    """A moment as the clock on the wall shows it; with an offset (`+02:00`) as it says."""
    shown = datetime.fromisoformat(text)
    return int((shown if shown.tzinfo else shown.replace(tzinfo=ZoneInfo(zone))).timestamp()) * 1_000_000


def said(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1_000_000, UTC).isoformat()[:-6]


def hours(queue: Queue = SUPPORT, zone: str = PARIS, /, **by_kind: list[Any]) -> Hours:
    """A timetable of queue 1; a kind's facts are given in a list and get ids from 10 on."""
    facts = {kind: dict(enumerate(given, start=10)) for kind, given in by_kind.items()}
    return Hours(zone, {"queue": {1: queue}, "group": {5: Group(name="All")}, **facts})


def weekly(day: int, start: str, end: str, **more: Any) -> TimeSpan:  # noqa: ANN401 - the span's other fields
    return TimeSpan(
        **(ON_QUEUE | more),
        day_of_week=day,
        start_time=time.fromisoformat(start),
        end_time=time.fromisoformat(end),
    )


def dated(day: str, start: str, end: str, **more: Any) -> TimeSpan:  # noqa: ANN401 - the span's other fields
    return TimeSpan(
        **(ON_QUEUE | more),
        date_full=date.fromisoformat(day),
        start_time=time.fromisoformat(start),
        end_time=time.fromisoformat(end),
    )


def exception(first: str, last: str | None = None, **more: Any) -> DayException:  # noqa: ANN401 - its other fields
    return DayException(
        **(ON_QUEUE | more), first_day=date.fromisoformat(first), last_day=date.fromisoformat(last or first)
    )


def event(begins: str, ends: str, label: str = "") -> Event:
    return Event(datetime.fromisoformat(begins), datetime.fromisoformat(ends), label)


def switch(owner: dict[str, Any], name: str, until: str | None = None) -> Switch:
    return Switch(**owner, name=name, destination="320", on=True, until=None if until is None else moment(until))
