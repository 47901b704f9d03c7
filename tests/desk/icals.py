"""iCal texts of few words, and what is read of them in words."""

from datetime import date

from aiguillage.desk.ical.reading import Reading, read_events

PARIS = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE"""


def event(*lines: str, uid: str = "one@example.org", summary: str = "Denis") -> str:
    """An event of these lines, and of a UID and a summary unless they are empty."""
    own = [f"UID:{uid}"] * bool(uid) + [f"SUMMARY:{summary}"] * bool(summary)
    return "\n".join(("BEGIN:VEVENT", *own, *lines, "END:VEVENT"))


def text(*parts: str) -> bytes:
    """A calendar of these parts: properties, time zones, events."""
    lines = "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""))
    return lines.replace("\n", "\r\n").encode()


def reading(calendar: bytes, *, zone: str = "Europe/Paris", shifts: bool = False) -> Reading:
    """What is read of a calendar, of the events of a year from October 2026 on."""
    return read_events(calendar, zone, date(2026, 10, 1), date(2027, 10, 1), shifts=shifts)


def spans(calendar: bytes, *, zone: str = "Europe/Paris", shifts: bool = False) -> list[str]:
    """The events as in `12-01 09:00/10:00` or `12-24 00:00/12-25 00:00`."""
    told = []
    for one in reading(calendar, zone=zone, shifts=shifts).events:
        ends = f"{one.ends:%H:%M}" if one.ends.date() == one.begins.date() else f"{one.ends:%m-%d %H:%M}"
        told.append(f"{one.begins:%m-%d %H:%M}/{ends}")
    return told


def days(calendar: bytes, *, zone: str = "Europe/Paris") -> list[str]:
    """The days on which the events begin, as in `12-01`."""
    return [f"{one.begins:%m-%d}" for one in reading(calendar, zone=zone).events]


def left_out(calendar: bytes, *, shifts: bool = False) -> dict[str, int]:
    """How many events are left out, by their reasons."""
    return {one.reason: one.count for one in reading(calendar, shifts=shifts).left_out}
