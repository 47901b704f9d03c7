"""What of a calendar counts, and what of it is left out, and why: nothing is dropped in silence.

What a calendar says by itself is settled when it is read: what is cancelled, free, without length, older than another
version, or outside of the days that are kept. Whose a shift is depends on the rota as it is now.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiguillage.domain.overlaps import Remark
from aiguillage.domain.queues import ROTA, Calendar, Event, LeftOut, Omitted
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


def use_of(calendar: Calendar, rotas: Mapping[int, Any]) -> Use:
    """What of a calendar counts beside the account's rotas, by their ids."""
    if calendar.owner_type != ROTA or calendar.owner_id not in rotas:
        return Use(len(calendar.events), calendar.left_out)
    naming = Naming(rotas[calendar.owner_id].members)
    named = [(event, naming.named(event.label, event.people).why) for event in calendar.events]
    nobodys = [
        _left_out(why, [event for event, one in named if one == why])
        for why in (NOBODY, SEVERAL)
        if any(one == why for _, one in named)
    ]
    return Use(sum(not why for _, why in named), (*calendar.left_out, *nobodys))


def remarks_of(use: Use) -> tuple[Remark, ...]:
    """What is said of a calendar that was read: what is left out, and whether nothing is left."""
    told = [Remark(REASONS[one.reason], {"count": str(one.count), "first": _listed(one.first)}) for one in use.left_out]
    return (*told, *(() if use.used else (Remark(UNUSED, {}),)))


def _left_out(why: str, events: Sequence[Event]) -> LeftOut:
    return LeftOut(why, len(events), tuple(Omitted(event.begins, event.label) for event in events[:MOST_FIRST]))


def _listed(first: Sequence[Omitted]) -> str:
    """They as in `2026-12-01 09:00 Denis, 2026-12-24 00:00 Noël`."""
    return ", ".join(
        f"{one.begins:%Y-%m-%d %H:%M} {one.label}".strip() if one.begins is not None else one.label for one in first
    )
