"""One event as it is written, all of its times as the clock of its beginning shows them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from aiguillage.desk.ical.parts import PEOPLE, Part, Property
from aiguillage.desk.ical.values import (
    UTC_TIME,
    Span,
    Time,
    read_duration,
    read_rule,
    read_spans,
    read_time,
    read_times,
)
from aiguillage.desk.ical.zones import Clock, Clocks, named_clock
from aiguillage.desk.recurrence import Rule
from aiguillage.domain.errors import Refusal, invalid

LONGEST_LABEL = 200
DAY = timedelta(days=1)
_LAST_OF_DAY = (time(0), time(23, 59, 59))
"""What a day's date looks like where a program wrote it as a time in UTC without regard to any zone."""

_CANCELLED = r"(?:cancell?ed|annul[eé]e?s?|abgesagt|cancelad[oa]|annullat[oa]|geannuleerd)"
_CALLED_OFF = re.compile(rf"(?i)\W*{_CANCELLED}\s*(?:[:\])–—-].*|)|.*[\[(]\s*{_CANCELLED}\s*[\])]\s*", re.DOTALL)
"""Outlook leaves a cancelled event confirmed, and writes so in front of its title. People write it behind, too."""

_NOT_COMING = frozenset({"DECLINED", "DELEGATED"})
_NO_PEOPLE = frozenset({"ROOM", "RESOURCE"})


class Written(NamedTuple):
    """An event: `start` is what its clock shows when it begins, None where a cancelled one does not say.

    `length` is by that clock, and not positive where it takes no time. `is_whole` are events of whole days, `is_dated`
    those that have dates for times. `is_over` are series that end before they begin. `replaces` is when the repeat
    would have begun whose place it takes, and with `onwards` that of all repeats from then on.
    """

    uid: str
    sequence: int
    label: str
    people: tuple[str, ...]
    called_off: bool
    sent_to_cancel: bool
    is_free: bool
    is_whole: bool
    is_dated: bool
    clock: Clock
    start: datetime | None
    length: timedelta
    rules: Sequence[Rule]
    is_over: bool
    added: Mapping[datetime, timedelta]
    taken_out: Sequence[Time]
    replaces: Time | None
    onwards: bool


