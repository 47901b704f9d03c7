"""Switches: flipped by the account's people, or by whoever has a switch's code."""

import msgspec

from aiguillage.desk.change import Change, account_of, change_facts
from aiguillage.desk.facts import Done, replace_fact
from aiguillage.desk.secrets import issue_secret, revoke_secret
from aiguillage.domain.accounts import Actor, Role
from aiguillage.domain.errors import Refusal, invalid, missing
from aiguillage.domain.queues import Switch
from aiguillage.storage.facts import require_fact
from aiguillage.storage.journal import raise_facts_version
from aiguillage.storage.secrets import find_account_by_secret
from aiguillage.storage.sqlite.engine import Database

KIND = "switch"
ACTIONS = ("on", "off", "toggle")
LATEST = 32_503_680_000_000_000
"""The year 3000, in microseconds since 1970 UTC."""

BY_CODE = "switch code"
"""Who acts, in the journal, when a code does."""


class SwitchState(msgspec.Struct, frozen=True):
    """How a switch is at a moment; `until` (microseconds since 1970 UTC) is there while it is on for a time only."""

    name: str
    destination: str
    on: bool
    until: int | None


def state_of(switch: Switch, at: int) -> SwitchState:
    """How the switch is at a moment."""
    on = switch.holds(at)
    return SwitchState(switch.name, switch.destination, on, switch.until if on else None)


def _no_code() -> Refusal:
    return missing("There is no switch with this code. Ask whoever gave it to you for a new one.")


def flip_switch(db: Database, actor: Actor, code: str, switch_id: int, action: str, until: int | None = None) -> Done:
    """Switches on, off or toggles; on until switched off, or until a moment (microseconds UTC). Raises Refusal."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        return _flip(change, switch_id, action, until)


def _flip(change: Change, switch_id: int, action: str, until: int | None) -> Done:
    if action not in ACTIONS:
        raise invalid(f"'{action[:20]}' is not an action of a switch. Choose one of: {', '.join(ACTIONS)}.", "action")
    switch: Switch = require_fact(change.connection, change.account_id, KIND, switch_id).fact
    at = change.actor.at
    if until is not None and not at < until < LATEST:
        raise invalid(
            "The switch would already be off again, or would never switch off. Choose a date and "
            "time in the future, or none.",
            "until",
        )
    on = action == "on" or (action == "toggle" and not switch.holds(at))
    return replace_fact(change, KIND, switch_id, {"on": on, "until": until if on else None})


def issue_switch_code(db: Database, actor: Actor, code: str, switch_id: int) -> str:
    """The switch's new code, in place of the one before; it is told this once. Raises Refusal."""
    return issue_secret(db, actor, code, KIND, switch_id)


def revoke_switch_code(db: Database, actor: Actor, code: str, switch_id: int) -> None:
    """Ends the switch's code. Raises Refusal."""
    revoke_secret(db, actor, code, KIND, switch_id)


def switch_by_code(db: Database, secret: str, at: int) -> SwitchState:
    """How the switch is that a code stands for. Raises Refusal(missing), which tells a stranger nothing."""
    with db.read() as connection:
        row = find_account_by_secret(connection, KIND, secret)
        if row is None:
            raise _no_code()
        return state_of(require_fact(connection, row.id, KIND, row.fact_id).fact, at)


def flip_by_code(db: Database, secret: str, action: str, at: int, until: int | None = None) -> SwitchState:
    """Does the same as flip_switch for whoever has the switch's code. Raises Refusal."""
    with db.write() as connection:
        row = find_account_by_secret(connection, KIND, secret)
        if row is None:
            raise _no_code()
        change = Change(connection, row.id, account_of(row), Actor(BY_CODE, at))
        done = _flip(change, row.fact_id, action, until)
        raise_facts_version(connection, row.id)
    return state_of(done.kept.fact, at)
