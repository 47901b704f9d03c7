"""An empty database: the storage is tried from nothing on."""

from collections.abc import Iterator

import pytest

from aiguillage.app import open_database
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from aiguillage.storage.sqlite.engine import Database
from tests.cast import Cast, assemble


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """An empty, migrated database."""
    database = open_database(settings)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def cast(db: Database) -> Cast:
    """The standing cast in the database."""
    return assemble(db)
