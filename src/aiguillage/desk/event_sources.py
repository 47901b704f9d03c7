"""Where events come from: an account's journal, its opening hours, rotas and calendars, its call log."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, select

from aiguillage.desk.calendars import CalendarState, calendars_at
from aiguillage.domain.accounts import Account
from aiguillage.domain.beside import ByKind
from aiguillage.domain.hours import Hours
from aiguillage.domain.moments import MINUTE, in_utc
from aiguillage.domain.numbers import WITHHELD
from aiguillage.domain.oncall import OnCall
from aiguillage.domain.queues import QUEUE, ROTA
from aiguillage.domain.sources import SOURCE, ContactSource
from aiguillage.domain.tries import BY_CALLER, CODES_OF_ACCOUNT
from aiguillage.domain.webhooks import (
    CALENDAR_UNUSED,
    CALL_UNKNOWN,
    CODES_GUESSED,
    CONTACT_CHANGED,
    GIVEN_UP_AFTER,
    IMPORT_FAILED,
    IMPORT_FINISHED,
    ONCALL_CHANGED,
    QUEUE_CLOSED,
    WEBHOOK,
)
from aiguillage.storage.calls import read_guesses, read_strangers
from aiguillage.storage.facts import by_kind
from aiguillage.storage.journal import read_after, read_entry
from aiguillage.storage.schema import imports
from aiguillage.storage.webhooks import States

CONTACT, IMPORT = "contact", "import"
CHANGES_AT_ONCE = 100
"""Changes to contacts that one event tells of."""

EVENTS_AT_ONCE = 100
"""Events of an account's journal in one look; what is left is for the next."""

WINDOW = 5 * MINUTE
"""Calls of one number in this time are one event; the time is cut at whole multiples since 1970."""

SETTLED = MINUTE // 6
"""How long after a call it is in the log for certain."""

STRANGERS_AT_ONCE = 100
"""Numbers that are told of in one window: those that called most often."""

NUMBERS_TOLD = 20
"""Callers that an event about wrong codes names: those that typed most."""

DIGEST_LENGTH = 16
COUNTS = ("created", "changed", "deleted", "refused")


class Found(NamedTuple):
    """Something that happened: its event, when (microseconds since 1970 UTC), what there is to say.

    `seq` is the first change in it where it comes from the journal.
    """

    event: str
    at: int
    about: dict[str, Any]
    seq: int | None = None


def moment(at: int | None) -> datetime | None:
    """A moment as what JSON writes in ISO 8601."""
    return None if at is None else in_utc(at)


def changes_since(
    connection: Connection, account_id: int, seq: int, newest: int, wanted: Collection[str]
) -> tuple[list[Found], int]:
    """What the journal has after a change, up to EVENTS_AT_ONCE events, and the change up to which they tell.

    What an import, a bulk upsert or an undo did to contacts is one event; its further entries are not even read.
    """
    if not {CONTACT_CHANGED, IMPORT_FINISHED, IMPORT_FAILED} & set(wanted):
        return [], newest
    found: list[Found] = []
    while len(found) < EVENTS_AT_ONCE:
        # A new webhook ends a run of changes: it is told of those after it alone.
        rows = read_after(connection, account_id, seq, (CONTACT, IMPORT, SOURCE, WEBHOOK), CHANGES_AT_ONCE)
        run = list(takewhile(lambda row: row.entity == CONTACT, rows))
        if not rows:
            return found, newest
        if run:
            found.append(_contacts_changed(run))
            seq = run[-1].seq
        elif rows[0].entity == IMPORT:
            event, seq = _import_finished(connection, account_id, rows[0])
            found += event
        else:
            found += _import_failed(connection, account_id, rows[0]) if rows[0].entity == SOURCE else []
            seq = rows[0].seq
    return found, seq


def _contacts_changed(rows: list[Row[Any]]) -> Found:
    """Each contact once, with what came of it: one that was added and then changed is new."""
    actions: dict[int, str] = {}
    for row in rows:
        new = actions.get(row.entity_id) == "add" and row.action == "set"
        actions[row.entity_id] = "add" if new else row.action
    contacts = [{"id": contact_id, "action": action} for contact_id, action in actions.items()]
    return Found(CONTACT_CHANGED, rows[-1].at, {"contacts": contacts}, rows[0].seq)


def _import_finished(connection: Connection, account_id: int, row: Row[Any]) -> tuple[list[Found], int]:
    """An import or its undoing, and the last of its entries: both have as many, behind the first."""
    mine = select(imports).where(imports.c.account_id == account_id, imports.c.id == row.entity_id)
    kept = connection.execute(mine).first()
    if kept is None:
        return [], row.seq
    about = {"import_id": kept.id, "undone": row.action == "undo", **{name: getattr(kept, name) for name in COUNTS}}
    return [Found(IMPORT_FINISHED, row.at, about, row.seq)], row.seq + kept.last_seq - kept.id


def _import_failed(connection: Connection, account_id: int, row: Row[Any]) -> list[Found]:
    """The source's import that failed with this change: the first one in a row, or the first for another reason."""
    entry = read_entry(connection, account_id, row.seq)
    after = None if entry is None or entry.after is None else msgspec.convert(entry.after, ContactSource)
    before = (entry and entry.before) or {}
    if after is None or not after.trouble or before.get("trouble") == after.trouble:
        return []
    about = {"source_id": row.entity_id, "reason": after.trouble, "failing_since": moment(after.failing_since)}
    return [Found(IMPORT_FAILED, row.at, about, row.seq)]


