"""The management API: all of its operations and their tags."""

from functools import cache

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
    integrating,
    journal,
    opening,
    people,
    phone_systems,
    replay,
    rotas,
    sessions,
    signing_in,
    sources,
    surveys,
    switches,
    tokens,
    users,
    webhooks,
)
from aiguillage.api.resources.facts import FactOperations
from aiguillage.domain.described import Tag

FACTS = (
    *(call_queues.GROUPS, call_queues.QUEUES, opening.TIME_SPANS, opening.EXCEPTIONS, opening.HOLIDAYS),
    *(rotas.ROTAS, switches.SWITCHES, blocked.BLOCKED, geo.LISTS, geo.LIST_DESTINATIONS),
    *(ctis.CTIS, ctis.CTI_DESTINATIONS, surveys.SURVEYS, phone_systems.PHONE_SYSTEMS),
)
OTHERS = (
    *(signing_in, accounts, users, tokens, sessions, contacts, exchange, sources, imports, fields),
    *(holidays, calendars, rotas, switches, geo, ctis, surveys, phone_systems, integrating),
    *(calls, journal, replay, people, webhooks),
)
TAGS = (
    Tag(signing_in.TAG, "Sessions of people: a password, and a second factor for those who want one."),
    Tag(accounts.TAG, "The accounts and their settings."),
    Tag(users.TAG, "People, and their roles on accounts."),
    Tag(tokens.TAG, "The secrets with which programs and phone systems ask, and people's sessions."),
    Tag(contacts.TAG, "The callers that an account knows."),
    Tag(fields.TAG, "The account's eight fields: destinations and flags."),
    Tag(call_queues.TAG, "Where callers wait: groups, queues, opening hours."),
    Tag(calendars.TAG, "iCal feeds and files: exceptions of queues and groups, shifts of rotas."),
    Tag(rotas.TAG, "Who is on call when."),
    Tag(blocked.TAG, "Callers who go elsewhere, or nowhere."),
    Tag(geo.TAG, "Zones and their destinations."),
    Tag(ctis.TAG, "What phone systems send, and where it leads."),
    Tag(surveys.TAG, "What callers said when they were asked."),
    Tag(phone_systems.TAG, "Those that ask in their own words, and how they are answered."),
    Tag(calls.TAG, "What was answered to which call, in lists and in figures."),
    Tag(journal.TAG, "Who changed what, and back again."),
    Tag(people.TAG, "All that is kept about a number: exported, erased."),
    Tag(webhooks.TAG, "Addresses that are told what happened."),
)


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation."""
    others = [operation for resource in OTHERS for operation in resource.OPERATIONS]
    return (*others, *(operation for resource in FACTS for operation in FactOperations(resource).operations()))
