"""The made-up account of the demonstration: its people, contacts, call queues, hours, rota and zones."""

from datetime import date, time

from aiguillage.cli.demo_examples import PASSWORD, fill_examples
from aiguillage.desk.accounts import add_account, set_account
from aiguillage.desk.contacts import enter_contact
from aiguillage.desk.drafts import begin_draft, in_draft
from aiguillage.desk.facts import add_fact, add_facts, list_facts, set_fact
from aiguillage.desk.fields import add_option, set_field
from aiguillage.desk.holidays import observe_holidays
from aiguillage.desk.users import actor_named, add_user, grant_role
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.blocked import Blocked
from aiguillage.domain.contacts import Option
from aiguillage.domain.geo import GeoDestination, GeoList
from aiguillage.domain.oncall import Layer, Member, Rota
from aiguillage.domain.queues import QUEUE, Queue, Switch, TimeSpan
from aiguillage.storage.sqlite.engine import Database

ACCOUNT = "CL0000"
MANAGER, EDITOR = "manager@example.org", "editor@example.org"
ROUTER, READER = "router@example.org", "reader@example.org"
USERS = (
    (MANAGER, "Maud Gérard", Role.MANAGE),
    (EDITOR, "Édouard Tessier", Role.EDIT),
    (READER, "Rita Lemoine", Role.READ),
    (ROUTER, "Standard téléphonique", Role.ROUTE),
)
FIELDS = (
    ("select_1", "File principale", None),
    ("select_2", "File de débordement", "209"),
    ("select_3", "File d’astreinte", "214"),
    ("select_4", "Messagerie", "299"),
    ("boolean_1", "VIP", None),
    ("boolean_2", "Contrat d’astreinte", None),
    ("boolean_3", "Facture en retard", None),
    ("boolean_4", "Rappel demandé", None),
)
QUEUES = (
    Queue(name="Accueil", code="accueil", number="207", default_destination="299"),
    Queue(name="Support", code="support", number="209", default_destination="214"),
    Queue(name="Astreinte", code="astreinte", number="214", default_destination="299"),
    Queue(name="Comptabilité", code="compta", number="216", default_destination="299"),
)
HOURS = (
    ("207", range(1, 6), time(9), time(12, 30)),
    ("207", range(1, 6), time(13, 30), time(18)),
    ("209", range(1, 6), time(8), time(19)),
    ("209", (6,), time(9), time(12)),
    ("214", range(1, 6), time(19), time(8)),
    ("216", (1, 2, 4), time(9), time(17)),
)
"""A queue's number, days of the week, from, to."""

ROTA = Rota(
    code="astreinte",
    name="Astreinte technique",
    members=(
        Member(name="Naïma Carpentier", number="06 39 98 12 01", email="naima@example.org"),
        Member(name="Loïc Perrin", number="06 39 98 12 02"),
    ),
    layers=(Layer(name="Semaines", members=("Naïma Carpentier", "Loïc Perrin"), start=date(2026, 1, 5)),),
)
GEO_LIST = GeoList(code="agences", name="Agences", model="fr-departments", fallback=("207", None, None, None))
ZONES = (
    ("Bretagne", ("22", "29", "35", "56"), "+33261910035"),
    ("Nord", ("59", "62", "80"), "+33353010059"),
)
BLOCKED = Blocked(number="05 36 49 99 *", label="Démarchage")
CONTACTS = (
    {
        "reference": "D-1",
        "company": "Clinique des Acacias",
        "first_name": "Camille",
        "last_name": "Roche",
        "language": "fr",
        "numbers": ["0199001234", "06 39 98 12 34"],
        "emails": ["camille@example.org"],
        "code": "1234",
        "select_1": "207",
        "select_2": "209",
        "select_3": "214",
        "select_4": "216",
    },
    {
        "reference": "D-2",
        "company": "Fonderie Vauquelin",
        "first_name": "Baptiste",
        "last_name": "Marchand",
        "language": "fr",
        "numbers": ["02 61 91 00 42"],
        "code": "4321",
        "select_1": "214",
        "select_2": "207",
        "boolean_1": True,
        "boolean_2": True,
    },
    {
        "reference": "D-3",
        "company": "Transports Mercier & Fils",
        "language": "fr",
        "numbers": ["03530177*"],
        "select_1": "216",
    },
    {"reference": "D-4", "first_name": "Inès", "last_name": "Lenoir", "code": "7788", "select_1": "209"},
    {
        "reference": "D-5",
        "company": "Harbour & Sons",
        "language": "en",
        "numbers": ["+33 5 36 49 00 07"],
        "select_1": "sip:sales@example.org",
        "boolean_3": True,
    },
)


def fill(db: Database, actor: Actor) -> None:
    """Fills an empty database."""
    add_account(db, actor, Account(code=ACCOUNT, name="Démonstration"))
    for key, label, default in FIELDS:
        set_field(db, actor, ACCOUNT, key, label=label, default=default)
    for queue in QUEUES:
        add_option(db, actor, ACCOUNT, "select_1", Option(queue.name, str(queue.number)))
    for email, name, role in USERS:
        add_user(db, actor, email, name=name, password=PASSWORD, one_time=False)
        grant_role(db, actor, email, ACCOUNT, role)
    for given in CONTACTS:
        enter_contact(db, actor, ACCOUNT, None, given)
    _fill_hours(db, actor)
    _fill_rest(db, actor)
    fill_examples(db, actor, ACCOUNT)
    _fill_draft(db, actor.at)


def _fill_hours(db: Database, actor: Actor) -> None:
    """The queues, when they are open, and the holidays on which they are not."""
    ids = {done.kept.fact.number: done.kept.id for done in add_facts(db, actor, ACCOUNT, QUEUES)}
    spans = (
        TimeSpan(owner_type=QUEUE, owner_id=ids[number], day_of_week=day, start_time=begin, end_time=end)
        for number, days, begin, end in HOURS
        for day in days
    )
    add_facts(db, actor, ACCOUNT, spans)
    observe_holidays(db, actor, ACCOUNT, "FR")
    switch = Switch(name="Réunion", owner_type=QUEUE, owner_id=ids["209"], destination="207")
    add_fact(db, actor, ACCOUNT, switch)


def _fill_rest(db: Database, actor: Actor) -> None:
    """Who is on call, where callers from a zone go, who is blocked."""
    rota = add_fact(db, actor, ACCOUNT, ROTA).kept.id
    geo_list = add_fact(db, actor, ACCOUNT, GEO_LIST).kept.id
    for nickname, zones, destination in ZONES:
        select = (destination, None, None, None)
        zone = GeoDestination(geo_list=geo_list, zones=zones, nickname=nickname, select=select)
        add_fact(db, actor, ACCOUNT, zone)
    add_fact(db, actor, ACCOUNT, BLOCKED)
    set_account(db, actor, ACCOUNT, {"rota": rota, "geo_list": geo_list})


def _fill_draft(db: Database, at: int) -> None:
    """A draft in which the reception closes an hour earlier."""
    editor = actor_named(db, EDITOR, at)
    draft = begin_draft(db, editor, ACCOUNT, "Accueil fermé dès 17 h")
    with in_draft(db, editor, ACCOUNT, draft.id) as drafted:
        for kept in list_facts(drafted, editor, ACCOUNT, "time_span"):
            if kept.fact.end_time == time(18):
                set_fact(drafted, editor, ACCOUNT, "time_span", kept.id, {"end_time": time(17)})
