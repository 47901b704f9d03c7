"""Commands about what happened: the calls that came, and who changed what."""

from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import LARGEST, AccountCode, Desk, Json, Limit, at_desk, command
from aiguillage.cli.moments import iso, local, parse_since
from aiguillage.cli.printing import plain, print_json, print_line, print_list, print_table
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.calls import Search, all_calls, count_calls, list_strangers
from aiguillage.desk.journal import list_changes
from aiguillage.desk.reverting import revert_change
from aiguillage.domain.pseudonyms import is_pseudonym
from aiguillage.storage.calls import LATEST, Call, Stranger
from aiguillage.storage.journal import Entry

Since = Annotated[
    str | None, typer.Option(help="From when on: 7d, 12h, 2026-11-01 or 2026-11-01T08:30 (the account's time).")
]
Until = Annotated[str | None, typer.Option(help="Until when: 7d ago, or a date, or a date and time, as for --since.")]
SHORT = 7
"""Characters of a pseudonym that are enough to tell callers apart."""


def register(application: typer.Typer) -> None:
    """Adds the commands."""
    for name, function in (("calls", calls), ("statistics", statistics), ("journal", journal), ("revert", revert)):
        command(application, name)(function)


def calls(
    context: typer.Context,
    account: AccountCode,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Strangers only, by number, the most frequent first.")
    ] = False,
    since: Since = None,
    until: Until = None,
    number: Annotated[str | None, typer.Option(help="Calls from this number, in any spelling.")] = None,
    contact: Annotated[int | None, typer.Option(help="Calls of this contact.", min=1, max=LARGEST)] = None,
    known: Annotated[bool | None, typer.Option("--known/--strangers", help="Known callers' calls, or others'.")] = None,
    destination: Annotated[str | None, typer.Option(help="Calls that were sent or told there.")] = None,
    reason: Annotated[str | None, typer.Option(help="Calls that this rule decided.")] = None,
    dialect: Annotated[str | None, typer.Option(help="Calls that came this way, as in encom_v1.")] = None,
    call_id: Annotated[str | None, typer.Option(help="The call of that id.")] = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List the calls that were answered, newest first."""
    with at_desk(context) as desk:
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        begin, end = _period(desk, since, until, time_zone)
        if unknown:
            _list_strangers(desk, account, time_zone, since=begin, until=end, limit=limit or LARGEST, json=json)
            return
        search = Search(
            since=begin,
            until=end,
            number=number,
            contact_id=contact,
            known=known,
            dialect=dialect,
            reason=reason,
            destination=destination,
            call_id=call_id,
        )
        found = islice(all_calls(desk.db, desk.settings.calls, desk.actor, account, search), limit or None)
        _print_calls(found, time_zone, json=json)


def _period(desk: Desk, since: str | None, until: str | None, time_zone: str) -> tuple[int, int]:
    return (
        0 if since is None else parse_since(since, desk.actor.at, time_zone),
        LATEST if until is None else parse_since(until, desk.actor.at, time_zone),
    )


def _print_calls(found: Iterable[Call], time_zone: str, *, json: bool) -> None:
    print_list(
        found,
        json=json,
        document=_call_document,
        headings=(
            _("time ({zone})").format(zone=time_zone),
            _("number"),
            _("contact"),
            _("sent to"),
            _("asked by"),
        ),
        cells=lambda call: (
            local(call.at, time_zone),
            readable(call.number),
            _("stranger") if call.contact_id is None else call.contact_id,
            call.destination or _("(nowhere)"),
            call.dialect,
        ),
        empty=_("No call."),
    )


def _call_document(call: Call) -> dict[str, Any]:
    return {**msgspec.structs.asdict(call), "at": iso(call.at)}


def readable(number: str | None) -> str:
    """A caller's number as people read it; of one that is no longer kept, enough to tell it from others."""
    if is_pseudonym(number):
        return _("hidden ({pseudonym})").format(pseudonym=str(number)[:SHORT])
    return _("withheld") if number == "" else number or "-"


