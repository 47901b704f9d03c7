"""Time zones of calendars: by the calendar's own definition (RFC 5545, 3.6.5), else by a name that they go by.

A clock turns what it shows into UTC and back, both as naive datetimes. A definition is worked out year by year, with
the bounds of repeated events: what libraries make of one is kept for all calendars of all accounts.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo, available_timezones

from aiguillage.desk.ical.parts import Part
from aiguillage.desk.ical.values import LATEST, UTC_TIME, read_rule, read_times
from aiguillage.desk.recurrence import Allowance, Rule
from aiguillage.domain.errors import Refusal, invalid

LONGEST_ZONE, MOST_ZONE_PARTS = 255, 3
"""Characters of a time zone's name; parts of one, as in America/Argentina/Ushuaia."""

_YEAR = timedelta(days=366)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)(?::?(\d\d))?")
_FIXED = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?(\d\d))?")
_STATED = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?(\d\d))?")
_BETWEEN = re.compile(r"\s*[,;()&|]\s*|\s+-\s+|\s+(?:and|et|und|y)\s+")
_NUMBER_BEHIND = re.compile(r"[ -]\d+$")
_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_SHORT = {
    "z": "UTC",
    "coordinated universal time": "UTC",
    "temps universel coordonne": "UTC",
    "cest": "CET",
    "mez": "CET",
    "mesz": "CET",
    "central european time": "CET",
    "central european summer time": "CET",
    "heure d'europe centrale": "CET",
    "heure normale d'europe centrale": "CET",
    "mitteleuropaische zeit": "CET",
    "west": "WET",
    "western european time": "WET",
    "eest": "EET",
    "eastern european time": "EET",
    "bst": "Europe/London",
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "atlantic time": "America/Halifax",
    "edt": "America/New_York",
    "cdt": "America/Chicago",
    "mdt": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
}
"""Names that programs write for people, without accents and upper case."""

_NORTH_AMERICA = "e.-u."
_IN_FRENCH: Mapping[str, str] = {
    "est": "America/New_York",
    "centre": "America/Chicago",
    "montagnes rocheuses": "America/Denver",
    "pacifique": "America/Los_Angeles",
}
"""The same where the text says that it is about North America, as in `Est (É.-U. et Canada)`."""


class Clock(Protocol):
    """What a time zone's clock shows when. Moments are in UTC, both are naive."""

    def utc(self, shown: datetime) -> datetime:
        """When the clock shows it: the first time of two, and as if it had not jumped where it never does."""

    def shown(self, at: datetime) -> datetime:
        """What the clock shows at a moment."""


