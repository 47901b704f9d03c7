"""Which contacts are asked for, in which order: conditions that the indexes answer, however many contacts there are."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    false,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.sql.selectable import CompoundSelect

from aiguillage.domain.contacts import FOLDED, KeyKind, folded
from aiguillage.domain.moments import SECOND
from aiguillage.storage.alike import WITHIN, alike
from aiguillage.storage.contacts import KEPT
from aiguillage.storage.orders import PLAIN, QUICK, Order, Place
from aiguillage.storage.schema import accounts, caller_key, can_be_id, contacts, journal

MOST_COUNTED = 10_000
"""Beyond so many, what is found is not counted."""

SHORT_LOOK = 5_000
"""So many contacts are looked at one by one, in the list's order, for a page of words that many begin with."""

LAST = "\U0010ffff"
"""Behind a prefix: comes after everything that begins with it."""

Condition = Callable[[int, Any], ColumnElement[bool]]
"""Made of an account's id and a value."""


class Words(NamedTuple):
    """What somebody typed to find contacts: as the start of a name, of a code, of a number."""

    name: str
    code: str | None
    numbers: tuple[str, ...]


class Wanted(NamedTuple):
    """The contacts that are asked for: `filters` by the names of the API, `since` a change's number."""

    account_id: int
    filters: dict[str, Any]
    words: Words | None
    since: int | None

    @property
    def everything(self) -> bool:
        """Whether all of the account's are meant."""
        return not self.filters and self.words is None and self.since is None


class Search:
    """The contacts that are wanted, in one transaction's view."""

    def __init__(self, connection: Connection, wanted: Wanted) -> None:
        self._connection = connection
        self._account_id, self._everything = wanted.account_id, wanted.everything
        self._mine = contacts.c.account_id == wanted.account_id
        conditions = [_filter(wanted.account_id, name, value) for name, value in wanted.filters.items()]
        if wanted.since is not None:
            conditions.append(contacts.c.seq >= wanted.since)
        self._others = and_(self._mine, *conditions)
        self._words, self._words_alone = wanted.words, not conditions
        self._starts = [] if wanted.words is None else _starts(wanted.account_id, wanted.words)
        self._many = bool(self._starts) and max(self._at_most(*self._starts)) > MOST_COUNTED

    def count(self) -> int | None:
        """How many there are; None for more than are counted."""
        if self._everything:
            row = select(accounts.c.contacts).where(accounts.c.id == self._account_id)
            return int(self._connection.execute(row).scalar_one())
        if self._many:
            return None
        alone = self._starts and self._words_alone
        (found,) = self._at_most(_any_of(self._starts) if alone else select(contacts.c.id).where(self._where()))
        return found if found <= MOST_COUNTED else None

    def after(self, order: Order, place: Place | None, limit: int) -> list[Place]:
        """The next ones behind a place, or the first ones."""
        return self._read(order, place, 0, limit)

    def skipping(self, order: Order, offset: int, limit: int, total: int | None) -> list[Place]:
        """Those behind the first `offset`; from the end of the list where that is nearer."""
        if total is None or offset <= total // 2:
            return self._read(order, None, offset, limit)
        wanted = max(0, min(limit, total - offset))
        return self._read(order.reversed, None, total - offset - wanted, wanted)[::-1]

    def _read(self, order: Order, place: Place | None, offset: int, limit: int) -> list[Place]:
        """Where many are found, the page is mostly full after a short look; else they are looked up by their starts."""
        if self._many and self._words and order.by in QUICK:
            near = self._up_to(order, self._end(order, place), _is_begun(self._words))
            places = self._run(order, place, near, offset, limit)
            if len(places) == limit:
                return places
        if self._starts and self._words_alone and order.by == "id":
            found = contacts.c.id.in_(_any_of([_first(start, order, place, offset + limit) for start in self._starts]))
            return self._run(order, place, self._mine & found, offset, limit)
        return self._run(order, place, self._where(), offset, limit)

    def _run(
        self, order: Order, place: Place | None, where: ColumnElement[bool], offset: int, limit: int
    ) -> list[Place]:
        statement = order.sorted(select(order.column, contacts.c.id).where(where))
        if place is not None:
            statement = statement.where(order.behind(place))
        return [Place(*row) for row in self._connection.execute(statement.offset(offset).limit(limit))]

    def _end(self, order: Order, place: Place | None) -> Place | None:
        """Where a short look ends, None for the end of the list."""
        places = self._run(order, place, self._mine, SHORT_LOOK - 1, 1)
        return places[0] if places else None

    def _up_to(self, order: Order, end: Place | None, begun: ColumnElement[bool]) -> ColumnElement[bool]:
        return self._others & begun if end is None else self._others & begun & order.until(end)

    def _where(self) -> ColumnElement[bool]:
        """All that are wanted, those that words begin looked up one by one."""
        return self._others & contacts.c.id.in_(_any_of(self._starts)) if self._starts else self._others

    def _at_most(self, *statements: Select[Any] | CompoundSelect[Any]) -> Sequence[int]:
        """How many rows each statement gives, counted until they are too many."""
        somes = [statement.limit(MOST_COUNTED + 1).subquery() for statement in statements]
        counts = [select(func.count()).select_from(some).scalar_subquery() for some in somes]
        return self._connection.execute(select(*counts)).one()


