"""The command that decides logged calls again under other facts."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from aiguillage.cli.calls import Since, readable
from aiguillage.cli.door import LARGEST, AccountCode, Desk, Json, at_desk, command
from aiguillage.cli.moments import iso, local, parse_since
from aiguillage.cli.printing import print_json, print_line, print_table
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.desk.past import REFUSED, Past, facts_before, facts_in, facts_now
from aiguillage.domain.documents import decode_document
from aiguillage.domain.errors import invalid
from aiguillage.replaying import Moved, Replay, replay_calls

A_WEEK = "7d"


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "replay")(replay)


def replay(
    context: typer.Context,
    account: AccountCode,
    since: Since = A_WEEK,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Decide by the facts in this document (aiguillage facts export), changed."),
    ] = None,
    journal_before: Annotated[
        int | None,
        typer.Option(metavar="SEQ", help="Decide by the facts as they were before this change.", min=1, max=LARGEST),
    ] = None,
    calls: Annotated[bool, typer.Option("--calls", help="List the calls one by one too.")] = False,
    json: Json = False,
) -> None:
    """Decide logged calls again, by today's facts or others, and tell which would have gone elsewhere."""
    if against is not None and journal_before is not None:
        raise invalid("Give --against or --journal-before, not both: each says which facts to decide by.")
    with at_desk(context) as desk:
        time_zone = show_account(desk.db, desk.actor, account).time_zone
        begin = parse_since(since or A_WEEK, desk.actor.at, time_zone)
        past = _facts_of(desk, account, against, journal_before)
        done = replay_calls(desk.settings, desk.db, desk.actor, account, since=begin, past=past)
    if json:
        print_json(_document(done))
        return
    _print(done)
    if calls and done.moved:
        _print_calls(done.moved, time_zone)


def _facts_of(desk: Desk, account: str, against: Path | None, journal_before: int | None) -> Past:
    """The facts to decide by. Raises Refusal."""
    if against is not None:
        return facts_in(desk.db, desk.actor, account, decode_document(against.read_bytes()))
    if journal_before is not None:
        return facts_before(desk.db, desk.actor, account, journal_before)
    return facts_now(desk.db, desk.actor, account)


def _print(done: Replay) -> None:
    print_line(
        _("{calls} calls decided again; {moved} would have gone elsewhere.").format(
            calls=done.calls, moved=len(done.moved)
        )
    )
    if done.skipped:
        print_line(
            _("{calls} calls are too old to be decided again: their numbers are gone.").format(calls=done.skipped)
        )
    if done.left_out:
        print_line(_("Left out are {calls} calls that an older release logged.").format(calls=done.left_out))
    if done.moves:
        rows = [(_way(move.went), _way(move.would_go), move.calls) for move in done.moves]
        print_table((_("went to"), _("would go to"), _("calls")), rows)


def _print_calls(moved: tuple[Moved, ...], time_zone: str) -> None:
    rows = [(local(one.call.at, time_zone), _number(one), _way(one.went), _way(one.would_go)) for one in moved]
    headings = (_("time ({zone})").format(zone=time_zone), _("number"), _("went to"), _("would go to"))
    print_table(headings, rows)


def _number(one: Moved) -> str:
    return readable(one.call.number)


def _way(way: str | None) -> str:
    if way == REFUSED:
        return _("(refused)")
    return _("(nowhere)") if way is None else way


def _document(done: Replay) -> dict[str, Any]:
    return {
        "calls": done.calls,
        "skipped": done.skipped,
        "left_out": done.left_out,
        "moves": done.moves,
        "moved": [_moved_document(one) for one in done.moved],
    }


def _moved_document(one: Moved) -> dict[str, Any]:
    call = msgspec.structs.asdict(one.call)
    return {**call, "at": iso(one.call.at), "went": one.went, "would_go": one.would_go}
