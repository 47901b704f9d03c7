"""Work at the desk, as people and their programs put it there: each kind of it again and again, until it is enough."""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from bench.client import JSON, Answer, Client, client_of
from bench.drawn import ACCOUNT, NARROW, draw_numbers, write_contacts
from bench.imports import import_file
from bench.installation import Installation
from bench.management import CONTACTS, upserts_of
from bench.neighbours import ZONED, Neighbours, new_accounts
from bench.servers import Server

PATIENCE = 60.0
"""Seconds after which who signs in gives up."""

BASE = "/smart-routings"
SIGN_INS = 60
"""Sign-ins at a time."""

GUESSES, GUESSES_EVERY = 1_000, 0.001
"""Wrong codes at a time, and the least seconds from one to the next: so many calls more are a load of their own."""

LOOK_EVERY = 0.2
"""Seconds between looks at an import that runs."""

GUESSED = {http.client.OK, http.client.NOT_FOUND, http.client.TOO_MANY_REQUESTS}
"""Answers to a wrong code; a number drawn at random may be somebody's."""

LATER = {http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE}
"""Answers by which a client is asked to come back later."""

LONGEST_WAIT = 1.0
"""Seconds that a client waits at most when it is asked to come back later."""


class Work(NamedTuple):
    """What is done: `once` by each of so many clients, again and again; `zoned` if it is that account's doing."""

    name: str
    once: Callable[[], None]
    clients: int = 1
    zoned: bool = False


@dataclass
class Working:
    """Work that is being done: how often it was done whole, and what went wrong."""

    done: int = 0
    failed: list[Exception] = field(default_factory=list)
    _enough: threading.Event = field(default_factory=threading.Event)

    def repeat(self, work: Work) -> None:
        """One client's part."""
        try:
            while not self._enough.is_set():
                work.once()
                self.done += 1
        except Exception as error:  # noqa: BLE001 - of whatever kind: it is raised where the work is waited for
            self.failed.append(error)

    def end(self) -> None:
        """Nothing is begun any more."""
        self._enough.set()


@contextmanager
def doing(work: Work) -> Iterator[Working]:
    """The work, done while the block runs; at its end what is begun is brought to its end. Raises what it raised."""
    working = Working()
    clients = [threading.Thread(target=working.repeat, args=(work,), daemon=True) for _ in range(work.clients)]
    for client in clients:
        client.start()
    try:
        yield working
    finally:
        working.end()
    for client in clients:
        client.join()
    if working.failed:
        raise RuntimeError(f"{work.name}: {working.failed[0]}") from working.failed[0]


@contextmanager
def all_work(
    installation: Installation, neighbours: Neighbours, server: Server, directory: Path
) -> Iterator[list[Work]]:
    """All kinds of it. Makes the files that are imported."""
    whole, narrow = directory / "contacts.csv", directory / "narrow.csv"
    numbers = draw_numbers(installation.size)
    write_contacts(whole, numbers)
    write_contacts(narrow, numbers, NARROW)
    accounts, bodies = new_accounts(installation), upserts_of(installation.size)
    flips = count()
    with client_of(server, neighbours.editor, ACCOUNT) as a, client_of(server, neighbours.editor, ZONED) as zoned:
        yield [
            Work("import by the API", lambda: _import_by_api(server, neighbours.editor, next(accounts), narrow)),
            Work("import at the terminal", lambda: _import_at_terminal(installation, whole, next(accounts))),
            Work("bulk upserts", lambda: _upsert(a, next(bodies))),
            Work("replay of calls", lambda: _replay(a)),
            Work("export", lambda: _export(a)),
            Work("zones compiled", lambda: _flip(zoned, neighbours.switch, next(flips)), zoned=True),
            Work("wrong codes", lambda: _guess(a)),
            Work(f"{SIGN_INS} sign-ins at a time", lambda: _sign_in(server), clients=SIGN_INS),
        ]


