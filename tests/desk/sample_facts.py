"""One fact of every kind, each with what it belongs to, and a change of it."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, NamedTuple

from aiguillage.desk.facts import add_fact
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.ctis import Cti, CtiDestination
from aiguillage.domain.facts import BY_NAME, Fact
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.holidays import ObservedDay
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.phone_systems import PhoneSystem
from aiguillage.domain.queues import (
    Calendar,
    DayException,
    Event,
    Group,
    Holiday,
    Observance,
    Queue,
    Switch,
    TimeSpan,
)
from aiguillage.domain.sources import ColumnMap, ContactSource
from aiguillage.domain.surveys import Survey
from aiguillage.domain.webhooks import Webhook
from aiguillage.storage.sqlite.engine import Database

CHRISTMAS = date(2026, 12, 25)


class Sample(NamedTuple):
    """A fact of a kind, made from the ids of others by kind, and a change of one of its values."""

    make: Callable[[dict[str, int]], Fact]
    changes: dict[str, Any]


SAMPLES: dict[str, Sample] = {
    "group": Sample(lambda _: Group(name="Bureaux"), {"name": "Ateliers"}),
    "rota": Sample(
        lambda _: Rota(
            code="astreinte",
            name="Astreinte",
            members=(Member(name="Ana Roche", number="+33639981201", email="ana@example.org"),),
            layers=(Layer(name="Semaines", members=("Ana Roche",), start=date(2026, 11, 2)),),
        ),
        {"name": "Astreinte technique"},
    ),
    "queue": Sample(
        lambda ids: Queue(
            name="Support",
            code="support",
            number="207",
            group=ids["group"],
            rota=ids["rota"],
            default_destination="299",
        ),
        {"default_destination": "214"},
    ),
    "time_span": Sample(
        lambda ids: TimeSpan(
            owner_type="queue", owner_id=ids["queue"], day_of_week=1, start_time=time(9), end_time=time(12)
        ),
        {"end_time": time(12, 30)},
    ),
    "exception": Sample(
        lambda ids: DayException(
            owner_type="group", owner_id=ids["group"], first_day=date(2026, 12, 24), last_day=date(2026, 12, 24)
        ),
        {"label": "Inventaire"},
    ),
    "holiday": Sample(lambda _: Holiday(day=date(2026, 11, 27), label="Fête du village"), {"destination": "214"}),
    "observance": Sample(
        lambda _: Observance(country="FR", days=(ObservedDay(CHRISTMAS, "Noël"),)), {"off": ("Noël",)}
    ),
    "calendar": Sample(
        lambda ids: Calendar(
            owner_type="queue",
            owner_id=ids["queue"],
            name="Congés",
            events=(Event(datetime(2026, 8, 3), datetime(2026, 8, 8), "Fermeture"),),  # noqa: DTZ001 - wall time
        ),
        {"destination": "214"},
    ),
    "switch": Sample(
        lambda ids: Switch(name="Panne", owner_type="queue", owner_id=ids["queue"], destination="299"), {"on": True}
    ),
    "blocked": Sample(lambda _: Blocked(number="+33536490000", label="Démarchage"), {"destination": "299"}),
    "geo_list": Sample(lambda _: GeoList(code="agences", name="Agences", model="fr-departments"), {"name": "Régions"}),
    "geo_destination": Sample(
        lambda ids: GeoDestination(geo_list=ids["geo_list"], zones=("35",), select=("207", None, None, None)),
        {"nickname": "Bretagne"},
    ),
    "cti": Sample(lambda _: Cti(name="PBX"), {"name": "Standard"}),
    "survey": Sample(lambda _: Survey(name="Accueil"), {"name": "Satisfaction"}),
    "phone_system": Sample(
        lambda _: PhoneSystem(code="accueil", name="Accueil", system="twilio"), {"prompt": "Tapez votre code"}
    ),
    "cti_destination": Sample(
        lambda ids: CtiDestination(cti=ids["cti"], origin="0199001234", destination="207"), {"destination": "209"}
    ),
    "source": Sample(lambda _: ContactSource(url="https://192.0.2.1/contacts.csv"), {"schedule": "hourly"}),
    "column_map": Sample(
        lambda _: ColumnMap(headings=("Client", "Tél"), columns={"Client": "company"}),
        {"columns": {"Client": "reference"}},
    ),
    "webhook": Sample(
        lambda _: Webhook(name="CRM", url="https://192.0.2.1/calls", events=("call.unknown",)),
        {"events": ("queue.closed", "call.unknown")},
    ),
}


def add_samples(db: Database, actor: Actor, code: str) -> dict[str, int]:
    """Adds a fact of every kind to an account, the operator those that are not for editors; their ids by kind."""
    ids: dict[str, int] = {}
    operator = Actor("terminal", actor.at, operator=True)
    for kind, sample in SAMPLES.items():
        who = actor if BY_NAME[kind].role <= Role.EDIT else operator
        ids[kind] = add_fact(db, who, code, sample.make(ids)).kept.id
    return ids
