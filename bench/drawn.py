"""Contacts and callers drawn at random, the same at every run."""

import csv
import random
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

ACCOUNT = "CL0000"
PATH = "/api/v1/smartRoutings?customerAccount={}&number=0033"
PATH_V2 = "/api/v2/route?customerAccount={}&number=0033"
QUEUES = tuple(str(200 + n) for n in range(20))
"""What contacts have for destinations."""

LOWEST, HIGHEST = 100_000_000, 1_000_000_000
"""Nine digits after +33."""

MOST_PATHS = 100_000
"""Enough to touch nearly every page of a table of a million."""

STRANGER_EVERY = 10
SEED = 20_261_123
COLUMNS = ("reference", "company", "first name", "last name", "number", "code", "destination1", "destination2", "vip")
NARROW = tuple(column for column in COLUMNS if column not in {"first name", "last name"})
"""What leaves a million rows room in the largest upload, 64 MiB."""

FIRST_NAMES = ("Camille", "Jeanne", "Karim", "Lou", "Maël", "Noé", "Salomé", "Yanis")
LAST_NAMES = ("Bertin", "Delorme", "Faucher", "Lenoir", "Martin", "N'Diaye", "Roche", "Vasseur")


class Callers(NamedTuple):
    """Files of paths to ask for: known callers only; the same with one stranger in ten; known callers by V2."""

    known: Path
    mixed: Path
    known_v2: Path


def draw_numbers(size: int) -> list[int]:
    """So many different numbers, without +33."""
    return random.Random(SEED).sample(range(LOWEST, HIGHEST), size)


def write_contacts(file: Path, numbers: list[int], columns: tuple[str, ...] = COLUMNS) -> None:
    """A CSV file with a contact for each number."""
    drawn = random.Random(SEED)
    told = itemgetter(*(COLUMNS.index(column) for column in columns))
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.writer(output)
        writer.writerow(columns)
        for n, number in enumerate(numbers):
            names = (f"Entreprise {n}", drawn.choice(FIRST_NAMES), drawn.choice(LAST_NAMES))
            destinations = (drawn.choice(QUEUES), drawn.choice(QUEUES))
            vip = "oui" if n % 10 == 0 else "non"
            writer.writerow(told((f"C-{n:07}", *names, f"+33{number}", 10_000_000 + n, *destinations, vip)))


def write_callers(directory: Path, numbers: list[int], account: str = ACCOUNT) -> Callers:
    """The callers that the load walks through."""
    drawn = random.Random(SEED + 1)
    chosen = drawn.sample(numbers, min(len(numbers), MOST_PATHS))
    strangers = _draw_strangers(drawn, set(numbers))
    mixed = [next(strangers) if n % STRANGER_EVERY == 0 else number for n, number in enumerate(chosen)]
    callers = Callers(directory / "known.paths", directory / "mixed.paths", directory / "known-v2.paths")
    for file, path, calling in zip(callers, (PATH, PATH, PATH_V2), (chosen, mixed, chosen), strict=True):
        file.write_text("".join(f"{path.format(account)}{number}\n" for number in calling))
    return callers


def _draw_strangers(drawn: random.Random, known: set[int]) -> Iterator[int]:
    while True:
        number = drawn.randrange(LOWEST, HIGHEST)
        if number not in known:
            yield number
