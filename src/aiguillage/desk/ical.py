"""iCal (RFC 5545): a calendar's events as spans on the account's wall clock, and shifts as a calendar."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import chain
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo, available_timezones

from aiguillage.desk.recurrence import MOST_OCCURRENCES, Allowance, Rule, too_many
from aiguillage.domain.errors import Refusal, invalid
from aiguillage.domain.queues import Event

Component = Any
"""A part of a calendar, as the library has it: its values are of some thirty types."""

MOST_BYTES = 2 * 1024 * 1024
LONGEST_LABEL = 200
LONGEST_LINE = 64 << 10
"""Characters of a line that counts, unfolded."""

LONGEST_ZONE, MOST_ZONE_PARTS = 255, 3
"""Characters of a time zone's name; parts of one, as in America/Argentina/Ushuaia."""

MOST_VALUES, MOST_PARAMETERS = 400, 32
"""Values that one event may have of one property, as of EXDATE; parameters of one property."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOVED = timedelta(days=31)
"""How far from its place a repeat is looked for that a later version of its event has moved."""

_DATES = frozenset({"DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"})
_KEPT = _DATES | {"DURATION", "RRULE", "UID", "SEQUENCE", "SUMMARY", "STATUS", "TRANSP"}
_UNREADABLE = (
    "This is no iCal calendar that can be read. Give the address or file that your calendar program publishes."
)
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_QUOTED = re.compile(r'"[^"]*"')
_ZONE = re.compile(r'(?i);TZID=("[^"]*"|[^;:"]*)')


def read_events(text: bytes, time_zone: str, begin: date, end: date) -> tuple[Event, ...]:
    """The events of an iCal text that touch the days from `begin` to before `end`, sorted, each once.

    Events that are cancelled or leave the time free are not among them, nor is one that lies within the hour that the
    wall shows twice: it ends there before it begins. Raises Refusal(invalid) for what is not iCal, for too much of it,
    and for a time zone that nobody knows: its events would come at a wrong time.
    """
    zone = ZoneInfo(time_zone)
    essence = _essence(text)
    try:
        occurrences = _occurrences(_parsed(essence), zone, begin, end)
        events = {event for found in occurrences for event in _event(found, zone)}
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - the libraries raise anything at all on what others made up
        raise invalid(_UNREADABLE) from None
    if len(events) > MOST_OCCURRENCES:
        raise too_many()
    first, last = datetime.combine(begin, time()), datetime.combine(end, time())
    touching = [event for event in events if event.begins < last and event.ends > first]
    return tuple(sorted(touching, key=lambda event: (event.begins, event.ends, event.label)))


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
        event.add("DTSTAMP", _utc(stamp))
        event.add("DTSTART", _utc(begin))
        event.add("DTEND", _utc(end))
        event.add("SUMMARY", member)
        event.add("DESCRIPTION", source)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _utc(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def require_size(text: bytes) -> None:
    """Raises Refusal(invalid) for a text that is too large to be looked at."""
    if len(text) > MOST_BYTES:
        raise invalid(f"The calendar is larger than {MOST_BYTES // 1024 // 1024} MiB. Publish fewer events.")


def _essence(text: bytes) -> str:
    """The same calendar with nothing in it but what counts of its events, and with time zones of known names.

    A calendar's own definitions of time zones are left out: the library keeps them for all calendars of all accounts.
    """
    require_size(text)
    try:
        lines = _LINE_END.split(_FOLD.sub("", text.decode("utf-8-sig").strip()))
    except UnicodeDecodeError:
        raise invalid(_UNREADABLE) from None
    if lines[0].upper() != "BEGIN:VCALENDAR" or lines[-1].upper() != "END:VCALENDAR":
        raise invalid(_UNREADABLE)
    kept = list(_events(lines))
    if kept.count("BEGIN:VEVENT") > MOST_OCCURRENCES:
        raise too_many()
    places = dict(_places(lines))
    kept = [_in_known_zone(line, places) for line in kept]
    return "\r\n".join(("BEGIN:VCALENDAR", *kept, "END:VCALENDAR", ""))


def _events(lines: Iterable[str]) -> Iterator[str]:
    """The lines of its events that count; those of alarms in them do not."""
    inside: list[str] = []
    values: Counter[str] = Counter()
    for line in lines:
        word = line.strip().upper() if len(line) <= LONGEST_ZONE else ""
        if word.startswith("BEGIN:"):
            inside.append(word.removeprefix("BEGIN:"))
        if inside[-1:] == ["VEVENT"]:
            if word in ("BEGIN:VEVENT", "END:VEVENT"):
                values.clear()
                yield word
            elif (name := _name(line)) in _KEPT:
                yield _bounded(line, name, values)
        if word.startswith("END:") and (not inside or inside.pop() != word.removeprefix("END:")):
            raise invalid(_UNREADABLE)


def _bounded(line: str, name: str, values: Counter[str]) -> str:
    """A line that counts, if no calendar program would be ashamed of it; `values` are those of its event so far.

    Raises Refusal(invalid): the library takes the square of a line's length, or of its values, for some of them.
    """
    if name == "SUMMARY":
        return line[:LONGEST_LINE]
    head, _, value = _QUOTED.sub("", line).partition(":")
    values[name] += value.count(",") + 1
    if len(line) > LONGEST_LINE or values[name] > MOST_VALUES or head.count(";") > MOST_PARAMETERS:
        raise invalid(
            f"An event has too much in its {name}. Publish events with up to {MOST_VALUES} dates in each property, and "
            f"up to {MOST_PARAMETERS} parameters."
        )
    return line


def _name(line: str) -> str:
    name = _NAME.match(line)
    return name[0].upper() if name else ""


def _places(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What the calendar's own time zones are called, and where they say that they are."""
    zone = ""
    for line in lines:
        name, _, value = line.partition(":")
        if name.upper() == "TZID":
            zone = value.strip()
        elif name.upper() == "X-LIC-LOCATION":
            yield zone, value.strip()


