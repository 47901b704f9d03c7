"""The OpenAPI document as it is made, without a server."""

import json
from functools import cache
from typing import Any

import msgspec

from aiguillage.api.web import described
from aiguillage.dialects.all import DIALECTS

CALLS = [operation for dialect in DIALECTS for operation in dialect.OPERATIONS]
"""The operations of the call path."""


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    tags = [tag for dialect in DIALECTS for tag in dialect.TAGS]
    found: dict[str, Any] = json.loads(msgspec.json.encode(described(CALLS, tags)))
    return found
