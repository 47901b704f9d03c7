"""Every use case that names an account: the role it takes, and what it changes."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from aiguillage.desk import (
    accounts,
    calendars,
    calls,
    contacts,
    ctis,
    documents,
    facts,
    fields,
    holidays,
    journal,
    past,
    rota_feeds,
    secrets,
    switches,
    users,
)
from aiguillage.desk.installation import count_facts
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import Contact, Option
from aiguillage.domain.documents import FactsDocument
from aiguillage.domain.queues import Calendar, Group
from tests.calendars import CLOSED
from tests.cast import ACCOUNT, NUMBER, Cast, email


class Asked(NamedTuple):
    """One use case about an account: who asks, about which account, and about which contact where one is named."""

    cast: Cast
    actor: Actor
    code: str
    contact_id: int


class UseCase(NamedTuple):
    """A use case: the role it takes, what it does, and what workers must look at again.

    That is the account's facts, none of them where contacts change, or the tokens too where secrets do.
    """

    function: Callable[..., object]
    role: Role
    ask: Callable[[Asked], object]
    changes: str = ""


def log(cast: Cast) -> Path:
    """The call log, which is not there yet."""
    return cast.db.path.with_name("calls.db")


def about(code: str) -> FactsDocument:
    """An account's document without a fact in it."""
    return FactsDocument(account=Account(code), fields=())


def id_of(asked: Asked, kind: str) -> int:
    """The id of CL0000's one fact of a kind, whatever account is asked about."""
    return facts.list_facts(asked.cast.db, asked.cast.operator, ACCOUNT, kind)[0].id


