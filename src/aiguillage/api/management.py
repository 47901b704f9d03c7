"""The management API: all of its operations, and its part of the OpenAPI document."""

from functools import cache
from typing import Any

from aiguillage.api.described import described
from aiguillage.api.operations import Operation
from aiguillage.api.resources import call_queues
from aiguillage.api.resources.shared import FactOperations

FACTS = (call_queues.GROUPS, call_queues.QUEUES)
TAGS = ((call_queues.TAG, "Where callers wait: groups, queues, opening hours."),)


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation."""
    return tuple(operation for resource in FACTS for operation in FactOperations(resource).operations())


@cache
def management_described() -> dict[str, Any]:
    """The operations' part of the OpenAPI document."""
    return described(operations(), TAGS)
