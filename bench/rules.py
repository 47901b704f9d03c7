"""What V2 decides by on the account that is measured: hours, holidays, a rota, a geo list."""

from datetime import date, time

from aiguillage.desk.accounts import set_account
from aiguillage.desk.facts import add_fact
from aiguillage.desk.holidays import observe_holidays
from aiguillage.domain.accounts import Actor
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import Group, Queue, TimeSpan
from aiguillage.storage.sqlite.engine import Database
from bench.drawn import QUEUES

MEMBERS = (Member(name="Karim", number="+33639980101"), Member(name="Lou", number="+33639980102"))
HOURS = ((time(8), time(12)), (time(14), time(18)))
WORKDAYS = range(1, 6)
ZONES = {"201": ("+3319900",), "202": ("+3326191",), "203": ("+3353649", "+3346571")}


def add_rules(database: Database, actor: Actor, account: str) -> None:
    """Gives the account all of them; every destination that the contacts have is a call queue."""
    rota = _add_rota(database, actor, account)
    _add_queues(database, actor, account, rota)
    observe_holidays(database, actor, account, "FR")
    set_account(database, actor, account, {"rota": rota, "geo_list": _add_geo_list(database, actor, account)})


def _add_rota(database: Database, actor: Actor, account: str) -> int:
    layer = Layer(name="weeks", members=tuple(member.name for member in MEMBERS), start=date(2026, 1, 5))
    return add_fact(database, actor, account, Rota(code="duty", name="Duty", members=MEMBERS, layers=(layer,))).kept.id


def _add_queues(database: Database, actor: Actor, account: str, rota: int) -> None:
    """All queues, open at the hours of their group."""
    group = add_fact(database, actor, account, Group(name="All")).kept.id
    for day in WORKDAYS:
        for start, end in HOURS:
            span = TimeSpan(owner_type="group", owner_id=group, day_of_week=day, start_time=start, end_time=end)
            add_fact(database, actor, account, span)
    for number in QUEUES:
        queue = Queue(
            name=f"Queue {number}", code=f"q{number}", number=number, group=group, default_destination="299", rota=rota
        )
        add_fact(database, actor, account, queue)


def _add_geo_list(database: Database, actor: Actor, account: str) -> int:
    geo_list = add_fact(database, actor, account, GeoList(code="zones", name="Zones", model="e164-prefixes")).kept.id
    for destination, zones in ZONES.items():
        fact = GeoDestination(geo_list=geo_list, zones=zones, select=(destination, None, None, None))
        add_fact(database, actor, account, fact)
    return geo_list
