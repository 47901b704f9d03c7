"""Calls decided again under other facts: what a change did, or would do."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from sqlite3 import Connection

import msgspec

from aiguillage.callpath.log import destinations_told
from aiguillage.callpath.table import Table
from aiguillage.desk.calls import list_calls
from aiguillage.desk.past import REFUSED, Past
from aiguillage.dialects.all import DIALECTS
from aiguillage.domain.accounts import NOT_FOUND, Actor
from aiguillage.domain.calls import Known, Question, Rule
from aiguillage.domain.contacts import KeyKind, caller_keys
from aiguillage.domain.documents import compile_document
from aiguillage.domain.errors import Refusal
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.routing import KEPT, decide
from aiguillage.domain.unknown_callers import told
from aiguillage.settings import Settings
from aiguillage.storage.calls import Call, is_readable
from aiguillage.storage.contacts import known_as
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.library import open_read_only

EVERY_CALL = 2**62
TOLD_EACH = 500
"""Calls; to decide them takes a fraction of a second."""

KEYS_THEN = "SELECT contact_id, facts FROM caller_key WHERE account_id = ? AND kind = ? AND key = ?"
Tell = Callable[[int, int], object]
"""Is told how many calls are decided, of how many."""

RULES_OF = {dialect.NAME: dialect.UNREAD.rules for dialect in DIALECTS}
"""The rules by which each dialect's calls are decided."""

_decode_known = msgspec.json.Decoder(Known).decode


class Move(msgspec.Struct, frozen=True):
    """So many calls that went one way and would have gone another; None stands for an unknown caller's answer."""

    went: str | None
    would_go: str | None
    calls: int


class Moved(msgspec.Struct, frozen=True):
    """One call that would have gone elsewhere."""

    call: Call
    went: str | None
    would_go: str | None


class Replay(msgspec.Struct, frozen=True):
    """How many calls were decided again, and those that would have gone elsewhere, the most frequent move first.

    `skipped` are calls so old that nobody can read any more who called; `left_out` were logged by an older release,
    which did not keep all that had been asked.
    """

    calls: int
    skipped: int
    left_out: int
    moves: tuple[Move, ...]
    moved: tuple[Moved, ...]


class PastTable(Table):
    """The table with some contacts as they were at another time, None for one that was not there."""

    def __init__(
        self, open_connection: Callable[[], Connection], contacts: Mapping[int, Known | None], keys: "Keys"
    ) -> None:
        super().__init__(open_connection)
        self._contacts_then = contacts
        self._keys_then = keys

    def callers(self, account_id: int, kind: str, key: str) -> tuple[Known, ...]:
        """Whose key it was, the two oldest."""
        rows = self._execute(KEYS_THEN, (account_id, kind, key)).fetchall()
        found = [_decode_known(facts) for contact_id, facts in rows if contact_id not in self._contacts_then]
        found += self._keys_then.get((kind, key), [])
        return tuple(sorted(found, key=lambda known: known.contact_id)[:2])

    def caller_by_prefix(self, account_id: int, number: str) -> Known | None:
        """Whose prefix the number began with."""
        for size in range(len(number), 1, -1):
            found = self.callers(account_id, KeyKind.PREFIX.value, number[:size])
            if found:
                return found[0]
        return None


Keys = Mapping[tuple[str, str], list[Known]]


def nobody(_done: int, _total: int) -> None:
    """Is told how far it is where nobody wants to know."""


def replay_calls(  # noqa: PLR0913 - whose calls, which, and by what they are decided
    settings: Settings,
    db: Database,
    actor: Actor,
    code: str,
    *,
    since: int,
    past: Past,
    limit: int = EVERY_CALL,
    tell: Tell = nobody,
) -> Replay:
    """Decides an account's calls since a moment (microseconds UTC) again, under other facts. Raises Refusal.

    The newest `limit` of them, by the rules of the dialect that each came in; `tell` is told how far it is.
    """
    logged = list_calls(db, settings.calls, actor, code, since=since, limit=limit)
    readable = [call for call in logged if is_readable(call)]
    calls = [call for call in readable if call.seq is not None]
    account = compile_document(past.document, past.account_id)
    contacts, keys = _contacts_then(past)
    with closing(PastTable(partial(open_read_only, settings.database), contacts, keys)) as table:
        table.begin()
        moved = tuple(_moved(table, account, _told(calls, tell)))
    counts = Counter((one.went, one.would_go) for one in moved)
    moves = tuple(Move(*ways, count) for ways, count in counts.most_common())
    return Replay(len(calls), len(logged) - len(readable), len(readable) - len(calls), moves, moved)


def _contacts_then(past: Past) -> tuple[dict[int, Known | None], Keys]:
    contacts: dict[int, Known | None] = {}
    keys: dict[tuple[str, str], list[Known]] = {}
    for contact_id, contact in past.contacts.items():
        if contact is None:
            contacts[contact_id] = None
            continue
        contacts[contact_id] = known = known_as(contact_id, contact)
        for kind, key in caller_keys(contact):
            keys.setdefault((kind.value, key), []).append(known)
    return contacts, keys


def _told(calls: list[Call], tell: Tell) -> Iterator[Call]:
    for done, call in enumerate(calls):
        if done % TOLD_EACH == 0:
            tell(done, len(calls))
        yield call


def _moved(table: Table, account: AccountFacts, calls: Iterable[Call]) -> Iterator[Moved]:
    for call in calls:
        rules = RULES_OF.get(call.dialect, KEPT)
        went, would_go = _went(call, rules), _decide_again(table, account, call, rules)
        if would_go != went:
            yield Moved(call, went, would_go)


def _decide_again(table: Table, account: AccountFacts, call: Call, rules: tuple[Rule, ...]) -> str | None:
    """Where the call would go."""
    asked: dict[str, str] = json.loads(call.asked) if call.asked else {}
    code, value, called = (asked.pop(name, None) for name in ("code", "value", "called"))
    question = Question("", call.number, code, value=value, called=called, at=call.at, named=asked)
    facts = table.find(account, question, call.at)
    try:
        decision = told(facts, decide(facts, rules), call.unknown or NOT_FOUND)
    except Refusal:
        return REFUSED
    return destinations_told(decision) if rules is KEPT else decision.destination


def _went(call: Call, rules: tuple[Rule, ...]) -> str | None:
    """Where the call went: Encom's APIs tell the destinations as kept, V2 where to send the call."""
    return call.destinations if rules is KEPT else call.destination
