"""The public holidays that an account observes: computed for a place, each set on its own."""

from typing import Annotated, Any

import msgspec

from aiguillage.api.operations import AnyAsked, Asked, Nothing, Operations, Shown
from aiguillage.api.paging import UNDATED, Paged, chosen, page_type, query_of
from aiguillage.api.resources.call_queues import TAG
from aiguillage.api.resources.shared import BASE, UNSET, Body, Flag, Text, given
from aiguillage.desk.holidays import forget_holidays, observe_holidays, set_holiday, show_observance
from aiguillage.domain.accounts import Role
from aiguillage.domain.contacts import folded
from aiguillage.domain.errors import invalid
from aiguillage.domain.meanings import means
from aiguillage.domain.queues import Observance
from aiguillage.storage.facts import Kept

OPERATIONS = Operations(TAG)
PATH = f"{BASE}/holidays"


LABEL = means("What people call it.", "Inventaire")
OFF = means("Whether the holiday is switched off: its calls go as on any day.", False)
DESTINATION = means("Where calls go on that day; null for the queue's default destination.")
COUNTRY = means("The country whose public holidays are observed: two letters.", "FR")
SUBDIVISION = means("The part of the country by its code or name; empty for none.", "Alsace-Moselle")


class ObservanceBody(Body, frozen=True):
    """Whose public holidays to observe: a country by its two letters, a subdivision by its code or name."""

    country: Annotated[Text, COUNTRY] = UNSET
    subdivision: Annotated[Text, SUBDIVISION] = UNSET


class ObservanceShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whose public holidays the account observes."""

    country: Annotated[str, COUNTRY]
    subdivision: Annotated[str, SUBDIVISION]


class ObservedBody(Body, frozen=True):
    """What is to be said of an observed holiday; a null destination is the queue's default destination."""

    label: Annotated[str, LABEL]
    off: Annotated[Flag, OFF] = UNSET
    destination: Annotated[Text, DESTINATION] = UNSET


class ObservedShown(msgspec.Struct, frozen=True, kw_only=True):
    """A public holiday and its days, those of a year ago and some years ahead."""

    label: Annotated[str, LABEL]
    off: Annotated[bool, OFF]
    destination: Annotated[str | None, DESTINATION]
    days: Annotated[
        list[str],
        means("The days it falls on, `YYYY-MM-DD`: a year ago, and some years ahead.", ["2027-05-17", "2028-06-05"]),
    ]


ObservedQuery = query_of("ObservedQuery", ObservedShown, listing=UNDATED)
FILTERS = tuple(name for name in ObservedQuery.__struct_fields__ if name not in UNDATED)


def _who(asked: AnyAsked) -> tuple[Any, Any, str]:
    return asked.db, asked.actor, asked.account


def _shown(kept: Kept) -> Shown[ObservanceShown]:
    return Shown(ObservanceShown(country=kept.fact.country, subdivision=kept.fact.subdivision), kept.seq)


@OPERATIONS.get(f"{PATH}/observance", "showObservance", needs=Role.READ)
def _show(asked: Asked[Nothing, None]) -> Shown[ObservanceShown]:
    """Show whose holidays are observed."""
    return _shown(show_observance(*_who(asked)))


@OPERATIONS.put(
    f"{PATH}/observance",
    "setObservance",
    needs=Role.EDIT,
    refuses=(412,),
    example={"country": "FR", "subdivision": "Alsace-Moselle"},
)
def _observe(asked: Asked[Nothing, ObservanceBody]) -> Shown[ObservanceShown]:
    """Observe the public holidays of a place.

    In place of those before. What was set for single holidays stays where the new place has them.
    """
    sent = given(asked.body)
    if not sent.get("country"):
        raise invalid("'country' is missing. Send its two letters, as in FR.", "country")
    place = (sent["country"], sent.get("subdivision") or "")
    return _shown(observe_holidays(*_who(asked), *place, expected=asked.expected).kept)


@OPERATIONS.delete(f"{PATH}/observance", "removeObservance", status=204, needs=Role.EDIT, refuses=(412,))
def _forget(asked: Asked[Nothing, None]) -> None:
    """Observe no public holidays."""
    forget_holidays(*_who(asked), expected=asked.expected)


@OPERATIONS.get(
    PATH,
    "listObservedHolidays",
    query=ObservedQuery,
    answer=page_type("ObservedHoliday", ObservedShown),
    needs=Role.READ,
)
def _list(asked: Asked[Any, None]) -> Paged:
    """List the public holidays that are observed."""
    found = list(_observed(show_observance(*_who(asked)).fact).values())
    return chosen(found, asked.query, FILTERS, asked.url)


@OPERATIONS.put(
    PATH, "setObservedHoliday", needs=Role.EDIT, refuses=(412,), example={"label": "Lundi de Pentecôte", "off": True}
)
def _set(asked: Asked[Nothing, ObservedBody]) -> Shown[ObservedShown]:
    """Set a public holiday.

    Switches the holiday with that label off or on again, or says where its calls go.
    """
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
