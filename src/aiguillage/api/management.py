"""The management API: all of its operations, and its part of the OpenAPI document."""

from functools import cache
from typing import Any

from aiguillage.api.described import described
from aiguillage.api.operations import Operation
from aiguillage.api.resources import (
    accounts,
    blocked,
    calendars,
    call_queues,
    calls,
    contacts,
    ctis,
    exchange,
    fields,
    geo,
    holidays,
    imports,
    journal,
    opening,
    people,
    replay,
    rotas,
    sessions,
    signing_in,
    surveys,
    switches,
    tokens,
    users,
    webhooks,
)
from aiguillage.api.resources.facts import FactOperations

FACTS = (
    *(call_queues.GROUPS, call_queues.QUEUES, opening.TIME_SPANS, opening.EXCEPTIONS, opening.HOLIDAYS),
    *(rotas.ROTAS, switches.SWITCHES, blocked.BLOCKED, geo.LISTS, geo.LIST_DESTINATIONS),
    *(ctis.CTIS, ctis.CTI_DESTINATIONS, surveys.SURVEYS),
)
OTHERS = (
    *(signing_in, accounts, users, tokens, sessions, contacts, exchange, imports, fields),
    *(holidays, calendars, rotas, switches, geo, ctis, surveys),
    *(calls, journal, replay, people, webhooks),
)
TAGS = (
    (signing_in.TAG, "Sessions of people: a password, and a second factor for those who want one."),
    (accounts.TAG, "The accounts and their settings."),
    (users.TAG, "People, and their roles on accounts."),
    (tokens.TAG, "The secrets with which programs and phone systems ask, and people's sessions."),
    (contacts.TAG, "The callers that an account knows."),
    (fields.TAG, "The account's eight fields: destinations and flags."),
    (call_queues.TAG, "Where callers wait: groups, queues, opening hours."),
    (calendars.TAG, "iCal feeds and files: exceptions of queues and groups, shifts of rotas."),
    (rotas.TAG, "Who is on call when."),
    (blocked.TAG, "Callers who go elsewhere, or nowhere."),
    (geo.TAG, "Zones and their destinations."),
    (ctis.TAG, "What phone systems send, and where it leads."),
    (surveys.TAG, "What callers said when they were asked."),
    (calls.TAG, "What was answered to which call, in lists and in figures."),
    (journal.TAG, "Who changed what, and back again."),
    (people.TAG, "All that is kept about a number: exported, erased."),
    (webhooks.TAG, "Addresses that are told what happened."),
)


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation."""
    others = [operation for resource in OTHERS for operation in resource.OPERATIONS]
    return (*others, *(operation for resource in FACTS for operation in FactOperations(resource).operations()))


def management_described() -> dict[str, Any]:
    """The operations' part of the OpenAPI document, made anew: nobody needs it twice."""
    return described(operations(), TAGS)
