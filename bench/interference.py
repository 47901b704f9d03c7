"""What work at the desk does to calls: at half load beside an idle desk, and while it works, in turns."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.half_load import calling, half_of_most
from bench.installation import Filled, Installation
from bench.load import Side, put_load
from bench.machine import Cores
from bench.neighbours import Neighbours, add_neighbours
from bench.own_time import own_time_logged
from bench.paced import Seen
from bench.servers import Server, serving, weigh
from bench.tree import others_seconds
from bench.work import Work, all_work, doing

LOGGED = 5
"""Seconds of wrk, again and again until the call log has enough to replay."""

ENOUGH = 60.0
"""Seconds of calls beside one kind of work after which no further turn is taken: some of it goes on for minutes."""

SETTLE = 2.0
"""Seconds of rest after each phase, until what it left behind is written and cannot weigh on the next."""

QUIET = 0.1
"""The most of a core that other work takes on a machine that has nothing else to do."""

P50_BOUND, P99_BOUND = 1.5, 2.0
"""How many times as long as beside an idle desk a call may take."""


class Turns(NamedTuple):
    """How many turns, how many seconds a phase of each takes at least.

    `neighbours` is how many contacts the accounts beside the one that is worked on have, `replayed` how many calls the
    log has at least.
    """

    turns: int
    seconds: float
    neighbours: int
    replayed: int


class Turn(NamedTuple):
    """Calls beside an idle desk, and right after while it worked.

    `others` is the share of a core that other work on the machine took in the worse of the two.
    """

    idle: Seen
    busy: Seen
    others: float


class Times(NamedTuple):
    """How many times as long as idle: the median of the turns, and the outermost."""

    median: float
    lowest: float
    highest: float


class Disturbance(NamedTuple):
    """One kind of work, and whose calls were measured; how often it was done whole."""

    work: str
    account: str
    done: int
    turns: list[Turn]

    @property
    def quiet(self) -> int:
        """How many turns had the machine to themselves."""
        return sum(turn.others <= QUIET for turn in self.turns)

    @property
    def counted(self) -> list[Turn]:
        """The quiet turns; where none was, all count, and say little."""
        return [turn for turn in self.turns if turn.others <= QUIET] or self.turns

    @property
    def p50(self) -> Times:
        """Of the p50 of calls."""
        return _times([turn.busy.p50_us / turn.idle.p50_us for turn in self.counted])

    @property
    def p99(self) -> Times:
        """Of the p99 of calls."""
        return _times([turn.busy.p99_us / turn.idle.p99_us for turn in self.counted])

    @property
    def unanswered(self) -> int:
        """Calls that were not answered with a destination, busy or idle."""
        return sum(seen.refused + seen.broken for turn in self.turns for seen in (turn.idle, turn.busy))

    @property
    def met(self) -> bool:
        """Whether calls hardly notice it."""
        return self.p50.median <= P50_BOUND and self.p99.median <= P99_BOUND and not self.unanswered


class Interference(NamedTuple):
    """All kinds of work, at so many calls a second."""

    rate: float
    rows: list[Disturbance]

    def measured(self) -> dict[str, float]:
        """By the figures' keys: the worst row of each."""
        return {
            "worst_p50": max(row.p50.median for row in self.rows),
            "worst_p99": max(row.p99.median for row in self.rows),
        }

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        rows = [
            {
                "work": row.work,
                "account": row.account,
                "done": row.done,
                "p50": row.p50._asdict(),
                "p99": row.p99._asdict(),
                "unanswered": row.unanswered,
                "met": row.met,
                "quiet": row.quiet,
                "turns": [
                    {"idle": turn.idle._asdict(), "busy": turn.busy._asdict(), "others": turn.others}
                    for turn in row.turns
                ],
            }
            for row in self.rows
        ]
        return {"calls_per_second": self.rate, "rows": rows}


def _times(ratios: Sequence[float]) -> Times:
    return Times(median(ratios), min(ratios), max(ratios))


def measure_interference(
    installation: Installation, turns: Turns, cores: Cores, told: Callable[[str], None]
) -> Interference:
    """All of it, on a server of its own. Adds accounts and contacts to the installation."""
    with tempfile.TemporaryDirectory(prefix="interference-", dir=installation.settings.data_dir.parent) as name:
        directory = Path(name)
        told("accounts beside the one that is worked on")
        neighbours = add_neighbours(installation, directory, turns.neighbours)
        with serving(installation) as server, all_work(installation, neighbours, server, directory) as works:
            told("its unit's weight" if weigh(server) else "not its unit's weight: only root may give it")
            told("what one worker takes")
            _log_calls(installation, server, cores.load, turns.replayed)
            rate = half_of_most(server, neighbours.other, cores.load, directory)
            phases = _Phases(server, rate, turns.seconds, directory)
            rows = [row for work in works for row in _take_turns(phases, work, neighbours, turns.turns, told)]
    return Interference(rate, rows)


def _log_calls(installation: Installation, server: Server, core: int, wanted: int) -> None:
    """Calls of the account that is worked on, until its log has enough to replay."""
    side = Side("calls to replay", server, installation.callers.known, installation.secret)
    calls = 0
    while calls < wanted:
        put_load(side, LOGGED, core)
        time.sleep(SETTLE)
        calls = own_time_logged(installation).calls


@dataclass(frozen=True)
class _Phases:
    """Calls to a server, `rate` a second in all, beside an idle desk or a working one."""

    server: Server
    rate: float
    seconds: float
    directory: Path

    def idle(self, measured: Sequence[Filled]) -> tuple[list[Seen], float]:
        """The second is what share of a core other work took."""
        before, began = others_seconds(), time.perf_counter()
        with calling(self.server, measured, self.rate, self.directory) as seen:
            time.sleep(self.seconds)
        others = (others_seconds() - before) / (time.perf_counter() - began)
        time.sleep(SETTLE)
        return seen, others

    def busy(self, measured: Sequence[Filled], work: Work) -> tuple[list[Seen], float, int]:
        """As long as work that was begun takes, so that none of its stages is left out; how often it was done."""
        before, began = others_seconds(), time.perf_counter()
        with calling(self.server, measured, self.rate, self.directory) as seen, doing(work) as working:
            time.sleep(self.seconds)
        others = (others_seconds() - before) / (time.perf_counter() - began)
        time.sleep(SETTLE)
        return seen, others, working.done


def _take_turns(
    phases: _Phases, work: Work, neighbours: Neighbours, turns: int, told: Callable[[str], None]
) -> list[Disturbance]:
    """A row for each account whose calls are measured: the neighbour, and with it the one whose zones are compiled."""
    measured = [neighbours.other, neighbours.zoned] if work.zoned else [neighbours.other]
    taken: list[list[Turn]] = [[] for _ in measured]
    done, began = 0, time.monotonic()
    for number in range(1, turns + 1):
        if time.monotonic() - began > ENOUGH:
            break
        told(f"turn {number} of {turns}: an idle desk, then {work.name}")
        idle, others_then = phases.idle(measured)
        busy, others_now, times = phases.busy(measured, work)
        done += times
        for mine, before, meanwhile in zip(taken, idle, busy, strict=True):
            mine.append(Turn(before, meanwhile, max(others_then, others_now)))
            told(f"p50 {meanwhile.p50_us / before.p50_us:.2f} x, p99 {meanwhile.p99_us / before.p99_us:.2f} x")
    return [Disturbance(work.name, filled.account, done, mine) for filled, mine in zip(measured, taken, strict=True)]
