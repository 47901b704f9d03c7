"""The console at a million contacts and as many calls of one day: its pages, and calls while ten of it are open."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from aiguillage.app import open_database
from aiguillage.callpath.log import Logged
from aiguillage.desk.change import find_role
from aiguillage.desk.tokens import issue_token
from aiguillage.desk.users import add_user, grant_role
from aiguillage.domain.accounts import NOT_FOUND, Role
from aiguillage.domain.moments import MINUTE
from aiguillage.storage.calls import keep_calls, open_log
from bench.drawn import ACCOUNT, QUEUES
from bench.installation import Installation, operator
from bench.load import Sample, Side, put_load
from bench.machine import Cores
from bench.management import LISTS, percentile, words_typed
from bench.servers import Server, serving
from bench.throughput import SETTLE, WARM_UP, Plan, Ratio, ratio

EMAIL = "staff@example.org"
CONSOLES = 10
AT = f"/console/{ACCOUNT}"
SORTS = ("company", "last_name", "-updated_at", "")
FILTERS = ("field_boolean_1=1", "field_boolean_2=1", "field_select_1=207", "field_boolean_1=1&field_select_1=207")
STRANGERS, SPREAD = 1_000, 10 * MINUTE
"""Numbers that call without being known, and how long before now all calls were made, in microseconds."""

AT_ONCE = 100_000
TIMEOUT = 60.0
Paths = Iterator[str]


class Watched(NamedTuple):
    """Calls alone, and with ten consoles open, round by round."""

    alone: list[Sample]
    beside: list[Sample]

    @property
    def ratio(self) -> Ratio:
        """How many times as many calls are answered beside them, by processor time."""
        return ratio(self.beside, self.alone)


class Console(NamedTuple):
    """Milliseconds of a page, as a client on the same machine sees them; calls beside open consoles."""

    first_page_p99_ms: float
    search_p99_ms: float
    filter_p99_ms: float
    today_p99_ms: float
    watched: Watched

    def measured(self) -> dict[str, float]:
        """By the figures' keys."""
        lists = max(self.first_page_p99_ms, self.search_p99_ms, self.filter_p99_ms)
        return {
            "console_lists_p99_ms": lists,
            "today_p99_ms": self.today_p99_ms,
            "watched": self.watched.ratio.median,
        }

    def details(self) -> dict[str, str]:
        """Sentences about it."""
        lists = f"first page {self.first_page_p99_ms:.0f} ms, search {self.search_p99_ms:.0f} ms"
        calls = self.watched.ratio
        outermost = f"{calls.lowest:.2f}–{calls.highest:.2f}, {calls.quiet} quiet rounds"
        return {
            "console, p99": f"{lists}, filter {self.filter_p99_ms:.0f} ms, Today {self.today_p99_ms:.0f} ms",
            "calls beside ten open consoles": f"{calls.median:.2f} x as many ({outermost})",
        }

    def document(self) -> dict[str, Any]:
        """For JSON."""
        rounds = {name: [one._asdict() for one in samples] for name, samples in self.watched._asdict().items()}
        return {**self._asdict(), "watched": {**self.watched.ratio._asdict(), **rounds}}


def measure_console(installation: Installation, plan: Plan, cores: Cores, told: Callable[[str], None]) -> Console:
    """Asks a server of its own for pages, then puts calls to it. Adds calls to the log first, as many as contacts."""
    secrets = _open_console(installation)
    with serving(installation, cores.server) as server:
        told("pages of the console")
        first, search, filtered, today = (
            percentile([_timed(server, f"{AT}/{path}", secrets[0]) for path in paths])
            for paths in (_first_pages(), _searches(), _filtered(), _todays())
        )
        side = Side("calls", server, installation.callers.known, installation.secret)
        watched = Watched([], [])
        for number in range(1, plan.rounds + 1):
            told(f"round {number} of {plan.rounds}: calls beside {CONSOLES} consoles")
            watched.alone.append(_calls(side, plan, cores))
            with _consoles(server, secrets):
                watched.beside.append(_calls(side, plan, cores))
    return Console(first, search, filtered, today, watched)


