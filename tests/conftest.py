"""Fixtures that all tests share: a directory of data, its database, the cast in it, a real server on it."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from aiguillage.settings import Settings
from aiguillage.storage.sqlite.engine import Database
from tests.cast import Cast, copy_of
from tests.cast import assembled as cast_assembled
from tests.secure import Secure, secure_server
from tests.server import Server, running

hypothesis.settings.register_profile(
    "shared", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shared")
"""Properties take the time that they take, for machines are shared; and what fails, fails for what was changed."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture(scope="session")
def assembled() -> Path:
    """A database with the cast in it, closed."""
    return cast_assembled()


@pytest.fixture
def db(settings: Settings, assembled: Path) -> Iterator[Database]:
    """A database with the cast in it."""
    with copy_of(assembled, settings) as database:
        yield database


@pytest.fixture
def cast(db: Database) -> Cast:
    """The standing cast in the database."""
    return Cast(db)


@pytest.fixture
def server(cast: Cast) -> Iterator[Server]:
    """A real server with one worker on the cast's database."""
    with running(Settings(data_dir=cast.db.path.parent)) as server:
        yield server


@pytest.fixture(scope="session")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """An HTTPS server that each test tells what to say."""
    with secure_server(tmp_path_factory.mktemp("secure")) as secure:
        yield secure
