"""A real server on the standing cast that tests share: one for tests that change nothing, one for those that do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiguillage.settings import Settings
from tests.cast import Cast, new_cast
from tests.ruled import add_rules
from tests.server import Answer, Server, running


@dataclass
class Standing:
    """A server on which CL0000 has callers and rules, and the secret of that account's router."""

    server: Server
    secret: str

    def ask(self, path: str, *, method: str = "GET") -> Answer:
        """One request of the router's."""
        return self.server.ask(path, self.secret, method=method)


@dataclass
class Busy:
    """A server, and the cast whose facts tests change while it runs."""

    server: Server
    cast: Cast


@contextmanager
def busy_server(directory: Path, **environment: Any) -> Iterator[Busy]:  # noqa: ANN401 - running knows them
    """The server, with its data in a directory of its own; `environment` is running's."""
    settings = Settings(data_dir=directory / "data")
    with new_cast(settings) as cast, running(settings, **environment) as server:
        yield Busy(server, cast)


@contextmanager
def standing_server(directory: Path) -> Iterator[Standing]:
    """The server, with its data in a directory of its own."""
    settings = Settings(data_dir=directory / "data")
    with new_cast(settings) as cast:
        add_rules(cast)
        secret = cast.secret("router")
        with running(settings) as server:
            yield Standing(server, secret)
