"""One run of the bench: its parts, and how much of each."""

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.compared import measure_compared
from bench.console import measure_console
from bench.dialects import measure_dialects
from bench.guesses import measure_guesses
from bench.installation import Installation, make_installation
from bench.interference import Turns, measure_interference
from bench.machine import Cores, choose_cores, describe
from bench.management import measure_management
from bench.own_time import own_time_in_process, own_time_logged
from bench.results import MILLION, Results
from bench.starts import measure_starts
from bench.throughput import Plan, measure, own_name, sides_of
from bench.tree import all_mib, call_workers, own_mib

FEW = 10_000


class Extent(NamedTuple):
    """How much is measured: installations by their contacts, rounds, calls in process, starts of each kind, turns.

    `guesses` are wrong codes.
    """

    sizes: Sequence[int]
    plan: Plan
    calls: int
    starts: int
    turns: Turns
    guesses: int


FULL = Extent(
    sizes=(FEW, MILLION),
    plan=Plan(rounds=7, seconds=4),
    calls=200_000,
    starts=7,
    turns=Turns(turns=3, seconds=8, neighbours=100_000, replayed=100_000),
    guesses=100_000,
)
QUICK = Extent(
    sizes=(FEW,),
    plan=Plan(rounds=3, seconds=2),
    calls=50_000,
    starts=3,
    turns=Turns(turns=1, seconds=3, neighbours=10_000, replayed=5_000),
    guesses=5_000,
)


@dataclass(frozen=True)
class Run:
    """A run in a temporary directory: each part fills its fields of the results."""

    extent: Extent
    directory: Path
    made: Sequence[Installation]
    cores: Cores
    results: Results
    told: Callable[[str], None]

    def imported(self) -> None:
        """The import by which the largest installation was made."""
        self.results.imported = self.made[-1].imported

    def own_time(self) -> None:
        """Calls in process."""
        self.told("calls in process")
        self.results.in_process = own_time_in_process(self.made[-1], self.extent.calls, self.cores)

    def throughput(self) -> None:
        """Throughput, and what the same servers tell of their memory and their own time."""
        with sides_of(self.directory, self.made, self.cores) as sides:
            self.results.samples = measure(sides, self.extent.plan, self.cores, self.told)
            largest = next(side for side in sides if side.name == own_name(self.made[-1].size))
            self.results.worker_mib = max(own_mib(worker) for worker in call_workers(largest.server.pid))
            self.results.server_mib = all_mib(largest.server.pid)
            self.results.logged = own_time_logged(self.made[-1])

    def comparisons(self) -> None:
        """Throughput beside other ways to answer the same calls."""
        self.results.compared = measure_compared(self.made[-1], self.extent.plan, self.cores, self.told)

    def dialects(self) -> None:
        """Throughput of every way to ask."""
        self.results.dialects = measure_dialects(self.made[-1], self.extent.plan, self.cores, self.told)

    def management(self) -> None:
        """The management API."""
        self.told("lists, searches, upserts, an export")
        self.results.management = measure_management(self.made[-1], self.cores)

    def console(self) -> None:
        """The console's pages, and calls while it is open."""
        self.results.console = measure_console(self.made[-1], self.extent.plan, self.cores, self.told)

    def starts(self) -> None:
        """Starts of servers and commands."""
        self.results.starts = measure_starts(self.made, self.extent.starts, self.told)

    def guesses(self) -> None:
        """Known callers beside wrong codes."""
        self.results.guesses = measure_guesses(self.made[-1], self.extent.guesses, self.told)

    def interference(self) -> None:
        """Calls while the desk works."""
        self.results.interference = measure_interference(self.made[-1], self.extent.turns, self.cores, self.told)


MEASURED: dict[str, Callable[[Run], None]] = {
    "import": Run.imported,
    "own-time": Run.own_time,
    "throughput": Run.throughput,
    "comparisons": Run.comparisons,
    "dialects": Run.dialects,
    "starts": Run.starts,
    "console": Run.console,
    "management": Run.management,
    "guesses": Run.guesses,
    "interference": Run.interference,
}
"""The parts, in their order: the last ones add contacts."""

PARTS = tuple(MEASURED)
ON_ALL_SIZES = {"throughput", "starts"}
"""Parts that measure fewer contacts too; the others want only the most."""


def run(parts: Collection[str], extent: Extent, told: Callable[[str], None]) -> Results:
    """Measures these parts."""
    results = Results(describe(), extent.sizes)
    with tempfile.TemporaryDirectory(prefix="aiguillage-bench-") as name:
        made = []
        for size in extent.sizes if ON_ALL_SIZES & set(parts) else extent.sizes[-1:]:
            told(f"importing {size:,} contacts")
            made.append(make_installation(Path(name) / str(size), size))
        running = Run(extent, Path(name), made, choose_cores(), results, told)
        for part, measured in MEASURED.items():
            if part in parts:
                try:
                    measured(running)
                except RuntimeError as error:
                    results.broken[part] = str(error)
    return results
