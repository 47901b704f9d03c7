"""The cast, assembled once and copied for each test: the desk has many tests, and each starts from the same facts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.app import open_database
from aiguillage.settings import Settings
from aiguillage.storage.engine import Database
from aiguillage.storage.migrate import migrate
from tests.cast import Cast, assemble
from tests.desk.feed import Feed
from tests.desk.hooks import Hooks
from tests.secure import Secure


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the cast in it, closed."""
    database = open_database(Settings(data_dir=tmp_path_factory.mktemp("assembled")))
    migrate(database)
    assemble(database)
    database.close()
    return database.path


@pytest.fixture
def db(settings: Settings, assembled: Path) -> Iterator[Database]:
    """A database with the cast in it."""
    database = open_database(settings)
    shutil.copyfile(assembled, database.path)
    yield database
    database.close()


@pytest.fixture
def cast(db: Database) -> Cast:
    """The standing cast in the database."""
    return Cast(db)


@pytest.fixture
def feed(secure: Secure) -> Feed:
    """A feed that says that the queue is closed for a day."""
    return Feed(secure)


@pytest.fixture
def hooks(cast: Cast, secure: Secure) -> Hooks:
    """Webhooks on a receiver that was not asked anything yet."""
    secure.requests.clear()
    return Hooks(cast, secure)