def _import_by_api(server: Server, secret: str, account: str, file: Path) -> None:
    """In two steps, as who has so many rows does: the upload and its preview, then the import."""
    with client_of(server, secret, account) as client:
        held: dict[str, Any] = client.did("POST", f"{BASE}/imports", file.read_bytes(), "text/csv")
        path = f"{BASE}/imports/{held['id']}"
        client.did("POST", f"{path}/apply", b"")
        while (seen := client.did("GET", path))["state"] == "applying":
            time.sleep(LOOK_EVERY)
    if seen["state"] != "applied":
        raise RuntimeError(f"an import was refused: {seen}")


def _import_at_terminal(installation: Installation, file: Path, account: str) -> None:
    import_file(installation.settings.data_dir, file, installation.size, account)


def _upsert(client: Client, body: bytes) -> None:
    _until_taken(client, f"{CONTACTS}/bulk", body)


def _replay(client: Client) -> None:
    """Of what the call log has of the last week, a hundred thousand calls at most: that takes long, and goes on."""
    answer = _until_taken(client, f"{BASE}/replay", b"{}")
    if answer.status != http.client.ACCEPTED:
        return
    path = f"{BASE}/replay/{json.loads(answer.body)['id']}"
    while (seen := client.did("GET", path))["state"] == "deciding":
        time.sleep(LOOK_EVERY)
    if seen["state"] != "decided":
        raise RuntimeError(f"a replay was not decided: {seen}")


def _export(client: Client) -> None:
    client.download(f"{CONTACTS}/export")


def _flip(client: Client, switch: int, number: int) -> None:
    """Each flip changes the account's facts, and so has all of its zones compiled by the next call."""
    action = ("on", "off")[number % 2]
    _until_taken(client, f"{BASE}/switches/{switch}/flip", json.dumps({"action": action}).encode())


def _until_taken(client: Client, path: str, body: bytes) -> Answer:
    """Sends it, again when the server says that it has too much to do; the answer. Raises RuntimeError on a refusal."""
    while (answer := client.ask("POST", path, body)).status in LATER:
        time.sleep(min(answer.retry_after, LONGEST_WAIT))
    if answer.status >= http.client.MULTIPLE_CHOICES:
        raise RuntimeError(f"POST {path} was answered with {answer.status}: {answer.body[:300]!r}")
    return answer


def _guess(client: Client) -> None:
    """Codes that nobody has, each from another number: soon each is refused as one too many."""
    for _ in range(GUESSES):
        began = time.perf_counter()
        asked = (
            f"customerAccount={ACCOUNT}&number=0033{random.randrange(10**9):09}&code=9{random.randrange(10**12):012}"
        )
        answer = client.ask("GET", f"/api/v1/smartRoutings?{asked}")
        if answer.status not in GUESSED:
            raise RuntimeError(f"a wrong code was answered with {answer.status}: {answer.body[:200]!r}")
        time.sleep(max(0.0, began + GUESSES_EVERY - time.perf_counter()))


def _sign_in(server: Server) -> None:
    """A stranger's attempt, from an address of its own: one address would soon be told to wait.

    Some give up, and some are turned away before they are heard.
    """
    here = f"127.{random.randrange(1, 255)}.{random.randrange(255)}.{random.randrange(1, 255)}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE, source_address=(here, 0))
    body = json.dumps({"email": f"stranger.{random.randrange(10**9)}@example.org", "password": "correct horse battery"})
    try:
        connection.request("POST", "/login", body, {"Content-Type": JSON})
        answer = connection.getresponse()
        answer.read()
    except TimeoutError:
        return
    except ConnectionError:
        time.sleep(LONGEST_WAIT)
        return
    finally:
        connection.close()
    if answer.status in LATER:
        time.sleep(min(float(answer.headers.get("Retry-After", 0)), LONGEST_WAIT))
    elif answer.status != http.client.UNAUTHORIZED:
        raise RuntimeError(f"a stranger's sign-in was answered with {answer.status}")
