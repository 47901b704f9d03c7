"""The demonstration: a made-up account, filled once, and requests to try on it with the answers they get."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
import typer

from aiguillage.callpath.engine import Dialect
from aiguillage.cli.demo_calls import add_calls
from aiguillage.cli.demo_examples import OPERATOR, PASSWORD
from aiguillage.cli.demo_facts import ACCOUNT, MANAGER, READER, ROUTER, fill
from aiguillage.cli.moments import today
from aiguillage.cli.printing import print_json
from aiguillage.cli.words import _
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token
from aiguillage.desk.users import find_user
from aiguillage.dialects import encom_v1, v2
from aiguillage.domain.accounts import NOT_FOUND, Actor, Role
from aiguillage.domain.errors import conflict
from aiguillage.domain.unknown_callers import told
from aiguillage.explaining import explain_call
from aiguillage.settings import Settings
from aiguillage.sockets import url_of
from aiguillage.storage.migrate import migrate
from aiguillage.storage.sqlite.engine import Database

TOKEN = "demo"  # noqa: S105 - its name
CALLER, STRANGER = "0199001234", "0465710000"
ASKERS = {Role.ROUTE: ROUTER, Role.READ: READER}
"""Whose token asks what takes this role."""


class Request(NamedTuple):
    """A request to try: what it shows, its parameters beside the account, and the dialect that it is in."""

    title: str
    parameters: dict[str, str]
    dialect: Dialect = v2


class Shown(NamedTuple):
    """A request as it is shown: a line for a shell, and what that will print."""

    title: str
    curl: str
    answer: str


def requests(at: int) -> tuple[Request, ...]:
    """The requests that the demonstration proposes at a moment."""
    return (
        Request(
            _("A known number, on a Tuesday morning"),
            {"number": CALLER, "at": "2026-11-24T10:00", "fields": "known,company,destination,open,until"},
        ),
        Request(
            _("The same at night"),
            {"number": CALLER, "at": "2026-11-24T22:00", "fields": "known,company,destination,open,until"},
        ),
        Request(
            _("A code, typed by a caller whose number is withheld: a VIP with an on-call contract"),
            {"number": "anonymous", "code": "4321", "fields": "known,company,vip,onCallDutyContract"},
        ),
        Request(_("A number of a known range"), {"number": "+33353017701", "fields": "known,by,company"}),
        Request(_("A stranger"), {"number": STRANGER}),
        Request(
            _("A stranger who types a postal code goes where the zone does"),
            {"number": STRANGER, "value": "35000", "fields": "known,destination,reason"},
        ),
        Request(
            _("On a public holiday a VIP with an on-call contract reaches who is on call"),
            {"number": "0261910042", "at": _next_holiday(at), "fields": "destination,queue,open,reason,vip,priority"},
        ),
        Request(_("V1, as Encom's call flows ask it"), {"number": CALLER}, encom_v1),
        Request(_("The same as raw text"), {"number": CALLER, "format": "raw"}, encom_v1),
    )


def _next_holiday(at: int) -> str:
    """A moment of the next 14 July."""
    now = today(at, "UTC")
    year = now.year if now < now.replace(month=7, day=14) else now.year + 1
    return f"{year}-07-14T20:15:00Z"


def set_up_demo(settings: Settings, actor: Actor) -> Settings:
    """Fills the demonstration's own data directory if it is not there yet; the settings that use it."""
    kept = settings.data_dir / "demo"
    if not (kept / "aiguillage.db").exists():
        # Filled beside its place and then put there: a first start that is interrupted leaves no half of it.
        fresh = settings.data_dir / "demo.filling"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        database = Database(fresh / "aiguillage.db")
        try:
            migrate(database)
            fill(database, actor)
        finally:
            database.close()
        shutil.rmtree(kept, ignore_errors=True)
        fresh.replace(kept)
    _require_operator(kept)
    settings = msgspec.structs.replace(settings, data_dir=kept)
    add_calls(settings, actor.at)
    return settings


