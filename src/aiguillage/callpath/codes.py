"""Wrong codes, counted by caller and by account: guessing gets slower and slower, and nobody is locked out.

A worker counts in its own memory, by what is known of whoever asks:

    wrong codes of one caller's number            5 are free; then a wait of 1, 2, 4 ... 60 seconds before the next
    wrong codes on one account, whoever calls     200 are free; then a wait of 1, 2, 4, 5 seconds before the next

Of an account's budget each worker has its share, so that all together judge no more than one would: of four workers
each has 50 free ones, and then a wait of up to 20 seconds.

In the quiet time after a wait they are forgotten one by one. A call that comes too soon is refused, and counts for
nothing; one whose caller is known by their number is never refused: their code does not matter. Nor is a code that
comes from a number which that very contact has, beside others who share it.
"""

from collections.abc import Callable, Hashable
from math import ceil

from aiguillage.callpath.counts import Counts
from aiguillage.domain.calls import Decision, Facts
from aiguillage.domain.errors import limited
from aiguillage.domain.tries import BY_CALLER, Pace, seconds_after, seconds_left, still_counted, wrong_codes

BY_NUMBER = ("number", "prefix")
"""By what a caller is known whose code is not looked at."""

MOST_REMEMBERED = 10_000
"""Callers, and accounts, that a worker remembers; those that failed first are forgotten for more."""


class Tries:
    """What failed, by key; for each, how often, and from when on the next try may be made (seconds since 1970)."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._failures: dict[Hashable, tuple[int, float]] = {}

    def wait(self, key: Hashable, now: float) -> float:
        """How many seconds are left until the next try."""
        failures, next_at = self._failures.get(key, (0, now))
        return seconds_left(self._pace, failures, next_at - now)

    def count(self, key: Hashable, now: float) -> None:
        """One more failure."""
        failures, next_at = self._failures.pop(key, (0, now))
        failures = 1 + still_counted(self._pace, failures, int(now - next_at))
        if len(self._failures) >= MOST_REMEMBERED:
            del self._failures[next(iter(self._failures))]
        self._failures[key] = failures, now + seconds_after(self._pace, failures)


HasNumber = Callable[[int, str, int], bool]
"""Whether a number is a contact's: the account's id, the number, the contact's id."""


class Codes:
    """The wrong codes that one of so many workers was sent."""

    def __init__(self, counts: Counts, has_number: HasNumber, workers: int) -> None:
        self._callers = Tries(BY_CALLER)
        self._accounts = Tries(wrong_codes(workers))
        self._counts = counts
        self._has_number = has_number

    def judge(self, facts: Facts, decision: Decision, now: float) -> None:
        """Counts a code that nobody has. Raises Refusal(limited) for one that comes too soon."""
        if decision.by in BY_NUMBER:
            return
        account = facts.account.account_id
        caller = (account, facts.number) if facts.number else None
        wait = max(self._accounts.wait(account, now), 0 if caller is None else self._callers.wait(caller, now))
        if wait > 0 and not self._is_of_sharer(facts):
            self._counts.add("codes_refused")
            raise limited("too many wrong codes", ceil(wait))
        if facts.by_code is None:
            self._counts.add("codes_wrong")
            self._accounts.count(account, now)
            if caller is not None:
                self._callers.count(caller, now)

    def _is_of_sharer(self, facts: Facts) -> bool:
        """Whether whoever has the code has the caller's number too: others share it, so it said nothing by itself."""
        known = facts.by_code
        if known is None or not facts.number:
            return False
        return self._has_number(facts.account.account_id, facts.number, known.contact_id)
