"""The figures to keep (docs: 'Figures to keep'): the one place where they are written down."""

from collections.abc import Mapping
from typing import NamedTuple


class Figure(NamedTuple):
    """A bound on something that is measured; `key` is what the measurement is called."""

    key: str
    name: str
    bound: float
    unit: str
    at_least: bool = False


class Verdict(NamedTuple):
    """A figure and what was measured; `margin` is 1 at the bound, 2 when twice as good, below 1 when not met."""

    figure: Figure
    measured: float
    met: bool
    margin: float


FIGURES = (
    Figure("to_nginx", "throughput, to nginx `return 200`", 0.20, "x", at_least=True),
    Figure("to_constant", "throughput, to a constant from bare ASGI", 0.80, "x", at_least=True),
    Figure("to_go", "throughput, to Go net/http over a map", 1.0, "x", at_least=True),
    Figure("to_php", "throughput, to PHP-FPM with PostgreSQL", 10.0, "x", at_least=True),
    Figure("to_fastapi", "throughput, to FastAPI with SQLAlchemy", 40.0, "x", at_least=True),
    Figure("growth", "throughput, most contacts to fewest", 0.85, "x", at_least=True),
    Figure("v2_to_v1", "throughput, V2 with all rules on to V1", 0.80, "x", at_least=True),
    Figure("dialects_to_v2", "throughput, the slowest dialect to V2's JSON", 0.80, "x", at_least=True),
    Figure("worst_p50", "calls while the desk works, p50, to idle", 1.5, "x"),
    Figure("worst_p99", "calls while the desk works, p99, to idle", 2.0, "x"),
    Figure("guessed_right", "known callers answered as ever beside wrong codes", 1.0, "of all", at_least=True),
    Figure("guessed_judged", "wrong codes judged, to what the budget says", 1.0, "x"),
    Figure("guessed_p99", "known callers beside wrong codes, p99, to alone", 2.0, "x"),
    Figure("own_p50_us", "own time a call, in process, p50", 40, "µs"),
    Figure("own_p99_us", "own time a call, in process, p99", 150, "µs"),
    Figure("import_seconds", "import of a million rows, time", 45, "s"),
    Figure("import_mib", "import of a million rows, peak memory", 300, "MiB"),
    Figure("worker_mib", "a call worker's own memory after the load", 60, "MiB"),
    Figure("serve_seconds", "`serve` to the first answered call", 1.0, "s"),
    Figure("command_seconds", "a command's start", 0.6, "s"),
    Figure("tab_seconds", "TAB", 0.25, "s"),
    Figure("index_p99_ms", "first page of a million contacts, p99", 50, "ms"),
    Figure("search_p99_ms", "search in a million contacts, p99", 50, "ms"),
    Figure("upserts_per_second", "bulk upsert, contacts", 5_000, "/s", at_least=True),
    Figure("console_lists_p99_ms", "console: contacts' first page, search, filter, the slowest p99", 100, "ms"),
    Figure("today_p99_ms", "console: Today with a million calls, p99", 150, "ms"),
    Figure("watched", "throughput beside ten open consoles, to none", 0.95, "x", at_least=True),
    Figure("export_mib", "export of a million contacts, peak memory", 200, "MiB"),
)


def judge(measured: Mapping[str, float]) -> list[Verdict]:
    """A verdict on every figure that was measured."""
    return [_judge_one(figure, measured[figure.key]) for figure in FIGURES if figure.key in measured]


def _judge_one(figure: Figure, value: float) -> Verdict:
    margin = value / figure.bound if figure.at_least else figure.bound / value
    return Verdict(figure, value, margin >= 1, margin)
