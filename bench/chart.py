"""The chart: throughput as bars, and how far each figure to keep is kept; SVG that suits light and dark pages."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from bench.figures import Verdict
from bench.report import written
from bench.results import Results
from bench.throughput import CONSTANT, NGINX

WIDTH, LABELS, BAR, STEP = 840, 300, 18, 32
LONGEST = WIDTH - LABELS - 170
"""Pixels of the longest bar; behind it stands its value."""

MOST_MARGIN = 4.0
"""Bars of figures end here: four times as good as needed says enough."""

STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .small { font-size: 11px; fill: #57606a }
  .theirs { fill: #8c959f } .ours { fill: #0969da } .met { fill: #1a7f37 } .missed { fill: #cf222e }
  .bound { stroke: #24292f; stroke-width: 1.5; stroke-dasharray: 3 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 }
    .theirs { fill: #6e7681 } .ours { fill: #4493f8 } .met { fill: #3fb950 } .missed { fill: #f85149 }
    .bound { stroke: #e6edf3 }
  }"""


def draw(results: Results) -> str:
    """The whole chart."""
    bars, after = _throughput(results, 24)
    more, end = _figures(results.verdicts, after + 30)
    machine = results.machine
    foot = f"{machine['cpu']}, one core for the server, another for the load; {str(machine['date'])[:10]}"
    parts = [*bars, *more, _text(0, end + 14, foot, "small")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{end + 24}" '
        f'viewBox="0 0 {WIDTH} {end + 24}" role="img" aria-label="Throughput, and the figures to keep">\n'
        f"<style>{STYLE}\n</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _throughput(results: Results, top: int) -> tuple[list[str], int]:
    """A bar for each side, and where the next thing goes."""
    sides = {row.name: row.sample.per_core for row in results.rows}
    others = results.compared.per_core() if results.compared else {}
    parts = [_text(0, top, "Requests a second of one core", "title")]
    most = max(sides.values())
    for n, (name, per_core) in enumerate((sides | others).items()):
        kind = "theirs" if name in {NGINX, CONSTANT, *others} else "ours"
        length = LONGEST * per_core / most
        place = top + 18 + n * STEP
        parts += [*_bar(place, name, length, kind), _value(place, length, f"{per_core:,.0f}")]
    return parts, top + 18 + len(sides | others) * STEP


def _figures(verdicts: Sequence[Verdict], top: int) -> tuple[list[str], int]:
    """A bar for each figure: past the line it is met."""
    parts = [
        _text(0, top, "Figures to keep", "title"),
        _text(LABELS, top, "kept where the bar passes the line; twice as far is twice as good", "small"),
    ]
    for n, (figure, measured, met, margin) in enumerate(verdicts):
        sign = "≥" if figure.at_least else "≤"
        value = f"{written(measured, figure.unit)}  ({sign} {written(figure.bound, figure.unit)})"
        length = LONGEST * min(margin, MOST_MARGIN) / MOST_MARGIN
        parts += _bar(top + 18 + n * STEP, figure.name, length, "met" if met else "missed")
        parts.append(_value(top + 18 + n * STEP, LONGEST, value))
    end = top + 18 + len(verdicts) * STEP
    line = LABELS + LONGEST / MOST_MARGIN
    parts.append(f'<line class="bound" x1="{line:.1f}" x2="{line:.1f}" y1="{top + 12}" y2="{end - 6}"/>')
    return parts, end


def _bar(top: int, name: str, length: float, kind: str) -> list[str]:
    return [
        _text(0, top + 14, name),
        f'<rect class="{kind}" x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" rx="3"/>',
    ]


def _value(top: int, behind: float, value: str) -> str:
    return _text(LABELS + behind + 8, top + 14, value)


def _text(left: float, base: float, words: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{left:.1f}" y="{base}"{name}>{escape(words)}</text>'
