"""The parts of an iCal text: its events and time zones, each with its properties.

Lines are folded at 75 bytes, also in the middle of a letter (RFC 5545, 3.1): they are unfolded before they are decoded.
"""

import quopri
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aiguillage.desk.ical.encodings import codec_named, unfolded
from aiguillage.desk.recurrence import MOST_OCCURRENCES, too_many
from aiguillage.domain.errors import Refusal, invalid

LONGEST_LINE = 64 << 10
"""Characters of a line that counts, unfolded."""

MOST_VALUES, MOST_PARAMETERS = 400, 32
"""Values that one event may have of one property, as of EXDATE; parameters of one property."""

MOST_PEOPLE = 20
"""People invited to one event that are looked at."""

EVENT, ZONE = "VEVENT", "VTIMEZONE"
OTHERS = frozenset({"VTODO", "VJOURNAL", "VFREEBUSY"})
"""What a calendar can have beside events."""

PEOPLE = "ATTENDEE"
_DATES = frozenset({"DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"})
_KEPT = _DATES | {"DURATION", "RRULE", "UID", "SEQUENCE", "STATUS", "TRANSP"}
_BUSY, _WHOLE = "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT"
_SAID = frozenset({"SUMMARY", PEOPLE, _BUSY, _WHOLE})
"""What is read as far as it can be, and never a reason to refuse a calendar."""

