"""Phone systems that ask in their own words: what each begins with, its address, what Twilio signs with."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aiguillage.console.pages.facts import BESIDE, LISTED, Beside, fact_page
from aiguillage.console.visits import Answer, Moved, Visit, faults_of, form
from aiguillage.desk.facts import show_fact
from aiguillage.desk.phone_systems import forget_auth_token, has_auth_token, set_auth_token
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.phone_systems import PHONE_SYSTEM, PRESETS, TWILIO, WEBHOOK
from aiguillage.integrations import TITLES
from aiguillage.storage.facts import Kept

SLUG = "phone-systems"
WITH_CODES = (TWILIO, *PRESETS, WEBHOOK)
"""The systems that ask by a phone system of the account, in the order in which they are offered."""


class Start(NamedTuple):
    """A phone system that can be added: what it is called, and the query of its filled-in form."""

    title: str
    query: str


def start_of(system: str) -> Start:
    """What a new phone system of one of WITH_CODES begins with."""
    preset = PRESETS.get(system)
    title = TITLES[system] if preset is None else preset.title
    values = {"system": system} if preset is None else preset.values
    return Start(title, urlencode({"code": system, "name": title} | dict(values)))


def _listed(_visit: Visit, _kept: Sequence[Kept]) -> Mapping[str, Any]:
    return {"starts": [start_of(system) for system in WITH_CODES]}


def _beside(visit: Visit, kept: Kept) -> Mapping[str, Any]:
    """The address that the system asks at; of Twilio's, whether its auth token is there."""
    fact = kept.fact
    base = (fact.public_url or visit.base) if fact.system == TWILIO else visit.base
    address = f"{base}/dialects/{fact.system}/{visit.code}/{fact.code}"
    signs = fact.system == TWILIO and visit.draft is None
    has_token = signs and has_auth_token(visit.db, visit.actor, visit.code, kept.id)
    return {"address": address, "signs": signs, "has_token": has_token}


LISTED[SLUG] = Beside("phone-systems.html", _listed)
BESIDE[SLUG] = Beside("phone-system.html", _beside)


@form("/{account}/phone-systems/{id}/auth-token", role=Role.MANAGE)
def keep_token(visit: Visit) -> Answer:
    """Keeps what Twilio signs with; it is never shown."""
    kept = show_fact(visit.db, visit.actor, visit.code, PHONE_SYSTEM, visit.id())
    try:
        set_auth_token(visit.db, visit.actor, visit.code, kept.id, visit.form.get("auth_token", ""))
    except Refusal as refusal:
        if refusal.kind not in {Kind.INVALID, Kind.CONFLICT}:
            raise
        return fact_page(visit, SLUG, kept, {"faults": {"auth_token": faults_of(refusal).popitem()[1]}}, 422)
    return Moved(f"{visit.at}/{SLUG}/{kept.id}", visit.say("The auth token of {name} is kept.", name=kept.fact.name))


@form("/{account}/phone-systems/{id}/auth-token/forget", role=Role.MANAGE)
def forget_token(visit: Visit) -> Answer:
    """Forgets what Twilio signs with."""
    kept = show_fact(visit.db, visit.actor, visit.code, PHONE_SYSTEM, visit.id())
    forget_auth_token(visit.db, visit.actor, visit.code, kept.id)
    said = visit.say("{name} has no auth token any more.", name=kept.fact.name)
    return Moved(f"{visit.at}/{SLUG}/{kept.id}", said)
