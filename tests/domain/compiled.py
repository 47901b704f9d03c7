"""A compiled account for the tests of rules: call queues in every state, a rota, two geo lists, blocked callers."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from aiguillage.domain.accounts import Account
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.ctis import Cti
from aiguillage.domain.facts import AccountFacts, compile_facts
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import Queue, Switch, TimeSpan
from tests.cast import NOW

AT = NOW
OPEN, CLOSED, ONWARD, LOOP, BACK, BARE, ASLEEP = range(1, 8)
DUTY, GAP, BACKUP = 21, 22, 23
BY_PREFIX, BY_DEPARTMENT = 41, 42
LOBBY = 51
ANA, BO = Member(name="Ana", number="+33639980101", email="ana@example.org"), Member(name="Bo", number="+33639980102")
NO_DEFAULTS = (None,) * 8

QUEUES = {
    OPEN: Queue(name="Open", code="open", number="207", did_number="+33199000207"),
    CLOSED: Queue(name="Closed", code="closed", number="208", default_destination="299", rota=DUTY),
    ONWARD: Queue(name="Onward", code="onward", number="209", default_destination="208"),
    LOOP: Queue(name="Loop", code="loop", number="210", default_destination="211"),
    BACK: Queue(name="Back", code="back", number="211", default_destination="210"),
    BARE: Queue(name="Bare", code="bare", did_number="+33199000212"),
    ASLEEP: Queue(name="Asleep", code="asleep", number="213", did_number="+33199000213", active=False),
}
SPANS = {
    10 + day: TimeSpan(owner_type="queue", owner_id=OPEN, day_of_week=day, start_time=time(0), end_time=time(0))
    for day in range(1, 8)
}
LONG_PAST = {
    50 + queue: TimeSpan(
        owner_type="queue", owner_id=queue, date_full=date(2020, 1, 2), start_time=time(0), end_time=time(1)
    )
    for queue in (CLOSED, ONWARD, LOOP, BACK)
}
"""Hours of the queues that are closed by now; BARE has none."""

WEEKS = Layer(name="weeks", members=("Ana", "Bo"), start=date(2026, 1, 5))
ROTAS = {
    DUTY: Rota(code="duty", name="Duty", members=(ANA, BO), layers=(WEEKS,), level2=BACKUP),
    GAP: Rota(code="gap", name="Gap", members=(ANA,)),
    BACKUP: Rota(
        code="backup", name="Backup", members=(BO,), layers=(Layer(name="b", members=("Bo",), start=WEEKS.start),)
    ),
}
BLOCKED = {31: Blocked(number="+33199006666"), 32: Blocked(number="+3326191*", destination="298")}
LISTS = {
    BY_PREFIX: GeoList(code="prefixes", name="Prefixes", model="e164-prefixes", fallback=("290", None, None, None)),
    BY_DEPARTMENT: GeoList(code="departments", name="Departments", model="fr-departments"),
}
ZONES = {
    43: GeoDestination(geo_list=BY_PREFIX, zones=("33353",), select=("291", None, None, None)),
    44: GeoDestination(geo_list=BY_DEPARTMENT, zones=("69",), nickname="Rhône", select=("207", "208", None, None)),
}
BY_KIND: dict[str, Mapping[int, Any]] = {
    "queue": QUEUES,
    "time_span": SPANS | LONG_PAST,
    "rota": ROTAS,
    "blocked": BLOCKED,
    "geo_list": LISTS,
    "geo_destination": ZONES,
    "cti": {LOBBY: Cti(name="Lobby")},
}
FIRE = Switch(name="Fire drill", owner_type="account", destination="999", on=True, until=AT + 3_600_000_000)


def compiled(
    by_kind: Mapping[str, Mapping[int, Any]] | None = None,
    defaults: Iterable[str | None] = NO_DEFAULTS,
    **settings: Any,  # noqa: ANN401 - whatever an account has
) -> AccountFacts:
    """An account's facts; all of BY_KIND unless told otherwise."""
    return compile_facts(1, Account("CL0000", **settings), defaults, BY_KIND if by_kind is None else by_kind)


ACCOUNT = compiled()
SWITCHED = compiled(BY_KIND | {"switch": {60: FIRE}})
WITH_DEFAULTS = compiled(defaults=("200", None, None, "204", "0", "1", "0", "0"))
