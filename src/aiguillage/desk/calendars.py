"""Calendars: iCal files and feeds, read into the exceptions of a queue or group, or the shifts of a rota."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from aiguillage.desk.calendar_texts import read_calendar
from aiguillage.desk.change import Change, change_facts, find_account, read_facts, require_unchanged
from aiguillage.desk.facts import Changes, Done, place_fact, replace_fact
from aiguillage.desk.fetching import PUBLIC, Guard, check_url, fetch
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.errors import Refusal, conflict, invalid
from aiguillage.domain.moments import DAY, HOUR, in_utc
from aiguillage.domain.omissions import Use, remarks_of, use_of
from aiguillage.domain.queues import ROTA, Calendar
from aiguillage.domain.remarks import Remark
from aiguillage.domain.rotas import Rota
from aiguillage.storage.calendars import (
    DueCalendar,
    calendars_due,
    due_at,
    keep_text,
    put_off,
    read_moments,
    text_of,
)
from aiguillage.storage.facts import Kept, require_fact
from aiguillage.storage.facts import read_facts as read_kept
from aiguillage.storage.journal import raise_facts_version
from aiguillage.storage.sqlite.engine import Database

KIND = "calendar"
FEED_EVERY, FILE_EVERY = HOUR, DAY
"""How often a feed is fetched, and a file's text read again: its events move into the window with time."""

UNREAD = 0
"""When a feed was read that nobody has read yet."""

DAYS_BACK, DAYS_AHEAD = 60, 731
DAYS_OF_CALLS = 366
"""How long calls are kept, which a replay decides again: the events of this time are kept where there is room."""

LONGEST_TROUBLE = 300
Fetch = Callable[[str], bytes]
Reading = Callable[[Database], object]
"""What reads a calendar, by a database that is open then: to be called once."""

READING, READ, FAILING = "reading", "read", "failing"
"""How a calendar stands: it is to be read, it was, or it cannot be and has the events that it had."""


class CalendarState(msgspec.Struct, frozen=True):
    """A calendar as it is kept, when it was last read well (microseconds since 1970 UTC), how it stands, what counts.

    Nobody has read a feed that was added just now, and `read_at` is None. `due_at` is when it is to be read again; None
    for one that nobody reads.
    """

    kept: Kept
    read_at: int | None
    state: str
    use: Use
    due_at: int | None

    @property
    def calendar(self) -> Calendar:
        """The calendar itself."""
        fact: Calendar = self.kept.fact
        return fact

    @property
    def was_read(self) -> bool:
        """Whether it was ever read. One that was removed and put back has its events, and nobody reads it."""
        return self.read_at is not None or bool(self.calendar.events)

    @property
    def is_unused(self) -> bool:
        """Whether it was read, and none of its events counts."""
        return self.was_read and not self.use.used

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is to be said of it, once it was read."""
        return remarks_of(self.use) if self.was_read else ()


class _Found(NamedTuple):
    """What came of reading a calendar again: its text if there was one, and what its fact becomes."""

    text: bytes | None
    values: dict[str, Any]


def add_calendar(
    db: Database, actor: Actor, code: str, calendar: Calendar, text: bytes | None = None, *, fetch: Fetch = fetch
) -> Done:
    """A new calendar: of a file's text, or of a feed, for which the caller waits. Raises Refusal."""
    if (text is None) == (calendar.url is None):
        raise invalid("A calendar is a file or a feed. Give a text or the address of a feed, not both.")
    with read_facts(db, actor, code, Role.EDIT) as view:
        account = view.account
    text = fetch(calendar.url) if text is None and calendar.url else text or b""
    fact = msgspec.structs.replace(calendar, **_read(text, account, actor.at, calendar.owner_type))
    with change_facts(db, actor, code, Role.EDIT) as change:
        done = place_fact(change, fact)
        _keep(change, done.kept, text)
    return done


