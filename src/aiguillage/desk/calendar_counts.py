"""How many calendars of all accounts are of no use: counted by housekeeping each minute, for the metrics.

An account's calendars are looked at again only when its facts are other than before (its facts_version).
"""

from typing import NamedTuple

from aiguillage.desk.calendars import calendars_at
from aiguillage.storage.calendars import AccountWithCalendars, accounts_with_calendars
from aiguillage.storage.sqlite.engine import Database


class Useless(NamedTuple):
    """How many calendars were read and have no event that counts, and how many feeds cannot be read."""

    unused: int = 0
    failing: int = 0


class CalendarCounts:
    """What is known of each account's calendars, by its id, and for which of its facts."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, Useless]] = {}

    def changed(self, db: Database) -> list[AccountWithCalendars]:
        """The accounts that are to be looked at; those without calendars are forgotten."""
        with db.read() as connection:
            accounts = accounts_with_calendars(connection)
        self._known = {one.id: self._known[one.id] for one in accounts if one.id in self._known}
        return [one for one in accounts if self._known.get(one.id, (None,))[0] != one.facts_version]

    def look(self, db: Database, account: AccountWithCalendars, at: int) -> None:
        """Counts an account's calendars. What cannot be read counts as none, until it is other than now."""
        self._known[account.id] = account.facts_version, Useless()
        with db.read() as connection:
            states = calendars_at(connection, account.id, at)
        unused = sum(one.is_unused for one in states)
        failing = sum(one.calendar.failing_since is not None for one in states)
        self._known[account.id] = account.facts_version, Useless(unused, failing)

    def total(self) -> Useless:
        """Those of all accounts together."""
        known = [useless for _, useless in self._known.values()]
        return Useless(sum(one.unused for one in known), sum(one.failing for one in known))