_OF_ZONES = frozenset({"TZID", "X-LIC-LOCATION", "DTSTART", "RDATE", "RRULE", "TZOFFSETFROM", "TZOFFSETTO"})
_OF_CALENDARS = frozenset({"METHOD", "X-WR-TIMEZONE"})
_UNREADABLE = "This is not a readable iCal calendar. Give the address or file that your calendar program publishes."
_CUT_OFF = "The calendar is cut off: it has no END:VCALENDAR. Download it again."
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_HEAD = re.compile(r'(?:[^":]|"[^"]*")*+')
_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)\s*=((?:[^";]|"[^"]*")*+)')


class Property(NamedTuple):
    """What one line says: its parameters by their names in upper case, and its value as it is written."""

    params: Mapping[str, str]
    value: str


class Part:
    """An event, a time zone, or what is in one: its properties by their names in upper case, and its own parts.

    `method` is what the calendar is sent for, as in `CANCEL`.
    """

    def __init__(self, kind: str, method: str = "") -> None:
        self.kind, self.method = kind, method
        self.parts: list[Part] = []
        self._properties: dict[str, list[Property]] = {}
        self._values: Counter[str] = Counter()

    def all(self, name: str) -> Sequence[Property]:
        """The properties of that name, in their order."""
        return self._properties.get(name, ())

    def value(self, name: str) -> str:
        """What the first property of that name says; empty for none."""
        found = self.all(name)
        return found[0].value.strip() if found else ""

    def add(self, name: str, line: str) -> None:
        """Takes a line up. Raises Refusal(invalid) for more than any calendar program writes."""
        if name in _SAID:
            if len(self.all(name)) < MOST_PEOPLE:
                self._properties.setdefault(name, []).append(_parsed(name, line[:LONGEST_LINE]))
            return
        self._values[name] += line.count(",") + 1
        if len(line) > LONGEST_LINE or self._values[name] > MOST_VALUES or line.count(";") > MOST_PARAMETERS:
            raise invalid(
                f"An event has too many values in its {name}. Publish events with up to {MOST_VALUES} dates "
                f"in each property, and up to {MOST_PARAMETERS} parameters."
            )
        self._properties.setdefault(name, []).append(_parsed(name, line))

    @property
    def label(self) -> str:
        """The summary as it is written for people, escapes and encodings undone."""
        found = self.all("SUMMARY")
        return _text(found[0]) if found else ""

    @property
    def is_marked_free(self) -> bool:
        """Whether it leaves the time free, in one of the ways of programs to say so."""
        return self.value("TRANSP").upper() == "TRANSPARENT" or self.value(_BUSY).upper() == "FREE"

    @property
    def is_marked_whole(self) -> bool:
        """Whether it is marked as one of whole days beside its times."""
        return self.value(_WHOLE).upper() == "TRUE"


class Parts(NamedTuple):
    """A calendar: its events, the time zones that it defines, how much there is that is no event, its own time zone."""

    events: Sequence[Part]
    zones: Sequence[Part]
    others: int
    home: str


def unreadable() -> Refusal:
    """What is no calendar at all."""
    return invalid(_UNREADABLE)


def read_parts(text: bytes) -> Parts:
    """The parts of an iCal text. Raises Refusal(invalid) for what is none, and for too much of one."""
    lines = list(_lines(unfolded(text)))
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise unreadable()
    if lines[-1].strip().upper() != "END:VCALENDAR":
        raise invalid(_CUT_OFF)
    return _Reader().read(lines)


class _Reader:
    """Goes through the lines of a calendar, or of several in one text."""

    def __init__(self) -> None:
        self._open: list[Part] = []
        self._events: list[Part] = []
        self._zones: list[Part] = []
        self._others, self._home = 0, ""

    def read(self, lines: Sequence[str]) -> Parts:
        for line in lines:
            found = _NAME.match(line)
            name = found[0].upper() if found else ""
            if name == "BEGIN":
                self._begin(line[len("BEGIN:") :].strip().upper())
            elif name == "END":
                self._end(line[len("END:") :].strip().upper())
            elif self._open:
                self._take(name, line)
        if self._open:
            raise unreadable()
        return Parts(self._events, self._zones, self._others, self._home)

    def _begin(self, kind: str) -> None:
        part = Part(kind, self._open[0].value("METHOD").upper() if self._open else "")
        if kind == EVENT:
            self._events.append(part)
            if len(self._events) > MOST_OCCURRENCES:
                raise too_many()
        elif kind == ZONE:
            self._zones.append(part)
        elif self._open:
            self._open[-1].parts.append(part)
            self._others += kind in OTHERS
        self._open.append(part)

    def _end(self, kind: str) -> None:
        if not self._open or self._open.pop().kind != kind:
            raise unreadable()

    def _take(self, name: str, line: str) -> None:
        """Keeps what counts of a line. The parts of an event, its alarms, do not."""
        part, kinds = self._open[-1], [one.kind for one in self._open[-2:]]
        if part.kind == EVENT:
            wanted = name in _KEPT or name in _SAID
        elif ZONE in kinds:
            wanted = name in _OF_ZONES
        else:
            wanted = part.kind == "VCALENDAR" and name in _OF_CALENDARS
        if wanted:
            part.add(name, line)
            if name == "X-WR-TIMEZONE":
                self._home = self._home or part.value(name)


def _lines(text: bytes) -> Iterator[str]:
    """The lines as they are meant, those of quoted-printable texts in one.

    Raises Refusal(invalid) where what is read of them is in an encoding that nobody tells.
    """
    waiting = ""
    for raw in _LINE_END.split(text):
        line = waiting + _decoded(raw)
        waiting = ""
        if line.endswith("=") and _is_quoted(line):
            waiting = line[:-1]
            continue
        yield line
    if waiting:
        yield waiting


def _is_quoted(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        told = line.decode("ascii", "replace")
        name, head = _NAME.match(told), told.partition(":")[0]
        codec = codec_named(_parameters(head).get("CHARSET", ""))
        if codec is not None:
            return line.decode(codec, "replace")
        if name is not None and name[0].upper() in ("SUMMARY", PEOPLE):
            raise invalid(
                f"The calendar is not in UTF-8, and declares no known encoding: '{told[:60]}'. Publish it in "
                "UTF-8, or declare its encoding, as in Content-Type: text/calendar; charset=iso-8859-1."
            ) from None
        return told


def _parsed(name: str, line: str) -> Property:
    """A line's parameters and value. The value of a date has no colon, and the names of time zones may."""
    if name in _DATES:
        head, _, value = line.rpartition(":")
    else:
        found = _HEAD.match(line)
        head = found[0] if found else line
        value = line[len(head) + 1 :]
    return Property(_parameters(head), value)


def _parameters(head: str) -> dict[str, str]:
    return {name.upper(): value.strip().replace('"', "") for name, value in _PARAMETER.findall(head)}


def _text(found: Property) -> str:
    """A text with its escapes undone (RFC 5545, 3.3.11)."""
    value = found.value
    if found.params.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        codec = codec_named(found.params.get("CHARSET", "")) or "utf-8"
        value = quopri.decodestring(value.encode()).decode(codec, "replace")
    return re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], value)
