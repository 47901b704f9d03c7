"""Blocked callers."""

import msgspec

from aiguillage.api.resources.shared import BASE, UNSET, Body, FactResource, Text

TAG = "Blocked callers"


class BlockedBody(Body, frozen=True):
    """A number, a prefix with a star at its end, or `withheld`; without a destination its calls are rejected."""

    number: Text = UNSET
    destination: Text = UNSET
    label: Text = UNSET


class BlockedShown(msgspec.Struct, frozen=True, kw_only=True):
    """A blocked caller as it is answered; the number is in E.164."""

    id: int
    number: str
    destination: str | None
    label: str
    customer_id: int


BLOCKED = FactResource(
    path=f"{BASE}/blocked-callers",
    noun="blocked caller",
    plural="the blocked callers",
    tag=TAG,
    kind="blocked",
    body=BlockedBody,
    answer=BlockedShown,
    example={"number": "05 36 49 00 00", "label": "Démarchage"},
    change={"label": "Faux numéro, rappelé"},
)
