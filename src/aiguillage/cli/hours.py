"""Commands about opening hours: time spans, and exceptions to them."""

from datetime import time
from typing import Annotated, Any

import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.cli.facts import (
    Destination,
    GroupName,
    Names,
    QueueName,
    Shown,
    add_typed,
    common_commands,
    owner_of,
    print_change,
    print_changes,
    print_kept,
)
from aiguillage.cli.moments import parse_date, parse_days, parse_end, parse_time
from aiguillage.cli.words import _
from aiguillage.desk.facts import add_facts, list_facts
from aiguillage.domain.errors import invalid
from aiguillage.domain.queues import DayException, TimeSpan

hours_commands = typer.Typer(
    help="Opening hours: when a call queue is open, and where its calls go then.", no_args_is_help=True
)
exception_commands = typer.Typer(
    help="Exceptions: days on which a queue's opening hours do not count.", no_args_is_help=True
)

Label = Annotated[str, typer.Option("--label", "-l", help="What people call it.")]


def day_name(day: int) -> str:
    """A day of the week in words, 1 Monday .. 7 Sunday."""
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return names[day - 1]


def _span_cells(span: TimeSpan, names: Names) -> tuple[object, ...]:
    day = day_name(span.day_of_week) if span.day_of_week else span.date_full
    return names.owner(span), day, _clock(span.start_time), _clock(span.end_time), span.destination, span.reference


def _clock(shown: time) -> str:
    return f"{shown:%H:%M:%S}" if shown.second else f"{shown:%H:%M}"


def _days_of(exception: DayException) -> str:
    first, last = exception.first_day, exception.last_day
    form = "{:%m-%d}" if exception.every_year else "{}"
    return form.format(first) if first == last else f"{form.format(first)} .. {form.format(last)}"


SPANS = Shown(
    "time_span",
    "time spans",
    lambda: (_("for"), _("day"), _("from"), _("to"), _("destination"), _("reference")),
    _span_cells,
    lambda: _("No opening hours yet. Add some: aiguillage hours add ACCOUNT --queue CODE --day 1-5 --from 9 --to 18"),
)
EXCEPTIONS = Shown(
    "exception",
    "exceptions",
    lambda: (_("for"), _("days"), _("every year"), _("label"), _("destination")),
    lambda fact, names: (names.owner(fact), _days_of(fact), fact.every_year, fact.label, fact.destination),
    lambda: _("No exception yet. Add one: aiguillage exception add ACCOUNT 2026-12-24 --queue CODE"),
)


@command(hours_commands, "add")
def add_hours(
    context: typer.Context,
    account: AccountCode,
    begin: Annotated[str, typer.Option("--from", metavar="TIME", help="As in 09:00.")],
    end: Annotated[
        str, typer.Option("--to", metavar="TIME", help="As in 18:00; not after --from, it is on the next day.")
    ],
    queue: QueueName = None,
    group: GroupName = None,
    days: Annotated[
        list[str] | None, typer.Option("--day", metavar="DAYS", help="1 Monday to 7 Sunday, as in 1-5, 6,7 or mon-fri.")
    ] = None,
    dates: Annotated[
        list[str] | None,
        typer.Option("--date", metavar="DATE", help="That day only, as in 2026-12-24; repeat for more."),
    ] = None,
    destination: Destination = None,
    reference: Annotated[str, typer.Option(help="Its name in your other systems.")] = "",
    json: Json = False,
) -> None:
    """Add opening hours: a time span for each day, all or none."""
    on = _days(days, dates)
    times = {"start_time": parse_time(begin), "end_time": parse_end(end)}
    with at_desk(context) as desk:
        common = {**owner_of(desk, account, queue, group), **times, "reference": reference}
        spans = [TimeSpan(**common, **one, destination=destination or None) for one in on]
        done = add_facts(desk.db, desk.actor, account, spans)
        print_changes(desk, account, SPANS, done, json=json)


def _days(days: list[str] | None, dates: list[str] | None) -> list[dict[str, Any]]:
    """The day of each time span, as its struct names it. Raises Refusal(invalid)."""
    on: list[dict[str, Any]] = [{"day_of_week": day} for day in parse_days(days or ())]
    on += [{"date_full": parse_date(text)} for text in dates or ()]
    if not on:
        raise invalid("Say on which days: --day 1-5, or --date 2026-12-24.")
    return on


@command(hours_commands, "list")
def list_hours(
    context: typer.Context, account: AccountCode, queue: QueueName = None, group: GroupName = None, json: Json = False
) -> None:
    """List the time spans; with --queue or --group those of one alone."""
    with at_desk(context) as desk:
        kept = list_facts(desk.db, desk.actor, account, SPANS.kind)
        if queue is not None or group is not None:
            owner = owner_of(desk, account, queue, group)
            kept = [one for one in kept if {name: getattr(one.fact, name) for name in owner} == owner]
        print_kept(desk, account, SPANS, kept, json=json)


@command(exception_commands, "add")
def add_exception(
    context: typer.Context,
    account: AccountCode,
    first: Annotated[str, typer.Argument(metavar="DAY", help="The day, or the first of them, as in 2026-12-24.")],
    last: Annotated[str | None, typer.Argument(metavar="[LAST]", help="The last of them.", show_default=False)] = None,
    queue: QueueName = None,
    group: GroupName = None,
    every_year: Annotated[bool, typer.Option("--every-year", help="On these days of every year.")] = False,
    label: Label = "",
    destination: Destination = None,
    json: Json = False,
) -> None:
    """Add days on which the queue is closed, or its calls go elsewhere."""
    first_day = parse_date(first)
    with at_desk(context) as desk:
        exception = DayException(
            **owner_of(desk, account, queue, group),
            first_day=first_day,
            last_day=first_day if last is None else parse_date(last),
            every_year=every_year,
            label=label,
            destination=destination or None,
        )
        print_change(desk, account, EXCEPTIONS, add_typed(desk, account, exception), json=json)


common_commands(hours_commands, SPANS, but=("list",))
common_commands(exception_commands, EXCEPTIONS)
