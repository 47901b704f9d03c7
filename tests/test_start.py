"""A server starts on what calls need: nothing has to be written for them, and what it cannot do it says."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from aiguillage.app import open_database
from aiguillage.callpath.health import TROUBLES
from aiguillage.settings import Settings
from tests.api.client import Client
from tests.cast import ACCOUNT, Cast, known_caller
from tests.server import WHOLE, Server, eventually, running
from tests.small_disk import SmallDisk, small_disk

KNOWN = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&format=raw&number=0199001234"
ROUTED = "207,209,214,216"
NEW = {"company": "Boulangerie Mistral"}
PASSING_OVER_NO_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Also root may then write only what its bits allow."""

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
    """A directory and files that may only be read."""
    modes = {path: path.stat().st_mode for path in [disk.path, *disk.path.iterdir()]}
    for path in modes:
        path.chmod(0o500 if path.is_dir() else 0o400)
    yield
    for path, mode in modes.items():
        path.chmod(mode)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def there(disk: SmallDisk, assembled: Path) -> Iterator[Cast]:
    """The cast on the small disk, with their tokens, and a caller whom they know."""
    settings = Settings(data_dir=disk.path)
    settings.database.write_bytes(assembled.read_bytes())
    cast = Cast(open_database(settings))
    cast.secret("router")
    cast.managing_secret("editor")
    known_caller(cast)
    yield cast
    cast.db.close()


def close_as_killed(cast: Cast) -> None:
    """Leaves the newest changes in the write-ahead log alone, without its index, as a power cut does."""
    log = cast.db.path.with_name("aiguillage.db-wal")
    kept, before = log.read_bytes(), cast.db.path.read_bytes()
    cast.db.close()
    log.write_bytes(kept)
    cast.db.path.write_bytes(before)


def started(disk: SmallDisk) -> AbstractContextManager[Server]:
    """A server that may do what the bits of its files allow, and no more; it answers calls when the block begins."""
    return running(Settings(data_dir=disk.path), under=PASSING_OVER_NO_RIGHTS, whole=False)


@pytest.mark.parametrize("close", [lambda cast: cast.db.close(), close_as_killed], ids=["stopped", "killed"])
@pytest.mark.parametrize("fault", [full, read_only, without_rights])
def test_a_server_that_can_read_answers_calls_and_takes_up_the_rest_by_itself(
    there: Cast, disk: SmallDisk, fault: Fault, close: Callable[[Cast], None]
) -> None:
    secret, managing = there.secret("router"), there.managing_secret("editor")
    close(there)
    with ExitStack() as stack:
        with fault(disk):
            server = stack.enter_context(started(disk))
            eventually(lambda: TROUBLES["frozen"] in server.ask("/readyz").text)
            known, ready, metrics = server.ask(KNOWN, secret), server.ask("/readyz"), server.ask("/metrics").text
            change = Client(server, managing).ask("POST", "/contacts", NEW)
        eventually(lambda: server.ask("/readyz").body == WHOLE)
        added = Client(server, managing).done("POST", "/contacts", NEW)
        told = server.ask("/metrics").text

        assert server.ask(KNOWN, secret).body == known.body

    assert (known.status, ready.status, change.status_code) == (200, 200, 503), change.text
    assert known.text == ROUTED
    assert added["company"] == NEW["company"]
    assert ("aiguillage_table_frozen 1" in metrics, "aiguillage_table_frozen 0" in told) == (True, True)
    assert [word in server.log.read_text() for word in ("table_frozen", "table_as_usual")] == [True, True]


def test_a_change_of_the_file_is_seen_by_a_server_that_reads_it_as_it_lay(there: Cast, disk: SmallDisk) -> None:
    secret = there.secret("router")
    there.db.close()
    with without_rights(disk), started(disk) as server:
        before = server.ask(KNOWN, secret).text
        database = open_database(Settings(data_dir=disk.path))
        with database.write() as connection:
            connection.exec_driver_sql("DELETE FROM caller_key")
        database.close()
        after = server.ask(KNOWN, secret).text

    assert before == ROUTED
    assert ROUTED not in after


def test_a_damaged_call_log_keeps_no_server_from_starting(there: Cast, disk: SmallDisk) -> None:
    secret = there.secret("router")
    there.db.close()
    there.log.write_bytes(b"no database" * 1000)

    with started(disk) as server:
        known = server.ask(KNOWN, secret)
        eventually(lambda: TROUBLES["log_failing"] in server.ask("/readyz").text)
        there.log.unlink()
        eventually(lambda: server.ask("/readyz").body == WHOLE)

    assert known.text == ROUTED
