"""What is compared with: something that answers the same calls, and what it needs to be there."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from bench.drawn import ACCOUNT
from bench.servers import Server

COLUMNS = ("number", "destination1", "destination2")
"""Of the file of contacts that each of them reads, CSV with these names in its first line."""


class Site(NamedTuple):
    """Where it runs: a directory of its own, the file of contacts, the secret that is asked with, the core."""

    directory: Path
    contacts: Path
    secret: str
    core: int

    def environment(self, database: str = "") -> dict[str, str]:
        """What it is told by variables."""
        told = {"BENCH_ACCOUNT": ACCOUNT, "BENCH_SECRET": self.secret, "BENCH_DATABASE": database}
        return dict(os.environ) | told


class Comparison(NamedTuple):
    """A way to answer calls; `serving` runs it.

    `look` raises LookupError where a command is missing, `packages` are those of Debian that bring all of them.
    """

    name: str
    serving: Callable[[Site], AbstractContextManager[Server]]
    look: Callable[[], object] = lambda: None
    packages: str = ""

    def is_possible(self) -> bool:
        """Whether its commands are there."""
        try:
            self.look()
        except LookupError:
            return False
        return True
