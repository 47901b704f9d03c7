"""What contacts can be sorted by, and the places in such a list."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, cast, func, tuple_

from aiguillage.domain.contacts import FOLDED, PARTS, Part
from aiguillage.storage.schema import contacts

PLAIN: dict[str, ColumnElement[Any]] = {
    part.wire: contacts.c[part.name] for part in PARTS.values() if not (part.several or part.folded or part.unique)
}
"""Columns that a filter compares, whatever their case."""


def _in_order(part: Part) -> ColumnElement[Any]:
    """The column as it is sorted by: yes after no."""
    column = contacts.c[part.name]
    return func.coalesce(cast(column, Integer), -1) if part.flag else func.coalesce(column, "")


SORTS: dict[str, ColumnElement[Any]] = {
    "id": contacts.c.id,
    **{name: contacts.c[f"{name}_folded"] for name in FOLDED},
    "updated": contacts.c.seq,
    "created_at": contacts.c.id,
    "updated_at": contacts.c.seq,
    **{part.wire: _in_order(part) for part in PARTS.values() if not (part.several or part.folded)},
}
"""What contacts can be sorted by; what has no value comes first, and moments in the order of the changes."""

QUICK = ("id", "updated", "created_at", "updated_at", *FOLDED)
"""Those that are fast however many contacts there are."""


Columns = tuple[ColumnElement[Any], ...]


class Order(NamedTuple):
    """What a list is sorted by; contacts that are alike come by id."""

    by: str = "id"
    descending: bool = False

    @property
    def column(self) -> ColumnElement[Any]:
        """What is compared."""
        return SORTS[self.by]

    @property
    def reversed(self) -> "Order":
        """The same from the end."""
        return self._replace(descending=not self.descending)

    @property
    def columns(self) -> Columns:
        """All that is compared: an id is nobody else's, anything else may be alike."""
        return (self.column,) if self.column is contacts.c.id else (self.column, contacts.c.id)

    def sorted(self, statement: Select[Any], columns: Columns = ()) -> Select[Any]:
        """The statement's contacts in this order; `columns` are those of a list that has been taken apart."""
        compared = columns or self.columns
        return statement.order_by(*(column.desc() if self.descending else column for column in compared))

    def behind(self, place: "Place", columns: Columns = ()) -> ColumnElement[bool]:
        """Whether a contact comes after a place."""
        compared = columns or self.columns
        here, there = tuple_(*compared), tuple_(*place[-len(compared) :])
        return here < there if self.descending else here > there

    def until(self, place: "Place") -> ColumnElement[bool]:
        """Whether a contact comes before a place, or is there."""
        here, there = tuple_(*self.columns), tuple_(*place[-len(self.columns) :])
        return here >= there if self.descending else here <= there


class Place(NamedTuple):
    """Where a page of a list ended: what its last contact is sorted by, and its id."""

    value: Any
    id: int
