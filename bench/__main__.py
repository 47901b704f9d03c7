"""`python -m bench`: measures, prints tables, and keeps what a full run measured."""

import argparse
import signal
import sys
from pathlib import Path

from rich.console import Console

from bench.chart import draw
from bench.machine import missing_tools
from bench.report import as_json, print_results
from bench.results import Results
from bench.run import FULL, PARTS, QUICK, run

KEPT_IN = Path(__file__).parent / "results"


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
            told = status.update if console.is_terminal else console.print
            results = run(options.only or PARTS, QUICK if options.quick else FULL, told)
    except KeyboardInterrupt:
        print("Stopped: all that was started is gone, and nothing is kept.", file=sys.stderr)
        return 130
    except RuntimeError as error:
        print(f"The bench could not go on: {error}", file=sys.stderr)
        return 1
    print_results(Console(width=max(Console().width, 130)), results)
    for part, why in results.broken.items():
        print(f"{part} could not go on: {why}", file=sys.stderr)
    if results.broken:
        print("Nothing is kept of a run that lacks a part.", file=sys.stderr)
        return 1
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


def keep(results: Results) -> None:
    """Writes bench/results/latest.json and latest.svg."""
    KEPT_IN.mkdir(exist_ok=True)
    (KEPT_IN / "latest.json").write_bytes(as_json(results))
    (KEPT_IN / "latest.svg").write_text(draw(results), encoding="utf-8")
    print(f"Kept in {KEPT_IN}: latest.json and latest.svg")


if __name__ == "__main__":
    sys.exit(main())
