"""Switches: kept, flipped, and given codes with which phones flip them."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations, Shown
from aiguillage.api.resources.facts import FactResource
from aiguillage.api.resources.shared import BASE, Body
from aiguillage.api.shown import QUEUE_SHOWN
from aiguillage.desk.switches import flip_switch, issue_switch_code, revoke_switch_code
from aiguillage.domain import meanings
from aiguillage.domain.accounts import Role
from aiguillage.domain.meanings import means
from aiguillage.domain.moments import iso, parse_moment
from aiguillage.storage.facts import Kept

TAG = "Switches"
OPERATIONS = Operations(TAG)
"""Described where phones flip them."""

PATH = f"{BASE}/switches"


class FlipBody(Body, frozen=True):
    """What to do: `on`, `off` or `toggle`; on until switched off, or until a moment."""

    action: Annotated[str, means("`on`, `off` or `toggle`.", "on")]
    until: Annotated[
        str | None, means("When it goes off again by itself, ISO 8601 with an offset; null for only when switched off.")
    ] = None


class CodeTold(msgspec.Struct, frozen=True):
    """A switch's new code, told this once: null when the answer is replayed."""

    code: Annotated[
        str | None,
        means(
            "The code with which a phone flips the switch, told this once: null when the answer is replayed.",
            meanings.BEARER,
        ),
    ]


def _tell(asked: AnyAsked, kept: Kept) -> dict[str, Any]:
    on = kept.fact.holds(asked.actor.at)
    return {"on": on, "until": iso(kept.fact.until) if on else None}


SWITCHES = FactResource(
    path=PATH,
    noun="switch",
    plural="the switches",
    sent="A switch as it is sent: of the account, of a group or of a queue; on until switched off, or until a moment.",
    told="A switch as it is at this moment; `until` is there while it is on for a time only.",
    tag=TAG,
    kind="switch",
    tell=_tell,
    example={"name": "Panne", "owner_type": "queue", "owner_id": QUEUE_SHOWN, "destination": "299"},
    change={"destination": "207"},
)


@OPERATIONS.post(
    f"{PATH}/{{id}}/flip",
    "flipSwitch",
    answer=SWITCHES.answer,
    needs=Role.EDIT,
    example={"action": "on", "until": "2099-12-31T18:00:00+01:00"},
)
def _flip(asked: Asked[Nothing, FlipBody]) -> Shown[Any]:
    """Flip a switch.

    It shows in the next call.
    """
    until = None if asked.body.until is None else parse_moment(asked.body.until, "until")
    kept = flip_switch(asked.db, asked.actor, asked.account, asked.id(), asked.body.action, until).kept
    return Shown(SWITCHES.answer(**SWITCHES.answered(asked, kept)), kept.seq)


@OPERATIONS.post(f"{PATH}/{{id}}/code", "issueSwitchCode", needs=Role.MANAGE, hides=("code",))
def _issue(asked: Asked[Nothing, None]) -> CodeTold:
    """Issue a switch's code.

    In place of the one before. Whoever has it flips the switch at /api/v2/switches/{code}.
    """
    return CodeTold(issue_switch_code(asked.db, asked.actor, asked.account, asked.id()))


@OPERATIONS.delete(f"{PATH}/{{id}}/code", "revokeSwitchCode", status=204, needs=Role.MANAGE)
def _revoke(asked: Asked[Nothing, None]) -> None:
    """Revoke a switch's code."""
    revoke_switch_code(asked.db, asked.actor, asked.account, asked.id())