class Writer:
    """Reads the events of one calendar: `clocks` are those of its zones, `wall` is the account's.

    `home` is the clock of the calendar, by which a date is meant that is written as a time in UTC.
    """

    def __init__(self, clocks: Clocks, wall: Clock, home: Clock) -> None:
        self._clocks, self._wall, self._home = clocks, wall, home

    def read(self, part: Part) -> Written:
        """An event. Raises Refusal(invalid), which names what of it cannot be read."""
        start = self._one(part, "DTSTART")
        called_off = _is_called_off(part)
        if start is None and not called_off:
            raise _unreadable("DTSTART", part)
        dated = start is not None and start.is_date
        clock = self._wall if start is None or dated else self._clock(start)
        shown = None if start is None else self.local(start, clock, dated=dated)
        length = DAY if shown is None else self._length(part, shown, clock, dated=dated)
        sequence = part.value("SEQUENCE")
        rules, is_over = self._rules(part, shown, clock, dated=dated)
        return Written(
            uid=part.value("UID"),
            sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0,  # noqa: PLR2004 - no program counts so far
            label=label_of(part),
            people=tuple(person for found in part.all(PEOPLE) if (person := _person(found))),
            called_off=called_off,
            sent_to_cancel=part.method == "CANCEL",
            is_free=part.is_marked_free,
            is_whole=dated or part.is_marked_whole,
            is_dated=dated,
            clock=clock,
            start=shown,
            length=length,
            rules=rules,
            is_over=is_over,
            added=self._added(part, clock, length, dated=dated),
            taken_out=self._times(part, "EXDATE"),
            replaces=self._one(part, "RECURRENCE-ID"),
            onwards=_is_onwards(part),
        )

    def local(self, moment: Time, clock: Clock, *, dated: bool) -> datetime:
        """A time of an event as its clock shows it; of one of whole days, the day."""
        if dated:
            return self._day(moment)
        if moment.is_date or not moment.zone:
            return moment.shown
        own = self._clock(moment)
        return moment.shown if own is clock else clock.shown(own.utc(moment.shown))

    def _day(self, moment: Time) -> datetime:
        """The day that is meant: Outlook writes the 24th, in Paris, as the 23rd at 23:00 in UTC."""
        shown = moment.shown
        if moment.zone == UTC_TIME and shown.time() not in _LAST_OF_DAY:
            shown = self._home.shown(shown)
        return datetime.combine(shown.date(), time())

    def _clock(self, moment: Time) -> Clock:
        if moment.zone == UTC_TIME:
            return named_clock("UTC")
        return self._clocks.named(moment.zone) if moment.zone else self._wall

    def _length(self, part: Part, start: datetime, clock: Clock, *, dated: bool) -> timedelta:
        """How long it takes. What says nothing else takes its day, if it is one of whole days, or no time."""
        least = DAY if dated or part.is_marked_whole else timedelta(0)
        end = self._one(part, "DTEND")
        if end is None:
            written = part.value("DURATION")
            length = self._read(read_duration, "DURATION", part, written) if written else least
        else:
            length = self.local(end, clock, dated=False) - start
            if end.is_date and not dated and length <= timedelta(0):
                # A time, and the day on which it ends: with that day.
                length += DAY
        return least if length <= timedelta(0) and least else length

    def _rules(self, part: Part, start: datetime | None, clock: Clock, *, dated: bool) -> tuple[list[Rule], bool]:
        """Its rules, and whether all of them end before it begins."""
        rules, over = list[Rule](), list[bool]()
        if start is None:
            return rules, False
        for found in part.all("RRULE"):
            written = self._read(read_rule, "RRULE", part, found.value)
            ends: dict[str, list[date]] = {}
            if written.until is not None:
                until = self.local(written.until, clock, dated=dated)
                by_day = dated or written.until.is_date
                ends = {"UNTIL": [until.date() if by_day else until]}
                over.append(until.date() < start.date() if by_day else until < start)
            first = start.date() if dated else start
            make = partial(Rule, start=first)
            rules.append(self._read(make, "RRULE", part, {**written.parts, **ends}))
        return rules, bool(rules) and len(over) == len(rules) and all(over)

    def _added(self, part: Part, clock: Clock, length: timedelta, *, dated: bool) -> dict[datetime, timedelta]:
        """The times that it has beside its rules, and how long it takes then."""
        spans: list[Span] = self._read(read_spans, "RDATE", part, part.all("RDATE"))
        added = {}
        for span in spans:
            begins = self.local(span.begins, clock, dated=dated)
            if span.ends is not None:
                added[begins] = self.local(span.ends, clock, dated=False) - begins
            else:
                added[begins] = length if span.length is None else span.length
        return added

    def _one(self, part: Part, name: str) -> Time | None:
        """A property that an event has once, if it has it."""
        found = part.all(name)
        if len(found) > 1:
            raise _unreadable(name, part)
        return self._read(lambda one: read_time(one.value, one.params), name, part, found[0]) if found else None

    def _times(self, part: Part, name: str) -> list[Time]:
        times: list[Time] = self._read(read_times, name, part, part.all(name))
        return times

    def _read(self, read: Any, name: str, part: Part, written: Any) -> Any:  # noqa: ANN401 - as the reader has it
        try:
            return read(written)
        except (ValueError, OverflowError):
            raise _unreadable(name, part) from None


def label_of(part: Part) -> str:
    """The summary in one line."""
    summary = "".join(letter if letter.isprintable() else " " for letter in part.label)
    return " ".join(summary.split())[:LONGEST_LABEL]


def _unreadable(name: str, part: Part) -> Refusal:
    label = label_of(part)
    return invalid(f"The {name} of the event '{label[:60]}' cannot be read. Correct or remove the event.")


def _is_onwards(part: Part) -> bool:
    found = part.all("RECURRENCE-ID")
    return bool(found) and found[0].params.get("RANGE", "").upper() == "THISANDFUTURE"


def _is_called_off(part: Part) -> bool:
    """Whether it is cancelled: by its status, with one l or two, by what it is sent for, or in its title."""
    if part.method == "CANCEL" or part.value("STATUS").upper() in ("CANCELLED", "CANCELED"):
        return True
    return _CALLED_OFF.fullmatch(unicodedata.normalize("NFC", label_of(part))) is not None


def _person(found: Property) -> str:
    """Somebody invited as `Name <address>`, or one of both; empty for a room, and for who does not come."""
    params = found.params
    if params.get("PARTSTAT", "").upper() in _NOT_COMING or params.get("CUTYPE", "").upper() in _NO_PEOPLE:
        return ""
    address = params.get("EMAIL", "") or re.sub(r"(?i)^\s*mailto:", "", found.value)
    address = address.strip() if "@" in address else ""
    name = params.get("CN", "").strip()
    person = name if not address else address if not name or "@" in name else f"{name} <{address}>"
    return person[:LONGEST_LABEL] if person.isprintable() else ""
