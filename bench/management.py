"""The management API at a million contacts: a list's first page, a search, bulk upserts, an export and its memory."""

import json
import random
import time
from collections.abc import Iterator
from itertools import count, islice
from typing import NamedTuple
from urllib.parse import quote

from aiguillage.app import open_database
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user, grant_role
from aiguillage.domain.accounts import Role
from bench.client import client_of
from bench.drawn import ACCOUNT, FIRST_NAMES, HIGHEST, LAST_NAMES, LOWEST, SEED, draw_numbers
from bench.installation import Installation, operator
from bench.machine import Cores
from bench.servers import serving
from bench.tree import peak_mib

EMAIL = "editor@example.org"
CONTACTS = "/smart-routings/contacts"
LISTS, UPSERTS, EACH = 300, 4, 10_000
"""Lists of each kind; calls of so many contacts, half of them new."""


class Management(NamedTuple):
    """Milliseconds of a list, as a client on the same machine sees them.

    `export_mib` is what the memory of one of the server's processes rose to by the export's end.
    """

    index_p99_ms: float
    search_p99_ms: float
    upserts_per_second: float
    export_seconds: float
    export_bytes: int
    export_mib: float


def measure_management(installation: Installation, cores: Cores) -> Management:
    """One client after another asks a server of its own. Adds contacts to the installation."""
    secret = _issue_secret(installation)
    bodies = islice(upserts_of(installation.size), UPSERTS)
    with serving(installation, cores.server) as server, client_of(server, secret, ACCOUNT) as client:
        index = percentile([client.timed(f"{CONTACTS}?per_page=40&sort={sort}") for sort in _sorts()])
        search = percentile([client.timed(f"{CONTACTS}?q={quote(words)}") for words in words_typed()])
        peaks: list[float] = []
        began = time.perf_counter()
        size = client.download(f"{CONTACTS}/export", lambda: peaks.append(peak_mib(server.pid)))
        seconds, peak = time.perf_counter() - began, max(peaks)
        upserts = EACH * UPSERTS / sum(client.timed(f"{CONTACTS}/bulk", body) / 1000 for body in bodies)
    return Management(index, search, upserts, seconds, size, peak)


def _issue_secret(installation: Installation) -> str:
    database, actor = open_database(installation.settings), operator()
    add_user(database, actor, EMAIL)
    grant_role(database, actor, EMAIL, ACCOUNT, Role.EDIT)
    secret = issue_token(database, actor, EMAIL, name="bench", role=Role.EDIT)[1]
    database.close()
    return secret


def percentile(milliseconds: list[float]) -> float:
    """The 99th."""
    return sorted(milliseconds)[len(milliseconds) * 99 // 100]


def _sorts() -> Iterator[str]:
    for n in range(LISTS):
        yield ("id", "company", "last_name", "-updated")[n % 4]


def words_typed() -> Iterator[str]:
    """What people type: any word of a name, numbers, codes, two words; in part or whole, rare and frequent ones."""
    drawn = random.Random(SEED)
    for n in range(LISTS):
        company, number = drawn.randrange(1_000_000), f"0{drawn.randrange(100_000_000, 1_000_000_000)}"
        names = (f"Entreprise {company}", drawn.choice(FIRST_NAMES), drawn.choice(LAST_NAMES))
        digits = (number, str(drawn.randrange(10_000_000, 11_000_000)))
        words = (*names, *digits, str(company), f"{names[1]} {names[2]}", f"{names[2]} {number}")[n % 8]
        yield words[: drawn.randint(1, len(words))]


def upserts_of(size: int) -> Iterator[bytes]:
    """Bodies of bulk upserts without end: known contacts of an account with so many by reference, and new ones."""
    drawn = random.Random(SEED)
    fresh = _fresh_numbers(drawn, set(draw_numbers(size)))
    for call in count():
        known = drawn.sample(range(size), EACH // 2)
        contacts: list[dict[str, object]] = [
            {"reference": f"C-{n:07}", "company": f"Nouvelle entreprise {call}-{n}"} for n in known
        ]
        contacts += [
            {
                "reference": f"N-{call}-{n}",
                "company": f"Entreprise neuve {n}",
                "last_name": drawn.choice(LAST_NAMES),
                "id_code": f"N{call:04}{n:05}",
                "telecoms": [f"+33{next(fresh)}"],
                "field_select_1": "207",
            }
            for n in range(EACH - len(contacts))
        ]
        yield json.dumps({"contacts": contacts}).encode()


def _fresh_numbers(drawn: random.Random, taken: set[int]) -> Iterator[int]:
    while True:
        number = drawn.randrange(LOWEST, HIGHEST)
        if number not in taken:
            taken.add(number)
            yield number
