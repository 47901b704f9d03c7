"""Wrong codes from many numbers beside known callers of the same account: who is answered otherwise, who is judged."""

import random
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from aiguillage.domain.tries import seconds_after, wrong_codes
from bench.drawn import ACCOUNT, HIGHEST, LOWEST, PATH, SEED, draw_numbers
from bench.half_load import calling
from bench.installation import Filled, Installation
from bench.paced import Seen
from bench.servers import Server, ask, serving, weigh

HONEST, HONEST_RATE = 2_000, 200.0
"""Known callers, and their calls a second."""

GUESS_RATE = 1_000.0
"""Wrong codes a second: so many calls more are a load of their own."""

IDLE = 10.0
"""Seconds of honest calls alone, to compare with."""

COUNTED = re.compile(r"^aiguillage_codes_(wrong|refused)_total (\d+)", re.MULTILINE)


class Guesses(NamedTuple):
    """What came of it: honest calls before and meanwhile, the codes that were judged and refused, how many may be."""

    alone: Seen
    meanwhile: Seen
    guessed: int
    judged: int
    refused: int
    budget: int

    @property
    def answered_right(self) -> float:
        """The share of honest calls that were answered as before the first guess."""
        wrong = self.meanwhile.misrouted + self.meanwhile.broken
        return 1 - wrong / self.meanwhile.calls

    def measured(self) -> dict[str, float]:
        """By the figures' keys."""
        return {
            "guessed_right": self.answered_right,
            "guessed_judged": self.judged / self.budget,
            "guessed_p99": self.meanwhile.p99_us / self.alone.p99_us,
        }

    def told(self) -> str:
        """In a sentence."""
        return (
            f"{self.guessed:,} guesses: {self.judged:,} judged (at most {self.budget:,}), {self.refused:,} refused; of "
            f"{self.meanwhile.calls:,} honest calls {self.meanwhile.misrouted:,} answered otherwise and "
            f"{self.meanwhile.broken:,} not at all; p50 {self.alone.p50_us:,.0f} to {self.meanwhile.p50_us:,.0f} µs, "
            f"p99 {self.alone.p99_us:,.0f} to {self.meanwhile.p99_us:,.0f} µs"
        )

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        counted = {"guessed": self.guessed, "judged": self.judged, "refused": self.refused, "budget": self.budget}
        return counted | {"alone": self.alone._asdict(), "meanwhile": self.meanwhile._asdict()}


def measure_guesses(installation: Installation, wanted: int, told: Callable[[str], None]) -> Guesses:
    """At least so many wrong codes, each from another number that nobody has."""
    numbers = draw_numbers(installation.size)
    with (
        tempfile.TemporaryDirectory(prefix="guesses-", dir=installation.settings.data_dir.parent) as name,
        serving(installation) as server,
    ):
        weigh(server)
        directory = Path(name)
        honest = _calls(installation, _write_honest(server, installation, directory, numbers))
        guesses = _calls(installation, _write_guesses(directory, set(numbers), wanted))
        told("honest calls alone")
        with calling(server, [honest], HONEST_RATE, _made(directory / "alone")) as alone:
            time.sleep(IDLE)
        told(f"honest calls beside {wanted:,} wrong codes")
        before, began = _counted(server, installation), time.monotonic()
        with (
            calling(server, [honest], HONEST_RATE, _made(directory / "honest")) as meanwhile,
            calling(server, [guesses], GUESS_RATE, _made(directory / "guesses")) as guessed,
        ):
            time.sleep(wanted / GUESS_RATE + 1)
        after, took = _counted(server, installation), time.monotonic() - began
    judged, refused = (after[kind] - before[kind] for kind in ("wrong", "refused"))
    return Guesses(alone[0], meanwhile[0], guessed[0].calls, judged, refused, budget_of(took))


def budget_of(seconds: float) -> int:
    """How many wrong codes one worker judges on an account in so many seconds at most, by the rule itself."""
    pace, judged, at = wrong_codes(1), 0, 0.0
    while at <= seconds:
        judged += 1
        at += seconds_after(pace, judged)
    return judged


def _calls(installation: Installation, paths: Path) -> Filled:
    callers = installation.callers._replace(known=paths)
    return Filled(ACCOUNT, installation.secret, callers, installation.imported)


def _write_honest(server: Server, installation: Installation, directory: Path, numbers: list[int]) -> Path:
    """Known callers, with the answer that each gets."""
    chosen = random.Random(SEED + 2).sample(numbers, min(HONEST, len(numbers)))
    lines = []
    for number in chosen:
        path = f"{PATH.format(ACCOUNT)}{number}"
        status, body = ask(server, path, installation.secret)
        if status != 200:
            raise RuntimeError(f"a known caller got {status} {body}")
        lines.append(f"{path}\t{body}\n")
    file = directory / "honest.paths"
    file.write_text("".join(lines))
    return file


def _write_guesses(directory: Path, known: set[int], wanted: int) -> Path:
    """Codes that nobody has: contacts' have eight digits."""
    drawn = random.Random(SEED + 3)
    numbers = (number for number in iter(lambda: drawn.randrange(LOWEST, HIGHEST), None) if number not in known)
    file = directory / "guesses.paths"
    with file.open("w") as output:
        for _ in range(wanted):
            output.write(f"{PATH.format(ACCOUNT)}{next(numbers)}&code=9{drawn.randrange(10**12):012}\n")
    return file


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


def _counted(server: Server, installation: Installation) -> dict[str, int]:
    """How many wrong codes were judged and refused so far."""
    return {kind: int(count) for kind, count in COUNTED.findall(ask(server, "/metrics", installation.secret)[1])}