class NamedClock:
    """The clock of a zone that the system knows."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def utc(self, shown: datetime) -> datetime:
        """As of every clock; at the ends of time what is shown is taken for the moment."""
        try:
            return shown.replace(tzinfo=self._zone).astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            return shown

    def shown(self, at: datetime) -> datetime:
        """As of every clock."""
        try:
            return at.replace(tzinfo=UTC).astimezone(self._zone).replace(tzinfo=None, fold=0)
        except OverflowError:
            return at


class _Onset(NamedTuple):
    """From what the clock shows on, and from which moment on, it is ahead of UTC by so much."""

    shown: datetime
    at: datetime
    ahead: timedelta


class _Observance(NamedTuple):
    """What a definition says of standard or of summer time: when it begins, once or each year."""

    before: timedelta
    after: timedelta
    dates: Sequence[datetime]
    rule: Rule | None
    until: datetime | None

    def onsets(self, year: int, allowance: Allowance) -> Iterator[_Onset]:
        """When it begins in a year. What is shown in the hour that the clock skips counts as before it."""
        repeats = self.rule.between(date(year, 1, 1), date(year, 12, 31), allowance) if self.rule else ()
        skipped = max(timedelta(0), self.after - self.before)
        for shown in (*repeats, *(one for one in self.dates if one.year == year)):
            if isinstance(shown, datetime):
                yield _Onset(shown + skipped, shown - self.before, self.after)


class DefinedClock:
    """The clock of a zone that a calendar defines; `named` is that of its name, where this is known too."""

    def __init__(self, observances: Sequence[_Observance], named: Clock | None, allowance: Allowance) -> None:
        self._observances, self._allowance = observances, allowance
        self._of_year: dict[int, list[_Onset]] = {}
        self._around: dict[int, list[_Onset]] = {}
        dates = sorted(shown for one in observances for shown in one.dates)
        self._first = min(observances, key=lambda one: min(one.dates)).before
        self._ends = sorted({*(shown.year for shown in dates), *(one.until.year for one in observances if one.until)})
        # A list of single changes says nothing of the time behind it, where the zone's name may go on.
        is_list = all(one.rule is None for one in observances) and len({one.after for one in observances}) > 1
        self._named, self._over = (named, dates[-1] + _YEAR) if is_list else (None, LATEST)

    def utc(self, shown: datetime) -> datetime:
        """As of every clock; at the ends of time what is shown is taken for the moment."""
        if self._named is not None and shown > self._over:
            return self._named.utc(shown)
        onsets = self._onsets(shown.year)
        place = bisect_right(onsets, shown, key=lambda onset: onset.shown)
        return _moved(shown, -(onsets[place - 1].ahead if place else self._first))

    def shown(self, at: datetime) -> datetime:
        """As of every clock."""
        if self._named is not None and at > self._over:
            return self._named.shown(at)
        onsets = self._onsets(at.year)
        place = bisect_right(onsets, at, key=lambda onset: onset.at)
        return _moved(at, onsets[place - 1].ahead if place else self._first)

    def _onsets(self, year: int) -> list[_Onset]:
        """Those that matter in a year, in their order."""
        if year not in self._around:
            # What began last may have begun in the year before, or years ago, with the last of its changes.
            ended = self._ends[: bisect_right(self._ends, year)][-1:]
            years = {year - 1, year, year + 1, *ended, *(one - 1 for one in ended)}
            found = (onset for one in years if date.min.year <= one <= date.max.year for onset in self._begun_in(one))
            self._around[year] = sorted(found)
        return self._around[year]

    def _begun_in(self, year: int) -> list[_Onset]:
        if year not in self._of_year:
            found = (onset for one in self._observances for onset in one.onsets(year, self._allowance))
            self._of_year[year] = list(found)
        return self._of_year[year]


class Clocks:
    """The clocks of a calendar's time zones, by the names that it has for them."""

    def __init__(self, zones: Sequence[Part], allowance: Allowance) -> None:
        self._zones: Mapping[str, Part] = {_key(zone.value("TZID")): zone for zone in reversed(zones)}
        self._allowance = allowance
        self._found: dict[str, Clock | None] = {}

    def named(self, name: str) -> Clock:
        """The clock of the calendar's own definition, else of a name that is known. Raises Refusal(invalid)."""
        found = self.known(name)
        if found is None:
            raise invalid(
                f"The calendar uses the time zone '{name[:60]}', which is not known. "
                "Publish it with one such as Europe/Paris, or in UTC."
            )
        return found

    def known(self, name: str) -> Clock | None:
        """The same; None where there is none."""
        if len(name) > LONGEST_ZONE:
            return None
        if name not in self._found:
            zone = self._zones.get(_key(name))
            names = (name, zone.value("X-LIC-LOCATION")) if zone is not None else (name,)
            known = next((clock for one in names if (clock := clock_named(one)) is not None), None)
            self._found[name] = (zone and self._defined(zone, known)) or known
        return self._found[name]

    def only(self) -> Clock | None:
        """The clock of the one zone that the calendar defines; None where there are more, or none."""
        return self.known(next(iter(self._zones.values())).value("TZID")) if len(self._zones) == 1 else None

    def _defined(self, zone: Part, named: Clock | None) -> Clock | None:
        observances = [found for part in zone.parts if (found := self._observance(part)) is not None]
        if not observances or len(observances) != len(zone.parts):
            return None
        return DefinedClock(observances, named, self._allowance)

    def _observance(self, part: Part) -> _Observance | None:
        """What one part of a definition says; None where it cannot be read, and the definition is of no use."""
        before, after = _offset(part.value("TZOFFSETFROM")), _offset(part.value("TZOFFSETTO"))
        if before is None or after is None:
            return None
        try:
            starts = [time.shown for name in ("DTSTART", "RDATE") for time in read_times(part.all(name))]
            written = read_rule(part.value("RRULE"))
            until = None if written.until is None else written.until.shown
            if until is not None and written.until is not None and written.until.zone == UTC_TIME:
                until += before
            ends = {} if until is None else {"UNTIL": [until]}
            rule = Rule({**written.parts, **ends}, starts[0]) if written.parts else None
        except (ValueError, IndexError, Refusal):
            return None
        return _Observance(before, after, starts, rule, until) if starts else None


