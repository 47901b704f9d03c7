"""Drafts: changes to an account's facts that are not live yet, made, looked at and then published together.

What is in a draft is laid over a copy of the account's facts in memory (storage/sqlite/aside.py). Any use case about
facts can be run on that copy, with all of its checks; what it then has in its journal is put into the draft.

    live facts --copied--> facts in memory <--laid over-- draft
                               |
                           a use case, as on live facts --its journal--> draft
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, update

from aiguillage.desk.change import change_drafts, read_facts
from aiguillage.desk.facts import NAMES
from aiguillage.domain.accounts import Account, Actor
from aiguillage.domain.errors import Refusal, conflict, invalid, missing, stale
from aiguillage.domain.facts import BY_NAME, DECIDING
from aiguillage.storage import drafts, journal
from aiguillage.storage.drafts import FIRST, Draft, Drafted
from aiguillage.storage.facts import Kept, erase_facts, kept_fact, words_of, write_fact
from aiguillage.storage.joined import Trial
from aiguillage.storage.schema import accounts
from aiguillage.storage.schema import journal as journal_table
from aiguillage.storage.sqlite.aside import copied_facts
from aiguillage.storage.sqlite.engine import Database

ENTITY = "draft"
MOST_OPEN, MOST_DRAFTED, LONGEST_NAME = 50, 1_000, 200
Place = tuple[str, int]
"""A fact: its kind and id."""


class Line(NamedTuple):
    """A fact in a draft beside the live one; `overtaken`: that is not any more the one that the draft began from."""

    drafted: Drafted
    live: Kept | None
    overtaken: bool


class Opened(NamedTuple):
    """A draft with all that is in it, the oldest change first."""

    draft: Draft
    lines: Sequence[Line]


class InDraft(Trial):
    """An account's facts as they are in a draft: whatever use case changes them here changes the draft."""

    def __init__(self, whole: Database, connection: Connection, account_id: int, draft: Draft) -> None:
        super().__init__(whole, connection)
        self._whole, self._account_id, self.draft = whole, account_id, draft

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A change to the draft: everything in it or nothing. Raises Refusal(stale) where others changed it too."""
        with super().write() as connection:
            yield connection
            changes = list(journal.read(connection, self._account_id, None, 2 * MOST_DRAFTED))
            connection.execute(delete(journal_table))
            if changes:
                self.draft = self._keep(changes)

    def _keep(self, changes: Sequence[journal.Entry]) -> Draft:
        """Puts what was changed into the draft; `changes` are the newest first."""
        first = {(one.entity, one.entity_id): one for one in changes}
        last = {(one.entity, one.entity_id): one for one in reversed(changes)}
        with self._whole.write() as connection:
            draft = require_open(connection, self._account_id, self.draft.id)
            if draft.seq != self.draft.seq:
                raise _meanwhile()
            there = {one.place: one for one in drafts.read_drafted(connection, self._account_id, draft.id)}
            for place, change in last.items():
                self._put(connection, change, first[place].before, there.get(place))
            if len(there.keys() | last.keys()) > MOST_DRAFTED:
                raise invalid(f"A draft has at most {MOST_DRAFTED:,} changed facts. Publish it, and begin another one.")
            draft = msgspec.structs.replace(draft, seq=changes[0].seq)
            drafts.write_draft(connection, self._account_id, draft)
        return draft

    def _put(self, connection: Connection, change: journal.Entry, before: Any, there: Drafted | None) -> None:  # noqa: ANN401 - JSON
        kind, who = change.entity, (connection, self._account_id, self.draft.id)
        if kind not in DECIDING:
            raise invalid(f"A {words_of(kind)} cannot be changed in a draft. Change the live one.")
        fact = _fact(kind, change.after)
        base_seq, base = (None, None) if there is None else (there.base_seq, there.base)
        if there is None and (live := kept_fact(connection, self._account_id, kind, change.entity_id)) is not None:
            base_seq, base = live.seq, live.fact
            if base != _fact(kind, before):
                raise _meanwhile()
        if fact == base:
            drafts.erase_drafted(*who, (kind, change.entity_id))
            return
        one = Drafted(
            kind=kind,
            fact_id=change.entity_id,
            seq=change.seq,
            at=change.at,
            actor=change.actor,
            fact=fact,
            base_seq=base_seq,
            base=base,
        )
        drafts.write_drafted(*who, one)


def _fact(kind: str, side: Any) -> Any:  # noqa: ANN401 - JSON, and a fact of any kind
    """One side of a change as a fact."""
    return None if side is None else msgspec.convert(side, BY_NAME[kind].type)


def _meanwhile() -> Refusal:
    return stale("Somebody else changed this in the same moment. Look at it again, and repeat your change.")


def begin_draft(db: Database, actor: Actor, code: str, name: str) -> Draft:
    """A new draft, in which nothing is changed yet. Raises Refusal."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise invalid(f"Name the draft by what it is for, in at most {LONGEST_NAME} characters.", "name")
    with change_drafts(db, actor, code) as change:
        there = drafts.read_drafts(change.connection, change.account_id)
        if sum(one.published_seq is None for one in there) >= MOST_OPEN:
            raise invalid(f"An account has at most {MOST_OPEN} open drafts. Publish or discard one first.", "name")
        seq = change.take_seqs()
        draft = Draft(id=seq, name=name, author=actor.name, at=actor.at, seq=FIRST)
        drafts.write_draft(change.connection, change.account_id, draft)
        change.record(seq, "add", ENTITY, seq, None, {"name": name})
    return draft


