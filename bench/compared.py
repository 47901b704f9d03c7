"""Aiguillage beside other ways to answer the same calls, on the same core, in rounds that take turns."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.comparisons.comparison import COLUMNS, Comparison, Site
from bench.comparisons.fastapi_sqlalchemy import FASTAPI
from bench.comparisons.go_map import GO
from bench.comparisons.php_postgres import PHP
from bench.drawn import draw_numbers, write_contacts
from bench.installation import Installation
from bench.load import Side
from bench.machine import Cores
from bench.servers import ask, serving
from bench.throughput import Plan, Ratio, Samples, measure, middle_of, own_name, ratio

COMPARISONS = {"to_go": GO, "to_php": PHP, "to_fastapi": FASTAPI}
"""By the keys of the figures to keep."""


class Compared(NamedTuple):
    """Every round of ours, and of all that could be compared with; what could not, and what it lacks."""

    own: str
    samples: Samples
    left_out: dict[str, str]

    def ratios(self) -> dict[str, Ratio]:
        """How many times theirs ours is, by the figures' keys."""
        return {
            key: ratio(self.samples[self.own], self.samples[theirs.name])
            for key, theirs in COMPARISONS.items()
            if theirs.name in self.samples
        }

    def per_core(self) -> dict[str, float]:
        """Requests a second of one core of all others."""
        return {name: middle_of(each)[0].per_core for name, each in self.samples.items() if name != self.own}

    def measured(self) -> dict[str, float]:
        """By the figures' keys."""
        return {key: ratio.median for key, ratio in self.ratios().items()}

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "rounds": {name: [sample._asdict() for sample in each] for name, each in self.samples.items()},
            "ratios": {COMPARISONS[key].name: ratio._asdict() for key, ratio in self.ratios().items()},
            "left_out": self.left_out,
        }


def measure_compared(installation: Installation, plan: Plan, cores: Cores, told: Callable[[str], None]) -> Compared:
    """All of them that this machine can run."""
    left_out = {one.name: one.packages for one in COMPARISONS.values() if not one.is_possible()}
    chosen = [one for one in COMPARISONS.values() if one.name not in left_out]
    with _sides(installation, chosen, cores, told) as sides:
        return Compared(sides[0].name, measure(sides, plan, cores, told), left_out)


@contextmanager
def _sides(
    installation: Installation, chosen: Sequence[Comparison], cores: Cores, told: Callable[[str], None]
) -> Iterator[list[Side]]:
    paths, secret = installation.callers.known, installation.secret
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aiguillage-bench-compared-")))
        contacts = directory / "contacts.csv"
        write_contacts(contacts, draw_numbers(installation.size), COLUMNS)
        sides = [
            Side(own_name(installation.size), stack.enter_context(serving(installation, cores.server)), paths, secret)
        ]
        for number, one in enumerate(chosen):
            told(f"starting {one.name}")
            home = directory / str(number)
            home.mkdir()
            server = stack.enter_context(one.serving(Site(home, contacts, secret, cores.server)))
            sides.append(Side(one.name, server, paths, secret))
        _check(sides)
        yield sides


def _check(sides: Sequence[Side]) -> None:
    """Raises RuntimeError unless all of them give a known caller one and the same answer, and refuse a wrong secret."""
    path = sides[0].paths.read_text().partition("\n")[0]
    wanted = json.loads(ask(sides[0].server, path, sides[0].secret)[1])
    for side in sides:
        status, body = ask(side.server, path, side.secret)
        if status != 200 or json.loads(body) != wanted:
            raise RuntimeError(f"{side.name} answers {status} {body} where {wanted} is right")
        if ask(side.server, path, "wrong")[0] not in {401, 403}:
            raise RuntimeError(f"{side.name} answers who has no right to ask")
