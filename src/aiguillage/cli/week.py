"""The command that draws a call queue's coming week: a row a day, along the account's clock."""

import shutil
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.hours import day_name
from aiguillage.cli.moments import iso, parse_date, today, zone
from aiguillage.cli.printing import print_json_list, print_line
from aiguillage.cli.words import _
from aiguillage.desk.documents import compile_account
from aiguillage.desk.facts import find_fact
from aiguillage.domain.errors import invalid
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.hours import State
from aiguillage.domain.moments import MINUTE, in_zone, moment_of
from aiguillage.domain.queues import QUEUE

DAYS = 7
OPEN, PARTLY, CLOSED, NEVER = "█", "▒", "·", " "
PLAIN = {OPEN: "#", PARTLY: "+", CLOSED: "."}
"""For a terminal that has not these characters."""

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARGIN = 15
"""Columns in front of a day's bar: its name and date."""

ROOM_FOR_NOTES = 12
SIZES = (4, 2, 1)
"""Characters an hour, the finest first."""

Period = tuple[int, int, State]


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "week")(week)


def week(
    context: typer.Context,
    account: AccountCode,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="The call queue, by code, number, name or id.")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day.", show_default="today")
    ] = None,
    json: Json = False,
) -> None:
    """Draw where a call queue sends calls in the coming week; with --json the periods of it."""
    with at_desk(context) as desk:
        facts = compile_account(desk.db, desk.actor, account)
        queue_id = find_fact(desk.db, desk.actor, account, QUEUE, queue).id
        begin = today(desk.actor.at, facts.time_zone) if first is None else parse_date(first)
    drawn = Week(facts, queue_id, begin)
    if json:
        print_json_list(map(_document, drawn.periods))
        return
    size = next((n for n in SIZES if MARGIN + 24 * n + ROOM_FOR_NOTES <= _columns()), SIZES[-1])
    for line in drawn.lines(size):
        print_line(line)


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _document(period: Period) -> dict[str, Any]:
    begin, end, state = period
    return {"from": iso(begin), "to": iso(end), **msgspec.structs.asdict(state), "until": iso(state.until)}


class Mark(NamedTuple):
    """What one character of a bar stands for: whether the queue is open, and where its calls go."""

    is_open: bool
    destination: str | None


class Week:
    """Seven days of a call queue, from midnight to midnight by the account's clock."""

    def __init__(self, facts: AccountFacts, queue_id: int, first: date) -> None:
        self._zone = zone(facts.time_zone)
        self._time_zone = facts.time_zone
        self._queue = facts.queues[queue_id]
        try:
            self._days = [first + timedelta(days=n) for n in range(DAYS + 1)]
            midnights = [self.moment(day, 0) for day in self._days]
        except OverflowError:
            raise invalid(f"'{first}' is too far from today. Choose a nearer day.") from None
        self.periods: list[Period] = list(facts.hours.periods(queue_id, midnights[0], midnights[-1]))
        self._begins = [begin for begin, _end, _state in self.periods]
        self._marks = self._characters()

    def moment(self, day: date, minutes: int) -> int:
        """The moment at which the clock shows a time of a day, the first if it does twice."""
        shown = datetime.combine(day, time(), self._zone) + timedelta(minutes=minutes)
        return moment_of(shown)

    def within(self, begin: int, end: int) -> str:
        """What is drawn for a time, `[begin, end)`: that the queue is open for a part, else how it is the longest."""
        there = self.periods[bisect_right(self._begins, begin) - 1 : bisect_left(self._begins, end)]
        if len({state.open for _begin, _end, state in there}) > 1:
            return PARTLY
        state = max(there, key=lambda period: min(period[1], end) - max(period[0], begin))[2]
        return self._marks[Mark(state.open, state.destination)]

    def lines(self, size: int) -> Iterator[str]:
        """The drawing, with so many characters an hour: hours above, a bar a day, and what the characters mean."""
        yield _("{queue}, by the clock of {zone}; a character is {minutes} minutes").format(
            queue=self._queue.name, zone=self._time_zone, minutes=60 // size
        )
        yield " " * MARGIN + "".join(f"{hour:<{3 * size}}" for hour in range(0, 24, 3))
        bars = {day: self.bar(day, size) for day in self._days[:DAYS]}
        for day, bar in bars.items():
            notes = "; ".join(dict.fromkeys(self._notes(day)))
            name = f"{day_name(day.isoweekday())[:3]} {day}"
            yield f"{name:<{MARGIN}}{bar} {notes}".rstrip()
        yield ""
        for mark, character in self._marks.items():
            yield f"  {_shown(character)} {self._meaning(mark)}"
        if any(_shown(PARTLY) in bar for bar in bars.values()):
            yield f"  {_shown(PARTLY)} {_('open for a part of it')}"

    def bar(self, day: date, size: int) -> str:
        """A day's characters, each as the queue is meanwhile; blank for what the clock jumps over."""
        return "".join(self._character(day, n * 60 // size, 60 // size) for n in range(24 * size))

    def _character(self, day: date, minutes: int, length: int) -> str:
        moment = self.moment(day, minutes)
        shown = in_zone(moment, self._zone)
        if shown.hour * 60 + shown.minute != minutes:
            return NEVER
        return _shown(self.within(moment, moment + length * MINUTE))

    def _characters(self) -> dict[Mark, str]:
        """A character for each way in which the queue is: open at itself, closed to its default, or a letter."""
        letters = iter(LETTERS)
        marks = dict.fromkeys(Mark(state.open, state.destination) for _begin, _end, state in self.periods)
        own = {self._queue.number, self._queue.code} - {None}
        ordinary = {Mark(True, one): OPEN for one in own}  # noqa: FBT003 - a tuple's first value
        ordinary |= {Mark(False, one): CLOSED for one in (self._queue.default_destination, None)}  # noqa: FBT003 - same
        return {mark: ordinary.get(mark) or next(letters, "?") for mark in marks}

    def _meaning(self, mark: Mark) -> str:
        told = _("open: {destination}") if mark.is_open else _("closed: {destination}")
        return told.format(destination=mark.destination or _("no destination"))

    def _notes(self, day: date) -> Iterator[str]:
        """What is out of the ordinary on a day: switches, exceptions, holidays, and the clock put on or back."""
        words = {"switch": _("switch"), "exception": _("exception"), "holiday": _("holiday")}
        begin, end = self.moment(day, 0), self.moment(day + timedelta(days=1), 0)
        for since, until, state in self.periods:
            if since < end and until > begin and state.reason in words:
                yield f"{words[state.reason]}: {state.label}" if state.label else words[state.reason]
        longer = (end - begin) // MINUTE - 24 * 60
        if longer:
            told = _("clock put back {minutes} minutes") if longer > 0 else _("clock put on {minutes} minutes")
            yield told.format(minutes=abs(longer))


def _shown(character: str) -> str:
    """The character, or a plain one where the terminal has it not."""
    try:
        character.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return PLAIN[character]
    return character
