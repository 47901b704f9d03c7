"""Commands about what happened: the calls that came, and who changed what."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.door import LARGEST, AccountCode, Desk, Json, Limit, at_desk, command
from aiguillage.cli.moments import iso, local, parse_since
from aiguillage.cli.printing import plain, print_list
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.calls import list_calls, list_strangers
from aiguillage.desk.journal import list_changes
from aiguillage.storage.calls import Call, Stranger
from aiguillage.storage.journal import Entry

Since = Annotated[
    str | None, typer.Option(help="From when on: 7d, 12h, 2026-11-01 or 2026-11-01T08:30 (the account's time).")
]


def register(application: typer.Typer) -> None:
    """Adds the commands."""
    for name, function in (("calls", calls), ("journal", journal)):
        command(application, name)(function)


def calls(
    context: typer.Context,
    account: AccountCode,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Strangers only, by number, the most frequent first.")
    ] = False,
    since: Since = None,
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List the calls that were answered, newest first."""
    with at_desk(context) as desk:
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        begin = 0 if since is None else parse_since(since, desk.actor.at, time_zone)
        list_them: Callable[..., None] = _list_strangers if unknown else _list_calls
        list_them(desk, account, time_zone, since=begin, limit=limit or LARGEST, json=json)


def _list_calls(desk: Desk, account: str, time_zone: str, *, since: int, limit: int, json: bool) -> None:
    found = list_calls(desk.db, desk.settings.calls, desk.actor, account, since=since, limit=limit)
    print_list(
        found,
        json=json,
        document=_call_document,
        headings=(
            _("time ({zone})").format(zone=time_zone),
            _("number"),
            _("contact"),
            _("destinations"),
            _("asked by"),
        ),
        cells=lambda call: (
            local(call.at, time_zone),
            _("withheld") if call.number == "" else call.number or "-",
            _("stranger") if call.contact_id is None else call.contact_id,
            call.destinations,
            call.dialect,
        ),
        empty=_("No call."),
    )


def _call_document(call: Call) -> dict[str, Any]:
    return {**msgspec.structs.asdict(call), "at": iso(call.at)}


def _list_strangers(desk: Desk, account: str, time_zone: str, *, since: int, limit: int, json: bool) -> None:
    found = list_strangers(desk.db, desk.settings.calls, desk.actor, account, since=since, limit=limit)
    print_list(
        found,
        json=json,
        document=_stranger_document,
        headings=(_("number"), _("calls"), _("last call ({zone})").format(zone=time_zone)),
        cells=lambda stranger: (stranger.number or _("withheld"), stranger.calls, local(stranger.last_at, time_zone)),
        empty=_("No unknown caller."),
    )


def _stranger_document(stranger: Stranger) -> dict[str, Any]:
    return {**msgspec.structs.asdict(stranger), "last_at": iso(stranger.last_at)}


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
