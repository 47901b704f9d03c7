"""`python -m bench`: measures, prints tables, and keeps what a full run measured."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bench.chart import draw
from bench.installation import Installation, make_installation
from bench.interference import Turns, measure_interference
from bench.machine import Cores, choose_cores, describe, missing_tools
from bench.management import measure_management
from bench.own_time import own_time_in_process, own_time_logged
from bench.report import as_json, print_results
from bench.results import MILLION, Results
from bench.throughput import Plan, measure, own_name, sides_of
from bench.tree import all_mib, call_workers, own_mib

KEPT_IN = Path(__file__).parent / "results"
FULL, QUICK = Plan(rounds=7, seconds=4), Plan(rounds=3, seconds=2)
FULL_TURNS = Turns(turns=3, seconds=8, neighbours=100_000, replayed=100_000)
QUICK_TURNS = Turns(turns=1, seconds=3, neighbours=10_000, replayed=5_000)
FEW = 10_000
CALLS, FEWER_CALLS = 200_000, 50_000
"""Calls in process."""

PARTS = ("throughput", "own-time", "import", "management", "interference")


def main() -> int:
    """Runs what was asked for; the exit status."""
    options = _read_options()
    trouble = missing_tools()
    if trouble is not None:
        print(trouble, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console(stderr=True)
    try:
        with console.status("starting") as status:
            results = run(options.only or PARTS, quick=options.quick, told=status.update)
    except KeyboardInterrupt:
        print("Stopped: all that was started is gone, and nothing is kept.", file=sys.stderr)
        return 130
    print_results(Console(width=max(Console().width, 130)), results)
    if not options.quick and not options.only:
        keep(results)
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures, beside the figures to keep.")
    parser.add_argument("--quick", action="store_true", help="10,000 contacts only, short rounds; keeps no results")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part only; keeps no results")
    return parser.parse_args()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def run(parts: tuple[str, ...] | list[str], *, quick: bool, told: Callable[[str], None]) -> Results:
    """Measures these parts in a temporary directory."""
    results = Results(describe(), [FEW] if quick else [FEW, MILLION])
    cores = choose_cores()
    with tempfile.TemporaryDirectory(prefix="aiguillage-bench-") as name:
        made = []
        for size in results.sizes:
            if size == results.sizes[-1] or "throughput" in parts:
                told(f"importing {size:,} contacts")
                made.append(make_installation(Path(name) / str(size), size))
        if "import" in parts:
            results.imported = made[-1].imported
        if "own-time" in parts:
            told("calls in process")
            results.in_process = own_time_in_process(made[-1], FEWER_CALLS if quick else CALLS, cores)
        if "throughput" in parts:
            _measure_throughput(results, Path(name), made, cores, QUICK if quick else FULL, told)
        if "management" in parts:
            told("lists, searches, upserts, an export")
            results.management = measure_management(made[-1], cores)
        if "interference" in parts:
            turns = QUICK_TURNS if quick else FULL_TURNS
            results.interference = measure_interference(made[-1], turns, cores, told)
    return results


def _measure_throughput(
    results: Results, directory: Path, made: list[Installation], cores: Cores, plan: Plan, told: Callable[[str], None]
) -> None:
    """Throughput, and what the same servers tell of their memory and their own time."""
    with sides_of(directory, made, cores) as sides:
        results.samples = measure(sides, plan, cores, told)
        largest = next(side for side in sides if side.name == own_name(made[-1].size))
        results.worker_mib = max(own_mib(worker) for worker in call_workers(largest.server.pid))
        results.server_mib = all_mib(largest.server.pid)
        results.logged = own_time_logged(made[-1])


def keep(results: Results) -> None:
    """Writes bench/results/latest.json and latest.svg."""
    KEPT_IN.mkdir(exist_ok=True)
    (KEPT_IN / "latest.json").write_bytes(as_json(results))
    (KEPT_IN / "latest.svg").write_text(draw(results), encoding="utf-8")
    print(f"Kept in {KEPT_IN}: latest.json and latest.svg")


if __name__ == "__main__":
    sys.exit(main())