def list_drafts(db: Database, actor: Actor, code: str) -> list[Draft]:
    """The account's drafts, published ones too, newest first. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        return drafts.read_drafts(connection, account_id)


def show_draft(db: Database, actor: Actor, code: str, draft_id: int) -> Opened:
    """A draft, and what is in it beside what is live. Raises Refusal."""
    with read_facts(db, actor, code) as (connection, account_id, _):
        draft = _require_draft(connection, account_id, draft_id)
        drafted = drafts.read_drafted(connection, account_id, draft_id)
        return Opened(draft, [line_of(connection, account_id, one) for one in drafted])


def line_of(connection: Connection, account_id: int, one: Drafted) -> Line:
    """A fact of a draft beside the live one."""
    live = kept_fact(connection, account_id, *one.place)
    return Line(one, live, (None if live is None else live.seq) != one.base_seq)


@contextmanager
def in_draft(db: Database, actor: Actor, code: str, draft_id: int) -> Iterator[InDraft]:
    """The account's facts as they are in an open draft, for use by one thread. Raises Refusal."""
    with read_facts(db, actor, code) as (_, account_id, account), copied_facts(db.path, account_id, DECIDING) as copy:
        draft = require_open(copy, account_id, draft_id)
        for one in drafts.read_drafted(copy, account_id, draft_id):
            _lay_over(copy, account_id, account, one)
        copy.execute(update(accounts).where(accounts.c.id == account_id).values(seq=draft.seq))
        yield InDraft(db, copy, account_id, draft)


def _lay_over(connection: Connection, account_id: int, account: Account, one: Drafted) -> None:
    kept = kept_fact(connection, account_id, *one.place)
    if one.fact is not None:
        write_fact(connection, account_id, Kept(*one.place, one.seq, one.fact), account)
    elif kept is not None:
        erase_facts(connection, account_id, [kept])


def require_open(connection: Connection, account_id: int, draft_id: int) -> Draft:
    """A draft that can be changed. Raises Refusal: missing, conflict for one that was published."""
    draft = _require_draft(connection, account_id, draft_id)
    if draft.published_seq is not None:
        raise conflict(f"The draft '{draft.name}' was published. Begin another one for further changes.")
    return draft


def _require_draft(connection: Connection, account_id: int, draft_id: int) -> Draft:
    draft = drafts.read_draft(connection, account_id, draft_id)
    if draft is None:
        raise missing(f"There is no draft {draft_id} on this account. It may have been discarded.")
    return draft


def places_of(kind: str, fact_id: int, fact: Any) -> frozenset[Place]:  # noqa: ANN401 - of any kind
    """What a change to a fact touches: itself, and what it belongs to."""
    owners = ((named.kind, named.id) for named in BY_NAME[kind].references(fact) if named.belongs)
    return frozenset(((kind, fact_id), *owners))


def touched_elsewhere(db: Database, actor: Actor, code: str, draft_id: int) -> Mapping[Place, list[Draft]]:
    """What is touched by the account's other open drafts, and by which. Raises Refusal."""
    touched: dict[Place, list[Draft]] = {}
    with read_facts(db, actor, code) as (connection, account_id, _):
        others = (one for one in drafts.read_drafts(connection, account_id) if one.id != draft_id)
        for draft in others:
            places: set[Place] = set()
            for one in drafts.read_drafted(connection, account_id, draft.id):
                places |= places_of(*one.place, one.base if one.fact is None else one.fact)
            for place in places:
                touched.setdefault(place, []).append(draft)
    return touched


