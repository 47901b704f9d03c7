"""The demonstration: a made-up account, filled once, and requests to try on it with the answers they get."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
import typer

from aiguillage.app import explain_call
from aiguillage.cli.printing import print_json
from aiguillage.cli.words import _
from aiguillage.desk.accounts import add_account
from aiguillage.desk.contacts import enter_contact
from aiguillage.desk.fields import add_option, set_field
from aiguillage.desk.tokens import issue_token, list_tokens, revoke_token
from aiguillage.desk.users import add_user, grant_role
from aiguillage.dialects import encom_v1
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import Option
from aiguillage.settings import Settings
from aiguillage.storage.engine import Database
from aiguillage.storage.migrate import migrate

ACCOUNT = "CL0000"
ROUTER = "router@example.org"
TOKEN = "demo"  # noqa: S105 - its name
USERS = (
    ("manager@example.org", "Maud Gérard", Role.MANAGE),
    ("editor@example.org", "Édouard Tessier", Role.EDIT),
    ("reader@example.org", "Rita Lemoine", Role.READ),
    (ROUTER, "Standard téléphonique", Role.ROUTE),
)
FIELDS = (
    ("select_1", "File principale", None),
    ("select_2", "File de débordement", "209"),
    ("select_3", "File d’astreinte", "214"),
    ("select_4", "Messagerie", "299"),
    ("boolean_1", "VIP", None),
    ("boolean_2", "Contrat d’astreinte", None),
    ("boolean_3", "Facture en retard", None),
    ("boolean_4", "Rappel demandé", None),
)
QUEUES = (("Accueil", "207"), ("Support", "209"), ("Astreinte", "214"), ("Comptabilité", "216"))
CONTACTS = (
    {
        "reference": "D-1",
        "company": "Clinique des Acacias",
        "first_name": "Camille",
        "last_name": "Roche",
        "language": "fr",
        "numbers": ["0199001234", "06 39 98 12 34"],
        "emails": ["camille@example.org"],
        "code": "1234",
        "select_1": "207",
        "select_2": "209",
        "select_3": "214",
        "select_4": "216",
    },
    {
        "reference": "D-2",
        "company": "Fonderie Vauquelin",
        "first_name": "Baptiste",
        "last_name": "Marchand",
        "language": "fr",
        "numbers": ["02 61 91 00 42"],
        "code": "4321",
        "select_1": "214",
        "select_2": "207",
        "boolean_1": True,
        "boolean_2": True,
    },
    {
        "reference": "D-3",
        "company": "Transports Mercier & Fils",
        "language": "fr",
        "numbers": ["03530177*"],
        "select_1": "216",
    },
    {"reference": "D-4", "first_name": "Inès", "last_name": "Lenoir", "code": "7788", "select_1": "209"},
    {
        "reference": "D-5",
        "company": "Harbour & Sons",
        "language": "en",
        "numbers": ["+33 5 36 49 00 07"],
        "select_1": "sip:sales@example.org",
        "boolean_3": True,
    },
)


class Request(NamedTuple):
    """A request to try: what it shows, and its parameters beside the account."""

    title: str
    parameters: dict[str, str]


class Shown(NamedTuple):
    """A request as it is shown: a line for a shell, and what that will print."""

    title: str
    curl: str
    answer: str


def requests() -> tuple[Request, ...]:
    """The requests that the demonstration proposes."""
    return (
        Request(_("A known number"), {"number": "0199001234"}),
        Request(_("A code, typed by a caller whose number is withheld"), {"number": "anonymous", "code": "4321"}),
        Request(_("The same as raw text"), {"number": "0199001234", "format": "raw"}),
        Request(_("One destination"), {"number": "0199001234", "format": "raw", "destination": "2"}),
        Request(_("A number of a known range"), {"number": "+33353017701"}),
        Request(_("A VIP with an on-call contract"), {"code": "4321", "include": "vip,onCallDutyContract"}),
        Request(_("A stranger"), {"number": "0465710000"}),
    )


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
            _fill(database, actor)
        finally:
            database.close()
        shutil.rmtree(kept, ignore_errors=True)
        fresh.replace(kept)
    return msgspec.structs.replace(settings, data_dir=kept)


def _fill(db: Database, actor: Actor) -> None:
    add_account(db, actor, Account(code=ACCOUNT, name="Démonstration"))
    for key, label, default in FIELDS:
        set_field(db, actor, ACCOUNT, key, label=label, default=default)
    for name, value in QUEUES:
        add_option(db, actor, ACCOUNT, "select_1", Option(name, value))
    for email, name, role in USERS:
        add_user(db, actor, email, name=name)
        grant_role(db, actor, email, ACCOUNT, role)
    for given in CONTACTS:
        enter_contact(db, actor, ACCOUNT, None, given)


def print_requests(settings: Settings, actor: Actor, *, json: bool) -> None:
    """A curl line for each request, with the answer it gets, and where to read on."""
    database = Database(settings.database)
    try:
        secret = _renew_secret(database, actor)
        shown = [_show(settings, database, actor, secret, request) for request in requests()]
    finally:
        database.close()
    docs = f"{_base(settings)}/docs"
    if json:
        print_json({"docs": docs, "requests": [one._asdict() for one in shown]})
        return
    lines = [_("aiguillage shows itself. Paste any of these lines into another terminal."), ""]
    for one in shown:
        lines += [one.title, f"  {one.curl}", f"  {one.answer}", ""]
    command = f"AIGUILLAGE_DATA_DIR={shlex.quote(str(settings.data_dir))} {_program()}"
    lines += [
        _("All of the API: {url}").format(url=docs),
        _("Why a call goes where it goes: {command}").format(command=f"{command} route {ACCOUNT} --number 0199001234"),
        _("Stop with Ctrl-C."),
    ]
    typer.echo("\n".join(lines))


def _show(settings: Settings, database: Database, actor: Actor, secret: str, request: Request) -> Shown:
    query = {"customerAccount": ACCOUNT, **request.parameters}
    return Shown(request.title, _curl(settings, secret, query), _answer(settings, database, actor, query))


def _program() -> str:
    """The command as it was typed: where it is not on the path, `.venv/bin/aiguillage`."""
    return sys.argv[0] if Path(sys.argv[0]).name == "aiguillage" else "aiguillage"


def _renew_secret(db: Database, actor: Actor) -> str:
    """A new token in place of the last start's: only its SHA-256 was kept, so it could not be shown again."""
    for token in list_tokens(db, actor, ROUTER):
        if token.name == TOKEN and token.revoked_at is None:
            revoke_token(db, actor, token.id)
    return issue_token(db, actor, ROUTER, name=TOKEN, accounts=[ACCOUNT])[1]


def _base(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _curl(settings: Settings, secret: str, query: dict[str, str]) -> str:
    """The request as a shell command that prints the body and the status."""
    url = f"{_base(settings)}{encom_v1.PATH}?{urlencode(query, safe=',')}"
    return f"curl -sgw ' (%{{http_code}})\\n' -H 'Authorization: Bearer {secret}' '{url}'"


def _answer(settings: Settings, database: Database, actor: Actor, query: dict[str, str]) -> str:
    """What curl will print: decided and put into words as the call path does it."""
    question = encom_v1.ask({"query_string": urlencode(query).encode()})
    explained = explain_call(settings, database, actor, ACCOUNT, number=question.number, code=question.code)
    answer = encom_v1.answer(question, explained.decision, "404")
    return f"{answer.body.decode()} ({answer.status})"
