"""The management API: all of its operations, and its part of the OpenAPI document."""

from functools import cache
from typing import Any

from aiguillage.api.described import described
from aiguillage.api.operations import Operation
from aiguillage.api.resources import (
    accounts,
    call_queues,
    contacts,
    exchange,
    fields,
    imports,
    signing_in,
    tokens,
    users,
    webhooks,
)
from aiguillage.api.resources.shared import FactOperations

FACTS = (call_queues.GROUPS, call_queues.QUEUES)
OTHERS = (signing_in, accounts, users, tokens, contacts, exchange, imports, fields, webhooks)
TAGS = (
    (signing_in.TAG, "Sessions of people: a password, and a second factor for those who want one."),
    (accounts.TAG, "The accounts and their settings."),
    (users.TAG, "People, and their roles on accounts."),
    (tokens.TAG, "The secrets with which programs and phone systems ask, and people's sessions."),
    (contacts.TAG, "The callers that an account knows."),
    (fields.TAG, "The account's eight fields: destinations and flags."),
    (call_queues.TAG, "Where callers wait: groups, queues, opening hours."),
    (webhooks.TAG, "Addresses that are told what happened."),
)


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation."""
    others = [operation for resource in OTHERS for operation in resource.OPERATIONS]
    return (*others, *(operation for resource in FACTS for operation in FactOperations(resource).operations()))


@cache
def management_described() -> dict[str, Any]:
    """The operations' part of the OpenAPI document."""
    return described(operations(), TAGS)
