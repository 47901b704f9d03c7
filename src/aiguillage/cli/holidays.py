"""Commands about holidays: public ones that are computed, and the account's own."""

from datetime import date
from typing import Annotated, Any, NamedTuple

import typer

from aiguillage.cli.door import AccountCode, Desk, Json, at_desk, command
from aiguillage.cli.facts import Destination, Shown, add_typed, common_commands, document, print_change
from aiguillage.cli.moments import parse_date, today
from aiguillage.cli.printing import print_done, print_json, print_list
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.facts import Done, list_facts
from aiguillage.desk.holidays import KEEP, KIND, forget_holidays, observe_holidays, set_holiday
from aiguillage.domain.errors import invalid
from aiguillage.domain.queues import Holiday, Observance

holiday_commands = typer.Typer(help="Holidays: days on which all call queues are closed.", no_args_is_help=True)

HolidayName = Annotated[str, typer.Argument(metavar="HOLIDAY", help="What the list calls it.")]
OWN = Shown(
    "holiday",
    "holidays entered by hand",
    lambda: (_("day"), _("holiday"), _("every year"), _("destination")),
    lambda holiday, _names: (holiday.day, holiday.label, holiday.every_year, holiday.destination),
    lambda: "",
)


class Coming(NamedTuple):
    """The next day of a holiday; one that was entered by hand has an id."""

    day: date
    label: str
    observed: bool
    destination: str | None
    id: int | None


@command(holiday_commands, "observe")
def observe(
    context: typer.Context,
    account: AccountCode,
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="Two-letter ISO code, as in FR.")],
    subdivision: Annotated[
        str, typer.Option("--subdivision", "-s", help="A part of it with holidays of its own, as in 57 (Moselle).")
    ] = "",
    json: Json = False,
) -> None:
    """Observe the public holidays of a country, in place of those before."""
    with at_desk(context) as desk:
        done = observe_holidays(desk.db, desk.actor, account, country, subdivision)
        _print_observed(desk, account, done, json=json)


@command(holiday_commands, "forget")
def forget(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """Observe no public holiday any more; those entered by hand stay."""
    with at_desk(context) as desk:
        forget_holidays(desk.db, desk.actor, account)
    print_done(_("{account} observes no public holidays.").format(account=account), {"observed": None}, json=json)


@command(holiday_commands, "list")
def list_(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """List all holidays by the next day of each."""
    with at_desk(context) as desk:
        _print(_coming(desk, account), json=json)


@command(holiday_commands, "set")
def set_(
    context: typer.Context,
    account: AccountCode,
    holiday: HolidayName,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether it is observed.")] = None,
    destination: Annotated[
        str | None, typer.Option("--destination", "-d", help="Where calls go on it; empty for the queues' own default.")
    ] = None,
    json: Json = False,
) -> None:
    """Say whether a public holiday is observed, and where calls go on it."""
    if on is None and destination is None:
        raise invalid("Nothing to set. Give one of --on, --off, --destination.")
    with at_desk(context) as desk:
        done = set_holiday(
            desk.db,
            desk.actor,
            account,
            holiday,
            off=KEEP if on is None else not on,
            destination=KEEP if destination is None else destination or None,
        )
        _print_observed(desk, account, done, json=json)


@command(holiday_commands, "add")
def add(
    context: typer.Context,
    account: AccountCode,
    day: Annotated[str, typer.Argument(metavar="DAY", help="As in 2026-12-24.")],
    label: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    every_year: Annotated[bool, typer.Option("--every-year", help="On this day of every year.")] = False,
    destination: Destination = None,
    json: Json = False,
) -> None:
    """Add a holiday of the account's own."""
    fact = Holiday(day=parse_date(day), label=label, every_year=every_year, destination=destination or None)
    with at_desk(context) as desk:
        print_change(desk, account, OWN, add_typed(desk, account, fact), json=json)


common_commands(holiday_commands, OWN, but=("list", "show"))


def _print_observed(desk: Desk, account: str, done: Done, *, json: bool) -> None:
    if json:
        print_json(document(done.kept))
    else:
        _print(_coming(desk, account), json=False)


def _print(coming: list[Coming], *, json: bool) -> None:
    print_list(
        coming,
        json=json,
        document=_document,
        headings=(_("day"), _("holiday"), _("observed"), _("destination"), _("id")),
        cells=lambda one: one,
        empty=_("No holiday yet. Observe a country's: aiguillage holiday observe ACCOUNT FR"),
    )


def _document(one: Coming) -> dict[str, Any]:
    return {**one._asdict(), "day": one.day.isoformat()}


def _coming(desk: Desk, account: str) -> list[Coming]:
    """The next day of each holiday from today on, by the account's clock; a day of its own that is over is left out."""
    now = today(desk.actor.at, show_account(desk.db, desk.actor, account).time_zone)
    coming = {}
    for kept in list_facts(desk.db, desk.actor, account, KIND):
        fact: Observance = kept.fact
        for observed in sorted((day for day in fact.days if day.day >= now), key=lambda one: one.day, reverse=True):
            on = observed.label not in fact.off
            to = fact.destinations.get(observed.label)
            coming[observed.label] = Coming(observed.day, observed.label, on, to, None)
    own = [
        Coming(day, kept.fact.label, observed=True, destination=kept.fact.destination, id=kept.id)
        for kept in list_facts(desk.db, desk.actor, account, OWN.kind)
        if (day := _next(kept.fact, now)) is not None
    ]
    return sorted([*coming.values(), *own], key=lambda one: (one.day, one.label))


def _next(holiday: Holiday, now: date) -> date | None:
    if not holiday.every_year:
        return holiday.day if holiday.day >= now else None
    for year in range(now.year, min(now.year + 9, date.max.year + 1)):
        try:
            day = holiday.day.replace(year=year)
        except ValueError:  # a 29 February that the year lacks
            continue
        if day >= now:
            return day
    return None