def _is_begun(words: Words) -> ColumnElement[bool]:
    """Whether something of a contact begins so, seen from its own row."""
    names = [_between(contacts.c[f"{name}_folded"], words.name) for name in FOLDED if words.name]
    codes = [] if words.code is None else [_between(contacts.c.code, words.code)]
    return or_(*names, *codes, *(contacts.c.telecoms.like(f'%"number":"{begun}%') for begun in words.numbers))


def _first(start: Select[Any], order: Order, place: Place | None, limit: int) -> Select[Any]:
    """The first ids of those that begin so: all that a page by id can need of them."""
    (number,) = start.selected_columns
    if place is not None:
        start = start.where(number < place.id if order.descending else number > place.id)
    first = start.order_by(number.desc() if order.descending else number).limit(limit).subquery()
    return select(first.c[0])


def _any_of(starts: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return starts[0] if len(starts) == 1 else union(*starts)


def _starts(account_id: int, words: Words) -> list[Select[Any]]:
    """The ids of contacts by what begins with the words, each from one index alone."""
    names = [
        select(contacts.c.id).where(
            contacts.c.account_id == account_id, _between(contacts.c[f"{name}_folded"], words.name)
        )
        for name in FOLDED
        if words.name
    ]
    numbers = _keyed(account_id, KeyKind.NUMBER, KeyKind.PREFIX)
    keys = [numbers.where(_between(caller_key.c.key, begun)) for begun in words.numbers]
    if words.code is not None:
        keys.append(_keyed(account_id, KeyKind.CODE).where(_between(caller_key.c.key, words.code)))
    return names + keys


def _keyed(account_id: int, *kinds: KeyKind) -> Select[Any]:
    mine = caller_key.c.account_id == account_id
    return select(caller_key.c.contact_id).where(mine, caller_key.c.kind.in_([kind.value for kind in kinds]))


def _between(column: ColumnElement[Any], begun: str) -> ColumnElement[bool]:
    return (column >= begun) & (column < begun + LAST)


def _filter(account_id: int, name: str, value: Any) -> ColumnElement[bool]:  # noqa: ANN401 - of any field
    """The condition of one filter; empty text means that there is none."""
    column = PLAIN.get(name)
    if column is None:
        return INDEXED[name](account_id, value)
    if isinstance(value, bool):
        return column.is_(value)
    return alike(func.coalesce(column, ""), str(value))


def _with_key(account_id: int, key: str, *kinds: KeyKind) -> ColumnElement[bool]:
    return contacts.c.id.in_(_keyed(account_id, *kinds).where(caller_key.c.key == key))


def _with_email(_account_id: int, email: str) -> ColumnElement[bool]:
    if not email:
        return contacts.c.emails == "[]"
    return alike(contacts.c.emails, msgspec.json.encode(email).decode(), WITHIN)


def _changed_in(seq: ColumnElement[int]) -> Condition:
    """By the second in which the change of that number was made: moments are shown to the second."""

    def condition(account_id: int, moment: int) -> ColumnElement[bool]:
        start = moment // SECOND * SECOND
        mine = and_(journal.c.account_id == account_id, journal.c.at >= start, journal.c.at < start + SECOND)
        return seq.in_(select(journal.c.seq).where(mine))

    return condition


def _named(column: ColumnElement[Any]) -> Condition:
    return lambda _account_id, name: column == folded(name.strip())


INDEXED: dict[str, Condition] = {
    "id": lambda _, value: contacts.c.id == value if can_be_id(value) else false(),
    "customer_id": lambda account_id, value: true() if value == account_id else false(),
    "reference": lambda _, text: contacts.c.reference == text if text else contacts.c.reference.is_(None),
    "id_code": lambda mine, key: _with_key(mine, key, KeyKind.CODE) if key else contacts.c.code.is_(None),
    "telecoms": lambda mine, key: (
        _with_key(mine, key, KeyKind.NUMBER, KeyKind.PREFIX) if key else contacts.c.telecoms == "[]"
    ),
    "emails": _with_email,
    "created_at": _changed_in(contacts.c.id),
    "updated_at": _changed_in(contacts.c.seq),
    "updated_seq": lambda _, value: contacts.c.seq == value,
    **{name: _named(contacts.c[f"{name}_folded"]) for name in FOLDED},
}
"""The other filters: a code and a number as they are kept, an e-mail address, a moment, a name as it is folded."""


def read_places(connection: Connection, account_id: int, places: Sequence[Place]) -> list[Any]:
    """The contacts' rows, as KEPT has them, in the order of the places."""
    ids = [place.id for place in places]
    statement = KEPT.where(contacts.c.account_id == account_id, contacts.c.id.in_(ids))
    rows = {row.id: row for row in connection.execute(statement)}
    return [rows[contact_id] for contact_id in ids]