def calls_since(
    log: Path, account_id: int, since: int | None, at: int, wanted: Collection[str]
) -> tuple[list[Found], int | None]:
    """What the calls of the windows say that are over since a moment, and the moment up to which they tell.

    Raises Refusal.
    """
    if not {CALL_UNKNOWN, CODES_GUESSED} & set(wanted):
        return [], None
    if since is None:
        return [], at
    until = (at - SETTLED) // WINDOW * WINDOW
    if until <= since:
        return [], since
    begin = max(since, at - GIVEN_UP_AFTER)
    found = _unknown_callers(log, account_id, begin, until) if CALL_UNKNOWN in wanted else []
    return found + (_guesses(log, account_id, begin, until) if CODES_GUESSED in wanted else []), until


def _unknown_callers(log: Path, account_id: int, begin: int, until: int) -> list[Found]:
    """Nobody is told of withheld callers: there is no number to tell."""
    strangers = read_strangers(log, account_id, begin, STRANGERS_AT_ONCE + 1, until)
    found = [
        Found(CALL_UNKNOWN, one.last_at, {"number": one.number, "calls": one.calls, "last_at": moment(one.last_at)})
        for one in strangers
        if one.number != WITHHELD
    ]
    return found[:STRANGERS_AT_ONCE]


def _guesses(log: Path, account_id: int, begin: int, until: int) -> list[Found]:
    """One event a window in which a caller, or all together, typed more wrong codes than are free."""
    found = []
    for _, of_window in groupby(read_guesses(log, account_id, begin, until, WINDOW), lambda one: one.window):
        guesses = list(of_window)
        codes = sum(one.codes for one in guesses)
        numbers = [one for one in guesses if one.number != WITHHELD and one.codes > BY_CALLER.free]
        if numbers or codes > CODES_OF_ACCOUNT.free:
            named = [{"number": one.number, "codes": one.codes} for one in numbers[:NUMBERS_TOLD]]
            about = {"codes": codes, "callers": len(guesses), "numbers": named}
            found.append(Found(CODES_GUESSED, max(one.last_at for one in guesses), about))
    return found


def states_at(
    connection: Connection, account_id: int, account: Account, before: States, at: int, wanted: Collection[str]
) -> tuple[States, list[Found], int | None]:
    """How queues, rotas and calendars stand at a moment, what is different from before, and until when that holds."""
    facts, found = by_kind(connection, account_id), list[Found]()
    queues, rotas, calendars, ends = None, None, None, set[int | None]()
    if QUEUE_CLOSED in wanted:
        queues, closed = _queues_at(facts, account, before.queues or {}, at, ends)
        found += closed
    if ONCALL_CHANGED in wanted:
        rotas, changed = _rotas_at(facts, account, before.rotas or {}, at, ends)
        found += changed
    if CALENDAR_UNUSED in wanted:
        calendars, unused = _calendars_at(connection, account_id, before.calendars, at)
        found += unused
    return States(queues, rotas, calendars), found, min((end for end in ends if end is not None), default=None)


def _queues_at(
    facts: ByKind, account: Account, before: dict[int, bool], at: int, ends: set[int | None]
) -> tuple[dict[int, bool], list[Found]]:
    """Which active queues are open, and those that were and are not any more."""
    hours, now, found = Hours(account.time_zone, facts), dict[int, bool](), list[Found]()
    for queue_id, queue in facts[QUEUE].items():
        if queue.active:
            state = hours.state(queue_id, at)
            now[queue_id] = state.open
            ends.add(state.until)
            if before.get(queue_id) and not state.open:
                about = {"queue_id": queue_id, "code": queue.code, "reason": state.reason, "until": moment(state.until)}
                found.append(Found(QUEUE_CLOSED, at, about))
    return now, found


def _rotas_at(
    facts: ByKind, account: Account, before: dict[int, str], at: int, ends: set[int | None]
) -> tuple[dict[int, str], list[Found]]:
    """Who is on duty for each rota, as a digest, and the rotas for which it was somebody else."""
    on_call, now, found = OnCall(account.time_zone, facts), dict[int, str](), list[Found]()
    for rota_id, rota in facts[ROTA].items():
        duty = on_call.duty(rota_id, at)
        now[rota_id] = hashlib.sha256(msgspec.json.encode(duty.member)).hexdigest()[:DIGEST_LENGTH]
        ends.add(duty.until)
        if before.get(rota_id, now[rota_id]) != now[rota_id]:
            about = {"rota_id": rota_id, "code": rota.code, "covered": duty.member is not None}
            found.append(Found(ONCALL_CHANGED, at, about | {"until": moment(duty.until)}))
    return now, found


def _calendars_at(
    connection: Connection, account_id: int, before: dict[int, bool] | None, at: int
) -> tuple[dict[int, bool], list[Found]]:
    """Whether no event counts of each calendar that was read, and those of which that is new."""
    calendars = [one for one in calendars_at(connection, account_id, at) if one.was_read]
    now = {one.kept.id: one.is_unused for one in calendars}
    new = [one for one in calendars if before is not None and one.is_unused and not before.get(one.kept.id)]
    return now, [Found(CALENDAR_UNUSED, at, _unused(one)) for one in new]


def _unused(state: CalendarState) -> dict[str, Any]:
    calendar = state.calendar
    of = {"owner_type": calendar.owner_type, "owner_id": calendar.owner_id, "name": calendar.name}
    return {"calendar_id": state.kept.id, **of, "left_out": {one.reason: one.count for one in state.use.left_out}}
