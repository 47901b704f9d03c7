"""A rota's shifts as an iCal feed."""

from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from aiguillage.domain.moments import in_utc


def write_shifts(name: str, shifts: Iterable[tuple[int, int, str, str]], stamp: int) -> bytes:
    """A rota as an iCal feed: begin and end in microseconds UTC, the member's name, what says so; `stamp` is now.

    A shift has the same UID in every feed of its rota as long as it begins at the same moment with the same member.
    """
    import icalendar  # noqa: PLC0415 - heavy, and no worker that answers calls needs it

    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//aiguillage//rota//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    for begin, end, member, source in shifts:
        event = icalendar.Event()
        event.add("UID", str(uuid5(NAMESPACE_URL, f"aiguillage:{name}:{begin}:{member}")))
        event.add("DTSTAMP", in_utc(stamp))
        event.add("DTSTART", in_utc(begin))
        event.add("DTEND", in_utc(end))
        event.add("SUMMARY", member)
        event.add("DESCRIPTION", source)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
