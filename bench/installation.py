"""An installation made to be measured: an account, a token, and contacts that came by an import."""

from dataclasses import dataclass
from pathlib import Path
from time import time_ns
from typing import NamedTuple

from aiguillage.app import open_database
from aiguillage.desk.accounts import add_account
from aiguillage.desk.imports import list_imports
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user, grant_role
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from aiguillage.storage.sqlite.engine import Database
from bench.drawn import ACCOUNT, Callers, draw_numbers, write_callers, write_contacts
from bench.imports import Import, import_file
from bench.rules import add_rules


class Filled(NamedTuple):
    """An account with contacts: who may ask about it, whom to ask for, and how its contacts came there."""

    account: str
    secret: str
    callers: Callers
    imported: Import


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
    database.close()
    filled = fill_account(settings, directory, ACCOUNT, size)
    return Installation(settings, size, filled.secret, filled.callers, filled.imported)


def fill_account(settings: Settings, directory: Path, account: str, size: int) -> Filled:
    """Adds an account of `size` contacts, with all that V2 decides by. Raises RuntimeError if some are missing."""
    database = open_database(settings)
    actor = operator()
    secret = _issue_secret(database, actor, account)
    add_rules(database, actor, account)
    numbers = draw_numbers(size)
    file = directory / "contacts.csv"
    write_contacts(file, numbers)
    imported = import_file(settings.data_dir, file, size, account)
    file.unlink()
    done = list_imports(database, actor, account)
    database.close()
    if [one.created for one in done] != [size]:
        raise RuntimeError(f"the import of {size} contacts did something else: {done}")
    return Filled(account, secret, write_callers(directory, numbers, account), imported)


def operator() -> Actor:
    """Who makes what is measured, at this moment."""
    return Actor("bench", time_ns() // 1000, operator=True)


def _issue_secret(database: Database, actor: Actor, account: str) -> str:
    """An account, a user who may ask about it, and their token."""
    email = f"router.{account.lower()}@example.org"
    add_account(database, actor, Account(account, f"Bench {account}"))
    add_user(database, actor, email)
    grant_role(database, actor, email, account, Role.ROUTE)
    return issue_token(database, actor, email, name="bench")[1]
