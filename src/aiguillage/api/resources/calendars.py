"""Calendars: iCal feeds and files, read into the exceptions of queues and groups, and the shifts of rotas."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.forms import ICAL
from aiguillage.api.jobs import Job
from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations, Shown, Upload
from aiguillage.api.paging import LISTING, Paged, chosen, page_type, query_of
from aiguillage.api.resources.shared import BASE, UNSET, Body, Number, Text, given, since
from aiguillage.api.shown import QUEUE_SHOWN
from aiguillage.desk.calendars import (
    KIND,
    CalendarState,
    add_calendar,
    begin_calendar,
    begin_refresh,
    list_calendars,
    set_calendar,
    show_calendar,
)
from aiguillage.desk.facts import remove_fact
from aiguillage.desk.fetching import LONGEST
from aiguillage.desk.ical.encodings import in_utf8
from aiguillage.desk.sent import make_fact
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso
from aiguillage.domain.queues import Calendar, LeftOut, parse_owner

TAG = "Calendars"
OPERATIONS = Operations(TAG)
PATH = f"{BASE}/calendars"
ONE = f"{PATH}/{{id}}"
CHANGING = (404, 409, 412)


OWNER_TYPE = means("What it belongs to: `queue`, `group` or `rota`.", "queue")
OWNER_ID = means("The id of that queue, group or rota.", 12)
DESTINATION = means("Where calls go during its events; null for the queue's default destination.")


class CalendarChanges(Body, frozen=True):
    """What of a calendar can be changed; a feed of another address is another calendar."""

    name: Annotated[Text, meanings.NAME] = UNSET
    owner_type: Annotated[Text, OWNER_TYPE] = UNSET
    owner_id: Annotated[Number, OWNER_ID] = UNSET
    destination: Annotated[Text, DESTINATION] = UNSET


class CalendarBody(CalendarChanges, frozen=True):
    """A new feed as it is sent: of a queue, a group or a rota; it is read after the answer, and then each hour."""

    url: Annotated[
        Text, means("The feed's address, beginning with `https://`.", "https://calendars.example.org/secret/basic.ics")
    ] = UNSET


class CalendarPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file that is sent is to be: its name, and whose."""

    name: Annotated[str, means("Its name, for people.")]
    owner_type: Annotated[str, means("What it belongs to: `queue`, `group` or `rota`.")]
    owner_id: Annotated[int, means("The id of that queue, group or rota.")]
    destination: Annotated[str | None, DESTINATION] = None


class OmittedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that counts for nothing: when it begins by the account's clock, if it says so, and its title."""

    begins: Annotated[
        str | None, means("When it begins, by the account's clock; null where it does not say.", "2026-12-24T08:00:00")
    ]
    label: Annotated[str, means("Its title.", "Inventaire")]


class EventsLeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """How many events count for nothing for one reason, and the first of them."""

    reason: Annotated[str, means("Why: one of the words in docs/calendars.md.", "cancelled")]
    count: Annotated[int, means("How many events there are of which that is so.", 1)]
    first: Annotated[list[OmittedEvent], means("The first five of them.")]


