"""What was measured, as tables for people and as JSON."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from bench.compared import COMPARISONS, Compared
from bench.dialects import Dialects
from bench.figures import Verdict
from bench.interference import Disturbance, Interference, Times
from bench.load import Sample
from bench.results import Results
from bench.throughput import Ratio, Row, middle_of

PLAIN: Any = {"box": box.SIMPLE_HEAD, "title_justify": "left", "padding": (0, 1, 0, 0), "pad_edge": False}
DISTURBED = "? Other work ran on these cores in every round. Do not trust these ratios; run it alone."
VERDICTS = {True: "[green]met[/]", False: "[bold red]not met[/]"}


def print_results(console: Console, results: Results) -> None:
    """All tables."""
    machine = results.machine
    console.print(f"{machine['cpu']}, {machine['cores']} cores, load {machine['load_average']} at the start")
    if results.rows:
        _print_throughput(console, results.rows)
    if results.compared:
        _print_compared(console, results.compared)
    if results.dialects:
        _print_dialects(console, results.dialects)
    if results.interference:
        _print_interference(console, results.interference)
    if results.details:
        console.print(_details_table(results.details))
    if results.verdicts:
        console.print(_figures_table(results.verdicts))


def _print_throughput(console: Console, rows: Sequence[Row]) -> None:
    console.print(_throughput_table(rows))
    if not all(row.to_nginx.quiet and row.to_constant.quiet for row in rows):
        console.print(DISTURBED, style="yellow")


def _throughput_table(rows: Sequence[Row]) -> Table:
    table = Table(title="\nThroughput", **PLAIN)
    table.add_column("medians of quiet rounds", no_wrap=True)
    for name in (
        "quiet",
        "requests/s",
        "of the core",
        "requests/core-s",
        "p50 µs",
        "p99 µs",
        "to nginx",
        "to constant",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for name, sample, quiet, to_nginx, to_constant in rows:
        table.add_row(name, *_sample(sample, quiet), _told(to_nginx), _told(to_constant))
    return table


def _told(ratio: Ratio) -> str:
    """The median, and how far the outermost round is from it."""
    away = max(ratio.highest - ratio.median, ratio.median - ratio.lowest)
    return f"{ratio.median:.2f} ± {away:.2f}{' ' if ratio.quiet else '?'}"


def _print_compared(console: Console, compared: Compared) -> None:
    console.print(_compared_table(compared))
    if not all(ratio.quiet for ratio in compared.ratios().values()):
        console.print(DISTURBED, style="yellow")
    for name, packages in compared.left_out.items():
        console.print(f"Left out: {name}. Install what it needs: apt-get install -y {packages}", style="yellow")


def _compared_table(compared: Compared) -> Table:
    table = Table(title="\nBeside other ways to answer the same calls", **PLAIN)
    table.add_column("medians of quiet rounds", no_wrap=True)
    for name in ("quiet", "requests/s", "of the core", "requests/core-s", "p50 µs", "p99 µs", "aiguillage to it"):
        table.add_column(name, justify="right", no_wrap=True)
    ratios = {COMPARISONS[key].name: _told(ratio) for key, ratio in compared.ratios().items()}
    for name, samples in compared.samples.items():
        table.add_row(name, *_sample(*middle_of(samples)), ratios.get(name, ""))
    return table


def _print_dialects(console: Console, dialects: Dialects) -> None:
    table = Table(title="\nEvery way to ask", **PLAIN)
    table.add_column("medians of quiet rounds", no_wrap=True)
    for name in ("quiet", "requests/s", "of the core", "requests/core-s", "p50 µs", "p99 µs", "to V2's JSON"):
        table.add_column(name, justify="right", no_wrap=True)
    ratios = dialects.ratios()
    for name, samples in dialects.samples.items():
        table.add_row(name, *_sample(*middle_of(samples)), _told(ratios[name]))
    console.print(table)
    if not all(ratio.quiet for ratio in ratios.values()):
        console.print(DISTURBED, style="yellow")


def _sample(sample: Sample, quiet: int) -> tuple[str, ...]:
    return (
        str(quiet),
        f"{sample.per_second:,.0f}",
        f"{sample.busy:.0%}",
        f"{sample.per_core:,.0f}",
        f"{sample.p50_us:,.0f}",
        f"{sample.p99_us:,.0f}",
    )


def _print_interference(console: Console, interference: Interference) -> None:
    console.print(_interference_table(interference))
    if not all(row.quiet for row in interference.rows):
        console.print(DISTURBED, style="yellow")


def _interference_table(interference: Interference) -> Table:
    table = Table(title=f"\n{interference.rate:,.0f} calls a second, p50 and p99 in ms, while the desk works", **PLAIN)
    table.add_column("", no_wrap=True)
    for name in ("calls of", "done", "quiet", "desk idle", "at work", "worst", "p50, x", "p99, x", "lost", "late", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for row in interference.rows:
        table.add_row(row.work, row.account, str(row.done), str(row.quiet), *_seen(row), *_compared(row))
    return table


def _seen(row: Disturbance) -> Iterator[str]:
    """Medians of the turns, and the worst call of all."""
    for phase in ([turn.idle for turn in row.counted], [turn.busy for turn in row.counted]):
        yield " ".join(_milliseconds(median(each)) for each in zip(*((s.p50_us, s.p99_us) for s in phase), strict=True))
    yield _milliseconds(max(turn.busy.worst_us for turn in row.turns))


def _compared(row: Disturbance) -> Iterator[str]:
    for times in (row.p50, row.p99):
        yield f"{_outermost(times)}{' ' if row.quiet else '?'}"
    yield str(row.unanswered)
    yield _milliseconds(max(turn.busy.late_p99_us for turn in row.turns))
    yield VERDICTS[row.met]


def _milliseconds(microseconds: float) -> str:
    return _short(microseconds / 1000)


def _outermost(times: Times) -> str:
    if times.lowest == times.highest:
        return _short(times.median)
    return f"{_short(times.median)} ({_short(times.lowest)}–{_short(times.highest)})"


def _short(value: float) -> str:
    """In about three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _details_table(details: dict[str, str]) -> Table:
    table = Table("", "", title="\nBesides", **PLAIN, show_header=False)
    for name, value in details.items():
        table.add_row(name, value)
    return table


def _figures_table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(title="\nFigures to keep", **PLAIN)
    table.add_column("")
    for name in ("measured", "figure", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for figure, measured, met, _ in verdicts:
        sign = "≥" if figure.at_least else "≤"
        table.add_row(
            figure.name, written(measured, figure.unit), f"{sign} {written(figure.bound, figure.unit)}", VERDICTS[met]
        )
    return table


def written(value: float, unit: str) -> str:
    """A value with its unit, in as many digits as it is known to."""
    return f"{_short(value)} {unit}"


def as_json(results: Results) -> bytes:
    """Everything, every round too."""
    document: dict[str, Any] = msgspec.to_builtins(results.document())
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
