"""Wrong codes, counted by caller and by token: guessing gets slower and slower, and nobody is locked out.

A worker counts in its own memory, by what is known of whoever asks:

    wrong codes of one caller's number       5 are free; then a wait of 1, 2, 4 ... 60 seconds before the next
    wrong codes of one token, whoever calls  200 are free; then a wait of 1, 2, 4, 5 seconds before the next

In the quiet time after a wait they are forgotten one by one. A call that comes too soon is refused, and counts for
nothing; one whose caller is known by their number is never refused: their code does not matter.
"""

from collections.abc import Hashable
from math import ceil

from aiguillage.domain.calls import Decision, Facts
from aiguillage.domain.errors import limited
from aiguillage.domain.tries import Pace, seconds_after, seconds_left, still_counted

BY_CALLER = Pace(free=5, longest=60, forgives=60)
BY_TOKEN = Pace(free=200, longest=5, forgives=1)

BY_NUMBER = ("number", "prefix")
"""By what a caller is known whose code is not looked at."""

MOST_REMEMBERED = 10_000
"""Callers, and tokens, that a worker remembers; those that failed first are forgotten for more."""


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


class Codes:
    """The wrong codes that one worker was sent."""

    def __init__(self) -> None:
        self._callers = Tries(BY_CALLER)
        self._tokens = Tries(BY_TOKEN)
        self.refused = 0

    def judge(self, token: Hashable, facts: Facts, decision: Decision, now: float) -> None:
        """Counts a code that nobody has. Raises Refusal(limited) for one that comes too soon."""
        if decision.by in BY_NUMBER:
            return
        caller = None if not facts.number else (token, facts.account.account_id, facts.number)
        wait = max(self._tokens.wait(token, now), 0 if caller is None else self._callers.wait(caller, now))
        if wait > 0:
            self.refused += 1
            raise limited("too many wrong codes", ceil(wait))
        if facts.by_code is None:
            self._tokens.count(token, now)
            if caller is not None:
                self._callers.count(caller, now)
