"""The standing cast: two accounts, and one user for each thing that people may or may not do.

On CL0000 a manager, an editor, a reader and a router, named after what they may do; an outsider, who manages CL0001
and must never see anything of CL0000; and the operator, who runs the installation.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from aiguillage.app import open_database
from aiguillage.desk.accounts import add_account
from aiguillage.desk.contacts import Kept, add_contact
from aiguillage.desk.tokens import issue_token, list_tokens
from aiguillage.desk.users import actor_named, add_user, grant_role
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from aiguillage.storage.sqlite.engine import Database

ACCOUNT, OTHER_ACCOUNT = "CL0000", "CL0001"
NOW = 1_795_000_000_000_000
"""The moment at which the cast acts, in microseconds since 1970: some day in November 2026."""

ROLES = {"manager": Role.MANAGE, "editor": Role.EDIT, "reader": Role.READ, "router": Role.ROUTE}
NUMBER, CODE = "+33199001234", "4321"
DESTINATIONS = ("207", "209", "214", "216")
FICTION = ("19900", "26191", "35301", "46571", "53649", "63998")
"""The beginnings of French numbers that nobody has."""

MARKED = (
    *(CODE, "987654", "654321", "Garage Belleville", "Camille", "Roche", "Ana Roche", "Librairie Ormeau", "Lenoir"),
    *("Durand, Fils & Cie", "D’Été", "Vauquelin", "Belleville", "Carpentier", "Marchand", "Mairie de Valombre"),
    *("manager@example.org", "editor@example.org", "reader@example.org", "router@example.org", "outsider@example.org"),
)
"""Codes, names and addresses that no log line may hold; a test greps for them, and for numbers and secrets."""


@dataclass
class Cast:
    """The cast in one database. Secrets are issued when first asked for."""

    db: Database
    operator: Actor = field(default_factory=lambda: Actor("terminal", NOW, operator=True))
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """The call log beside the database."""
        return self.db.path.parent / "calls.db"

    def __getitem__(self, name: str) -> Actor:
        """The actor of that name: manager, editor, reader, router, outsider or operator."""
        return self.operator if name == "operator" else actor_named(self.db, email(name), NOW)

    def token_id(self, name: str) -> int:
        """The id of that user's oldest token."""
        return list_tokens(self.db, self.operator, email(name))[0].id

    def secret(self, name: str) -> str:
        """The secret of a route token of that user."""
        if name not in self.secrets:
            self.secrets[name] = issue_token(self.db, self.operator, email(name), name="cast")[1]
        return self.secrets[name]

    def managing_secret(self, name: str) -> str:
        """The secret of a token that may do all that its user may: one for all tests of a server, as one has 100."""
        key = f"{name} manages"
        if key not in self.secrets:
            self.secrets[key] = issue_token(self.db, self.operator, email(name), name="all", role=Role.MANAGE)[1]
        return self.secrets[key]

    def reading_secret(self, name: str) -> str:
        """The secret of a token with which that user may read, so also ask about other moments."""
        return issue_token(self.db, self.operator, email(name), name="reading", role=Role.READ)[1]


def email(name: str) -> str:
    """The e-mail address of one of the cast."""
    return f"{name}@example.org"


def assemble(db: Database) -> Cast:
    """Puts the cast into an empty, migrated database."""
    cast = Cast(db)
    for code, name in ((ACCOUNT, "Clinique des Acacias"), (OTHER_ACCOUNT, "Boulangerie Mistral")):
        add_account(db, cast.operator, Account(code=code, name=name))
    for name, role in ROLES.items():
        add_user(db, cast.operator, email(name), name=name.title())
        grant_role(db, cast.operator, email(name), ACCOUNT, role)
    add_user(db, cast.operator, email("outsider"), name="Outsider")
    grant_role(db, cast.operator, email("outsider"), OTHER_ACCOUNT, Role.MANAGE)
    return cast


@cache
def assembled() -> Path:
    """A database with the cast in it, closed: assembled once in a process, and copied for each who wants one."""
    directory = tempfile.mkdtemp(prefix="cast-")
    atexit.register(shutil.rmtree, directory)
    database = open_database(Settings(data_dir=Path(directory)))
    migrate(database)
    assemble(database)
    database.close()
    return database.path


_CLOSED: list[Database] = []
"""Databases that a test is done with: another's path is given to one, whose engine has compiled most statements."""


@contextmanager
def copy_of(template: Path, settings: Settings) -> Iterator[Database]:
    """A database that starts as a copy of a closed one."""
    database = open_database(settings)
    if _CLOSED:
        database = _CLOSED.pop()
        database.path = settings.database
    shutil.copyfile(template, database.path)
    yield database
    database.close()
    _CLOSED.append(database)


@contextmanager
def new_cast(settings: Settings) -> Iterator[Cast]:
    """The cast in a database of its own."""
    with copy_of(assembled(), settings) as database:
        yield Cast(database)


def known_caller(cast: Cast, at: int = NOW) -> Kept:
    """A VIP contact of CL0000 with a number, a code, four destinations and an on-call contract."""
    contact = Contact(
        reference="C-1",
        code=CODE,
        company="Garage Belleville",
        first_name="Camille",
        last_name="Roche",
        language="fr",
        telecoms=(Telecom(NUMBER, type="mobile"),),
        select=DESTINATIONS,
        boolean=(True, True, None, None),
    )
    return add_contact(cast.db, msgspec.structs.replace(cast["editor"], at=at), ACCOUNT, contact)
