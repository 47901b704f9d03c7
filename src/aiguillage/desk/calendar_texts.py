"""Calendars' texts, read by a process of its own (desk/apart.py): whoever publishes a feed may be nobody's friend."""

import sys
from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from threading import Lock

import msgspec

from aiguillage.desk.apart import Limits, Reader, read_apart, tell
from aiguillage.desk.ical import MOST_BYTES, read_events, require_size
from aiguillage.domain.queues import Event

LIMITS = Limits(memory=512 << 20, seconds=20)
TOO_MUCH = "The calendar takes too long to read. Publish fewer events, or let them repeat over a shorter time."
READER = Reader("aiguillage.desk.calendar_texts", LIMITS, TOO_MUCH, Lock())


def read_calendar(text: bytes, time_zone: str, begin: date, end: date) -> tuple[Event, ...]:
    """The events of an iCal text, as desk/ical.py reads them. Raises Refusal."""
    require_size(text)
    decode = msgspec.json.Decoder(Event).decode
    with TemporaryFile() as stream:
        stream.write(text)
        stream.seek(0)
        with read_apart(READER, stream, time_zone, begin.isoformat(), end.isoformat()) as events:
            return tuple(decode(event) for event in events)


def _read(time_zone: str, begin: str, end: str) -> Iterator[Event]:
    """The events of the text on standard input: nothing of it is looked at before the first one is asked for."""
    text = sys.stdin.buffer.read(MOST_BYTES + 1)
    yield from read_events(text, time_zone, date.fromisoformat(begin), date.fromisoformat(end))


if __name__ == "__main__":
    tell(_read(*sys.argv[1:]), LIMITS)
