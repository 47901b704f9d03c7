"""A real server on the standing cast, for tests that change nothing and so can share it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiguillage.app import open_database
from aiguillage.settings import Settings
from aiguillage.storage.migrate import migrate
from tests.cast import assemble, known_caller
from tests.server import Answer, Server, running


@dataclass
class Standing:
    """A server that knows one caller of CL0000, and the secret of that account's router."""

    server: Server
    secret: str

    def ask(self, path: str, *, method: str = "GET") -> Answer:
        """One request of the router's."""
        return self.server.ask(path, self.secret, method=method)


@contextmanager
def standing_server(directory: Path) -> Iterator[Standing]:
    """The server, with its data in a directory of its own."""
    settings = Settings(data_dir=directory / "data")
    database = open_database(settings)
    migrate(database)
    cast = assemble(database)
    known_caller(cast)
    secret = cast.secret("router")
    with running(settings) as server:
        yield Standing(server, secret)
    database.close()
