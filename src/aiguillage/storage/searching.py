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
    select,
    true,
)

from aiguillage.domain.contacts import FOLDED, KeyKind, folded
from aiguillage.domain.moments import SECOND
from aiguillage.domain.searching import Alternatives, Reading, filtered_by, fits
from aiguillage.storage.contacts import KEPT
from aiguillage.storage.orders import PLAIN, QUICK, Order, Place
from aiguillage.storage.schema import accounts, caller_key, can_be_id, contacts, journal
from aiguillage.storage.sqlite.alike import WITHIN, alike
from aiguillage.storage.sqlite.word_index import count_begun, found_by, has
from aiguillage.storage.traits import different_traits

MOST_COUNTED = 10_000
"""Beyond so many, what is found is not counted."""

SHORT_LOOKS = (500, 12_000)
"""So many contacts are looked at one by one, in the list's order, for a page of words that many begin with."""

MOST_TRAITS = 2_000
"""So many different traits are compared with a filter."""

MOST_LOOKED_UP = 4
"""Words of a text that are looked up; what they find is compared with all of them."""

Condition = Callable[[int, Any], ColumnElement[bool]]
"""Made of an account's id and a value."""


class Wanted(NamedTuple):
    """The contacts that are asked for: `filters` by the names of the API, `since` a change's number.

    `readings` are a typed text's (domain/searching.py), None for no text.
    """

    account_id: int
    filters: dict[str, Any]
    readings: tuple[Reading, ...] | None
    since: int | None

    @property
    def everything(self) -> bool:
        """Whether all of the account's are meant."""
        return not self.filters and self.readings is None and self.since is None