def clock_named(name: str) -> Clock | None:
    """The clock of a zone by one of the names that it goes by; None for what nobody knows.

    That is: its name in the IANA database or Windows, in any case, also behind a maker's prefix or before a number; an
    offset from UTC; a text with its cities, as `(UTC+01:00) Brussels, Copenhagen, Madrid, Paris`.
    """
    key = _key(name.strip('" '))
    fixed = _FIXED.fullmatch(key)
    if fixed is not None and key not in _by_letters():
        return NamedClock(timezone(_span(*fixed.groups())))
    known = (_by_letters().get(candidate) for candidate in _candidates(key))
    iana = next((one for one in known if one is not None), None)
    return _by_cities(key) if iana is None else named_clock(iana)


def _candidates(key: str) -> Iterator[str]:
    yield key
    yield key.replace("daylight time", "standard time")
    yield from last_parts(key)
    yield _NUMBER_BEHIND.sub("", key)
    yield from last_parts(_NUMBER_BEHIND.sub("", key))


def last_parts(name: str) -> Iterator[str]:
    """What a name ends with, the longest first: no zone has more parts than MOST_ZONE_PARTS."""
    parts = name.rsplit("/", MOST_ZONE_PARTS)
    yield from ("/".join(parts[place:]) for place in range(1, len(parts)))


@cache
def named_clock(iana: str) -> Clock:
    """The clock of a zone of the IANA database."""
    return NamedClock(ZoneInfo(iana))


@cache
def _by_letters() -> Mapping[str, str]:
    """The names of the IANA database by those that are known, without upper case."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - heavy, and calls need it never

    names = available_timezones()
    windows = {_key(name): iana for name, iana in WINDOWS_TO_OLSON.items() if iana in names}
    return windows | _SHORT | {_key(name): name for name in names}


@cache
def _cities() -> Mapping[str, str]:
    """Zones by the cities that they are called after."""
    names = [name for name in available_timezones() if name.split("/")[0] in _AREAS]
    return {_key(name.rsplit("/", 1)[1]): name for name in names}


def _by_cities(text: str) -> Clock | None:
    """The zone of the cities in a text, if all of them go alike, and as it says."""
    stated = _STATED.search(text)
    rest = text if stated is None else text[: stated.start()] + " , " + text[stated.end() :]
    pieces = {piece.strip() for piece in _BETWEEN.split(rest)} - {"", "utc", "gmt"}
    names = [_IN_FRENCH]
    if _NORTH_AMERICA not in pieces:
        # The east, in French: that there is a zone of this name is chance.
        names, pieces = [_by_letters(), _cities()], pieces - {"est"}
    found = {known[piece] for piece in pieces for known in names if piece in known}
    offsets = {tuple(_ahead_of(name, month) for month in (1, 7)) for name in found}
    if len(offsets) != 1:
        return None
    if stated is not None and _span(*stated.groups()) != min(next(iter(offsets))):
        return None
    return named_clock(min(found))


def _ahead_of(iana: str, month: int) -> timedelta:
    """By how much a zone is ahead of UTC in winter or in summer, as it was when Windows' texts were written."""
    shown = datetime(2020, month, 15)  # noqa: DTZ001 - as the clock shows it
    return ZoneInfo(iana).utcoffset(shown) or timedelta(0)


def _moved(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:
        return moment


def _offset(text: str) -> timedelta | None:
    """`+0100` or `-033045` as how much is ahead of UTC."""
    found = _OFFSET.fullmatch(text)
    return None if found is None else _span(*found.groups())


def _span(sign: str, hours: str, minutes: str | None, seconds: str | None = None) -> timedelta:
    span = min(timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0)), timedelta(hours=23))
    return -span if sign == "-" else span


def _key(text: str) -> str:
    """A name without accents and upper case, its blanks and apostrophes alike."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'").replace("_", " "))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
