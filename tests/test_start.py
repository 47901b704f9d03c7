"""A server starts on what calls need: nothing has to be written for them, and what it cannot do it says."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from aiguillage.app import open_database
from aiguillage.settings import Settings
from tests.api.client import Client
from tests.cast import ACCOUNT, Cast, known_caller
from tests.server import Server, running
from tests.small_disk import SmallDisk, small_disk

KNOWN = f"/api/v1/routing/contacts?customerAccount={ACCOUNT}&number=0199001234"
TROUBLE = "Nothing can be written beside the database"
Fault = Callable[[SmallDisk], AbstractContextManager[None]]


@contextmanager
def full(disk: SmallDisk) -> Iterator[None]:
    """Not a byte of room."""
    disk.fill()
    yield
    disk.make_room()


@contextmanager
def read_only(disk: SmallDisk) -> Iterator[None]:
    """A file system that takes no writes."""
    disk.remount("ro")
    yield
    disk.remount("rw")


@contextmanager
def without_rights(disk: SmallDisk) -> Iterator[None]:
    """A directory and files that may only be read: also by root, where it has no right to pass over such bits."""
    modes = {path: path.stat().st_mode for path in [disk.path, *disk.path.iterdir()]}
    for path in modes:
        path.chmod(0o500 if path.is_dir() else 0o400)
    yield
    for path, mode in modes.items():
        path.chmod(mode)


FAULTS = (full, read_only, without_rights)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def there(disk: SmallDisk, assembled: Path) -> Iterator[Cast]:
    """The cast, with a caller whom it knows, on the small disk."""
    settings = Settings(data_dir=disk.path)
    settings.database.write_bytes(assembled.read_bytes())
    with closing(open_database(settings)) as database:
        cast = Cast(database)
        known_caller(cast)
        for secret in (cast.secret, cast.managing_secret):
            secret("editor")
        yield cast


def lies_as_killed(cast: Cast, disk: SmallDisk) -> None:
    """Leaves the newest change in the write-ahead log alone, without its index, as after a power cut."""
    change_contact = cast.db.path
    log = change_contact.with_name("aiguillage.db-wal")
    kept = log.read_bytes()
    assert kept
    cast.db.close()
    log.write_bytes(kept)


def started(disk: SmallDisk) -> AbstractContextManager[Server]:
    """A server that may do what its user may, and no more."""
    return running(
        Settings(data_dir=disk.path), under=("setpriv", "--bounding-set=-dac_override,-dac_read_search"), whole=False
    )


def eventually(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    last = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.05)


@pytest.mark.parametrize("log", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_can_read_answers_calls_and_takes_up_the_rest_by_itself(
    there: Cast, disk: SmallDisk, fault: Fault, log: bool
) -> None:
    secret = there.secret("editor")
    client = lambda server: Client(server, there.managing_secret("editor"))  # noqa: E731 - a word for it
    if log:
        lies_as_killed(there, disk)
    there.db.close()
    with contextlib.ExitStack() as stack:
        with fault(disk):
            server = stack.enter_context(started(disk))
            answer, told, metrics = (server.ask(path, secret) for path in (KNOWN, "/readyz", "/metrics"))
            change = client(server).ask("POST", "/contacts", {"company": "Librairie Ormeau"})
        eventually(lambda: server.ask("/readyz").body == WHOLE)
        client(server).done("POST", "/contacts", {"company": "Librairie Ormeau", "phones": []})

        assert "aiguillage_table_frozen 0" in server.ask("/metrics").text

    assert answer.status == 200
    assert (told.status, TROUBLE in told.text) == (200, True)
    assert "aiguillage_table_frozen 1" in metrics.text
    assert change.status_code == 503
