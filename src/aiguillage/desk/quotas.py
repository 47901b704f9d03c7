"""Quotas: how many facts of a kind an account may have. What is there already stays, whatever the quota is."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from aiguillage.desk.change import Change
from aiguillage.domain.beside import reference_key
from aiguillage.domain.errors import invalid
from aiguillage.domain.facts import BY_NAME, Fact, Kind
from aiguillage.domain.problems import Code
from aiguillage.storage.fact_keys import count_facts, count_having, count_own
from aiguillage.storage.facts import words_of

Count = Callable[[Connection, int, str], int]


class Quotas:
    """What an account has of each kind, counted once in a change, however many facts it adds."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._counts: dict[tuple[str, str], int] = {}

    def require_room(self, kind: str, before: Fact | None, fact: Fact) -> None:
        """Raises Refusal(invalid) where a fact that is added or changed would be too much."""
        of_kind, whose, plural = BY_NAME[kind], self._change.account.code, plural_of(kind)
        if before is None:
            self._take(kind, plural, 1, of_kind.most, count_facts, f"{whose} can have {of_kind.most:,} {plural}")
            self._require_room_together(of_kind, fact)
        if of_kind.parts:
            more = self._parts(of_kind, fact) - (0 if before is None else self._parts(of_kind, before))
            what = f"{whose} can have {of_kind.most:,} {of_kind.parts} in all of its {plural}"
            self._take(kind, of_kind.parts, more, of_kind.most, count_own, what)

    def _require_room_together(self, kind: Kind, fact: Fact) -> None:
        for owner in kind.references(fact) if kind.most_together is not None else ():
            key = reference_key(owner.kind, owner.id)
            what = f"The {words_of(owner.kind)} {owner.id} can have {kind.most_together:,} {plural_of(kind.name)}"
            self._take(kind.name, key, 1, kind.most_together or 0, partial(count_having, key=key), what)

    def _parts(self, kind: Kind, fact: Fact) -> int:
        return sum(1 for _ in kind.keys(fact, self._change.account))

    def _take(self, kind: str, counted: str, more: int, most: int, count: Count, what: str) -> None:
        """Takes some of what is left of a quota. Raises Refusal(invalid) where that is not enough."""
        if more <= 0:
            return
        if (kind, counted) not in self._counts:
            self._counts[kind, counted] = count(self._change.connection, self._change.account_id, kind)
        there = self._counts[kind, counted]
        if there + more > most:
            raise invalid(
                f"{what}, and already has {there:,}: {more:,} more would exceed that. Remove some first.",
                code=Code.QUOTA,
            )
        self._counts[kind, counted] = there + more


def plural_of(kind: str) -> str:
    """Several of a kind, as people read it."""
    return {"blocked": "blocked callers", "switch": "switches"}.get(kind, f"{words_of(kind)}s")