def begin_calendar(
    db: Database, actor: Actor, code: str, calendar: Calendar, *, guard: Guard = PUBLIC
) -> tuple[Kept, Reading]:
    """A new calendar of a feed, kept at once and without events, and what reads it. Raises Refusal.

    Until then its state is READING. Should the process end before, housekeeping reads it.
    """
    if calendar.url is None:
        raise invalid("'url' is missing. Give the address of a feed.", "url")
    check_url(calendar.url, guard)
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = place_fact(change, calendar).kept
        keep_text(change.connection, change.account_id, kept.id, b"", read_at=UNREAD, due_at=actor.at)
    return kept, partial(_read_begun, actor=actor, code=code, calendar_id=kept.id, fetch=partial(fetch, guard=guard))


def refresh_calendar(db: Database, actor: Actor, code: str, calendar_id: int, *, fetch: Fetch = fetch) -> Kept:
    """A calendar read again: a feed fetched, a file's kept text looked through anew. Raises Refusal.

    A feed that cannot be read keeps the events that it had, and its fact says why and since when.
    """
    with read_facts(db, actor, code, Role.EDIT) as (connection, account_id, account):
        before = require_fact(connection, account_id, KIND, calendar_id)
        kept_text = text_of(connection, account_id, calendar_id)
        is_first = read_moments(connection, account_id).get(calendar_id, (UNREAD, None))[0] == UNREAD
    found = _read_again(before.fact, kept_text, account, actor.at, fetch)
    with db.write() as connection:
        change = Change(connection, *find_account(connection, actor, code, Role.EDIT), actor)
        now = require_fact(connection, change.account_id, KIND, calendar_id)
        if now.fact.url != before.fact.url:
            raise conflict("The calendar's address was changed while it was being read. Read it again.")
        done = replace_fact(change, KIND, calendar_id, found.values)
        if done.kept.seq != now.seq or (is_first and found.text is not None):
            raise_facts_version(connection, change.account_id)
        if found.text is not None:
            _keep(change, done.kept, found.text)
    return done.kept


def begin_refresh(db: Database, actor: Actor, code: str, calendar_id: int, *, fetch: Fetch = fetch) -> Reading:
    """Says that a calendar is to be read again, and gives what does it. Raises Refusal.

    Until then its state is READING. Should the process end before, housekeeping reads it.
    """
    with db.write() as connection:
        account_id, _ = find_account(connection, actor, code, Role.EDIT)
        require_fact(connection, account_id, KIND, calendar_id)
        put_off(connection, account_id, calendar_id, actor.at)
    return partial(_read_begun, actor=actor, code=code, calendar_id=calendar_id, fetch=fetch)


def _read_begun(db: Database, *, actor: Actor, code: str, calendar_id: int, fetch: Fetch) -> None:
    """Reads a calendar that was said to be read; whatever comes of it, it is not due again within the hour."""
    try:
        refresh_calendar(db, actor, code, calendar_id, fetch=fetch)
    finally:
        with db.write() as connection:
            account_id, _ = find_account(connection, actor, code, Role.EDIT)
            if (due := due_at(connection, account_id, calendar_id)) is not None and due <= actor.at:
                put_off(connection, account_id, calendar_id, actor.at + FEED_EVERY)


def due_calendars(db: Database, at: int) -> list[DueCalendar]:
    """The calendars of all accounts that are to be read by a moment, the longest due first."""
    with db.read() as connection:
        return calendars_due(connection, at)


def refresh_due(db: Database, actor: Actor, due: DueCalendar, *, fetch: Fetch = fetch) -> Kept:
    """Reads a calendar that is due; whatever comes of it, it is not due again within the hour. Raises Refusal."""
    with db.write() as connection:
        put_off(connection, due.account_id, due.id, actor.at + FEED_EVERY)
    return refresh_calendar(db, actor, due.code, due.id, fetch=fetch)


