"""What one run of the bench measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.compared import Compared
from bench.console import Console
from bench.dialects import Dialects
from bench.figures import FIGURES, Verdict, judge
from bench.guesses import Guesses
from bench.imports import Import
from bench.interference import Interference
from bench.management import Management
from bench.own_time import OwnTime
from bench.starts import Start, Starts
from bench.throughput import BY_V2, CONSTANT, NGINX, Row, Samples, own_name, ratio, rows_of

MILLION = 1_000_000
"""Figures about imports and memory are about so many contacts."""


@dataclass
class Results:
    """Filled part by part; what was not asked for stays empty. `broken` says why a part could not go on."""

    machine: dict[str, Any]
    sizes: Sequence[int]
    imported: Import | None = None
    samples: Samples = field(default_factory=dict)
    worker_mib: float | None = None
    server_mib: float | None = None
    logged: OwnTime | None = None
    in_process: OwnTime | None = None
    management: Management | None = None
    console: Console | None = None
    interference: Interference | None = None
    starts: Starts | None = None
    compared: Compared | None = None
    dialects: Dialects | None = None
    guesses: Guesses | None = None
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """The throughput table."""
        return rows_of(self.samples)

    @property
    def verdicts(self) -> list[Verdict]:
        """How the figures to keep are kept."""
        return judge(self._measured())

    def _measured(self) -> dict[str, float]:
        """Whatever was measured, by the figures' keys; imports and memory count only with a million contacts."""
        found = self._ratios()
        for part in (self.compared, self.dialects, self.guesses, self.interference, self.starts):
            found |= {} if part is None else part.measured()
        if self.in_process is not None:
            found |= {"own_p50_us": self.in_process.p50_us, "own_p99_us": self.in_process.p99_us}
        if self.sizes[-1] == MILLION:
            if self.imported is not None:
                found |= {"import_seconds": self.imported.seconds, "import_mib": self.imported.mib}
            if self.worker_mib is not None:
                found["worker_mib"] = self.worker_mib
            if self.console is not None:
                found |= self.console.measured()
            if self.management is not None:
                told = self.management._asdict()
                found |= {figure.key: told[figure.key] for figure in FIGURES if figure.key in told}
        return found

    def _ratios(self) -> dict[str, float]:
        if not self.samples:
            return {}
        fewest, most = (self.samples[own_name(size)] for size in (self.sizes[0], self.sizes[-1]))
        found = {
            "to_nginx": ratio(most, self.samples[NGINX]).median,
            "to_constant": ratio(most, self.samples[CONSTANT]).median,
            "v2_to_v1": ratio(self.samples[BY_V2], most).median,
        }
        return found | ({"growth": ratio(most, fewest).median} if len(self.sizes) > 1 else {})

    @property
    def details(self) -> dict[str, str]:
        """Sentences about what no other table has."""
        found = {} if self.guesses is None else {"known callers beside guesses": self.guesses.told()}
        if self.imported is not None:
            one = self.imported
            took = f"{one.seconds:.1f} s ({one.cpu_seconds:.1f} s of processor time)"
            found["import"] = f"{one.rows:,} rows in {took}, {one.mib:,.0f} MiB at most"
        if self.logged is not None:
            found["own time in the call log, under load"] = _told(self.logged)
        if self.in_process is not None:
            found["own time in process, no server"] = _told(self.in_process)
        if self.worker_mib is not None:
            own = f"{self.worker_mib:.0f} MiB of its own"
            found["a call worker's memory after the load"] = f"{own}, all processes together {self.server_mib:.0f} MiB"
        if self.management is not None:
            lists = f"first page {self.management.index_p99_ms:.0f} ms, search {self.management.search_p99_ms:.0f} ms"
            found["management API, p99"] = lists
            found["bulk upsert"] = f"{self.management.upserts_per_second:,.0f} contacts/s"
            size, seconds = self.management.export_bytes / 2**20, self.management.export_seconds
            found["export"] = f"{size:,.0f} MiB in {seconds:.1f} s, {self.management.export_mib:.0f} MiB at most"
        if self.console is not None:
            found |= self.console.details()
        starts = [] if self.starts is None else self.starts.all
        return found | {f"start: {start.name}": _outermost(start) for start in starts}

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            "machine": self.machine,
            "contacts": list(self.sizes),
            "figures": [
                {"name": f.name, "measured": v, "bound": f.bound, "unit": f.unit, "at_least": f.at_least, "met": met}
                for f, v, met, _ in self.verdicts
            ],
            "throughput": [
                {
                    "name": row.name,
                    **row.sample._asdict(),
                    "quiet": row.quiet,
                    "to_nginx": row.to_nginx._asdict(),
                    "to_constant": row.to_constant._asdict(),
                    "rounds": [sample._asdict() for sample in self.samples[row.name]],
                }
                for row in self.rows
            ],
            "compared": self.compared and self.compared.document(),
            "dialects": self.dialects and self.dialects.document(),
            "guesses": self.guesses and self.guesses.document(),
            "own_time_logged": self.logged and self.logged._asdict(),
            "own_time_in_process": self.in_process and self.in_process._asdict(),
            "import": self.imported and self.imported._asdict(),
            "worker_mib": self.worker_mib,
            "server_mib": self.server_mib,
            "management": self.management and self.management._asdict(),
            "console": self.console and self.console.document(),
            "interference": self.interference and self.interference.document(),
            "starts": self.starts and self.starts.document(),
        }


def _told(time: OwnTime) -> str:
    return f"p50 {time.p50_us:.0f} µs, p99 {time.p99_us:.0f} µs ({time.calls:,} calls)"


def _outermost(start: Start) -> str:
    seconds, cpu_seconds = start.middle
    each = [spent.seconds for spent in start.spent]
    took = f"{seconds:.2f} s ({min(each):.2f}–{max(each):.2f}, {len(each)} starts)"
    return f"{took}, {cpu_seconds:.2f} s of processor time"
