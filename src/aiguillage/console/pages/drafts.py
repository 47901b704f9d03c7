"""Drafts: what if facts were otherwise? Changed beside what is live, tried on the last days' calls, then published."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from aiguillage.console.changes import Told, tell
from aiguillage.console.forms import OWNER
from aiguillage.console.labels import SUBJECTS
from aiguillage.console.pages.facts import NAMED, named, owners
from aiguillage.console.rendering import day_of
from aiguillage.console.visits import Answer, Moved, Shown, Visit, faults_of, form, number_of, page
from aiguillage.desk import drafts
from aiguillage.desk.calls import Search, find_calls
from aiguillage.desk.drafts import Difference, DraftReplay, Line, Opened
from aiguillage.desk.publishing import place_named, publish_draft
from aiguillage.domain.errors import Kind, Refusal, missing
from aiguillage.domain.facts import BY_NAME
from aiguillage.domain.moments import in_zone
from aiguillage.domain.remarks import WEEKDAYS
from aiguillage.storage.calls import Call
from aiguillage.storage.drafts import Draft
from aiguillage.storage.journal import Entry
from aiguillage.storage.sqlite.engine import Database

DAYS = (1, 7, 14, 31)
PUBLISHED = 10
"""Drafts listed that are done with."""

EDITED = ("call-queues", "groups", "closing-days", "rotas", "switches", "geography", "blocked-callers")
"""Where a draft's page leads for changes: the subjects of the menu."""


class Row(NamedTuple):
    """A fact in a draft in words: as the draft changes it, where it was overtaken how the live one changed, who else.

    `at` is what a form calls it, `about` what it belongs to and when it holds, where it has no name. `where` is its
    page in the draft, empty for what is removed there.
    """

    at: str
    told: Told
    about: str
    since: Told | None
    overtaken: bool
    others: Sequence[Draft]
    where: str


class Example(NamedTuple):
    """Some calls that today's facts send one way and the draft another, with a few of them as the log has them."""

    difference: Difference
    calls: Sequence[Call]


@page("/{account}/drafts")
def listed(visit: Visit) -> Answer:
    """All drafts, and where one begins."""
    return _list(visit, {})


def _list(visit: Visit, faults: Mapping[str, list[str]]) -> Shown:
    there = drafts.list_drafts(visit.db, visit.actor, visit.code)
    values = {
        "open": [one for one in there if one.published_seq is None],
        "published": [one for one in there if one.published_seq is not None][:PUBLISHED],
        "name": visit.form.get("name", ""),
        "faults": faults,
        "place_here": "drafts",
    }
    return Shown("drafts.html", values, 422 if faults else 200)


@form("/{account}/drafts")
def begin(visit: Visit) -> Answer:
    """A new draft."""
    try:
        draft = drafts.begin_draft(visit.db, visit.actor, visit.code, visit.form.get("name", ""))
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return _list(visit, faults_of(refusal))
    return Moved(f"{visit.at}/drafts/{draft.id}", visit.say("The draft is begun. Nothing in it is live."))


@page("/{account}/drafts/{id}")
def draft(visit: Visit) -> Answer:
    """What is in a draft, and what it would change."""
    return _shown(visit, {})


def _shown(visit: Visit, faults: Mapping[str, list[str]], status: int = 409) -> Shown:
    opened = drafts.show_draft(visit.db, visit.actor, visit.code, visit.id())
    replay = drafts.replay_of(opened.draft)
    rows = _rows(visit, opened)
    values = {
        "draft": opened.draft,
        "rows": rows,
        "edited": [subject for slug in EDITED for subject in SUBJECTS if subject.slug == slug],
        "others": list({one.id: one for row in rows for one in row.others}.values()),
        "replay": replay,
        "examples": [] if replay is None else _examples(visit, replay),
        "days": DAYS,
        "where": lambda call: _where(visit, call),
        "faults": faults,
        "place_here": "drafts",
    }
    return Shown("draft.html", values, status if faults else 200)


def _rows(visit: Visit, opened: Opened) -> list[Row]:
    """What is in an open draft, each fact in words."""
    if opened.draft.published_seq is not None:
        return []
    with drafts.in_draft(visit.db, visit.actor, visit.code, opened.draft.id) as db:
        names = _names(visit, db)
    touched = drafts.touched_elsewhere(visit.db, visit.actor, visit.code, opened.draft.id)
    return [_row(visit, line, names, touched) for line in opened.lines]


def _names(visit: Visit, db: Database) -> dict[str, dict[str, str]]:
    """What facts are called that others name, those that are live and those of the draft."""
    seen = [visit, msgspec.structs.replace(visit, db=db)]
    names: dict[str, dict[str, str]] = {
        part: {id_: name for one in seen for id_, name in named(one, kind)} for part, kind in NAMED.items()
    }
    names[OWNER] = {id_: name for one in seen for id_, name in owners(one)}
    return names


def _row(
    visit: Visit,
    line: Line,
    names: Mapping[str, Mapping[str, str]],
    touched: Mapping[drafts.Place, Sequence[Draft]],
) -> Row:
    one = line.drafted
    fact = one.base if one.fact is None else one.fact
    live = None if line.live is None else line.live.fact
    told = tell(visit, _entry(line, live, one.fact), [], names)
    since = tell(visit, _entry(line, one.base, live), [], names) if line.overtaken else None
    others = {draft.id: draft for place in drafts.places_of(*one.place, fact) for draft in touched.get(place, ())}
    where = "" if one.fact is None else told.where
    about = "" if told.name else _about(visit, fact, names[OWNER])
    return Row(place_named(one), told, about, since, line.overtaken, list(others.values()), where)


