"""The public holidays that an account observes: computed for a place, each set on its own."""

from typing import Any

import msgspec

from aiguillage.api.operations import Asked, Operation, Shown
from aiguillage.api.paging import Paged, chosen, page_type, query_of
from aiguillage.api.resources.call_queues import TAG
from aiguillage.api.resources.shared import BASE, UNSET, Body, Flag, Text, given
from aiguillage.desk.holidays import forget_holidays, observe_holidays, set_holiday, show_observance
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import folded
from aiguillage.domain.errors import invalid
from aiguillage.domain.queues import Observance
from aiguillage.storage.facts import Kept

PATH = f"{BASE}/holidays"
LISTING = ("q", "sort", "page", "per_page")


class ObservanceBody(Body, frozen=True):
    """Whose public holidays to observe: a country by its two letters, a subdivision by its code or name."""

    country: Text = UNSET
    subdivision: Text = UNSET


class ObservanceShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whose public holidays the account observes."""

    country: str
    subdivision: str


class ObservedBody(Body, frozen=True):
    """What is to be said of an observed holiday; a null destination is the queue's default destination."""

    label: str
    off: Flag = UNSET
    destination: Text = UNSET


class ObservedShown(msgspec.Struct, frozen=True, kw_only=True):
    """A public holiday and its days, those of a year ago and some years ahead."""

    label: str
    off: bool
    destination: str | None
    days: list[str]


ObservedQuery = query_of("ObservedQuery", ObservedShown, words=LISTING)
FILTERS = tuple(name for name in ObservedQuery.__struct_fields__ if name not in LISTING)


def _who(asked: Asked) -> tuple[Any, Any, str]:
    return asked.db, asked.actor, asked.account


def _shown(kept: Kept) -> Shown:
    return Shown(ObservanceShown(country=kept.fact.country, subdivision=kept.fact.subdivision), kept.seq)


def _show(asked: Asked) -> Shown:
    return _shown(show_observance(*_who(asked)))


def _observe(asked: Asked) -> Shown:
    sent = given(asked.body)
    if not sent.get("country"):
        raise invalid("'country' is missing. Send its two letters, as in FR.", "country")
    place = (sent["country"], sent.get("subdivision") or "")
    return _shown(observe_holidays(*_who(asked), *place, expected=asked.expected).kept)


def _forget(asked: Asked) -> None:
    forget_holidays(*_who(asked), expected=asked.expected)


def _list(asked: Asked) -> Paged:
    found = list(_observed(show_observance(*_who(asked)).fact).values())
    return chosen(found, asked.query, FILTERS, asked.url)


def _set(asked: Asked) -> Shown:
    changes = given(asked.body)
    label = changes.pop("label")
    if changes.get("off", UNSET) is None:
        changes["off"] = False
    kept = set_holiday(*_who(asked), label, **changes, expected=asked.expected).kept
    shown = {folded(name): one for name, one in _observed(kept.fact).items()}
    return Shown(shown[folded(label.strip())], kept.seq)


def _observed(observance: Observance) -> dict[str, ObservedShown]:
    """The holidays by their labels, in the order of their first days."""
    days: dict[str, list[str]] = {}
    for day in observance.days:
        days.setdefault(day.label, []).append(day.day.isoformat())
    return {
        label: ObservedShown(
            label=label, off=label in observance.off, destination=observance.destinations.get(label), days=its
        )
        for label, its in days.items()
    }


OPERATIONS = (
    Operation(
        *("GET", PATH, "listObservedHolidays", "List the public holidays that are observed", TAG, _list),
        query=ObservedQuery,
        answer=page_type("ObservedHoliday", ObservedShown),
        needs=Role.READ,
    ),
    Operation(
        *("PUT", PATH, "setObservedHoliday", "Set a public holiday", TAG, _set),
        body=ObservedBody,
        answer=ObservedShown,
        needs=Role.EDIT,
        refuses=(412,),
        description="Switches the holiday with that label off or on again, or says where its calls go.",
        example={"label": "Lundi de Pentecôte", "off": True},
    ),
    Operation(
        *("GET", f"{PATH}/observance", "showObservance", "Show whose holidays are observed", TAG, _show),
        answer=ObservanceShown,
        needs=Role.READ,
    ),
    Operation(
        *("PUT", f"{PATH}/observance", "setObservance", "Observe the public holidays of a place", TAG, _observe),
        body=ObservanceBody,
        answer=ObservanceShown,
        needs=Role.EDIT,
        refuses=(412,),
        description="In place of those before. What was set for single holidays stays where the new place has them.",
        example={"country": "FR", "subdivision": "Alsace-Moselle"},
    ),
    Operation(
        *("DELETE", f"{PATH}/observance", "removeObservance", "Observe no public holidays", TAG, _forget),
        status=204,
        needs=Role.EDIT,
        refuses=(412,),
    ),
)
