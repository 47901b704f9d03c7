"""One call: what was asked, what is known of its caller, what was decided."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import NO_BOOLEAN, NO_SELECT, Boolean, Select
from aiguillage.domain.facts import AccountFacts
from aiguillage.domain.geo import Zone
from aiguillage.domain.hours import State
from aiguillage.domain.oncall import Duty


class Known(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the table holds of a contact beside each of its keys: all that a decision needs."""

    contact_id: int
    select: Select
    boolean: Boolean
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    language: str = ""


class Line(msgspec.Struct, frozen=True):
    """One rule's line in the trace: its name and sentence, what it looked at, whether it applied, what it changed."""

    rule: str
    sentence: str
    looked_at: dict[str, Any]
    applied: bool
    changed: dict[str, Any]


class Decision(msgspec.Struct, frozen=True, gc=False):
    """Where the call goes, and why: `reason` is the name of the rule that said it.

    `by` is what the caller was known by: number, prefix or code; None for an unknown caller. `select` and `boolean` are
    as kept, `destination` is where to send the call now; `until` (microseconds since 1970 UTC) is how long that holds.
    `queue` is the call queue that the caller was meant for, `state` how it was, `steps` the queues that calls were sent
    on through. A `settled` destination is not looked at again. `trace` is there when it was asked for.
    `not_found` says that the call flow is told that nobody is known (domain/unknown_callers.py).
    """

    reason: str = "undecided"
    known: Known | None = None
    by: str | None = None
    select: Select = NO_SELECT
    boolean: Boolean = NO_BOOLEAN
    destination: str | None = None
    settled: bool = False
    queue: int | None = None
    state: State | None = None
    steps: tuple[tuple[int, State], ...] = ()
    until: int | None = None
    zone: Zone | None = None
    duty: Duty | None = None
    second: Duty | None = None
    priority: int = 0
    call_id: str = ""
    trace: tuple[Line, ...] = ()
    not_found: bool = False


class Question(msgspec.Struct, frozen=True, gc=False):
    """One call's request as its dialect read it. `shape` is how the dialect will answer; `fault` makes it a 400.

    `value` are digits typed to tell a zone, `called` is the number dialled, `at` another moment than now (microseconds
    since 1970 UTC, or a time without zone by the clock on the account's wall), `unknown` what an unknown caller gets
    in place of what the token says. `rules` decide, `needs` is the role that asking takes. `named` are further names of
    facts: a list, a queue, a rota, a CTI's origin. What is no call of a caller (`is_call`) is not logged as one. Where
    the destinations are told as they are kept, `first` is the one that the call is sent to, of 0 to 3; None for none.

    Of a phone system that asks in words of its own, `complete` makes the whole question, once the account's facts are
    there. A question is `proven` when it shows by itself, without a token, that the account's phone system asks it.
    """

    account: str = ""
    number: str | None = None
    code: str | None = None
    shape: Any = None
    fault: str | None = None
    value: str | None = None
    called: str | None = None
    at: int | datetime | None = None
    unknown: str | None = None
    named: dict[str, str] = {}
    rules: "tuple[Rule, ...]" = ()
    needs: Role = Role.ROUTE
    explain: bool = False
    is_call: bool = True
    first: int | None = 0
    complete: "Callable[[AccountFacts], Question] | None" = None
    proven: bool = False


class Facts(msgspec.Struct, frozen=True, gc=False):
    """All that is known of one call: what was asked, and whom the table found under it.

    `number` and `code` are None when not asked; `by_number` holds the two oldest contacts with that number. `at` is the
    moment in microseconds since 1970 UTC; `remember` says that it is now, so that what holds for a while may be kept.
    `leads_to` is what a CTI's origin leads to.
    """

    account: AccountFacts
    number: str | None = None
    code: str | None = None
    by_number: tuple[Known, ...] = ()
    by_prefix: Known | None = None
    by_code: Known | None = None
    at: int = 0
    remember: bool = False
    value: str | None = None
    called: str | None = None
    named: dict[str, str] = {}
    leads_to: str | None = None


Rule = Callable[[Facts, Decision], Decision | None]
"""A rule sees what the ones before it decided, and changes it or says nothing."""
