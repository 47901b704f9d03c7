"""Series: an event's repeats, without those that were taken out, and with those that were moved or called off.

Events with one UID belong together. One with a RECURRENCE-ID takes the place of a repeat of the others. Others of one
UID are events each, against the standard: home-made feeds have one UID for all. Where they differ in their SEQUENCE
they are versions of one event, and the last one counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from aiguillage.desk.ical.values import EARLIEST, LATEST, Time
from aiguillage.desk.ical.written import Writer, Written
from aiguillage.desk.ical.zones import Clock
from aiguillage.desk.recurrence import Allowance
from aiguillage.domain.omissions import CANCELLED, REPLACED

MARGIN = timedelta(days=2)
"""How far apart what two clocks show can be, and more."""

_MIDNIGHT = time(0)


class Found(NamedTuple):
    """An occurrence: the event whose words it has, when it begins as its clock shows it, and how long it takes."""

    event: Written
    clock: Clock
    start: datetime
    length: timedelta


class Series(NamedTuple):
    """What became of the events of one UID: their occurrences, and those that are left out whole, with the reason."""

    found: Sequence[Found]
    left_out: Sequence[tuple[Written, str]]


class Days(NamedTuple):
    """The days that are looked at; the end is not among them."""

    begin: date
    end: date


class _Change(NamedTuple):
    """An event that takes the place of the repeat that begins at `place`, as the clock of its series shows it."""

    event: Written
    place: datetime


def by_uid(events: Iterable[Written]) -> Iterator[list[Written]]:
    """The events that belong together; those without a UID are for themselves."""
    groups: dict[str, list[Written]] = defaultdict(list)
    for event in events:
        if event.uid:
            groups[event.uid].append(event)
        else:
            yield [event]
    yield from groups.values()


def series_of(events: Sequence[Written], days: Days, writer: Writer, allowance: Allowance) -> Series:
    """The occurrences of the events of one UID that may touch some days. Raises Refusal(invalid) for too many."""
    masters = [event for event in events if event.replaces is None]
    changes = [event for event in events if event.replaces is not None]
    # Each change is looked for in each series.
    allowance.look_at(len(masters) * len(changes))
    going, left_out = _going(masters)
    kept, outdated = _newest(changes, masters[0] if masters else None, writer)
    taken_out = {change.place for change in kept if any(_is_taken_out(change.event, one, writer) for one in going)}
    left_out += [(event, REPLACED) for event in outdated]
    left_out += [(one.event, CANCELLED) for one in kept if one.event.called_off or one.place in taken_out]
    found = [one for master in going for one in _repeats(master, kept, days, writer, allowance)]
    for event, place in kept:
        if not event.called_off and place not in taken_out and event.start is not None:
            found.append(Found(event, event.clock, event.start, event.length))
    return Series(found, left_out)


def _going(masters: Sequence[Written]) -> tuple[list[Written], list[tuple[Written, str]]]:
    """The events that repeats come from, and those that are called off, or older versions of them."""
    newest = max((one.sequence for one in masters), default=0)
    off = {one.start for one in masters if one.called_off}
    all_off = any(one.sent_to_cancel for one in masters)
    newest_off = any(one.called_off for one in masters if one.sequence == newest)
    going, left_out = list[Written](), list[tuple[Written, str]]()
    for one in masters:
        if one.called_off or all_off or one.start in off or (newest_off and one.sequence < newest):
            left_out.append((one, CANCELLED))
        elif one.sequence < newest:
            left_out.append((one, REPLACED))
        else:
            going.append(one)
    return going, left_out


def _newest(changes: Sequence[Written], master: Written | None, writer: Writer) -> tuple[list[_Change], list[Written]]:
    """The newest change of each repeat, and the older ones."""
    newest: dict[datetime, Written] = {}
    older = []
    for change in sorted(changes, key=lambda change: change.sequence):
        series = change if master is None else master
        place = _local(change.replaces, series, writer)
        if place in newest:
            older.append(newest[place])
        newest[place] = change
    return [_Change(event, place) for place, event in newest.items()], older


def _local(moment: Time | None, series: Written, writer: Writer) -> datetime:
    if moment is None:
        return LATEST
    return writer.local(moment, series.clock, dated=series.is_dated)


def _is_taken_out(change: Written, master: Written, writer: Writer) -> bool:
    """Whether the series has taken the repeat out that the change would take the place of."""
    place = _local(change.replaces, master, writer)
    out = ((moment, _local(moment, master, writer)) for moment in master.taken_out)
    return any(one == place or (moment.is_date and one.date() == place.date()) for moment, one in out)


def _repeats(
    master: Written, changes: Sequence[_Change], days: Days, writer: Writer, allowance: Allowance
) -> Iterator[Found]:
    """The repeats of one event that stay where they are, or are moved with all after them."""
    onwards = sorted((one for one in changes if one.event.onwards), key=lambda one: one.place)
    moves = [_move(one, master) for one in onwards]
    repeats = _starts(master, days, max((abs(one) for one in moves), default=timedelta(0)), allowance)
    for moment in (*master.taken_out, *(one.event.replaces for one in changes)):
        for place in _hit(moment, master, repeats, writer):
            del repeats[place]
    for start, length in repeats.items():
        moved = [(one.event, move) for one, move in zip(onwards, moves, strict=True) if one.place < start]
        if not moved:
            yield Found(master, master.clock, start, length)
        elif not moved[-1][0].called_off:
            event, move = moved[-1]
            yield Found(event, master.clock, _later(start, move), event.length)


def _hit(moment: Time | None, master: Written, repeats: dict[datetime, timedelta], writer: Writer) -> list[datetime]:
    """The repeats that a time means: the one that begins then; by a date, or by its midnight, those of a day."""
    place = _local(moment, master, writer)
    if place in repeats:
        return [place]
    if moment is None or not (moment.is_date or place.time() == _MIDNIGHT):
        return []
    return [start for start in repeats if start.date() == place.date()]


def _move(change: _Change, master: Written) -> timedelta:
    """By how much a change moves the repeats after it, by the clock of its series."""
    event = change.event
    if event.start is None:
        return timedelta(0)
    start = event.start
    if event.clock is not master.clock:
        start = master.clock.shown(event.clock.utc(start))
    return start - change.place


def _starts(master: Written, days: Days, reach: timedelta, allowance: Allowance) -> dict[datetime, timedelta]:
    """When it begins, by its rules, beside them and the first time, and how long it takes then."""
    starts: dict[datetime, timedelta] = {}
    longest = max(master.length, *master.added.values(), timedelta(0))
    begin = _later(datetime.combine(days.begin, _MIDNIGHT), -(longest + MARGIN + reach))
    end = _later(datetime.combine(days.end, _MIDNIGHT), MARGIN + reach)
    for rule in master.rules:
        for at in rule.between(begin.date(), end.date(), allowance):
            starts[at if isinstance(at, datetime) else datetime.combine(at, _MIDNIGHT)] = master.length
    allowance.keep(len(master.added))
    starts.update(master.added)
    if master.start is not None and not master.is_over:
        starts.setdefault(master.start, master.length)
    return starts


def _later(moment: datetime, span: timedelta) -> datetime:
    """A moment so much later; the ends of time where there is none."""
    try:
        return moment + span
    except OverflowError:
        return LATEST if span > timedelta(0) else EARLIEST
