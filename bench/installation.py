"""An installation made to be measured: an account, a token, and contacts that came by an import."""

from dataclasses import dataclass
from pathlib import Path
from time import time_ns

from aiguillage.app import open_database
from aiguillage.desk.accounts import add_account
from aiguillage.desk.imports import list_imports
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user, grant_role
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.settings import Settings
from aiguillage.storage.engine import Database
from aiguillage.storage.migrate import migrate
from bench.drawn import ACCOUNT, Callers, draw_numbers, write_callers, write_contacts
from bench.imports import Import, import_file
from bench.rules import add_rules

EMAIL = "router@example.org"


@dataclass(frozen=True)
class Installation:
    """A directory with so many contacts, how they came there, and how to ask for them."""

    settings: Settings
    size: int
    secret: str
    callers: Callers
    imported: Import


def make_installation(directory: Path, size: int) -> Installation:
    """Makes `directory` and an installation of `size` contacts in it. Raises RuntimeError if some are missing."""
    settings = Settings(data_dir=directory / "data")
    database = open_database(settings)
    migrate(database)
    actor = Actor("bench", time_ns() // 1000, operator=True)
    secret = _issue_secret(database, actor)
    add_rules(database, actor)
    numbers = draw_numbers(size)
    file = directory / "contacts.csv"
    write_contacts(file, numbers)
    imported = import_file(settings.data_dir, file, size)
    file.unlink()
    done = list_imports(database, actor, ACCOUNT)
    database.close()
    if [one.created for one in done] != [size]:
        raise RuntimeError(f"the import of {size} contacts did something else: {done}")
    return Installation(settings, size, secret, write_callers(directory, numbers), imported)


def _issue_secret(database: Database, actor: Actor) -> str:
    """An account, a user who may ask about it, and their token."""
    add_account(database, actor, Account(ACCOUNT, "Bench"))
    add_user(database, actor, EMAIL)
    grant_role(database, actor, EMAIL, ACCOUNT, Role.ROUTE)
    return issue_token(database, actor, EMAIL, name="bench")[1]