def set_calendar(
    db: Database, actor: Actor, code: str, calendar_id: int, changes: Changes, *, expected: int | None = None
) -> Done:
    """Changes some of a calendar's values. Raises Refusal; stale when its seq is not the `expected` one.

    Shifts are read otherwise than exceptions: one that becomes a rota's, or is one no more, is to be read again.
    """
    with change_facts(db, actor, code, Role.EDIT) as change:
        before = require_fact(change.connection, change.account_id, KIND, calendar_id)
        require_unchanged(before.seq, expected)
        done = replace_fact(change, KIND, calendar_id, changes)
        if (before.fact.owner_type == ROTA) != (done.kept.fact.owner_type == ROTA):
            put_off(change.connection, change.account_id, calendar_id, actor.at)
    return done


def list_calendars(db: Database, actor: Actor, code: str) -> list[CalendarState]:
    """The account's calendars, oldest first. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return calendars_at(connection, account_id, actor.at)


def show_calendar(db: Database, actor: Actor, code: str, calendar_id: int) -> CalendarState:
    """One calendar. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return _states(connection, account_id, [require_fact(connection, account_id, KIND, calendar_id)], actor.at)[0]


def calendars_at(connection: Connection, account_id: int, at: int) -> list[CalendarState]:
    """An account's calendars at a moment, oldest first."""
    return _states(connection, account_id, read_kept(connection, account_id, KIND), at)


def _states(connection: Connection, account_id: int, calendars: Iterable[Kept], at: int) -> list[CalendarState]:
    moments = read_moments(connection, account_id)
    rotas = {one.id: one.fact for one in read_kept(connection, account_id, ROTA)}
    return [_state(kept, moments, rotas, at) for kept in calendars]


def _state(kept: Kept, moments: Mapping[int, tuple[int, int]], rotas: Mapping[int, Rota], at: int) -> CalendarState:
    """How a calendar stands. A file's that was removed and put back has no text any more, and is read by nobody."""
    read_at, due = moments.get(kept.id, (UNREAD, None))
    stands = READ if kept.fact.failing_since is None else FAILING
    if due is not None and (due <= at or (read_at == UNREAD and stands == READ)):
        stands = READING
    return CalendarState(kept, None if read_at == UNREAD else read_at, stands, use_of(kept.fact, rotas), due)


def window(at: int) -> tuple[date, date]:
    """The days whose events are kept: from 60 days before a moment to two years after it, in whole months.

    Whole months, so that an event that comes round again and again changes its calendar once a month, not with each.
    """
    today = in_utc(at).date()
    last = (today + timedelta(days=DAYS_AHEAD)).replace(day=28) + timedelta(days=4)
    return (today - timedelta(days=DAYS_BACK)).replace(day=1), last.replace(day=1)


def earliest(at: int) -> date:
    """The day from which on events are kept where there is room for them: a year before a moment, in whole months."""
    today = in_utc(at).date()
    return (today - timedelta(days=DAYS_OF_CALLS)).replace(day=1)


def _read(text: bytes, account: Account, at: int, owner_type: str) -> dict[str, Any]:
    """What a calendar's fact becomes by a text that can be read. Raises Refusal."""
    events, left_out = read_calendar(
        text, account.time_zone, *window(at), since=earliest(at), shifts=owner_type == ROTA
    )
    return {"events": events, "left_out": left_out, "failing_since": None, "trouble": ""}


def _read_again(calendar: Calendar, kept_text: bytes, account: Account, at: int, fetch: Fetch) -> _Found:
    try:
        text = kept_text if calendar.url is None else fetch(calendar.url)
        return _Found(text, _read(text, account, at, calendar.owner_type))
    except Refusal as refusal:
        since = at if calendar.failing_since is None else calendar.failing_since
        return _Found(None, {"failing_since": since, "trouble": refusal.message[:LONGEST_TROUBLE]})


def _keep(change: Change, kept: Kept, text: bytes) -> None:
    at, calendar = change.actor.at, kept.fact
    due = at + (FILE_EVERY if calendar.url is None else FEED_EVERY)
    keep_text(change.connection, change.account_id, kept.id, text, read_at=at, due_at=due)
