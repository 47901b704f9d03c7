"""An empty database: the storage is tried from nothing on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.app import open_database
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from aiguillage.storage.sqlite.engine import Database
from tests.cast import Cast, copy_of


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database, closed: migrated once and copied for each test."""
    database = open_database(Settings(data_dir=tmp_path_factory.mktemp("migrated")))
    migrate(database)
    database.close()
    return database.path


@pytest.fixture
def db(settings: Settings, migrated: Path) -> Iterator[Database]:
    """An empty, migrated database."""
    with copy_of(migrated, settings) as database:
        yield database


@pytest.fixture
def cast(db: Database, assembled: Path) -> Cast:
    """The standing cast in the database, before anything else is."""
    db.close()
    shutil.copyfile(assembled, db.path)
    return Cast(db)
