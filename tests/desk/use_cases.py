"""Every use case that names an account: the role it takes, and what it changes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aiguillage.desk import (
    accounts,
    call_flow_tokens,
    calls,
    contacts,
    contacts_at_once,
    documents,
    fields,
    holidays,
    journal,
    options,
    passwords,
    past,
    searching,
    second_factor,
    secrets,
    todays_calls,
    users,
)
from aiguillage.desk.contacts_at_once import Meant
from aiguillage.desk.installation import count_facts
from aiguillage.domain.accounts import Account, Role
from aiguillage.domain.contacts import Contact, Field, Option
from aiguillage.domain.documents import FactsDocument
from tests.cast import ACCOUNT, NUMBER, Cast, email
from tests.desk.draft_use_cases import DRAFT_USE_CASES
from tests.desk.record_use_cases import RECORD_USE_CASES
from tests.desk.resource_use_cases import RESOURCE_USE_CASES
from tests.desk.use_case import Asked, UseCase, id_of
from tests.desk.webhook_use_cases import WEBHOOK_USE_CASES


def log(cast: Cast) -> Path:
    """The call log, which is not there yet."""
    return cast.db.path.with_name("calls.db")


def option_id(asked: Asked) -> int:
    """The id of the one option of CL0000's first field, whatever account is asked about."""
    return options.list_options(asked.cast.db, asked.cast.operator, ACCOUNT, 1)[0].id


def user_id(asked: Asked, name: str) -> int:
    """The id of one of the cast."""
    return asked.cast[name].user_id or 0


def call_token_id(asked: Asked) -> int:
    """The id of a call-flow token on CL0000: the asker's own, for strangers the router's."""
    found = call_flow_tokens.list_call_tokens(asked.cast.db, asked.cast["manager"], ACCOUNT)
    by_email = {token.email: token.id for token in found}
    return by_email.get(asked.actor.name, by_email[email("router")])


def about(code: str) -> FactsDocument:
    """An account's document without a fact in it."""
    return FactsDocument(account=Account(code), fields=())


