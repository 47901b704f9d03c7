"""An account with rules: call queues, a rota, zones, a blocked caller, a CTI; and callers whom it knows."""

import json
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from aiguillage.desk.accounts import set_account
from aiguillage.desk.contacts import add_contact
from aiguillage.desk.facts import add_fact
from aiguillage.desk.fields import set_field
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.contacts import Contact
from aiguillage.domain.ctis import Cti, CtiDestination
from aiguillage.domain.facts import Fact
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import Queue, TimeSpan
from tests.cast import ACCOUNT, Cast, known_caller
from tests.server import Answer, Server

ROUTE = "/api/v2/route"
TUESDAY, EVENING = "2026-11-24T10:00:00+01:00", "2026-11-24T20:00:00+01:00"
"""Inside and outside the hours of the queue `desk`."""

CONTRACT_CODE = "55"
"""The code of a contact with an on-call contract, meant for the queue `desk`; commas are in its company's name."""

BLOCKED, STRANGER, FROM_NANTES = "+33199006666", "+33199009999", "+33536490012"
DIALLED = "+33199000207"


class Ruled:
    """A server on such an account, asked with the router's token unless told otherwise."""

    def __init__(self, server: Server, cast: Cast) -> None:
        self.server = server
        self.cast = cast
        self.secrets = {"reading": cast.reading_secret("reader")}

    def secret(self, by: str) -> str:
        """A token of one of the cast; `reading` is one that may ask about other moments."""
        return self.secrets[by] if by in self.secrets else self.cast.secret(by)

    def get(self, path: str, *, by: str | None = "router", method: str = "GET", **asked: str) -> Answer:
        """Asks a path with these parameters."""
        target = f"{path}?{urlencode(asked)}" if asked else path
        return self.server.ask(target, None if by is None else self.secret(by), method=method)

    def route(self, *, by: str | None = "router", method: str = "GET", **asked: str) -> Answer:
        """Asks V2 about CL0000."""
        return self.get(ROUTE, by=by, method=method, customerAccount=ACCOUNT, **asked)

    def told(self, *, by: str = "router", **asked: str) -> dict[str, Any]:
        """The JSON of V2's 200."""
        answer = self.route(by=by, **asked)
        assert answer.status == 200, answer.text
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def post(self, body: bytes, kind: str | None = "application/json", path: str = ROUTE) -> Answer:
        """Posts a body to V2."""
        headers = {} if kind is None else {"Content-Type": kind}
        return self.server.ask(path, self.secret("router"), method="POST", body=body, **headers)


def _add(cast: Cast, fact: Fact) -> int:
    return add_fact(cast.db, cast["editor"], ACCOUNT, fact).kept.id


def add_rules(cast: Cast) -> None:
    """Gives CL0000 all of it."""
    known_caller(cast)
    members = (
        Member(name="Ana", number="+33639980101", email="ana@example.org"),
        Member(name="Bo", number="+33639980102"),
    )
    backup = _add(
        cast,
        Rota(
            code="backup",
            name="Backup",
            members=members[1:],
            layers=(Layer(name="b", members=("Bo",), start=date(2026, 1, 5)),),
        ),
    )
    weeks = Layer(name="weeks", members=("Ana", "Bo"), start=date(2026, 11, 23))
    rota = _add(cast, Rota(code="duty", name="Duty", members=members, layers=(weeks,), level2=backup))
    _add(cast, Rota(code="nobody", name="Nobody", members=members))
    support = _add(cast, Queue(name="Support", code="support", number="207", did_number=DIALLED))
    desk = _add(cast, Queue(name="Desk", code="desk", number="208", default_destination="299", rota=rota))
    for day in range(1, 8):
        _add_span(cast, support, day, time(0), time(0))
    for day in range(1, 6):
        _add_span(cast, desk, day, time(9), time(18))
    _add_zones(cast)
    _add(cast, Blocked(number=BLOCKED))
    cti = _add(cast, Cti(name="Lobby"))
    _add(cast, CtiDestination(cti=cti, origin="01 99 00 12 34", destination="207"))
    set_field(cast.db, cast["editor"], ACCOUNT, "select_4", default="900")
    mine = Contact(
        code=CONTRACT_CODE,
        company="Durand, Fils & Cie",
        last_name="D’Été",
        select=("208", None, None, None),
        boolean=(None, True, None, None),
    )
    add_contact(cast.db, cast["editor"], ACCOUNT, mine)


def _add_span(cast: Cast, queue: int, day: int, start: time, end: time) -> None:
    _add(cast, TimeSpan(owner_type="queue", owner_id=queue, day_of_week=day, start_time=start, end_time=end))


def _add_zones(cast: Cast) -> None:
    """Departments that callers type, and prefixes of their own numbers."""
    departments = _add(cast, GeoList(code="departments", name="Departments", model="fr-departments"))
    _add(
        cast,
        GeoDestination(geo_list=departments, zones=("69",), nickname="Rhône", select=("207", "208", None, None)),
    )
    prefixes = _add(
        cast, GeoList(code="prefixes", name="Prefixes", model="e164-prefixes", fallback=("290", None, None, None))
    )
    _add(cast, GeoDestination(geo_list=prefixes, zones=("+33536",), select=("291", None, None, None)))
    set_account(cast.db, cast["manager"], ACCOUNT, {"geo_list": prefixes})
