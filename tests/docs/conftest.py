"""The README's account, as whoever followed the README has it: the other pages' examples go on from there."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.markdown import ENGLISH
from tests.docs.reader import activated, follow, served
from tests.server import Server, free_port


@dataclass
class Walked:
    """A folder in which somebody followed the README, and a server that runs there."""

    folder: Path
    server: Server

    @property
    def token(self) -> str:
        """The token that they issued."""
        return (self.folder / "token.txt").read_text().strip()

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.server.port}"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody followed the README, to its end; nobody changes it any more."""
    return follow(ENGLISH, activated(tmp_path_factory.mktemp("installed")))


@pytest.fixture(scope="session")
def walked(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """A server on a copy of it, for those who only ask."""
    folder = copied(installed, tmp_path_factory.mktemp("walked"))
    with served(folder, ". .venv/bin/activate; exec aiguillage serve", free_port()) as server:
        yield Walked(folder, server)


def copied(installed: Path, folder: Path) -> Path:
    """A copy of the README's folder, to go on in."""
    shutil.copytree(installed, folder, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".typed"))
    return folder