class Page(NamedTuple):
    """Places in a list, and how many contacts it has: None for more than are counted."""

    places: list[Place]
    total: int | None


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
        self._words_alone = not conditions
        self._readings = wanted.readings
        self._rare = [self._rare_words(reading) for reading in wanted.readings or ()]
        self._few = self._few_by_words() if wanted.readings is not None and all(self._rare) else None
        self._many = self._few is None and wanted.readings is not None
        self._uncounted = self._many
        by_traits = [one for one in wanted.filters.items() if filtered_by(*one)]
        if self._few is None and by_traits:
            self._few, beyond = self._few_by_traits(by_traits)
            self._uncounted = self._few is None and (self._many or (beyond and len(conditions) == len(by_traits)))

    def _rare_words(self, reading: Reading) -> Reading:
        """Those of its longest words that few contacts have."""
        longest = sorted(reading, key=lambda word: -len(word[0]))[:MOST_LOOKED_UP]
        return tuple(word for word in longest if self._begun(word) <= MOST_COUNTED)

    def _begun(self, word: Alternatives) -> int:
        return count_begun(self._connection, self._account_id, word, MOST_COUNTED + 1)

    def _few_by_words(self) -> Select[Any]:
        """The contacts that have all rare words of a reading."""
        if not self._readings:
            return select(contacts.c.id).where(false())
        return found_by(self._account_id, self._rare)

    def _few_by_traits(self, filters: list[tuple[str, Any]]) -> tuple[Select[Any] | None, bool]:
        """The contacts that fit, None where they are more than are counted (True then) or have too many traits."""
        different = different_traits(self._connection, self._account_id, MOST_TRAITS + 1)
        if len(different) > MOST_TRAITS:
            return None, False
        fitting = select(contacts.c.id).where(
            self._mine, contacts.c.traits.in_([traits for traits in different if fits(traits, filters)])
        )
        return (None, True) if self._counted(fitting) is None else (fitting, False)

    def count(self) -> int | None:
        """How many there are; None for more than are counted."""
        if self._everything:
            row = select(accounts.c.contacts).where(accounts.c.id == self._account_id)
            return int(self._connection.execute(row).scalar_one())
        if self._uncounted:
            return None
        return self._counted(select(contacts.c.id).where(self._where()))

    def _counted(self, found: Select[Any]) -> int | None:
        some = found.limit(MOST_COUNTED + 1).subquery()
        counted = self._connection.execute(select(func.count()).select_from(some)).scalar_one()
        return counted if counted <= MOST_COUNTED else None

    def after(self, order: Order, place: Place | None, limit: int) -> Page:
        """The next ones behind a place, or the first ones."""
        if self._few is not None:
            return self._of_few(order, place, 0, limit)
        return Page(self._read(order, place, 0, limit), self.count())

    def skipping(self, order: Order, offset: int, limit: int) -> Page:
        """Those behind the first `offset`; from the end of the list where that is nearer."""
        if self._few is not None:
            return self._of_few(order, None, offset, limit)
        total = self.count()
        if total is None or offset <= total // 2:
            return Page(self._read(order, None, offset, limit), total)
        wanted = max(0, min(limit, total - offset))
        return Page(self._read(order.reversed, None, total - offset - wanted, wanted)[::-1], total)

    def _of_few(self, order: Order, place: Place | None, offset: int, limit: int) -> Page:
        """All of them are looked up, counted and sorted: walking in the list's order would meet all contacts."""
        found = select(order.column.label("value"), contacts.c.id).where(self._where())
        apart = found.cte("found").prefix_with("MATERIALIZED")
        total = select(func.count()).select_from(apart).scalar_subquery()
        columns = apart.c.value, apart.c.id
        behind = true() if place is None else order.behind(place, columns)
        rows = self._connection.execute(
            order.sorted(select(*columns, total).where(behind), columns).offset(offset).limit(limit)
        ).all()
        return Page([Place(*row[:2]) for row in rows], rows[0][2] if rows else self.count())

    def _read(self, order: Order, place: Place | None, offset: int, limit: int) -> list[Place]:
        """Where many have the words, the page is mostly full after a short look; else they are looked up by them."""
        readings = self._readings or ()
        for look in SHORT_LOOKS if self._many and order.by in QUICK else ():
            end = self._end(order, place, look)
            near = self._up_to(order, end, has(readings))
            places = self._run(order.sorted(_behind(order, place).where(near)), offset, limit)
            if len(places) == limit or end is None:
                return places
        found = _behind(order, place).where(self._where())
        indexed = self._words_alone and order.by in QUICK
        if not readings or order.by == "id" or indexed:
            return self._run(order.sorted(found), offset, limit)
        # Without this wall SQLite walks through all contacts in the list's order, and reads the row of each.
        apart = found.cte("found").prefix_with("MATERIALIZED")
        columns = apart.c.value, apart.c.id
        return self._run(order.sorted(select(*columns), columns), offset, limit)

    def _run(self, statement: Select[Any], offset: int, limit: int) -> list[Place]:
        return [Place(*row) for row in self._connection.execute(statement.offset(offset).limit(limit))]

    def _end(self, order: Order, place: Place | None, look: int) -> Place | None:
        """Where a short look at so many ends, None for the end of the list."""
        places = self._run(order.sorted(_behind(order, place).where(self._mine)), look - 1, 1)
        return places[0] if places else None

    def _up_to(self, order: Order, end: Place | None, begun: ColumnElement[bool]) -> ColumnElement[bool]:
        return self._others & begun if end is None else self._others & begun & order.until(end)

    def _where(self) -> ColumnElement[bool]:
        """All that are wanted: the few that are looked up, or those of the words, compared with what else is asked."""
        readings = self._readings or ()
        if self._few is None:
            return self._others & contacts.c.id.in_(found_by(self._account_id, readings)) if readings else self._others
        few = self._others & contacts.c.id.in_(self._few)
        return few if self._looked_up_whole() else few & has(readings)

    def _looked_up_whole(self) -> bool:
        """Whether no word is left to look for in the rows."""
        return not self._readings or (not self._many and self._rare == [tuple(one) for one in self._readings])


def _behind(order: Order, place: Place | None) -> Select[Any]:
    """The places behind one, or all of them."""
    places = select(order.column.label("value"), contacts.c.id)
    return places if place is None else places.where(order.behind(place))


def _keyed(account_id: int, *kinds: KeyKind) -> Select[Any]:
    mine = caller_key.c.account_id == account_id
    return select(caller_key.c.contact_id).where(mine, caller_key.c.kind.in_([kind.value for kind in kinds]))


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
