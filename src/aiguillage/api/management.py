"""The management API: all of its operations, and its part of the OpenAPI document."""

from functools import cache
from typing import Any

from aiguillage.api.described import described
from aiguillage.api.operations import Operation
from aiguillage.api.resources import call_queues, contacts, exchange, fields, imports
from aiguillage.api.resources.shared import FactOperations

FACTS = (call_queues.GROUPS, call_queues.QUEUES)
TAGS = (
    (contacts.TAG, "The callers that an account knows."),
    (fields.TAG, "The account's eight fields: destinations and flags."),
    (call_queues.TAG, "Where callers wait: groups, queues, opening hours."),
)
OTHERS = (*contacts.OPERATIONS, *exchange.OPERATIONS, *imports.OPERATIONS, *fields.OPERATIONS)


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation."""
    of_facts = [operation for resource in FACTS for operation in FactOperations(resource).operations()]
    return (*OTHERS, *of_facts)


@cache
def management_described() -> dict[str, Any]:
    """The operations' part of the OpenAPI document."""
    return described(operations(), TAGS)