USE_CASES = [
    UseCase(accounts.show_account, Role.READ, lambda a: accounts.show_account(a.cast.db, a.actor, a.code)),
    UseCase(
        accounts.set_account,
        Role.MANAGE,
        lambda a: accounts.set_account(a.cast.db, a.actor, a.code, {"name": "Acacias"}),
        "facts",
    ),
    UseCase(
        calendars.add_calendar,
        Role.EDIT,
        lambda a: calendars.add_calendar(
            a.cast.db,
            a.actor,
            a.code,
            Calendar(owner_type="rota", owner_id=id_of(a, "rota"), name="Shifts"),
            CLOSED,
        ),
        "facts",
    ),
    UseCase(
        calendars.refresh_calendar,
        Role.EDIT,
        lambda a: calendars.refresh_calendar(a.cast.db, a.actor, a.code, id_of(a, "calendar"), fetch=lambda _: CLOSED),
        "facts",
    ),
    UseCase(calendars.list_calendars, Role.READ, lambda a: calendars.list_calendars(a.cast.db, a.actor, a.code)),
    UseCase(calls.list_calls, Role.READ, lambda a: calls.list_calls(a.cast.db, log(a.cast), a.actor, a.code)),
    UseCase(calls.list_strangers, Role.READ, lambda a: calls.list_strangers(a.cast.db, log(a.cast), a.actor, a.code)),
    UseCase(
        contacts.add_contact,
        Role.EDIT,
        lambda a: contacts.add_contact(a.cast.db, a.actor, a.code, Contact(company="Mistral")),
        "contacts",
    ),
    UseCase(
        contacts.set_contact,
        Role.EDIT,
        lambda a: contacts.set_contact(a.cast.db, a.actor, a.code, a.contact_id, {"company": "Mistral"}),
        "contacts",
    ),
    UseCase(
        contacts.enter_contact,
        Role.EDIT,
        lambda a: contacts.enter_contact(a.cast.db, a.actor, a.code, None, {"company": "Mistral"}),
        "contacts",
    ),
    UseCase(
        contacts.enter_contact,
        Role.EDIT,
        lambda a: contacts.enter_contact(a.cast.db, a.actor, a.code, a.contact_id, {"company": "Mistral"}),
        "contacts",
    ),
    UseCase(
        contacts.enter_contact,
        Role.EDIT,
        lambda a: contacts.enter_contact(a.cast.db, a.actor, a.code, 2**70, {"company": "Mistral"}),
    ),
    UseCase(
        contacts.remove_contact,
        Role.EDIT,
        lambda a: contacts.remove_contact(a.cast.db, a.actor, a.code, a.contact_id),
        "contacts",
    ),
    UseCase(
        contacts.show_contact, Role.READ, lambda a: contacts.show_contact(a.cast.db, a.actor, a.code, a.contact_id)
    ),
    UseCase(contacts.list_contacts, Role.READ, lambda a: contacts.list_contacts(a.cast.db, a.actor, a.code)),
    UseCase(
        contacts.list_contacts, Role.READ, lambda a: contacts.list_contacts(a.cast.db, a.actor, a.code, number=NUMBER)
    ),
    UseCase(fields.list_fields, Role.READ, lambda a: fields.list_fields(a.cast.db, a.actor, a.code)),
    UseCase(
        fields.set_field,
        Role.EDIT,
        lambda a: fields.set_field(a.cast.db, a.actor, a.code, "select_1", label="File"),
        "facts",
    ),
    UseCase(
        fields.add_option,
        Role.EDIT,
        lambda a: fields.add_option(a.cast.db, a.actor, a.code, "select_2", Option("Support", "209")),
        "facts",
    ),
    UseCase(
        fields.remove_option,
        Role.EDIT,
        lambda a: fields.remove_option(a.cast.db, a.actor, a.code, "select_1", "207"),
        "facts",
    ),
    UseCase(
        facts.add_fact,
        Role.EDIT,
        lambda a: facts.add_fact(a.cast.db, a.actor, a.code, Group(name="Ateliers")),
        "facts",
    ),
    UseCase(
        facts.add_facts,
        Role.EDIT,
        lambda a: facts.add_facts(a.cast.db, a.actor, a.code, [Group(name="Ateliers")]),
        "facts",
    ),
    UseCase(
        facts.set_fact,
        Role.EDIT,
        lambda a: facts.set_fact(a.cast.db, a.actor, a.code, "queue", id_of(a, "queue"), {"name": "Assistance"}),
        "facts",
    ),
    UseCase(
        facts.remove_fact,
        Role.EDIT,
        lambda a: facts.remove_fact(a.cast.db, a.actor, a.code, "holiday", id_of(a, "holiday")),
        "facts",
    ),
    UseCase(
        facts.show_fact, Role.READ, lambda a: facts.show_fact(a.cast.db, a.actor, a.code, "rota", id_of(a, "rota"))
    ),
    UseCase(facts.list_facts, Role.READ, lambda a: facts.list_facts(a.cast.db, a.actor, a.code, "blocked")),
    UseCase(facts.find_fact, Role.READ, lambda a: facts.find_fact(a.cast.db, a.actor, a.code, "queue", "support")),
    UseCase(documents.export_facts, Role.READ, lambda a: documents.export_facts(a.cast.db, a.actor, a.code)),
    UseCase(documents.compile_account, Role.READ, lambda a: documents.compile_account(a.cast.db, a.actor, a.code)),
    UseCase(past.facts_now, Role.READ, lambda a: past.facts_now(a.cast.db, a.actor, a.code)),
    UseCase(past.facts_before, Role.READ, lambda a: past.facts_before(a.cast.db, a.actor, a.code, 1)),
    UseCase(past.facts_in, Role.READ, lambda a: past.facts_in(a.cast.db, a.actor, a.code, about(a.code))),
    UseCase(
        holidays.observe_holidays,
        Role.EDIT,
        lambda a: holidays.observe_holidays(a.cast.db, a.actor, a.code, "FR"),
        "facts",
    ),
    UseCase(
        holidays.set_holiday,
        Role.EDIT,
        lambda a: holidays.set_holiday(a.cast.db, a.actor, a.code, "Noël", off=True),
        "facts",
    ),
    UseCase(
        holidays.forget_holidays, Role.EDIT, lambda a: holidays.forget_holidays(a.cast.db, a.actor, a.code), "facts"
    ),
    UseCase(
        switches.flip_switch,
        Role.EDIT,
        lambda a: switches.flip_switch(a.cast.db, a.actor, a.code, id_of(a, "switch"), "on"),
        "facts",
    ),
    UseCase(
        switches.issue_switch_code,
        Role.MANAGE,
        lambda a: switches.issue_switch_code(a.cast.db, a.actor, a.code, id_of(a, "switch")),
        "secrets",
    ),
    UseCase(
        switches.revoke_switch_code,
        Role.MANAGE,
        lambda a: switches.revoke_switch_code(a.cast.db, a.actor, a.code, id_of(a, "switch")),
        "secrets",
    ),
    UseCase(
        ctis.issue_cti_token,
        Role.MANAGE,
        lambda a: ctis.issue_cti_token(a.cast.db, a.actor, a.code, id_of(a, "cti")),
        "secrets",
    ),
    UseCase(
        ctis.revoke_cti_token,
        Role.MANAGE,
        lambda a: ctis.revoke_cti_token(a.cast.db, a.actor, a.code, id_of(a, "cti")),
        "secrets",
    ),
    UseCase(
        rota_feeds.issue_rota_feed,
        Role.MANAGE,
        lambda a: rota_feeds.issue_rota_feed(a.cast.db, a.actor, a.code, id_of(a, "rota")),
        "secrets",
    ),
    UseCase(
        rota_feeds.revoke_rota_feed,
        Role.MANAGE,
        lambda a: rota_feeds.revoke_rota_feed(a.cast.db, a.actor, a.code, id_of(a, "rota")),
        "secrets",
    ),
    UseCase(
        secrets.issue_secret,
        Role.MANAGE,
        lambda a: secrets.issue_secret(a.cast.db, a.actor, a.code, "cti", id_of(a, "cti")),
        "secrets",
    ),
    UseCase(
        secrets.revoke_secret,
        Role.MANAGE,
        lambda a: secrets.revoke_secret(a.cast.db, a.actor, a.code, "cti", id_of(a, "cti")),
        "secrets",
    ),
    UseCase(journal.list_changes, Role.MANAGE, lambda a: journal.list_changes(a.cast.db, a.actor, a.code)),
    UseCase(
        users.grant_role,
        Role.MANAGE,
        lambda a: users.grant_role(a.cast.db, a.actor, email("router"), a.code, Role.READ),
        "facts",
    ),
    UseCase(
        users.revoke_role,
        Role.MANAGE,
        lambda a: users.revoke_role(a.cast.db, a.actor, email("router"), a.code),
        "facts",
    ),
    UseCase(users.list_users, Role.MANAGE, lambda a: users.list_users(a.cast.db, a.actor, a.code)),
]
BY_OPERATORS: list[Callable[[Asked], object]] = [
    lambda a: accounts.add_account(a.cast.db, a.actor, Account(a.code)),
    lambda a: accounts.remove_account(a.cast.db, a.cast.log, a.actor, a.code),
    lambda a: users.add_user(a.cast.db, a.actor, "newcomer@example.org"),
    lambda a: users.disable_user(a.cast.db, a.actor, email("router")),
    lambda a: users.enable_user(a.cast.db, a.actor, email("router")),
    lambda a: users.list_users(a.cast.db, a.actor),
    lambda a: journal.list_changes(a.cast.db, a.actor, None),
    lambda a: count_facts(a.cast.db, a.actor),
    lambda a: holidays.renew_holidays(a.cast.db, a.actor),
]
ROLES = {"router": Role.ROUTE, "reader": Role.READ, "editor": Role.EDIT, "manager": Role.MANAGE}


def named(value: object) -> str:
    """A case's name in the test's name."""
    return value.function.__name__ if isinstance(value, UseCase) else str(value)


every_use_case = pytest.mark.parametrize("case", USE_CASES, ids=named)
every_change = pytest.mark.parametrize("case", [case for case in USE_CASES if case.changes], ids=named)
every_look = pytest.mark.parametrize("case", [case for case in USE_CASES if not case.changes], ids=named)
every_right = pytest.mark.parametrize(
    ("case", "name"),
    [
        (case, name)
        for case in USE_CASES
        for name in (*ROLES, "operator")
        if name == "operator" or ROLES[name] >= case.role
    ],
    ids=named,
)
every_wrong = pytest.mark.parametrize(
    ("case", "name"), [(case, name) for case in USE_CASES for name in ROLES if ROLES[name] < case.role], ids=named
)