def _require_operator(kept: Path) -> None:
    """Raises Refusal where an older release filled the directory, whose demonstration lacks what this one names."""
    database = Database(kept / "aiguillage.db")
    try:
        with database.read() as connection:
            if find_user(connection, OPERATOR) is None:
                raise conflict(f"{kept} was filled by an older release. Remove that directory, and run this again.")
    finally:
        database.close()


def print_requests(settings: Settings, actor: Actor, *, json: bool) -> None:
    """A curl line for each request, with the answer it gets, and where to read on."""
    database = Database(settings.database)
    try:
        secrets = {role: renew_secret(database, actor, email, role, [ACCOUNT]) for role, email in ASKERS.items()}
        all_rights = renew_secret(database, actor, OPERATOR, Role.MANAGE)
        shown = [_show(settings, database, actor, secrets, request) for request in requests(actor.at)]
    finally:
        database.close()
    docs = f"{url_of(settings.host, settings.port)}/docs"
    console = f"{url_of(settings.host, settings.port)}/"
    if json:
        print_json(
            {"console": console, "docs": docs, "token": all_rights, "requests": [one._asdict() for one in shown]}
        )
        return
    lines = [_("aiguillage shows itself. Paste any of these lines into another terminal."), ""]
    for one in shown:
        lines += [one.title, f"  {one.curl}", f"  {one.answer}", ""]
    command = f"AIGUILLAGE_DATA_DIR={shlex.quote(str(settings.data_dir))} {_program()}"
    lines += [
        _("The console, for the account's staff: {url}").format(url=console),
        _("Sign in there as {email}, with the password: {password}").format(email=MANAGER, password=PASSWORD),
        _("All of the API: {url}").format(url=docs),
        _("What is proposed there can be tried, after Authorize with: {token}").format(token=all_rights),
        _("Why a call goes where it goes: {command}").format(
            command=f"{command} route {ACCOUNT} --number 0199001234 --explain"
        ),
        _("A call queue's coming week: {command}").format(command=f"{command} week {ACCOUNT} 207"),
        _("Stop with Ctrl-C."),
    ]
    typer.echo("\n".join(lines))


def _show(settings: Settings, database: Database, actor: Actor, secrets: dict[Role, str], request: Request) -> Shown:
    """The request as a line for a shell, with its answer as the call path decides it and puts it into words."""
    dialect, query = request.dialect, urlencode({"customerAccount": ACCOUNT, **request.parameters}, safe=",:")
    question = dialect.ask({"method": "GET", "path": dialect.PATH, "query_string": query.encode()})
    explained = explain_call(settings, database, actor, ACCOUNT, question, question.rules)
    decision = told(explained.facts, explained.decision, NOT_FOUND)
    status, _headers, body = dialect.answer(question, explained.facts, decision)
    url, secret = f"{url_of(settings.host, settings.port)}{dialect.PATH}?{query}", secrets[question.needs]
    curl = f"curl -sgw ' (%{{http_code}})\\n' -H 'Authorization: Bearer {secret}' '{url}'"
    return Shown(request.title, curl, f"{body.decode()} ({status})")


def _program() -> str:
    """The command as it was typed: where it is not on the path, `.venv/bin/aiguillage`."""
    return sys.argv[0] if Path(sys.argv[0]).name == "aiguillage" else "aiguillage"


def renew_secret(db: Database, actor: Actor, email: str, role: Role, accounts: Sequence[str] = ()) -> str:
    """A new token in place of the last start's: only its SHA-256 was kept, so it could not be shown again."""
    for token in list_tokens(db, actor, email):
        if token.name == TOKEN and token.revoked_at is None:
            revoke_token(db, actor, token.id)
    return issue_token(db, actor, email, name=TOKEN, role=role, accounts=accounts)[1]
