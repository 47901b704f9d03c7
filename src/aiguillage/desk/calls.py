"""What the call log tells the account's staff."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.desk.change import read_facts
from aiguillage.domain.accounts import Account, Actor
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import ON_A_PAGE
from aiguillage.domain.moments import in_zone
from aiguillage.domain.numbers import sought_number
from aiguillage.domain.pseudonyms import is_pseudonym
from aiguillage.storage import call_search
from aiguillage.storage.call_counts import Count, Period, count_by_destination, count_by_dialect, count_by_time
from aiguillage.storage.call_search import Place, Wanted
from aiguillage.storage.calls import LATEST, Call, Stranger, read_calls, read_strangers
from aiguillage.storage.schema import LARGEST_ID, can_be_id
from aiguillage.storage.sqlite.engine import Database

MOST_DESTINATIONS = 100


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls are looked for: None for any. `number` is in any spelling, or a pseudonym.

    `since` and `until` are in microseconds since 1970 UTC; a call at `until` is not among them. `destination` is where
    calls were sent, or one of up to four that they were told.
    """

    since: int = 0
    until: int = LATEST
    number: str | None = None
    contact_id: int | None = None
    known: bool | None = None
    dialect: str | None = None
    reason: str | None = None
    destination: str | None = None
    call_id: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Some calls, newest first, and the cursor behind which others come; None behind the last."""

    calls: list[Call]
    cursor: str | None


class Group(msgspec.Struct, frozen=True):
    """Calls that have `value` in common: how many, and how many of them were known callers'."""

    value: str | None
    calls: int
    known: int


class Statistics(msgspec.Struct, frozen=True):
    """The calls of a time in figures; hours (`00` to `23`) and days (`2026-11-24`) are those of the account's clock."""

    calls: int
    known: int
    by_dialect: list[Group]
    by_destination: list[Group]
    by_hour: list[Group]
    by_day: list[Group]

    @property
    def known_share(self) -> float | None:
        """The share of known callers' calls, from 0 to 1; None where there was no call."""
        return self.known / self.calls if self.calls else None


def list_calls(
    db: Database, log: Path, actor: Actor, code: str, *, since: int = 0, outcome: str | None = None, limit: int = 100
) -> list[Call]:
    """An account's calls since a moment (microseconds since 1970), newest first. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, _account):
        return list(read_calls(log, account_id, since, outcome, limit))


def find_calls(
    db: Database, log: Path, actor: Actor, code: str, search: Search, *, cursor: str = "", limit: int = ON_A_PAGE
) -> Page:
    """Some of the account's calls, newest first; `cursor` is the one of the page before. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, account):
        wanted = _wanted(account_id, account, search)
    found = call_search.find_calls(log, wanted, _place(cursor), limit + 1)
    more = f"{found[limit - 1].place.at}-{found[limit - 1].place.id}" if len(found) > limit else None
    return Page([one.call for one in found[:limit]], more)


def _wanted(account_id: int, account: Account, search: Search) -> Wanted:
    if search.contact_id is not None and not can_be_id(search.contact_id):
        raise invalid(f"{search.contact_id} is not the id of a contact. Use one from 1 to {LARGEST_ID}.", "contact_id")
    values: dict[str, str | int | None] = {
        "number": None if search.number is None else _number(search.number, account.country),
        "outcome": None if search.known is None else ("known" if search.known else "unknown"),
        **{name: getattr(search, name) for name in ("contact_id", "dialect", "reason", "destination", "call_id")},
    }
    given = tuple((name, value) for name, value in values.items() if value is not None)
    return Wanted(account_id, search.since, search.until, given)


def _number(text: str, country: str) -> str:
    return text if is_pseudonym(text) else sought_number(text, country, "number")


def _place(cursor: str) -> Place:
    at, _, call_id = cursor.partition("-")
    if not cursor:
        return Place()
    if not (cursor.isascii() and at.isdecimal() and call_id.isdecimal() and max(len(at), len(call_id)) < 19):  # noqa: PLR2004 - what a column holds
        raise invalid("cursor is not valid. Follow next_page_url, or start without one.", "cursor")
    return Place(int(at), int(call_id))


def all_calls(db: Database, log: Path, actor: Actor, code: str, search: Search) -> Iterable[Call]:
    """All of the calls that are looked for, newest first, piece by piece. Raises Refusal, before the first one."""
    with read_facts(db, actor, code) as (_, account_id, account):
        return call_search.all_calls(log, _wanted(account_id, account, search))


def list_strangers(
    db: Database, log: Path, actor: Actor, code: str, *, since: int = 0, until: int = LATEST, limit: int = 100
) -> list[Stranger]:
    """The account's unknown callers by number, the most frequent first: whom staff may want to know. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, _account):
        return list(read_strangers(log, account_id, since, limit, until))


def count_calls(db: Database, log: Path, actor: Actor, code: str, *, since: int = 0, until: int = LATEST) -> Statistics:
    """The account's calls of a time in figures. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, account):
        period, clock = Period(account_id, since, until), ZoneInfo(account.time_zone)
    by_time = count_by_time(log, period)
    return Statistics(
        calls=sum(calls for _, calls, _ in by_time),
        known=sum(known for _, _, known in by_time),
        by_dialect=_groups(count_by_dialect(log, period)),
        by_destination=_groups(count_by_destination(log, period, MOST_DESTINATIONS)),
        by_hour=_by_clock(by_time, lambda at: f"{in_zone(at, clock):%H}"),
        by_day=_by_clock(by_time, lambda at: f"{in_zone(at, clock):%Y-%m-%d}"),
    )


def _groups(counts: Iterable[Count]) -> list[Group]:
    return [Group(*count) for count in counts]


def _by_clock(by_time: Iterable[tuple[int, int, int]], name: Callable[[int], str]) -> list[Group]:
    calls: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for at, some, some_known in by_time:
        calls[name(at)] += some
        known[name(at)] += some_known
    return [Group(value, calls[value], known[value]) for value in sorted(calls)]
