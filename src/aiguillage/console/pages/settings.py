"""Settings: the account's own, and its eight fields."""

from collections.abc import Mapping
from typing import Any

import msgspec

from aiguillage.console.changes import last_of
from aiguillage.console.labels import LABELS
from aiguillage.console.pages.facts import named
from aiguillage.console.proofs import proof_faults
from aiguillage.console.visits import Answer, Moved, Shown, Visit, form, number_of, page
from aiguillage.desk.accounts import set_account, show_account
from aiguillage.desk.change import state_of
from aiguillage.desk.fields import enter_field, list_fields, require_position
from aiguillage.domain.accounts import SHARED_NUMBERS, Account, Role
from aiguillage.domain.contacts import SELECTS, Field, Option
from aiguillage.domain.errors import Kind, Refusal, invalid

PLACES = (
    ("settings", "Account"),
    ("settings/fields", "Fields"),
    ("settings/people", "People"),
    ("settings/tokens", "Tokens"),
    ("settings/webhooks", "Webhooks"),
)
"""The pages of settings, below the account's."""

SHARED = dict(
    zip(
        SHARED_NUMBERS,
        (
            "are not accepted",
            "are accepted, and their callers are asked for a code",
            "are accepted, and the contact that was added first is meant",
        ),
        strict=True,
    )
)
WHOLE_NUMBERS = ("vip_priority", "keep_calls_days", "pseudonymise_days")
FACTS = ("rota", "geo_list")
TEXTS = ("name", "country", "time_zone", "shared_numbers", "fallback_destination")


def shown(template: str, place: str, values: Mapping[str, Any], status: int = 200) -> Shown:
    """A page of settings."""
    faults = bool(values.get("faults")) and status == 200  # noqa: PLR2004 - HTTP's
    ours = {"places": PLACES, "place": place, "place_here": "settings"}
    return Shown(template, {**values, **ours}, 422 if faults else status)


@page("/{account}/settings", role=Role.MANAGE)
def account(visit: Visit) -> Answer:
    """The account's own settings."""
    now = show_account(visit.db, visit.actor, visit.code)
    return _account(visit, now, _typed(now), {})


def _typed(now: Account) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in msgspec.structs.asdict(now).items()}


def _account(visit: Visit, now: Account, values: Mapping[str, str], faults: Mapping[str, list[str]]) -> Shown:
    return shown(
        "settings.html",
        "settings",
        {
            "values": values,
            "faults": faults,
            "state": state_of(now),
            "rotas": named(visit, "rota"),
            "geo_lists": named(visit, "geo_list"),
            "shared": SHARED,
        },
    )


@form("/{account}/settings", role=Role.MANAGE)
def change_account(visit: Visit) -> Answer:
    """Changes the account's settings."""
    sent = visit.form
    try:
        changes: dict[str, Any] = {name: sent.get(name, "").strip() for name in TEXTS}
        changes["fallback_destination"] = changes["fallback_destination"] or None
        changes |= {name: _whole(sent.get(name, ""), name) for name in WHOLE_NUMBERS}
        changes |= {name: _whole(sent[name], name) if sent.get(name) else None for name in FACTS}
        set_account(visit.db, visit.actor, visit.code, changes, expected=_state(visit))
    except Refusal as refusal:
        now = show_account(visit.db, visit.actor, visit.code)
        again = _account(visit, now, sent, proof_faults(refusal))
        if refusal.kind is not Kind.STALE:
            return again
        other = {LABELS[name]: value for name, value in _typed(now).items() if name in LABELS}
        return again._replace(values={**again.values, "faults": {}, "other": other}, status=409)
    return Moved(f"{visit.at}/settings", visit.say("The settings are changed."), undo=last_of(visit))


def _whole(text: str, field: str) -> int:
    """A whole number. Raises Refusal(invalid)."""
    number = number_of(text.strip())
    if number is None:
        raise invalid(f"'{text[:40]}' is not a whole number.", field)
    return number


def _state(visit: Visit) -> int | None:
    return number_of(visit.form.get("state", ""))


@page("/{account}/settings/fields", role=Role.MANAGE)
def fields(visit: Visit) -> Answer:
    """The eight fields."""
    found = list_fields(visit.db, visit.actor, visit.code)
    return shown("settings-fields.html", "settings/fields", {"fields": found, "selects": SELECTS})


@page("/{account}/settings/fields/{position}", role=Role.MANAGE)
def field(visit: Visit) -> Answer:
    """One field."""
    now = _field_of(visit)
    return _field(now, now, {})


def _field_of(visit: Visit) -> Field:
    position = visit.id("position")
    require_position(position)
    return list_fields(visit.db, visit.actor, visit.code)[position - 1]


def _field(now: Field, typed: Field, faults: Mapping[str, list[str]], status: int = 200) -> Shown:
    values = {"now": now, "typed": typed, "faults": faults, "state": state_of(now), "selects": SELECTS}
    return shown("settings-field.html", "settings/fields", values, status)


@form("/{account}/settings/fields/{position}", role=Role.MANAGE)
def change_field(visit: Visit) -> Answer:
    """Changes a field with all its options."""
    now, sent = _field_of(visit), visit.form
    numbers = dict.fromkeys(name.split(".")[1] for name in sent if name.startswith("options."))
    rows = [(sent.get(f"options.{n}.value", "").strip(), sent.get(f"options.{n}.name", "").strip()) for n in numbers]
    options = tuple(Option(name or value, value) for value, name in rows if value or name)
    default = sent.get("default", "").strip() or None
    typed = Field(now.position, sent.get("label", ""), default, bool(sent.get("strict")), options)
    try:
        enter_field(visit.db, visit.actor, visit.code, typed, expected=_state(visit))
    except Refusal as refusal:
        return _field(now, typed, proof_faults(refusal), 409 if refusal.kind is Kind.STALE else 422)
    return Moved(f"{visit.at}/settings/fields", visit.say("The field is changed."), undo=last_of(visit))
