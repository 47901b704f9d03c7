"""What a run measured, as verdicts, tables, JSON and a chart."""

import io
import json
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console as Terminal

from bench.chart import draw
from bench.compared import COMPARISONS, Compared
from bench.console import Console, Watched
from bench.dialects import V2, Dialects
from bench.guesses import Guesses, budget_of
from bench.interference import Disturbance, Interference, Turn
from bench.load import Sample
from bench.paced import Seen
from bench.report import as_json, print_results
from bench.results import Results
from bench.starts import Spent, Start, Starts
from bench.throughput import BY_V2, CONSTANT, NGINX, own_name

MACHINE = {"cpu": "a processor", "cores": 2, "load_average": 0.1, "date": "2026-11-28T10:00:00+00:00"}
OWN = own_name(10_000)
WORSE = Seen(calls=100, per_second=10, p50_us=300, p99_us=900, worst_us=2000, refused=0, broken=0, late_p99_us=5)
IDLE = WORSE._replace(p50_us=200, p99_us=500)
CUT = WORSE._replace(broken=1)


def side(per_core: float) -> list[Sample]:
    return [Sample(per_second=per_core, per_core=per_core, p50_us=1, p99_us=2, busy=1)]


def disturbed(*turns: tuple[Seen, Seen], others: float = 0) -> Disturbance:
    return Disturbance("export", "CL0001", len(turns), [Turn(*turn, others) for turn in turns])


@pytest.fixture
def results() -> Results:
    spent = [Spent(seconds, 0.1) for seconds in (0.5, 0.7, 3.0)]
    others = {one.name: side(100) for one in COMPARISONS.values()}
    return Results(
        MACHINE,
        [10_000],
        samples={NGINX: side(1000), CONSTANT: side(500), OWN: side(450), BY_V2: side(400)},
        compared=Compared(OWN, {OWN: side(450), **others}, {"something else": "its package"}),
        dialects=Dialects({V2: side(400), "FreeSWITCH": side(300), "V1": side(500)}),
        guesses=Guesses(IDLE, WORSE._replace(misrouted=1), guessed=1000, judged=150, refused=850, budget=200),
        interference=Interference(3000, [disturbed((IDLE, WORSE), (IDLE, IDLE)), disturbed((IDLE, WORSE))]),
        console=Console(50, 60, 70, 80, Watched(side(100), side(98))),
        starts=Starts([Start("serve", spent)], [Start("status", spent)], Start("TAB", spent)),
    )


def printed(results: Results) -> str:
    console = Terminal(file=io.StringIO(), width=130)
    print_results(console, results)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_work_is_met_where_calls_hardly_notice_it() -> None:
    row = disturbed((IDLE, WORSE), (IDLE, IDLE), (IDLE, WORSE))

    assert row.p50 == (1.5, 1.0, 1.5)
    assert row.p99 == (1.8, 1.0, 1.8)
    assert row.met


@pytest.mark.parametrize(
    "busy", [CUT, WORSE._replace(refused=1), WORSE._replace(p50_us=301), WORSE._replace(p99_us=1001)]
)
def test_work_is_not_met_where_calls_are_slower_or_lost(busy: Seen) -> None:
    assert not disturbed((IDLE, busy)).met


def test_the_budget_of_guesses_is_the_rules() -> None:
    assert [budget_of(seconds) for seconds in (0, 1, 3, 7, 12)] == [201, 202, 203, 204, 205]


def test_a_call_lost_beside_an_idle_desk_counts_too() -> None:
    assert not disturbed((CUT, IDLE)).met


def test_turns_beside_other_work_count_only_where_there_is_no_other() -> None:
    noisy = disturbed((IDLE, WORSE), others=0.2)
    mixed = Disturbance("export", "CL0001", 2, [*noisy.turns, Turn(IDLE, IDLE, 0.05)])

    assert (noisy.quiet, noisy.p50.median) == (0, 1.5)
    assert (mixed.quiet, mixed.p50.median) == (1, 1.0)


def test_the_console_is_as_slow_as_its_slowest_list_and_calls_beside_it_are_a_share_of_those_alone(
    results: Results,
) -> None:
    assert results.console is not None
    assert results.console.measured() == {"console_lists_p99_ms": 70, "today_p99_ms": 80, "watched": 0.98}
    assert "0.98 x as many (0.98–0.98, 1 quiet rounds)" in printed(results)
    assert json.loads(as_json(results))["console"]["watched"]["beside"][0]["per_core"] == 98


def test_the_figures_are_about_the_worst_row_and_the_slowest_start(results: Results) -> None:
    measured = {verdict.figure.key: verdict.measured for verdict in results.verdicts}

    assert measured["worst_p50"] == 1.5
    assert measured["worst_p99"] == 1.8
    assert measured["serve_seconds"] == 0.7
    assert measured["to_go"] == 4.5
    assert measured["dialects_to_v2"] == 0.75
    assert [measured[f"guessed_{what}"] for what in ("right", "judged", "p99")] == [0.99, 0.75, 1.8]


def test_every_table_is_printed_and_what_was_left_out_is_said(results: Results) -> None:
    told = printed(results)

    assert "3,000 calls a second" in told
    assert "FreeSWITCH" in told
    assert "1,000 guesses: 150 judged (at most 200)" in " ".join(told.split())
    assert "1.25 (1.00–1.50)" in told
    assert all(one.name in told for one in COMPARISONS.values())
    assert "apt-get install -y its package" in told


def test_the_document_has_every_turn_and_every_start(results: Results) -> None:
    document = json.loads(as_json(results))

    assert document["interference"]["rows"][0]["turns"][0]["busy"]["p99_us"] == 900
    assert [len(kind["starts"]) for kind in document["starts"]] == [3, 3, 3]
    assert document["dialects"]["to_v2"]["V1"]["median"] == 1.25
    assert document["guesses"]["budget"] == 200
    assert document["compared"]["left_out"] == {"something else": "its package"}


def test_the_chart_has_a_bar_for_each_side_and_each_figure(results: Results) -> None:
    chart = draw(results)

    bars = [each for each in ET.fromstring(chart).iter() if each.tag.endswith("rect")]  # noqa: S314 - our own
    assert len(bars) == len(results.samples) + len(COMPARISONS) + len(results.verdicts)
