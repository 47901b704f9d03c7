"""Blocked callers: numbers and number prefixes that go elsewhere, or nowhere."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from aiguillage.domain import meanings
from aiguillage.domain.accounts import Account
from aiguillage.domain.beside import having, own_key
from aiguillage.domain.contacts import parse_destination, parse_text
from aiguillage.domain.errors import about, conflict
from aiguillage.domain.meanings import means
from aiguillage.domain.numbers import WITHHELD, parse_number, parse_prefix
from aiguillage.domain.problems import Code
from aiguillage.domain.steps import Steps, batches, finish, let_go

HIDDEN = "withheld"
"""What stands for the number of callers who hide theirs."""


class Blocked(msgspec.Struct, frozen=True, kw_only=True):
    """A number in E.164, a prefix with a star at its end, or `withheld`; without a destination calls are rejected."""

    number: Annotated[
        str,
        means(
            "A number, a prefix with a star at its end, or `withheld`.",
            "05 36 49 00 00",
            shown=means("A number in E.164, a prefix with a star at its end, or `withheld`.", "+33536490000"),
        ),
    ]
    destination: Annotated[str | None, means("Where the caller goes; null rejects the call.")] = None
    label: Annotated[str, meanings.LABEL] = ""


class BlockedCallers:
    """An account's blocked callers, compiled once. `by_kind` has its facts by kind and id; `blocked` is read."""

    def __init__(self, by_kind: Mapping[str, Mapping[int, Any]]) -> None:
        self._by_number: dict[str, Blocked] = {}
        self._lengths: tuple[int, ...] = ()
        finish(self.read(by_kind))

    def read(self, by_kind: Mapping[str, Mapping[int, Any]]) -> Steps[None]:
        """Takes up the facts, in steps; until the last one not all are found."""
        lengths: set[int] = set()
        for batch in batches(by_kind.get("blocked", {}).values()):
            self._by_number.update((WITHHELD if fact.number == HIDDEN else fact.number, fact) for fact in batch)
            lengths.update(len(fact.number) - 1 for fact in batch if fact.number.endswith("*"))
            yield
        self._lengths = tuple(sorted(lengths, reverse=True))

    def let_go(self) -> Steps[None]:
        """Frees the entries, in steps, once nobody asks any more."""
        yield from let_go(self._by_number)

    def find(self, number: str | None) -> Blocked | None:
        """The entry that blocks a caller's number: that very number, else the longest prefix that begins it.

        `number` as it is past the door: WITHHELD for a hidden one, None when the call flow gave none.
        """
        if number is None or not self._by_number:
            return None
        found = self._by_number.get(number)
        if found is not None:
            return found
        for length in self._lengths:
            found = self._by_number.get(number[:length] + "*")
            if found is not None:
                return found
        return None


def check_blocked(
    fact: Blocked, fact_id: int | None, by_kind: Mapping[str, Mapping[int, Any]], account: Account
) -> Blocked:
    """The entry as it is kept, if it makes sense beside the account's facts; `fact_id` is None for a new one.

    The number can be in any spelling. Raises Refusal(invalid, conflict).
    """
    with about("number"):
        number = _parse_number(fact.number, account.country)
    destination = None if fact.destination is None else parse_destination(fact.destination, "destination")
    kept = Blocked(number=number, destination=destination, label=parse_text(fact.label, field="label"))
    if having(by_kind, "blocked", blocked_keys(kept), blocked_keys).keys() - {fact_id}:
        raise conflict(f"{number} is already blocked in {account.code}. Change that entry.", Code.TAKEN)
    return kept


def blocked_keys(fact: Blocked) -> tuple[str]:
    """What no other entry may have."""
    return (own_key(fact.number),)


def _parse_number(text: str, country: str) -> str:
    plain = text.strip()
    if plain.lower() == HIDDEN:
        return HIDDEN
    if plain.endswith("*"):
        return parse_prefix(plain, country, "number") + "*"
    return parse_number(text, country, "number")
