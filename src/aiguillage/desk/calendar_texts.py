"""Calendars' texts, read by a process of its own (desk/apart.py): whoever publishes a feed may be nobody's friend."""

import sys
from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from threading import Lock

import msgspec

from aiguillage.desk.apart import Limits, Reader, read_apart, tell
from aiguillage.desk.ical.encodings import MOST_BYTES, require_size
from aiguillage.desk.ical.reading import Reading, read_events
from aiguillage.domain.queues import Event, LeftOut

LIMITS = Limits(memory=512 << 20, seconds=20)
TOO_MUCH = "The calendar takes too long to read. Publish fewer events, or let them repeat over a shorter time."
READER = Reader("aiguillage.desk.calendar_texts", LIMITS, TOO_MUCH, Lock())


SHIFTS, EXCEPTIONS = "shifts", "exceptions"
"""What the reading process is told that the events are."""


class _Told(msgspec.Struct, omit_defaults=True):
    """One thing that the reading process tells of a calendar."""

    event: Event | None = None
    left_out: LeftOut | None = None


def read_calendar(
    text: bytes, time_zone: str, begin: date, end: date, *, since: date | None = None, shifts: bool = False
) -> Reading:
    """What is in an iCal text, as desk/ical/reading.py reads it. Raises Refusal."""
    require_size(text)
    decode = msgspec.json.Decoder(_Told).decode
    days, kind = (begin, end, begin if since is None else since), SHIFTS if shifts else EXCEPTIONS
    with TemporaryFile() as stream:
        stream.write(text)
        stream.seek(0)
        with read_apart(READER, stream, time_zone, *map(date.isoformat, days), kind) as things:
            told = [decode(thing) for thing in things]
    return Reading(
        tuple(one.event for one in told if one.event is not None),
        tuple(one.left_out for one in told if one.left_out is not None),
    )


def _read(time_zone: str, begin: str, end: str, since: str, kind: str) -> Iterator[_Told]:
    """What is in the text on standard input: nothing of it is looked at before the first thing is asked for."""
    text = sys.stdin.buffer.read(MOST_BYTES + 1)
    first, last, earliest = map(date.fromisoformat, (begin, end, since))
    events, left_out = read_events(text, time_zone, first, last, since=earliest, shifts=kind == SHIFTS)
    yield from (_Told(event=event) for event in events)
    yield from (_Told(left_out=one) for one in left_out)


if __name__ == "__main__":
    tell(_read(*sys.argv[1:]), LIMITS)
