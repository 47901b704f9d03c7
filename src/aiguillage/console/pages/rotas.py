"""Rotas: who is on call in the next weeks, replacements, two shifts swapped, and the calendar's address for others."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiguillage.console.moments import wall_time
from aiguillage.console.pages.facts import BESIDE, Beside, fact_page
from aiguillage.console.visits import Answer, Moved, Visit, faults_of, form
from aiguillage.desk.documents import compile_account
from aiguillage.desk.facts import Done, set_fact, show_fact
from aiguillage.desk.rota_feeds import issue_rota_feed, revoke_rota_feed
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal, invalid
from aiguillage.domain.moments import WEEK, in_zone, moment_of
from aiguillage.domain.oncall import Override, Rota
from aiguillage.domain.queues import ROTA
from aiguillage.domain.rotas import CALENDAR, OVERRIDE
from aiguillage.storage.facts import Kept

WEEKS, WEEKS_BEYOND = 5, 10
"""How far ahead shifts are shown, and how much further their ends are looked for."""

SOURCES = {OVERRIDE: "replacement", CALENDAR: "calendar"}


class Shift(NamedTuple):
    """Who is on call from a moment to another; nobody in a gap. `whole`: its end was found."""

    begin: int
    end: int
    member: str | None
    number: str
    source: str
    since: datetime
    until: datetime
    whole: bool


def turns(visit: Visit, kept: Kept) -> Mapping[str, Any]:
    """What the page of a rota shows beside its form."""
    shifts = _shifts(visit, kept.id)
    return {
        "shifts": shifts,
        "gaps": sum(shift.member is None for shift in shifts),
        "swappable": [shift for shift in shifts if shift.member is not None and shift.whole],
        "weeks": WEEKS,
        "today": f"{_now(visit):%Y-%m-%d}",
        "typed": {},
        "turn_faults": {},
        "feed": None,
    }


BESIDE["rotas"] = Beside("turns.html", turns)


def _zone(visit: Visit) -> ZoneInfo:
    return ZoneInfo(visit.here.time_zone)


def _now(visit: Visit) -> datetime:
    return in_zone(visit.actor.at, _zone(visit))


def _shifts(visit: Visit, rota_id: int) -> list[Shift]:
    """The shifts that begin in the next weeks, and those of today."""
    on_call, zone = compile_account(visit.db, visit.actor, visit.code).on_call, _zone(visit)
    first = moment_of(_now(visit).replace(hour=0, minute=0, second=0, microsecond=0))
    last, bound = first + WEEKS * WEEK, first + (WEEKS + WEEKS_BEYOND) * WEEK
    return [
        Shift(
            begin,
            end,
            None if member is None else member.name,
            "" if member is None else member.number,
            visit.say(SOURCES[source]) if source in SOURCES else source,
            in_zone(begin, zone),
            in_zone(end, zone),
            end < bound,
        )
        for begin, end, member, source in on_call.shifts(rota_id, first, bound)
        if begin < last
    ]


def _changed(visit: Visit, said: str, overrides: Callable[[Rota], list[Override]]) -> Answer:
    """The rota with more replacements; its page again, with what was typed, where that is refused."""
    kept = show_fact(visit.db, visit.actor, visit.code, ROTA, visit.id())
    try:
        new = overrides(kept.fact)
        done = _with(visit, kept.id, new)
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        faults = {field.rpartition(".")[2]: some for field, some in faults_of(refusal).items()}
        return fact_page(visit, "rotas", kept, {"turn_faults": faults, "typed": visit.form}, 422)
    remarks = (visit.tell(remark) for remark in done.remarks)
    return Moved(f"{visit.at}/rotas/{kept.id}#turns", " ".join((said, *remarks)), undo=done.kept.seq)


def _with(visit: Visit, rota_id: int, new: list[Override]) -> Done:
    def changes(before: Rota) -> dict[str, Any]:
        return {"overrides": (*before.overrides, *new)}

    return set_fact(visit.db, visit.actor, visit.code, ROTA, rota_id, changes)


@form("/{account}/rotas/{id}/replace", drafts=True)
def replace(visit: Visit) -> Answer:
    """Somebody takes over from a moment to another."""

    def overrides(_rota: Rota) -> list[Override]:
        begins, ends = (wall_time(visit.form.get(field, ""), field) for field in ("begins", "ends"))
        return [Override(begins=begins, ends=ends, member=visit.form.get("member", ""))]

    return _changed(visit, visit.say("The replacement is added."), overrides)


@form("/{account}/rotas/{id}/swap", drafts=True)
def swap(visit: Visit) -> Answer:
    """Two shifts change hands: each member takes the other's."""

    def overrides(_rota: Rota) -> list[Override]:
        by_begin = {str(one.begin): one for one in _shifts(visit, visit.id()) if one.member and one.whole}
        one, other = (by_begin.get(visit.form.get(field, "")) for field in ("first", "second"))
        if one is None or other is None:
            raise invalid("One of these shifts is not there any more. Choose again.", "second")
        if one.member == other.member:
            raise invalid("Both shifts are the same person's. Choose shifts of two people.", "second")
        # What of today's shift is over stays as it was.
        from_now = _now(visit).replace(second=0, microsecond=0) + timedelta(minutes=1)
        return [
            Override(
                begins=max(shift.since, from_now).replace(tzinfo=None),
                ends=shift.until.replace(tzinfo=None),
                member=str(taker.member),
            )
            for shift, taker in ((one, other), (other, one))
        ]

    return _changed(visit, visit.say("The two shifts are swapped."), overrides)


@form("/{account}/rotas/{id}/feed", role=Role.MANAGE)
def feed(visit: Visit) -> Answer:
    """A new address of the rota's calendar, shown this once; the one before ends."""
    kept = show_fact(visit.db, visit.actor, visit.code, ROTA, visit.id())
    secret = issue_rota_feed(visit.db, visit.actor, visit.code, kept.id)
    return fact_page(visit, "rotas", kept, {"feed": f"{visit.base}/feeds/rotas/{secret}.ics"})


@form("/{account}/rotas/{id}/feed/end", role=Role.MANAGE)
def end_feed(visit: Visit) -> Answer:
    """No address any more."""
    revoke_rota_feed(visit.db, visit.actor, visit.code, visit.id())
    return Moved(f"{visit.at}/rotas/{visit.id()}#feed", visit.say("The calendar’s address no longer works."))
