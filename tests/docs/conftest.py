"""The README's walk-through, run as it is written: its account and its server are what the documents' examples ask."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.markdown import ENGLISH, ROOT, Block, blocks, read, section
from tests.marked import refuse_marked
from tests.server import Server, free_port, wait_until_ready

PATIENCE = 120
"""Seconds for a few commands; these machines are shared."""

NOT_PLAIN = ("AIGUILLAGE_", "COVERAGE_", "LC_")
SERVE = "aiguillage serve\n"


@dataclass
class Walked:
    """A folder in which somebody followed the README, and the server that they started."""

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

    def type(self, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Types a script into another terminal in that folder; the server's port stands for the README's."""
        return run(self.folder, script.replace("127.0.0.1:8000", f"127.0.0.1:{self.server.port}"), **variables)


def environment(**variables: str) -> dict[str, str]:
    """A plain English terminal's environment, in which no coverage is measured: it would double the time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PLAIN)}
    return kept | {"LANGUAGE": "en", "LANG": "C.UTF-8"} | variables


def run(folder: Path, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Runs a script in a folder by a plain shell."""
    return subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def activated(folder: Path) -> Path:
    """A folder with what `make setup` has made."""
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def walk_through() -> list[Block]:
    """The blocks that the README has under 'Install it for real'."""
    return blocks(section(read(ENGLISH), "## Install it for real"))


@contextmanager
def served(folder: Path, script: str) -> Iterator[Server]:
    """The server that a script starts, answering when the block begins, stopped when it ends.

    What it prints for people is in `printed.txt`; its log must hold nothing of a caller's.
    """
    port, log = free_port(), folder / "server.log"
    with (folder / "printed.txt").open("wb") as printed, log.open("wb") as errors:
        process = subprocess.Popen(
            ["/bin/sh", "-c", script],
            cwd=folder,
            env=environment(AIGUILLAGE_PORT=str(port)),
            stdout=printed,
            stderr=errors,
        )
        server = Server(port, process, log)
        try:
            wait_until_ready(server)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)
    refuse_marked(log)


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """The walk-through, in a folder with the repository's examples and what `make setup` has made."""
    folder = activated(tmp_path_factory.mktemp("walked"))
    (folder / "examples").symlink_to(ROOT / "examples")
    scripts = [block.text for block in walk_through() if block.language == "sh"]
    before = "".join(scripts[: scripts.index(SERVE)])
    typed = run(folder, f"set -e; make() {{ :; }}\n{before}")
    assert typed.returncode == 0, typed.stdout + typed.stderr
    with served(folder, f". .venv/bin/activate; exec {SERVE}") as server:
        yield Walked(folder, server)
