"""A real server on the cast, for tests that change facts while it runs and share it all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiguillage.app import open_database
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from tests.cast import Cast, assemble
from tests.server import Server, running


@dataclass
class Busy:
    """A server, and the cast whose facts tests change."""

    server: Server
    cast: Cast


@contextmanager
def busy_server(directory: Path) -> Iterator[Busy]:
    """The server, with its data in a directory of its own."""
    settings = Settings(data_dir=directory / "data")
    database = open_database(settings)
    migrate(database)
    cast = assemble(database)
    with running(settings) as server:
        yield Busy(server, cast)
    database.close()