USE_CASES = [
    *RESOURCE_USE_CASES,
    *RECORD_USE_CASES,
    *DRAFT_USE_CASES,
    *WEBHOOK_USE_CASES,
    UseCase(accounts.show_account, Role.READ, lambda a: accounts.show_account(a.cast.db, a.actor, a.code)),
    UseCase(
        accounts.set_account,
        Role.MANAGE,
        lambda a: accounts.set_account(a.cast.db, a.actor, a.code, {"name": "Acacias"}),
        "facts",
    ),
    UseCase(calls.list_calls, Role.READ, lambda a: calls.list_calls(a.cast.db, log(a.cast), a.actor, a.code)),
    UseCase(
        todays_calls.count_day,
        Role.READ,
        lambda a: todays_calls.count_day(a.cast.db, log(a.cast), a.actor, a.code, since=0),
    ),
    UseCase(calls.list_strangers, Role.READ, lambda a: calls.list_strangers(a.cast.db, log(a.cast), a.actor, a.code)),
    UseCase(
        contacts.add_contact,
        Role.EDIT,
        lambda a: contacts.add_contact(a.cast.db, a.actor, a.code, Contact(company="Mistral")),
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
        contacts.remove_contacts,
        Role.EDIT,
        lambda a: contacts.remove_contacts(a.cast.db, a.actor, a.code, [a.contact_id]),
        "contacts",
    ),
    UseCase(
        contacts_at_once.set_contacts,
        Role.EDIT,
        lambda a: contacts_at_once.set_contacts(
            a.cast.db, a.actor, a.code, Meant(ids=(a.contact_id,)), {"language": "de"}
        ),
        "contacts",
    ),
    UseCase(
        contacts_at_once.remove_meant,
        Role.EDIT,
        lambda a: contacts_at_once.remove_meant(a.cast.db, a.actor, a.code, Meant(ids=(a.contact_id,))),
        "contacts",
    ),
    UseCase(
        searching.find_contacts,
        Role.READ,
        lambda a: searching.find_contacts(a.cast.db, a.actor, a.code, searching.Asked(words="gar")),
    ),
    UseCase(
        contacts.show_contact, Role.READ, lambda a: contacts.show_contact(a.cast.db, a.actor, a.code, a.contact_id)
    ),
    UseCase(contacts.list_contacts, Role.READ, lambda a: contacts.list_contacts(a.cast.db, a.actor, a.code)),
    UseCase(
        searching.walk_contacts, Role.READ, lambda a: searching.walk_contacts(a.cast.db, a.actor, a.code, number=NUMBER)
    ),
    UseCase(fields.list_fields, Role.READ, lambda a: fields.list_fields(a.cast.db, a.actor, a.code)),
    UseCase(
        fields.enter_field,
        Role.EDIT,
        lambda a: fields.enter_field(a.cast.db, a.actor, a.code, Field(1, "File")),
        "facts",
    ),
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
    UseCase(fields.clear_field, Role.EDIT, lambda a: fields.clear_field(a.cast.db, a.actor, a.code, 1), "facts"),
    UseCase(options.list_options, Role.READ, lambda a: options.list_options(a.cast.db, a.actor, a.code, 1)),
    UseCase(options.show_option, Role.READ, lambda a: options.show_option(a.cast.db, a.actor, a.code, 1, option_id(a))),
    UseCase(
        options.store_option,
        Role.EDIT,
        lambda a: options.store_option(a.cast.db, a.actor, a.code, 2, Option("Support", "209")),
        "facts",
    ),
    UseCase(
        options.set_option,
        Role.EDIT,
        lambda a: options.set_option(a.cast.db, a.actor, a.code, 1, option_id(a), {"name": "Assistance"}),
        "facts",
    ),
    UseCase(
        options.drop_option,
        Role.EDIT,
        lambda a: options.drop_option(a.cast.db, a.actor, a.code, 1, option_id(a)),
        "facts",
    ),
    UseCase(documents.export_facts, Role.READ, lambda a: documents.export_facts(a.cast.db, a.actor, a.code)),
    UseCase(documents.compile_account, Role.READ, lambda a: documents.compile_account(a.cast.db, a.actor, a.code)),
    UseCase(documents.compile_times, Role.READ, lambda a: documents.compile_times(a.cast.db, a.actor, a.code)),
    UseCase(past.facts_now, Role.READ, lambda a: past.facts_now(a.cast.db, a.actor, a.code)),
    UseCase(past.facts_before, Role.READ, lambda a: past.facts_before(a.cast.db, a.actor, a.code, 1)),
    UseCase(past.facts_in, Role.READ, lambda a: past.facts_in(a.cast.db, a.actor, a.code, about(a.code))),
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
        journal.list_history, Role.MANAGE, lambda a: journal.list_history(a.cast.db, a.actor, a.code, a.contact_id)
    ),
    UseCase(journal.last_change, Role.READ, lambda a: journal.last_change(a.cast.db, a.actor, a.code)),
    UseCase(journal.seq_since, Role.READ, lambda a: journal.seq_since(a.cast.db, a.actor, a.code, 0)),
    UseCase(
        users.invite_person,
        Role.MANAGE,
        lambda a: users.invite_person(
            a.cast.db, a.actor, "newcomer@example.org", a.code, Role.READ, mailed=False, language="en"
        ),
        "facts",
    ),
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
    UseCase(users.list_grants, Role.MANAGE, lambda a: users.list_grants(a.cast.db, a.actor, a.code)),
    UseCase(
        users.show_grant, Role.MANAGE, lambda a: users.show_grant(a.cast.db, a.actor, a.code, user_id(a, "router"))
    ),
    UseCase(accounts.id_of, Role.ROUTE, lambda a: accounts.id_of(a.cast.db, a.actor, a.code)),
    UseCase(
        call_flow_tokens.list_call_tokens,
        Role.ROUTE,
        lambda a: call_flow_tokens.list_call_tokens(a.cast.db, a.actor, a.code),
    ),
    UseCase(
        call_flow_tokens.show_call_token,
        Role.ROUTE,
        lambda a: call_flow_tokens.show_call_token(a.cast.db, a.actor, a.code, call_token_id(a)),
    ),
    UseCase(
        call_flow_tokens.issue_call_token,
        Role.ROUTE,
        lambda a: call_flow_tokens.issue_call_token(
            a.cast.db, a.actor, a.code, name="PBX", user_id=a.actor.user_id or user_id(a, "router")
        ),
        "directory",
    ),
    UseCase(
        call_flow_tokens.set_call_token,
        Role.ROUTE,
        lambda a: call_flow_tokens.set_call_token(a.cast.db, a.actor, a.code, call_token_id(a), {"name": "3CX"}),
        "directory",
    ),
    UseCase(
        call_flow_tokens.revoke_call_token,
        Role.ROUTE,
        lambda a: call_flow_tokens.revoke_call_token(a.cast.db, a.actor, a.code, call_token_id(a)),
        "directory",
    ),
]
BY_OPERATORS: list[Callable[[Asked], object]] = [
    lambda a: accounts.add_account(a.cast.db, a.actor, Account(a.code)),
    lambda a: accounts.remove_account(a.cast.db, a.cast.log, a.actor, a.code),
    lambda a: users.add_user(a.cast.db, a.actor, "newcomer@example.org"),
    lambda a: users.disable_user(a.cast.db, a.actor, email("router")),
    lambda a: users.enable_user(a.cast.db, a.actor, email("router")),
    lambda a: users.list_users(a.cast.db, a.actor),
    lambda a: users.show_user(a.cast.db, a.actor, user_id(a, "router")),
    lambda a: users.set_user(a.cast.db, a.actor, user_id(a, "router"), {"name": "Noa"}),
    lambda a: passwords.set_password(a.cast.db, a.actor, email("router"), "correct horse battery"),
    lambda a: second_factor.remove_second_factor(a.cast.db, a.actor, email("router")),
    lambda a: journal.list_changes(a.cast.db, a.actor, None),
    lambda a: count_facts(a.cast.db, a.actor),
    lambda a: holidays.renew_holidays(a.cast.db, a.actor),
]
ROLES = {"router": Role.ROUTE, "reader": Role.READ, "editor": Role.EDIT, "manager": Role.MANAGE}


def named(value: object) -> str:
    """A case's name in the test's name."""
    return value.function.__name__ if isinstance(value, UseCase) else str(value)


every_use_case = pytest.mark.parametrize("case", USE_CASES, ids=named)
every_change = pytest.mark.parametrize(
    "case", [case for case in USE_CASES if case.changes in {"facts", "contacts"}], ids=named
)
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