class CalendarShown(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar. `events` is how many it has, `used` how many of these count, `left_out` what does not.

    `trouble` says why it cannot be read, since `failing_since`. `state` is `reading` while it is to be read, for the
    first time or again, then `read`, or `failing`.
    """

    id: Annotated[int, meanings.ID]
    name: Annotated[str, meanings.NAME]
    owner_type: Annotated[str, OWNER_TYPE]
    owner_id: Annotated[int, OWNER_ID]
    url: Annotated[
        str | None, means("The feed's address; null for a file.", "https://calendars.example.org/secret/basic.ics")
    ]
    destination: Annotated[str | None, DESTINATION]
    events: Annotated[int, means("How many events the calendar has.", 8)]
    used: Annotated[int, means("How many of its events count.", 8)]
    left_out: Annotated[list[EventsLeftOut], means("What of it does not count, by the reasons; empty where all does.")]
    remarks: Annotated[
        list[str],
        means(
            "The same in words, and that nothing of it counts, where that is so.",
            ["Left out, because they are cancelled: 1 (2026-12-24 08:00 Inventaire)."],
        ),
    ]
    state: Annotated[str, means("`reading` while it is to be read, then `read`, or `failing`.", "read")]
    read_at: Annotated[
        str | None,
        means("When it was last read, ISO 8601 with an offset; null while it was not.", "2026-11-24T17:00:00Z"),
    ]
    failing_since: Annotated[
        str | None, means("Since when the feed cannot be read, ISO 8601 with an offset; null while it can.")
    ]
    trouble: Annotated[str, means("Why the feed cannot be read; empty while it can.", "")]
    customer_id: Annotated[int, meanings.CUSTOMER_ID]


CalendarsQuery = query_of("CalendarsQuery", CalendarShown)
FILTERS = tuple(name for name in CalendarsQuery.__struct_fields__ if name not in LISTING)


CLOSED = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example.org//Fermetures//FR
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20261124T170000Z
DTSTART;VALUE=DATE:20271224
SUMMARY:Inventaire
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
EXAMPLE = {
    "name": "Fermetures",
    "owner_type": "queue",
    "owner_id": QUEUE_SHOWN,
    "url": "https://calendars.example.org/secret/basic.ics",
}


def _shown(asked: AnyAsked, state: CalendarState) -> Shown[CalendarShown]:
    calendar, account_id = state.calendar, asked.account_id
    return Shown(_show_one(state, calendar, account_id), state.kept.seq)


def _show_one(state: CalendarState, calendar: Calendar, account_id: int) -> CalendarShown:
    return CalendarShown(
        id=state.kept.id,
        name=calendar.name,
        owner_type=calendar.owner_type,
        owner_id=calendar.owner_id,
        url=calendar.url,
        destination=calendar.destination,
        events=len(calendar.events),
        used=state.use.used,
        left_out=[_show_left_out(one) for one in state.use.left_out],
        remarks=[str(remark) for remark in state.remarks],
        state=state.state,
        read_at=iso(state.read_at),
        failing_since=iso(calendar.failing_since),
        trouble=calendar.trouble,
        customer_id=account_id,
    )


def _show_left_out(left_out: LeftOut) -> EventsLeftOut:
    first = [
        OmittedEvent(begins=None if one.begins is None else one.begins.isoformat(), label=one.label)
        for one in left_out.first
    ]
    return EventsLeftOut(reason=left_out.reason, count=left_out.count, first=first)


def _who(asked: AnyAsked) -> tuple[Any, Any, str]:
    return asked.db, asked.actor, asked.account


@OPERATIONS.get(
    PATH, "listCalendars", query=CalendarsQuery, answer=page_type("Calendar", CalendarShown), needs=Role.READ
)
def _list(asked: Asked[Any, None]) -> Paged:
    """List the calendars."""
    states = list_calendars(*_who(asked))
    changed = {kept.id for kept in since(asked, [state.kept for state in states])}
    found = [_show_one(state, state.calendar, asked.account_id) for state in states if state.kept.id in changed]
    query = asked.query
    if query.owner_type is not UNSET:
        query = msgspec.structs.replace(query, owner_type=parse_owner(query.owner_type, "owner_type"))
    return chosen(found, query, FILTERS, asked.url)


@OPERATIONS.get(ONE, "showCalendar", needs=Role.READ)
def _show(asked: Asked[Nothing, None]) -> Shown[CalendarShown]:
    """Show a calendar."""
    return _shown(asked, show_calendar(*_who(asked), asked.id()))


@OPERATIONS.post(
    PATH,
    "addCalendar",
    status=201,
    needs=Role.EDIT,
    apart=0,
    fetches=True,
    example=EXAMPLE,
    answered={"events": 0, "used": 0, "left_out": [], "remarks": [], "state": "reading", "read_at": None},
)
def _add(asked: Asked[Nothing, CalendarBody]) -> Job[Shown[CalendarShown]]:
    """Add a feed.

    It is read after the answer: `GET /calendars/{id}` tells its `state`. A feed that cannot be read stays, without
    events; `trouble` says why. Only public https addresses are fetched.
    """
    sent = _owned(given(asked.body))
    if not sent.get("url"):
        raise invalid("'url' is missing. Send a feed's address; a file goes to /calendars/file.", "url")
    kept, read = begin_calendar(*_who(asked), make_fact(Calendar, sent))
    return Job(_shown(asked, show_calendar(*_who(asked), kept.id)), read)


@OPERATIONS.post(
    f"{PATH}/file",
    "addCalendarFile",
    status=201,
    needs=Role.EDIT,
    takes=(ICAL,),
    asks={"name": "Fermetures", "owner_type": "queue", "owner_id": QUEUE_SHOWN},
    samples={ICAL: CLOSED},
    longest=LONGEST,
    apart=0,
)
def _add_file(asked: Asked[CalendarPlace, Upload]) -> Shown[CalendarShown]:
    """Add a calendar of a file."""
    upload: Upload = asked.body
    text = in_utf8(upload.content, upload.content_type)
    kept = add_calendar(*_who(asked), make_fact(Calendar, _owned(given(asked.query))), text).kept
    return _shown(asked, show_calendar(*_who(asked), kept.id))


@OPERATIONS.put(ONE, "setCalendar", needs=Role.EDIT, refuses=CHANGING, example={"name": "Congés d'été"})
def _set(asked: Asked[Nothing, CalendarChanges]) -> Shown[CalendarShown]:
    """Change a calendar."""
    changes = _owned(given(asked.body))

    def changed(before: Calendar) -> dict[str, Any]:
        fact = make_fact(Calendar, msgspec.to_builtins(before) | changes)
        return {name: getattr(fact, name) for name in changes}

    set_calendar(*_who(asked), asked.id(), changed, expected=asked.expected)
    return _shown(asked, show_calendar(*_who(asked), asked.id()))


def _owned(sent: dict[str, Any]) -> dict[str, Any]:
    if sent.get("owner_type") is not None:
        sent["owner_type"] = parse_owner(sent["owner_type"], "owner_type")
    return sent


@OPERATIONS.delete(ONE, "removeCalendar", status=204, needs=Role.EDIT, refuses=CHANGING)
def _remove(asked: Asked[Nothing, None]) -> None:
    """Remove a calendar."""
    remove_fact(*_who(asked), KIND, asked.id(), expected=asked.expected)


@OPERATIONS.post(
    f"{ONE}/refresh",
    "refreshCalendar",
    status=202,
    answered={"state": "reading"},
    needs=Role.EDIT,
    apart=0,
    fetches=True,
)
def _refresh(asked: Asked[Nothing, None]) -> Job[Shown[CalendarShown]]:
    """Read a calendar again.

    It goes on after the answer: `GET /calendars/{id}` tells its `state`. A feed that cannot be read keeps its events;
    `trouble` says why.
    """
    read = begin_refresh(*_who(asked), asked.id())
    return Job(_show(asked), read)
