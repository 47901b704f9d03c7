"""Blocked callers."""

from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.shared import BASE

TAG = "Blocked callers"
BLOCKED = FactResource(
    path=f"{BASE}/blocked-callers",
    noun="blocked caller",
    plural="the blocked callers",
    tag=TAG,
    kind="blocked",
    sent="A number, a prefix with a star at its end, or `withheld`; without a destination its calls are rejected.",
    told="A blocked caller as it is answered; the number is in E.164.",
    example={"number": "05 36 49 00 00", "label": "Démarchage"},
    change={"label": "Faux numéro, rappelé"},
)
