"""Throughput: aiguillage beside nginx and a bare ASGI application, in rounds that take turns."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.installation import Installation
from bench.load import Sample, Side, put_load
from bench.machine import Cores
from bench.servers import Server, ask, serving, serving_constant, serving_nginx

NGINX, CONSTANT = "nginx `return 200`", "a constant from bare ASGI"
STRANGERS = "the same, 1 in 10 a stranger"
BY_V2 = "the same by V2, its rules on"
WARM_UP = 1
"""Seconds of load before each measurement: the call log writes a second late, and is to be paid for like the rest."""

SETTLE = 1.2
"""Seconds of rest after each, until what it left behind is written and cannot weigh on the next."""

QUIET = 0.9
"""The least share of its core that a server under load gets on a machine that has nothing else to do."""

Samples = Mapping[str, Sequence[Sample]]


class Plan(NamedTuple):
    """How many rounds, and how many seconds a side in each."""

    rounds: int
    seconds: int


class Ratio(NamedTuple):
    """How one side compares with another: the median of the rounds that count, the outermost, and how many were quiet.

    With no round quiet for both, all count, and say little.
    """

    median: float
    lowest: float
    highest: float
    quiet: int


class Row(NamedTuple):
    """One side: medians of the rounds that count; `quiet` is how many had the core to themselves."""

    name: str
    sample: Sample
    quiet: int
    to_nginx: Ratio
    to_constant: Ratio


@contextmanager
def sides_of(directory: Path, installations: Sequence[Installation], cores: Cores) -> Iterator[list[Side]]:
    """All servers, running; the first installation's first answer is the body that the others give."""
    with ExitStack() as stack:
        ours = [stack.enter_context(serving(installation, cores.server)) for installation in installations]
        first = installations[0]
        path = first.callers.known.read_text().partition("\n")[0]
        body = _answer_of(ours[0], path, first.secret)
        nginx = stack.enter_context(serving_nginx(directory, body, cores.server))
        constant = stack.enter_context(serving_constant(directory, body, cores.server))
        for server in (nginx, constant):
            if _answer_of(server, path, first.secret) != body:
                raise RuntimeError("a server to compare with does not give the answer it was told to give")
        yield [
            Side(NGINX, nginx, first.callers.known, first.secret),
            Side(CONSTANT, constant, first.callers.known, first.secret),
            *_own_sides(installations, ours),
        ]


def _answer_of(server: Server, path: str, secret: str) -> str:
    status, body = ask(server, path, secret)
    if status != 200 or "destination1" not in json.loads(body):
        raise RuntimeError(f"a known caller got {status} {body}")
    return body


def _own_sides(installations: Sequence[Installation], servers: Sequence[Server]) -> Iterator[Side]:
    for installation, server in zip(installations, servers, strict=True):
        yield Side(own_name(installation.size), server, installation.callers.known, installation.secret)
    yield Side(BY_V2, servers[-1], installations[-1].callers.known_v2, installations[-1].secret)
    yield Side(STRANGERS, servers[-1], installations[-1].callers.mixed, installations[-1].secret, all_known=False)


def own_name(size: int) -> str:
    """What the row of an installation is called."""
    return f"aiguillage, {size:,} contacts"


def measure(sides: Sequence[Side], plan: Plan, cores: Cores, told: Callable[[str], None]) -> Samples:
    """Every side once a round, round after round: whatever else the machine does meets all of them alike."""
    samples: dict[str, list[Sample]] = {side.name: [] for side in sides}
    for number in range(1, plan.rounds + 1):
        for side in sides:
            told(f"round {number} of {plan.rounds}: {side.name}")
            put_load(side, WARM_UP, cores.load)
            samples[side.name].append(put_load(side, plan.seconds, cores.load))
            time.sleep(SETTLE)
    return samples


def rows_of(samples: Samples) -> list[Row]:
    """The table."""
    return [
        Row(name, *middle_of(mine), ratio(mine, samples[NGINX]), ratio(mine, samples[CONSTANT]))
        for name, mine in samples.items()
    ]


def middle_of(mine: Sequence[Sample]) -> tuple[Sample, int]:
    """The medians of a side's quiet rounds, and how many there were."""
    quiet = [sample for sample in mine if sample.busy >= QUIET]
    return Sample(*(median(values) for values in zip(*(quiet or mine), strict=True))), len(quiet)


def ratio(mine: Sequence[Sample], theirs: Sequence[Sample]) -> Ratio:
    """How many times theirs, round by round, by processor time.

    Other work costs more than the time it takes: whoever comes back finds cold caches, some sides colder than others.
    """
    rounds = list(zip(mine, theirs, strict=True))
    quiet = [(a, b) for a, b in rounds if a.busy >= QUIET and b.busy >= QUIET]
    each = [a.per_core / b.per_core for a, b in quiet or rounds]
    return Ratio(median(each), min(each), max(each), len(quiet))
