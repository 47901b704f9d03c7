"""Housekeeping: a process beside the workers: calendars, holidays, sources, webhooks, mail, old calls, damage."""

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from aiguillage.callpath.counts import Counts
from aiguillage.desk.calendar_counts import CalendarCounts
from aiguillage.desk.calendars import due_calendars, refresh_due
from aiguillage.desk.delivering import deliver_due
from aiguillage.desk.events import accounts_with_webhooks, note_events
from aiguillage.desk.held import sweep_held
from aiguillage.desk.holidays import renew_holidays
from aiguillage.desk.retention import keep_retention
from aiguillage.desk.sources import due_sources, run_due
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Refusal, about_error
from aiguillage.domain.moments import moment_of
from aiguillage.inherited import Inherited
from aiguillage.logs import configure_lines
from aiguillage.mailing import send_mails
from aiguillage.precedence import give_way
from aiguillage.settings import Settings, read_settings
from aiguillage.storage.sqlite.damage import Watch, told_of
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.staging import sweep

EVERY = 60.0
"""Seconds from one round to the next."""

MAIL_EVERY = 5.0
"""Seconds from one look at the mails that are due to the next."""

ACTOR = "housekeeping"
"""Who acts, in the journal."""

_log = logging.getLogger(__name__)


def keep_house(settings: Settings, counts: Counts, ends: Callable[[float], bool]) -> None:
    """One round a minute, until `ends` says so within so many seconds; a failure is a line in the log.

    `counts` is told what it finds that the metrics show.
    """
    house = _House(settings, counts, Watch(), CalendarCounts())
    while True:
        for _ in _round(house):
            if ends(0.0):
                return
        if ends(EVERY):
            return


def keep_mailing(settings: Settings, counts: Counts, ends: Callable[[float], bool]) -> None:
    """Sends mail beside the rounds: who waits for a link must not wait for somebody else's calendar."""
    while True:
        with _told("mail"), closing(Database(settings.database)) as database:
            waiting, failed = send_mails(database, settings, _now)
            counts.put("mails_waiting", waiting)
            counts.put("mails_failed", failed)
        if ends(MAIL_EVERY):
            return


class _House(NamedTuple):
    """What rounds share."""

    settings: Settings
    counts: Counts
    watch: Watch
    calendars: CalendarCounts


def _round(house: _House) -> Iterator[None]:
    """Everything that is due, step by step, on connections of its own: a restored file is a new one."""
    settings = house.settings
    with closing(Database(settings.database)) as database:
        with _told("stages"):
            sweep(settings.database.parent)
        with _told("holidays"):
            for code in renew_holidays(database, _actor()):
                _log.info("holidays_renewed", extra={"about": {"account": code}})
        with _told("held"):
            sweep_held(database, _now())
        with _told("retention"):
            for kept in keep_retention(database, settings.calls, _actor()):
                if kept is not None:
                    _log.info("calls_kept", extra={"about": msgspec.structs.asdict(kept)})
                yield
        yield from _webhooks(settings, database)
        yield from _calendars(database)
        yield from _useless_calendars(house, database)
        yield from _sources(database)
        yield from _damage(database, house.watch)


def _damage(database: Database, watch: Watch) -> Iterator[None]:
    """A part of the walk that looks for damage, a third of a minute long: a big file takes several rounds.

    A step that fails ends the part.
    """
    ends = time.monotonic() + EVERY / 3
    failed = False
    while not failed and watch.is_due(database.path, _now()) and time.monotonic() < ends:
        yield
        walked, failed = None, True
        with _told("damage"):
            walked = watch.step(database, _now())
            failed = False
        if walked is not None:
            tell = _log.error if walked.count else _log.info
            first = [told_of(one) for one in walked.findings[:10]]
            tell("database_walked", extra={"about": {"findings": walked.count, "first": first}})


def _webhooks(settings: Settings, database: Database) -> Iterator[None]:
    """What happened on each account that has webhooks, and then all that is due to them."""
    watched = []
    with _told("webhooks"):
        watched = accounts_with_webhooks(database)
    for account in watched:
        yield
        with _told("events", account=account.code):
            note_events(database, settings.calls, account, _now())
    yield
    with _told("deliveries"):
        deliver_due(database, _now)
    yield


def _calendars(database: Database) -> Iterator[None]:
    """Every calendar that is due, for a minute: feeds that do not answer must not hold up what comes each round."""
    due, ends = [], time.monotonic() + EVERY
    with _told("calendars"):
        due = due_calendars(database, _actor().at)
    for calendar in due:
        yield
        if time.monotonic() > ends:
            return
        with _told("calendar", account=calendar.code, calendar=calendar.id):
            fact = refresh_due(database, _actor(), calendar).fact
            if fact.failing_since is not None:
                _log.warning("calendar_failing", extra={"about": {"account": calendar.code, "calendar": calendar.id}})


def _sources(database: Database) -> Iterator[None]:
    """Imports contacts from every source that is due, one after the other, for a minute, as calendars are read."""
    due, ends = [], time.monotonic() + EVERY
    with _told("sources"):
        due = due_sources(database, _now())
    for source in due:
        yield
        if time.monotonic() > ends:
            return
        with _told("source", account=source.code):
            state = run_due(database, _actor(), source)
            if state is not None and state.source.failing_since is not None:
                _log.warning("source_failing", extra={"about": {"account": source.code}})


def _useless_calendars(house: _House, database: Database) -> Iterator[None]:
    """Counts the calendars of which nothing counts, and those that fail."""
    changed = []
    with _told("calendar_counts"):
        changed = house.calendars.changed(database)
    for account in changed:
        yield
        with _told("calendar_counts", account=account.code):
            house.calendars.look(database, account, _now())
    useless = house.calendars.total()
    house.counts.put("calendars_unused", useless.unused)
    house.counts.put("calendars_failing", useless.failing)


@contextmanager
def _told(step: str, **about: object) -> Iterator[None]:
    """Turns a failure into one line: its type and place, never its text, which may quote what somebody published."""
    try:
        yield
    except Refusal as refusal:
        _log.warning("housekeeping_refused", extra={"about": {"step": step, "kind": refusal.kind, **about}})
    except Exception as error:  # noqa: BLE001 - the next step may well succeed
        _log.error(
            "housekeeping_failed",
            extra={"about": {"step": step, **about_error(error), **about}},
        )


def _now() -> int:
    return moment_of(datetime.now(UTC))


def _actor() -> Actor:
    return Actor(ACTOR, _now(), operator=True)


def main(words: list[str]) -> None:
    """The process: Ctrl-C is for the supervisor, which then ends this one too. What it does may be cut off anywhere."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    inherited, settings = Inherited.read(words), read_settings()
    configure_lines(settings.log_level)
    inherited.say_ready()
    counts = Counts(inherited.memory(), inherited.row)
    post = threading.Thread(target=keep_mailing, args=(settings, counts, inherited.is_orphan), name="mail", daemon=True)
    post.start()
    keep_house(settings, counts, inherited.is_orphan)


if __name__ == "__main__":
    main(sys.argv[1:])
