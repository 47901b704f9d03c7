"""What a fact is looked at beside: the account's other facts, of which a check reads those alone that may matter.

An account may have a hundred thousand zones. To add one more, nobody has to read the others: each fact is found by its
keys. Those that start with `=` are its own, and say what no other fact of its kind may have too, such as a number that
is blocked. The others name what it refers to, as in `queue/7`.

    kind         fact                                    keys
    blocked      {"number": "+33199001234", ...}         =+33199001234
    time_span    {"owner_type": "queue", ...}            queue/7
    geo_dest...  {"geo_list": 3, "zones": ["35", "56"]}  =3/35  =3/56  geo_list/3

Storage keeps the keys and asks for them. Facts in memory, as a test has them, are looked through one by one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

ByKind = Mapping[str, Mapping[int, Any]]
"""The facts of one account: kind -> id -> fact."""

OWN, AFTER_OWN = "=", ">"
"""What each of a fact's own keys starts with, and what sorts behind all of them."""


@runtime_checkable
class Searched(Protocol):
    """Facts that need not be read to be found."""

    def one(self, kind: str, fact_id: int) -> Any | None:  # noqa: ANN401 - the kind says which
        """One fact, if it is there."""

    def having(self, kind: str, keys: Collection[str]) -> Mapping[int, Any]:
        """The facts of a kind that have one of some keys, by id."""


def own_key(*parts: object) -> str:
    """A key that only one fact of its kind may have."""
    return OWN + "/".join(map(str, parts))


def reference_key(kind: str, fact_id: object) -> str:
    """The key of a fact that names another one."""
    return f"{kind}/{fact_id}"


def one_of(by_kind: ByKind, kind: str, fact_id: int) -> Any | None:  # noqa: ANN401 - the kind says which
    """One fact, if it is there."""
    return by_kind.one(kind, fact_id) if isinstance(by_kind, Searched) else by_kind.get(kind, {}).get(fact_id)


def having(
    by_kind: ByKind, kind: str, keys: Collection[str], keys_of: Callable[[Any], Iterable[str]]
) -> Mapping[int, Any]:
    """The facts of a kind that have one of some keys, by id; `keys_of` tells those of a fact."""
    if isinstance(by_kind, Searched):
        return by_kind.having(kind, keys)
    wanted = frozenset(keys)
    return {id_: fact for id_, fact in by_kind.get(kind, {}).items() if not wanted.isdisjoint(keys_of(fact))}


def owned(by_kind: ByKind, kind: str, owner_type: str, owner_id: object) -> Mapping[int, Any]:
    """The facts of a kind that belong to one thing, by id."""
    return having(by_kind, kind, [reference_key(owner_type, owner_id)], _of_owner)


def _of_owner(fact: Any) -> tuple[str]:  # noqa: ANN401 - of any kind that has an owner
    return (reference_key(fact.owner_type, fact.owner_id),)