def _in_known_zone(line: str, places: Mapping[str, str]) -> str:
    if _name(line) not in _DATES:
        return line
    return _ZONE.sub(lambda zone: ";TZID=" + _known_zone(zone[1].strip('"'), places), line, count=1)


def _known_zone(name: str, places: Mapping[str, str]) -> str:
    """The IANA name of a time zone: its own, that of Windows' name, its place, or what is behind a maker's prefix."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - heavy, see write_shifts

    if len(name) <= LONGEST_ZONE:
        for candidate in (name, WINDOWS_TO_OLSON.get(name), places.get(name), *_last_parts(name)):
            if candidate is not None and candidate in _time_zones():
                return candidate
    raise invalid(
        f"The calendar uses the time zone '{name[:60]}', which is not known. "
        "Publish it with one such as Europe/Paris, or in UTC."
    )


def _last_parts(name: str) -> Iterator[str]:
    """What a name ends with, the longest first: no zone has more parts than MOST_ZONE_PARTS."""
    parts = name.rsplit("/", MOST_ZONE_PARTS)
    yield from ("/".join(parts[place:]) for place in range(1, len(parts)))


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _parsed(text: str) -> Component:
    import icalendar  # noqa: PLC0415 - heavy, see write_shifts

    calendar = icalendar.Calendar.from_ical(text)
    for event in calendar.events:
        for name, _ in event.errors:
            label = _label(event)
            raise invalid(f"The {name} of the event '{label[:60]}' cannot be read. Correct or remove the event.")
    return calendar


def _occurrences(calendar: Component, zone: ZoneInfo, begin: date, end: date) -> list[Component]:
    """Its events with their repeats, exceptions and changes, each as an event of its own."""
    import recurring_ical_events  # noqa: PLC0415 - heavy, see write_shifts

    allowance = Allowance()
    for event in calendar.events:
        _repeat(event, begin, end, allowance)
    first, last = datetime.combine(begin, time(), zone), datetime.combine(end, time(), zone)
    return list(recurring_ical_events.of(calendar).between(first, last))


def _repeat(event: Component, begin: date, end: date, allowance: Allowance) -> None:
    """Replace an event's rules by the dates that they stand for."""
    allowance.keep(sum(len(dates.dts) for dates in _listed(event.get("RDATE"))))
    rules = _listed(event.pop("RRULE", None))
    if not rules:
        return
    start = event["DTSTART"].dt
    margin = abs(event.duration) + _MOVED
    repeats = [Rule(rule, start).between(begin - margin, end + margin, allowance) for rule in rules]
    event.add("RDATE", sorted(set(chain(*repeats))))


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - the library gives one, a list of them, or none
    return value if isinstance(value, list) else [value] if value is not None else []


def _event(found: Component, zone: ZoneInfo) -> Iterator[Event]:
    """An occurrence as a span on the wall; none if it is called off, leaves the time free, or takes no time."""
    if found.get("STATUS", "").upper() == "CANCELLED" or found.get("TRANSP", "").upper() == "TRANSPARENT":
        return
    begins, ends = _on_the_wall(found["DTSTART"].dt, zone), _on_the_wall(found["DTEND"].dt, zone)
    if begins < ends:
        yield Event(begins, ends, _label(found))


def _on_the_wall(moment: date, zone: ZoneInfo) -> datetime:
    """A day begins at midnight; a time without a zone is meant by the clock on the wall."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).replace(tzinfo=None, fold=0)


def _label(event: Component) -> str:
    """The summary in one line."""
    summary = "".join(letter if letter.isprintable() else " " for letter in str(event.get("SUMMARY", "")))
    return " ".join(summary.split())[:LONGEST_LABEL]