def take_out(db: Database, actor: Actor, code: str, draft_id: int, place: Place) -> None:
    """Takes a fact out of a draft, which then has the live one. Raises Refusal(conflict) while another needs it."""
    with change_drafts(db, actor, code) as change:
        who = (change.connection, change.account_id, require_open(change.connection, change.account_id, draft_id).id)
        there = {one.place: one for one in drafts.read_drafted(*who)}
        one = _require_drafted(there, place)
        for other in there.values():
            _require_unneeded(one, other)
        drafts.erase_drafted(*who, place)


def _require_unneeded(one: Drafted, other: Drafted) -> None:
    """Raises Refusal(conflict) where a fact that is to be taken out is new and the other names it, or goes with it."""
    named = [(ref.kind, ref.id) for ref in BY_NAME[other.kind].references(other.fact)] if other.fact is not None else []
    if one.base is None and one.place in named:
        raise conflict(f"The {words_of(other.kind)} {label_of(other)} refers to it. Take that out first.")
    if one.fact is None and other.fact is None and other.place in places_of(*one.place, one.base) - {one.place}:
        raise conflict(f"It belongs to the {words_of(other.kind)} {label_of(other)}, which is removed. Take that out.")


def keep_drafted(db: Database, actor: Actor, code: str, draft_id: int, place: Place) -> None:
    """Lets the draft's version of a fact be published in place of what is live now. Raises Refusal."""
    with change_drafts(db, actor, code) as change:
        who = (change.connection, change.account_id, require_open(change.connection, change.account_id, draft_id).id)
        one = _require_drafted({one.place: one for one in drafts.read_drafted(*who)}, place)
        live = kept_fact(change.connection, change.account_id, *place)
        seq, fact = (None, None) if live is None else (live.seq, live.fact)
        if one.fact == fact:
            drafts.erase_drafted(*who, place)
        else:
            drafts.write_drafted(*who, msgspec.structs.replace(one, base_seq=seq, base=fact))


def _require_drafted(there: Mapping[Place, Drafted], place: Place) -> Drafted:
    if place not in there:
        raise missing("This is not in the draft any more. Look at the draft again.")
    return there[place]


def label_of(one: Drafted) -> str:
    """What people call a fact of a draft."""
    fact = one.base if one.fact is None else one.fact
    return str(next((getattr(fact, name) for name in NAMES if getattr(fact, name, None)), one.fact_id))


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """So many calls that today's facts send one way and the draft another; None is an unknown caller's answer.

    `examples` are the moments of some of these calls: the call log says whose they were, for as long as it keeps that.
    """

    now: str | None
    then: str | None
    calls: int
    examples: tuple[int, ...]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Logged calls decided by a draft and by today's facts, and what is different.

    `skipped` do not say any more who called, `left_out` an older release logged, `anyhow` go elsewhere than they went
    by today's facts as by the draft. `differences` are the most frequent ones, `beyond` the calls of all others.
    """

    calls: int
    skipped: int
    left_out: int
    anyhow: int
    moved: int
    differences: tuple[Difference, ...]
    beyond: int


class DraftReplay(Compared, frozen=True, kw_only=True):
    """What a replay of the calls of some time found. Moments in microseconds since 1970 UTC.

    `seq` was the draft's last change. With `older`, the time has more calls than were looked at, all before `oldest`.
    """

    at: int
    seq: int
    since: int
    oldest: int | None
    older: bool


def keep_replay(db: Database, actor: Actor, code: str, draft_id: int, replay: DraftReplay) -> None:
    """Keeps what a replay of calls by an open draft found. Raises Refusal."""
    with change_drafts(db, actor, code) as change:
        draft = require_open(change.connection, change.account_id, draft_id)
        draft = msgspec.structs.replace(draft, replay=journal.as_json(replay))
        drafts.write_draft(change.connection, change.account_id, draft)


def replay_of(draft: Draft) -> DraftReplay | None:
    """What the draft's last replay found."""
    return None if draft.replay is None else msgspec.json.decode(draft.replay, type=DraftReplay)


def discard_draft(db: Database, actor: Actor, code: str, draft_id: int) -> None:
    """Removes an open draft with all that is in it; nothing live is changed. Raises Refusal."""
    with change_drafts(db, actor, code) as change:
        draft = require_open(change.connection, change.account_id, draft_id)
        drafts.erase_draft(change.connection, change.account_id, draft_id)
        change.record(change.take_seqs(), "remove", ENTITY, draft_id, {"name": draft.name}, None)
