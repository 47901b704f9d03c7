"""The calls of a day in figures, for a page that many have open: only what came since the last look is counted.

A row of the call log is counted once, by its id. Calls that were erased since are counted until the figures begin
again: after BEGIN_AGAIN at the latest. Strangers, who are named by their numbers, are read again each minute.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.desk.calls import Group
from aiguillage.desk.change import read_facts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.moments import MINUTE, in_zone
from aiguillage.storage.call_counts import Told, count_after, last_call
from aiguillage.storage.calls import Stranger, read_strangers
from aiguillage.storage.sqlite.engine import Database

BEGIN_AGAIN = 10 * MINUTE
STRANGERS_AGAIN = MINUTE
MOST_KEPT = 256
"""Accounts whose figures are kept."""

MOST_STRANGERS = 6


class Day(msgspec.Struct, frozen=True):
    """The calls of a day in figures; hours are `00` to `23` by the account's clock. The most frequent stand first."""

    calls: int
    known: int
    by_hour: list[Group]
    by_destination: list[Group]
    strangers: list[Stranger]

    @property
    def known_share(self) -> float | None:
        """The share of known callers' calls, from 0 to 1; None where there was no call."""
        return self.known / self.calls if self.calls else None


class _Sums:
    """What was counted of an account's calls since a moment, up to a row of the log."""

    def __init__(self, since: int, at: int) -> None:
        self.lock = Lock()
        self.since = since
        self.begun_at = at
        self.strangers: list[Stranger] = []
        self.strangers_at = 0
        self.begin()

    def begin(self) -> None:
        self.last_id = 0
        self.by_time: Counter[tuple[int, bool]] = Counter()
        self.by_destination: Counter[tuple[str | None, bool]] = Counter()

    def add(self, told: list[Told]) -> None:
        for one in told:
            self.by_time[one.begin, one.known] += one.calls
            self.by_destination[one.destination, one.known] += one.calls


_kept: OrderedDict[tuple[Path, int], _Sums] = OrderedDict()
_door = Lock()


def count_day(db: Database, log: Path, actor: Actor, code: str, *, since: int) -> Day:
    """The account's calls since the moment at which its day began. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, account):
        clock = ZoneInfo(account.time_zone)
    sums = _sums_of((log, account_id), since, actor.at)
    with sums.lock:
        newest = last_call(log)
        if newest < sums.last_id:  # another log lies in its place
            sums.begin()
        if newest > sums.last_id:
            sums.add(count_after(log, account_id, since, sums.last_id, newest))
            sums.last_id = newest
        if actor.at - sums.strangers_at >= STRANGERS_AGAIN:
            sums.strangers = list(read_strangers(log, account_id, since, MOST_STRANGERS))
            sums.strangers_at = actor.at
        return _day_of(sums, clock)


def _sums_of(place: tuple[Path, int], since: int, at: int) -> _Sums:
    """The account's sums, new ones where they are of another day, or too old."""
    with _door:
        sums = _kept.pop(place, None)
        if sums is None or sums.since != since or not 0 <= at - sums.begun_at < BEGIN_AGAIN:
            sums = _Sums(since, at)
        _kept[place] = sums
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return sums


def _day_of(sums: _Sums, clock: ZoneInfo) -> Day:
    hours: Counter[tuple[str | None, bool]] = Counter()
    for (begin, known), count in sums.by_time.items():
        hours[f"{in_zone(begin, clock):%H}", known] += count
    by_hour = _groups(hours)
    return Day(
        calls=sum(one.calls for one in by_hour),
        known=sum(one.known for one in by_hour),
        by_hour=by_hour,
        by_destination=_groups(sums.by_destination),
        strangers=sums.strangers,
    )


def _groups(counted: Mapping[tuple[str | None, bool], int]) -> list[Group]:
    found = (
        Group(value, counted.get((value, True), 0) + counted.get((value, False), 0), counted.get((value, True), 0))
        for value in dict.fromkeys(value for value, _ in counted)
    )
    return sorted(found, key=lambda one: (-one.calls, one.value or ""))