def _list_strangers(
    desk: Desk, account: str, time_zone: str, *, since: int, until: int, limit: int, json: bool
) -> None:
    who = (desk.db, desk.settings.calls, desk.actor, account)
    found = list_strangers(*who, since=since, until=until, limit=limit)
    print_list(
        found,
        json=json,
        document=_stranger_document,
        headings=(_("number"), _("calls"), _("last call ({zone})").format(zone=time_zone)),
        cells=lambda stranger: (readable(stranger.number), stranger.calls, local(stranger.last_at, time_zone)),
        empty=_("No unknown caller."),
    )


def _stranger_document(stranger: Stranger) -> dict[str, Any]:
    return {**msgspec.structs.asdict(stranger), "last_at": iso(stranger.last_at)}


def statistics(
    context: typer.Context,
    account: AccountCode,
    since: Since = "30d",
    until: Until = None,
    json: Json = False,
) -> None:
    """Count calls: how many were known, how they asked, where they went, on which day and at which hour."""
    with at_desk(context) as desk:
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        begin, end = _period(desk, since, until, time_zone)
        counts = count_calls(desk.db, desk.settings.calls, desk.actor, account, since=begin, until=end)
    if json:
        print_json(msgspec.structs.asdict(counts) | {"known_share": counts.known_share})
        return
    print_line(_("{calls} calls, {known} of known callers.").format(calls=counts.calls, known=counts.known))
    for heading, groups in (
        (_("asked by"), counts.by_dialect),
        (_("destination"), counts.by_destination),
        (_("day"), counts.by_day),
        (_("hour ({zone})").format(zone=time_zone), counts.by_hour),
    ):
        if groups:
            rows = [(group.value or _("(nowhere)"), group.calls, group.known) for group in groups]
            print_table((heading, _("calls"), _("known")), rows)


def revert(
    context: typer.Context,
    account: AccountCode,
    seq: Annotated[
        int, typer.Argument(metavar="SEQ", help="The change, as the journal numbers it.", min=1, max=LARGEST)
    ],
    json: Json = False,
) -> None:
    """Revert one change, if nobody changed the same thing since; the journal tells of it."""
    with at_desk(context) as desk:
        entry = revert_change(desk.db, desk.actor, account, seq)
    if json:
        print_json(_change_document(entry))
        return
    print_line(_("Change {seq} is reverted: see change {own}.").format(seq=seq, own=entry.seq))


def journal(
    context: typer.Context,
    account: Annotated[
        str | None,
        typer.Argument(
            metavar="[ACCOUNT]", help="The account's code; the installation's own journal without.", show_default=False
        ),
    ] = None,
    before: Annotated[
        int | None, typer.Option(metavar="SEQ", help="Changes before this one.", min=0, max=LARGEST)
    ] = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List who changed what, newest first."""
    with at_desk(context) as desk:
        found = list_changes(desk.db, desk.actor, account, before_seq=before, limit=limit or LARGEST)
        time_zone = "UTC" if account is None else show_account(desk.db, desk.actor, account).time_zone
        print_list(
            found,
            json=json,
            document=_change_document,
            headings=(_("seq"), _("time ({zone})").format(zone=time_zone), _("who"), _("did"), _("change")),
            cells=lambda entry: (
                entry.seq,
                local(entry.at, time_zone),
                entry.actor,
                f"{entry.action} {entry.entity} {entry.entity_id}",
                _difference(entry),
            ),
            empty=_("No change."),
        )


def _change_document(entry: Entry) -> dict[str, Any]:
    return {**msgspec.structs.asdict(entry), "at": iso(entry.at)}


def _difference(entry: Entry) -> str:
    """What changed, name by name: `207 -> 208`, or the value alone where there was none before."""
    before, after = entry.before or {}, entry.after or {}
    return "\n".join(
        f"{name}: {_value(before.get(name))} -> {_value(after.get(name))}"
        if entry.before
        else f"{name}: {_value(value)}"
        for name, value in {**before, **after}.items()
        if before.get(name) != after.get(name) and (after or name in {"code", "email", "name", "company"})
    )


def _value(value: object) -> str:
    """A journalled value in brief: of numbers and options what counts, of lists each."""
    if value in (None, "", [], ()):
        return "-"
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("number") or " ".join(str(one) for one in value.values()))
    return plain(value)