def _open_console(installation: Installation) -> list[str]:
    """Fills the log's last minutes, and gives secrets of somebody who may see it, one for each console."""
    database, actor = open_database(installation.settings), operator()
    add_user(database, actor, EMAIL)
    grant_role(database, actor, EMAIL, ACCOUNT, Role.EDIT)
    issued = [issue_token(database, actor, EMAIL, name=f"bench {n}", role=Role.EDIT) for n in range(CONSOLES)]
    with database.read() as connection:
        account_id = find_role(connection, actor, ACCOUNT).account_id
    database.close()
    with closing(open_log(installation.settings.calls)) as log:
        for begin in range(0, installation.size, AT_ONCE):
            numbers = range(begin, min(begin + AT_ONCE, installation.size))
            at = actor.at - SPREAD
            keep_calls(log, [_logged(account_id, at + n * SPREAD // installation.size, n) for n in numbers])
    return [secret for _, secret in issued]


def _logged(account_id: int, at: int, n: int) -> tuple[object, ...]:
    """A call: one in ten a stranger's."""
    known = n % 10 != 0
    number = f"+33{100_000_000 + n if known else 900_000_000 + n // 10 % STRANGERS}"
    return Logged(
        at=at,
        account_id=account_id,
        number=number,
        known_by="number" if known else None,
        contact_id=n + 1 if known else None,
        dialect="v2",
        outcome="known" if known else "unknown",
        select=None,
        own_us=30,
        worker="bench",
        call_id=None,
        asked=None,
        destination=QUEUES[n % len(QUEUES)],
        reason="known_contact" if known else "unknown_caller",
        seq=1,
        unknown=NOT_FOUND,
    ).row()


def _first_pages() -> Paths:
    return (f"contacts?sort={SORTS[n % len(SORTS)]}" for n in range(LISTS))


def _searches() -> Paths:
    return (f"contacts?q={quote(words)}" for words in words_typed())


def _filtered() -> Paths:
    return (f"contacts?{FILTERS[n % len(FILTERS)]}&sort={SORTS[n // 4 % len(SORTS)]}" for n in range(LISTS))


def _todays() -> Paths:
    return ("today" for _ in range(LISTS))


def _timed(server: Server, path: str, secret: str) -> float:
    """Milliseconds of a page, from the request's first byte to the answer's last. Raises RuntimeError on a refusal."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT)) as connection:
        began = time.perf_counter()
        connection.request("GET", path, headers=_headers(secret))
        answer = connection.getresponse()
        answer.read()
        spent = (time.perf_counter() - began) * 1000
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        return spent


def _headers(secret: str) -> dict[str, str]:
    return {"Cookie": f"aiguillage={secret}", "Accept-Encoding": "gzip"}


def _calls(side: Side, plan: Plan, cores: Cores) -> Sample:
    put_load(side, WARM_UP, cores.load)
    sample = put_load(side, plan.seconds, cores.load)
    time.sleep(SETTLE)
    return sample


@contextmanager
def _consoles(server: Server, secrets: list[str]) -> Iterator[None]:
    """Consoles on one account, in two languages, each with its Today open. Raises RuntimeError if one is not live."""
    with ExitStack() as stack:
        streams = []
        for n, secret in enumerate(secrets):
            connection = stack.enter_context(
                closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT))
            )
            languages = {"Accept": "text/event-stream", "Accept-Language": ("fr", "en")[n % 2]}
            connection.request("GET", f"{AT}/today?live=1", headers=_headers(secret) | languages)
            streams.append(connection.getresponse())
        yield
        if any(one.status != HTTPStatus.OK or not one.read1() or not one.read1() for one in streams):
            raise RuntimeError("a console that was open was not live")
