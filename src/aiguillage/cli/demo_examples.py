"""What the examples at /docs name beside the made-up account's own: one of everything that can be shown and removed."""

from datetime import date, time

from aiguillage.api.resources.calendars import CLOSED
from aiguillage.desk.accounts import add_account
from aiguillage.desk.calendars import add_calendar
from aiguillage.desk.call_flow_tokens import issue_call_token
from aiguillage.desk.facts import add_fact, add_facts
from aiguillage.desk.importing.sent import CSV, Upload
from aiguillage.desk.imports import import_contacts
from aiguillage.desk.sources import set_source
from aiguillage.desk.surveys import add_records
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import actor_named, add_user
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.ctis import Cti, CtiDestination
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.phone_systems import TWILIO, PhoneSystem
from aiguillage.domain.queues import QUEUE, Calendar, DayException, Group, Holiday, Queue, Switch, TimeSpan
from aiguillage.domain.surveys import Survey, SurveyRecord
from aiguillage.domain.webhooks import Webhook
from aiguillage.storage.sqlite.engine import Database

OPERATOR = "operator@example.org"
PASSWORD = "correct horse battery"  # noqa: S105 - everybody's in the demonstration, and told in the examples
OTHER_ACCOUNT = "CL0001"
IMPORTED = "reference;company;number\nD-6;Imprimerie Colbert;02 61 91 00 77\n"
RECORDS = (("0199001234", "5"), ("0261910042", "4"), ("0353017701", "2"))
"""Who answered, and what."""

ASKED_AT = 1_795_000_000_000_000
ROTA = Rota(
    code="renfort",
    name="Renfort",
    members=(Member(name="Ana Roche", number="06 39 98 12 03"), Member(name="Yanis Morel", number="06 39 98 12 04")),
    layers=(Layer(name="Semaines", members=("Ana Roche", "Yanis Morel"), start=date(2026, 1, 5)),),
)


def fill_examples(db: Database, actor: Actor, account: str) -> None:
    """Adds them, always in the same order: so their ids are those that the examples name (api/shown.py)."""
    queue = add_fact(db, actor, account, Queue(name="Boutique", code="boutique", number="217")).kept.id
    spans = [
        TimeSpan(owner_type=QUEUE, owner_id=queue, day_of_week=day, start_time=time(10), end_time=time(19))
        for day in (4, 5, 6)
    ]
    add_facts(db, actor, account, spans)
    eve = date(2027, 12, 31)
    switch = Switch(name="Inventaire", owner_type=QUEUE, owner_id=queue, destination="299")
    add_facts(
        db,
        actor,
        account,
        [
            Group(name="Boutiques"),
            DayException(owner_type=QUEUE, owner_id=queue, first_day=eve, last_day=eve, label="Réveillon"),
            Holiday(day=date(2027, 6, 24), label="Saint-Jean", every_year=True),
            switch,
            ROTA,
            Webhook(name="ERP", url="https://example.org/hooks/erp", events=("import.finished",), active=False),
            Blocked(number="05 36 49 00 01", label="Faux numéro"),
        ],
    )
    add_calendar(db, actor, account, Calendar(owner_type=QUEUE, owner_id=queue, name="Congés"), CLOSED.encode())
    _fill_lists(db, actor, account)
    import_contacts(db, actor, account, Upload("contacts.csv", CSV, IMPORTED.encode()).source())
    _fill_installation(db, actor, account)
    set_source(db, actor, account, {"url": "https://crm.example.org/export/contacts.csv"})
    add_fact(db, actor, account, PhoneSystem(code="twilio", name="Twilio", system=TWILIO, fallback_destination="299"))
    add_fact(db, actor, account, PhoneSystem(code="standard", name="Standard"))


def _fill_lists(db: Database, actor: Actor, account: str) -> None:
    """A geo list, CTIs and surveys, with what is in them."""
    zones = add_fact(db, actor, account, GeoList(code="livraisons", name="Livraisons", model="fr-departments")).kept.id
    add_fact(db, actor, account, GeoDestination(geo_list=zones, zones=("69",), nickname="Rhône"))
    cti, *_others = add_facts(db, actor, account, [Cti(name=name) for name in ("3CX", "Lyon", "Nantes")])
    add_fact(db, actor, account, CtiDestination(cti=cti.kept.id, origin="site-12", destination="207"))
    survey, _other = add_facts(db, actor, account, [Survey(name="Satisfaction"), Survey(name="Livraison")])
    records = [
        SurveyRecord(survey_id=survey.kept.id, caller=who, score_1=score, moment=ASKED_AT) for who, score in RECORDS
    ]
    add_records(db, actor, account, records)


def _fill_installation(db: Database, actor: Actor, account: str) -> None:
    """An operator, whom all examples are good for, tokens of theirs, and another account."""
    add_account(db, actor, Account(code=OTHER_ACCOUNT, name="Ancienne agence"))
    add_user(db, actor, OPERATOR, name="Noa Martin", operator=True, password=PASSWORD, one_time=False)
    operator = actor_named(db, OPERATOR, actor.at)
    issue_token(db, operator, OPERATOR, name="nightly import", role=Role.EDIT, accounts=[account])
    issue_call_token(db, operator, account, name="Standard 3CX")
