"""Public holidays that an account observes: computed for a country, kept some years ahead, each set on its own."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from aiguillage.desk.change import Change, change_facts, read_facts, require_operator, require_unchanged
from aiguillage.desk.facts import Done, discard_fact, place_fact, replace_fact
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import folded, parse_destination
from aiguillage.domain.errors import about_row, missing
from aiguillage.domain.holidays import ObservedDay, compute_days, is_custom
from aiguillage.domain.moments import in_utc
from aiguillage.domain.queues import Observance
from aiguillage.storage.facts import Kept, require_fact
from aiguillage.storage.facts import read_facts as read_kept
from aiguillage.storage.schema import accounts
from aiguillage.storage.sqlite.engine import Database

KIND = "observance"
YEARS_BACK, YEARS_AHEAD = 1, 10
FEWEST_AHEAD = 5
"""Years that are still computed when they are computed anew."""

KEEP = msgspec.UNSET


class Setting(NamedTuple):
    """What is said of an observed holiday; what is KEEP stays as it is."""

    off: bool | msgspec.UnsetType = KEEP
    destination: str | msgspec.UnsetType | None = KEEP


def show_observance(db: Database, actor: Actor, code: str) -> Kept:
    """Whose public holidays the account observes. Raises Refusal(missing) where none are observed."""
    with read_facts(db, actor, code) as (connection, account_id, account):
        return _require_one(next(read_kept(connection, account_id, KIND), None), account)


def observe_holidays(
    db: Database, actor: Actor, code: str, country: str, subdivision: str = "", *, expected: int | None = None
) -> Done:
    """Observes the public holidays of a country, in place of those before. Raises Refusal.

    What was set for single holidays stays for those that the new place has too.
    """
    country = country.strip().upper()
    days = _days(country, subdivision, actor.at)
    labels = {day.label for day in days}
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _observance(change)
        require_unchanged(0 if kept is None else kept.seq, expected)
        if kept is None:
            return place_fact(change, Observance(country=country, subdivision=subdivision, days=days))
        before: Observance = kept.fact
        changes = {
            "country": country,
            "subdivision": subdivision,
            "days": days,
            "off": tuple(label for label in before.off if label in labels),
            "destinations": {label: to for label, to in before.destinations.items() if label in labels},
        }
        return replace_fact(change, KIND, kept.id, changes)


def forget_holidays(db: Database, actor: Actor, code: str, *, expected: int | None = None) -> None:
    """Observes no public holiday any more. Raises Refusal(missing) where none was observed."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _require_observance(change)
        require_unchanged(kept.seq, expected)
        discard_fact(change, KIND, kept.id)


def set_holiday(
    db: Database,
    actor: Actor,
    code: str,
    label: str,
    *,
    off: bool | msgspec.UnsetType = KEEP,
    destination: str | msgspec.UnsetType | None = KEEP,
    expected: int | None = None,
) -> Done:
    """Switches an observed holiday off or on again, or says where its calls go (None: as ever). Raises Refusal."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _require_observance(change)
        require_unchanged(kept.seq, expected)
        return _set(change, kept, _settled(kept.fact, label, Setting(off, destination)))


def set_holidays(
    db: Database, actor: Actor, code: str, settings: Mapping[str, Setting], *, expected: int | None = None
) -> Done:
    """Says that of several observed holidays, by their labels, in one change; a refusal names the row of its own."""
    with change_facts(db, actor, code, Role.EDIT) as change:
        kept = _require_observance(change)
        require_unchanged(kept.seq, expected)
        fact: Observance = kept.fact
        for row, (label, setting) in enumerate(settings.items()):
            with about_row(row):
                fact = _settled(fact, label, setting)
        return _set(change, kept, fact)


def _set(change: Change, kept: Kept, fact: Observance) -> Done:
    return replace_fact(change, KIND, kept.id, {"off": fact.off, "destinations": fact.destinations})


def _settled(fact: Observance, label: str, setting: Setting) -> Observance:
    """The observance with a holiday set, by its label. Raises Refusal: invalid, missing."""
    label = _label_of(fact, label)
    others_off = tuple(one for one in fact.off if one != label)
    destinations = dict(fact.destinations)
    if setting.destination is not KEEP:
        destinations.pop(label, None)
        if setting.destination is not None:
            destinations[label] = parse_destination(str(setting.destination), "destination")
    is_off = label in fact.off if setting.off is KEEP else bool(setting.off)
    return msgspec.structs.replace(fact, off=(*others_off, label) if is_off else others_off, destinations=destinations)


def renew_holidays(db: Database, actor: Actor) -> list[str]:
    """Computes the holidays of all accounts anew where they end soon, or have days by custom; those accounts' codes.

    Raises Refusal(forbidden) unless the actor runs the installation.
    """
    require_operator(actor)
    soon = date(_year(actor.at) + FEWEST_AHEAD, 1, 1)
    with db.read() as connection:
        ending = [
            (code, kept.id)
            for account_id, code in connection.execute(select(accounts.c.id, accounts.c.code).order_by(accounts.c.id))
            for kept in read_kept(connection, account_id, KIND)
            if _is_old(kept.fact, soon)
        ]
    for code, observance_id in ending:
        with change_facts(db, actor, code, Role.EDIT) as change:
            fact: Observance = require_fact(change.connection, change.account_id, KIND, observance_id).fact
            days = _days(fact.country, fact.subdivision, actor.at)
            replace_fact(change, KIND, observance_id, {"days": days})
    return [code for code, _ in ending]


def _is_old(fact: Observance, soon: date) -> bool:
    """Whether the days were computed long ago, or by an older release that took customs for law."""
    ends = max((observed.day for observed in fact.days), default=soon)
    return ends < soon or any(is_custom(fact.country, fact.subdivision, observed.label) for observed in fact.days)


def _days(country: str, subdivision: str, at: int) -> tuple[ObservedDay, ...]:
    year = _year(at)
    return compute_days(country, subdivision, year - YEARS_BACK, year + YEARS_AHEAD)


def _year(at: int) -> int:
    return in_utc(at).year


def _observance(change: Change) -> Kept | None:
    return next(read_kept(change.connection, change.account_id, KIND), None)


def _require_observance(change: Change) -> Kept:
    return _require_one(_observance(change), change.account)


def _require_one(kept: Kept | None, account: Account) -> Kept:
    if kept is None:
        raise missing(f"{account.code} observes no public holidays yet. Choose a country's first.")
    return kept


def _label_of(observance: Observance, text: str) -> str:
    """The label of an observed holiday, with or without its accents and capitals. Raises Refusal(missing)."""
    labels = {folded(day.label): day.label for day in observance.days}
    label = labels.get(folded(text.strip()))
    if label is None:
        raise missing(f"No observed holiday is called '{text[:60]}'. Choose one of: {', '.join(labels.values())}.")
    return label
