"""What of a calendar counts, and what of it is left out, and why: nothing is dropped in silence.

What a calendar says by itself is settled when it is read: what is cancelled, free, without length, older than another
version, or outside of the days that are kept. Whose a shift is depends on the rota as it is now.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiguillage.domain.queues import ROTA, Calendar, Event, LeftOut, Omitted
from aiguillage.domain.remarks import Remark
from aiguillage.domain.rotas import Rota
from aiguillage.domain.shifts import NOBODY, SEVERAL, Naming

CANCELLED, FREE, NO_TIME, REPLACED = "cancelled", "free", "no_time", "replaced"
OUTSIDE, NO_EVENT = "outside", "no_event"
REASONS = {
    CANCELLED: "Left out, because they are cancelled: {count} ({first}).",
    FREE: "Left out, because they are marked free: {count} ({first}). Mark them busy, or enter them as whole days.",
    NO_TIME: "Left out, because they end when they begin, or before: {count} ({first}).",
    REPLACED: "Left out, because there is a newer version of them: {count} ({first}).",
    OUTSIDE: "Left out, because they are over, or years ahead: {count} ({first}).",
    NO_EVENT: "Left out, because they are tasks, notes or busy times, and no events: {count}.",
    NOBODY: "Nobody's shifts, because they name no member: {count} ({first}).",
    SEVERAL: "Nobody's shifts, because they name more than one member: {count} ({first}).",
}
"""Every reason for which an event is left out, and what is said of it."""

UNUSED = "No event of this calendar counts. Calls are decided as if it were not there."
MOST_FIRST = 5
"""Of how many events that are left out it is said which they are."""


class Use(NamedTuple):
    """How many events of a calendar count, and those that do not."""

    used: int
    left_out: tuple[LeftOut, ...]


def use_of(calendar: Calendar, rotas: Mapping[int, Rota]) -> Use:
    """What of a calendar counts beside the account's rotas, by their ids."""
    if calendar.owner_type != ROTA:
        return Use(len(calendar.events), calendar.left_out)
    naming = Naming(rotas[calendar.owner_id].members)
    nobodys: dict[str, list[Event]] = {NOBODY: [], SEVERAL: []}
    for event in calendar.events:
        named = naming.named(event.label, event.people)
        if named.member is None:
            nobodys[named.why].append(event)
    more = tuple(_left_out(why, events) for why, events in nobodys.items() if events)
    return Use(len(calendar.events) - sum(one.count for one in more), (*calendar.left_out, *more))


def remarks_of(use: Use) -> tuple[Remark, ...]:
    """What is said of a calendar that was read: whether nothing of it counts, and what is left out."""
    told = [Remark(REASONS[one.reason], {"count": str(one.count), "first": _listed(one)}) for one in use.left_out]
    return (*(() if use.used else (Remark(UNUSED, {}),)), *told)


def _left_out(why: str, events: Sequence[Event]) -> LeftOut:
    return LeftOut(why, len(events), tuple(Omitted(event.begins, event.label) for event in events[:MOST_FIRST]))


def _listed(left_out: LeftOut) -> str:
    """The first of them, as in `2026-12-01 09:00 Denis, 2026-12-24 00:00 Noël, ...`."""
    named = [_called(one) or "-" for one in left_out.first]
    return ", ".join([*named, *(["..."] if left_out.count > len(named) else [])])


def _called(one: Omitted) -> str:
    return one.label if one.begins is None else f"{one.begins:%Y-%m-%d %H:%M} {one.label}".strip()
