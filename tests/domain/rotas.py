"""What the tests of rotas share: moments of Paris, members, a rota of few words."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiguillage.domain.oncall import Duty, Layer, Member, OnCall, Override, Rota, Window
from aiguillage.domain.queues import Calendar, Event

PARIS = ZoneInfo("Europe/Paris")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CAMILLE = Member(name="Camille Roche", number="+33639980001", email="camille@example.org")
DENIS = Member(name="Denis", number="+33639980002")
ELISE = Member(name="Élise", number="204", email="elise@example.org")
MEMBERS = (CAMILLE, DENIS, ELISE)
NAMES = tuple(member.name for member in MEMBERS)


def moment(text: str, fold: int = 0) -> int:
    """Microseconds since 1970 UTC of a time on the wall in Paris, as in `2026-03-29 09:00`; `fold` 1 is the second."""
    return micro(datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold))


def micro(when: datetime) -> int:
    """Microseconds since 1970 UTC of a date and time with a zone."""
    return (when - EPOCH) // timedelta(microseconds=1)


def on_wall(at: int | None) -> str:
    """A moment by the clock in Paris with its offset, as in `2026-03-29 09:00+02:00`."""
    when = EPOCH + timedelta(microseconds=at or 0)
    return "never" if at is None else when.astimezone(PARIS).isoformat(" ", "minutes")


def layer(name: str = "Weeks", members: Sequence[str] = NAMES, start: str = "2026-01-05", **others: Any) -> Layer:  # noqa: ANN401 - any of its fields
    """A layer; weekly turns from a Monday at 09:00 unless said otherwise."""
    if "end" in others:
        others["end"] = date.fromisoformat(others["end"])
    return Layer(name=name, members=tuple(members), start=date.fromisoformat(start), **others)


def window(day: int, start: str, end: str) -> Window:
    """A window on a day of the week."""
    return Window(day_of_week=day, start_time=time.fromisoformat(start), end_time=time.fromisoformat(end))


def override(begins: str, ends: str, member: str) -> Override:
    """An override between two times on the wall."""
    return Override(begins=datetime.fromisoformat(begins), ends=datetime.fromisoformat(ends), member=member)


def event(begins: str, ends: str, label: str) -> Event:
    """A shift between two times on the wall."""
    return Event(datetime.fromisoformat(begins), datetime.fromisoformat(ends), label)


def rota(*layers: Layer, **others: Any) -> Rota:  # noqa: ANN401 - same
    """The rota of the tests."""
    return Rota(**{"code": "support", "name": "Support", "members": MEMBERS, "layers": layers} | others)


def on_call(fact: Rota, *calendars: Sequence[Event], time_zone: str = "Europe/Paris") -> OnCall:
    """An account whose only rota has id 7, with calendars of these events."""
    kept = {
        number: Calendar(owner_type="rota", owner_id=7, name="Shifts", events=tuple(events))
        for number, events in enumerate(calendars, start=20)
    }
    return OnCall(time_zone, {"rota": {7: fact}, "calendar": kept, "queue": {}})


Told = tuple[str | None, str, str, str | None]


def told(duty: Duty) -> Told:
    """A duty in words."""
    member = duty.member.name if duty.member else None
    after = duty.next.name if duty.next else None
    return member, duty.source, on_wall(duty.until), after