def _about(visit: Visit, fact: Any, owners_: Mapping[str, str]) -> str:  # noqa: ANN401 - of any kind
    """What a fact without a name belongs to, and the day of the week or the days on which it holds."""
    owner = owners_.get(f"{getattr(fact, 'owner_type', '')}:{getattr(fact, 'owner_id', '') or ''}", "")
    day = getattr(fact, "day_of_week", None)
    dates = (getattr(fact, name, None) for name in ("date_full", "first_day", "day"))
    held = visit.say(WEEKDAYS[day - 1]) if day else next((day_of(visit, one) for one in dates if one), "")
    return " · ".join(part for part in (owner, held) if part)


def _entry(line: Line, before: Any, after: Any) -> Entry:  # noqa: ANN401 - of any kind
    """A difference as the journal would have it."""
    one = line.drafted
    sides = [None if side is None else msgspec.to_builtins(side) for side in (before, after)]
    action = "add" if before is None else "remove" if after is None else "set"
    return Entry(
        seq=one.seq,
        at=one.at,
        actor=one.actor,
        action=action,
        entity=one.kind,
        entity_id=one.fact_id,
        before=sides[0],
        after=sides[1],
    )


def _examples(visit: Visit, replay: DraftReplay) -> list[Example]:
    """The differences that a replay found, with calls as the log still has them."""
    return [Example(one, [call for at in one.examples for call in _calls_at(visit, at)]) for one in replay.differences]


def _calls_at(visit: Visit, at: int) -> list[Call]:
    who = (visit.db, visit.log, visit.actor, visit.code)
    return find_calls(*who, Search(since=at, until=at + 1), limit=1).calls


def _where(visit: Visit, call: Call) -> str:
    """What the page of calls is asked so that it has that call: its number or else its destination, and its day."""
    day = f"{in_zone(call.at, ZoneInfo(visit.here.time_zone)):%Y-%m-%d}"
    who = {"number": call.number} if call.number else {"destination": call.destination or ""}
    return urlencode({**who, "since": day, "until": day})


@form("/{account}/drafts/{id}/replay", lane="apart")
def replay(visit: Visit) -> Answer:
    """Decides the last days' calls by the draft."""
    try:
        days = number_of(visit.form.get("days", "")) or 0
        visit.means["replay_draft"](visit.actor, visit.code, visit.id(), days)
    except Refusal as refusal:
        return _shown(visit, _faults(refusal), 503 if refusal.kind is Kind.UNAVAILABLE else 422)
    return Moved(f"{visit.at}/drafts/{visit.id()}#replay")


@form("/{account}/drafts/{id}/out")
def out(visit: Visit) -> Answer:
    """Takes a fact out of the draft."""
    try:
        drafts.take_out(visit.db, visit.actor, visit.code, visit.id(), _place(visit))
    except Refusal as refusal:
        return _shown(visit, {visit.form.get("fact", ""): _faults(refusal)[""]})
    return Moved(f"{visit.at}/drafts/{visit.id()}", visit.say("It is taken out: there the draft has what is live."))


@form("/{account}/drafts/{id}/keep")
def keep(visit: Visit) -> Answer:
    """Lets the draft's version of a fact be the one that is published."""
    try:
        drafts.keep_drafted(visit.db, visit.actor, visit.code, visit.id(), _place(visit))
    except Refusal as refusal:
        return _shown(visit, _faults(refusal))
    return Moved(f"{visit.at}/drafts/{visit.id()}", visit.say("The draft’s version will be published."))


def _place(visit: Visit) -> drafts.Place:
    """Which fact a form is about. Raises Refusal(missing)."""
    kind, _, number = visit.form.get("fact", "").partition("/")
    fact_id = number_of(number)
    if kind not in BY_NAME or fact_id is None:
        raise missing("This is not in the draft any more. Look at the draft again.")
    return kind, fact_id


@form("/{account}/drafts/{id}/publish")
def publish(visit: Visit) -> Answer:
    """Makes all of the draft live."""
    seen = number_of(visit.form.get("seq", ""))
    try:
        seq = publish_draft(visit.db, visit.actor, visit.code, visit.id(), expected=seen)
    except Refusal as refusal:
        return _shown(visit, _faults(refusal), 422 if refusal.kind is Kind.INVALID else 409)
    return Moved(f"{visit.at}/drafts", visit.say("The draft is published: all of it is live now."), undo=seq)


@form("/{account}/drafts/{id}/discard")
def discard(visit: Visit) -> Answer:
    """Removes the draft."""
    drafts.discard_draft(visit.db, visit.actor, visit.code, visit.id())
    return Moved(f"{visit.at}/drafts", visit.say("The draft is discarded. Nothing live was changed."))


def _faults(refusal: Refusal) -> dict[str, list[str]]:
    if refusal.kind in {Kind.FORBIDDEN, Kind.UNAUTHORIZED}:
        raise refusal
    return faults_of(refusal)
