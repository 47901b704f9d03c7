"""The process that writes the call log: what it does with a file that it cannot write."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from aiguillage import log_writer
from aiguillage.callpath.counts import Counts, memory_for
from aiguillage.callpath.log import Logged
from aiguillage.log_writer import MOST_AT_ONCE, LogWriter
from aiguillage.storage.calls import ROWS_AT_ONCE, open_log
from tests.cast import NUMBER

CALL = Logged(
    *(1_000_000, 1, NUMBER, "number", 7, "encom_v1", "known", ("1", None, None, "4"), 9, "w1"),
    None,
    None,
    "1",
    "known_caller",
    1,
    "404",
)


def message(*seconds: float) -> bytes:
    """Calls at these moments, as a worker sends them."""
    return msgspec.msgpack.encode([msgspec.structs.replace(CALL, at=int(second * 1_000_000)) for second in seconds])


def kept(path: Path) -> list[int]:
    """The seconds of the calls in the file."""
    connection = sqlite3.connect(path)
    try:
        return [at // 1_000_000 for (at,) in connection.execute("SELECT at FROM calls ORDER BY id")]
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "calls.db"


@pytest.fixture
def counts() -> Counts:
    """What is counted."""
    return Counts(memory_for(1), 1)


@pytest.fixture
def writer(path: Path, counts: Counts) -> Iterator[LogWriter]:
    """A writer that keeps three calls at most that it cannot write."""
    writer = LogWriter(path, counts, capacity=3)
    yield writer
    writer.close()


def test_a_long_batch_is_kept_whole_and_in_order(path: Path, counts: Counts) -> None:
    writer, count = LogWriter(path, counts), MOST_AT_ONCE + 3 * ROWS_AT_ONCE + 7
    writer.take(message(*range(count)))

    writer.close()

    assert kept(path) == list(range(count))


def test_calls_that_cannot_be_written_wait_and_beyond_a_bound_the_oldest_are_counted(
    path: Path, writer: LogWriter, counts: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    path.mkdir()
    writer.take(message(1, 2))
    failed, failing = writer.write(), counts.total("log_failing")
    writer.take(message(3, 4))
    writer.write()
    path.rmdir()

    written = writer.write()

    assert (failed, failing, written, counts.total("log_failing")) == (False, 1, True, 0)
    assert (kept(path), counts.total("dropped")) == ([2, 3, 4], 1)
    assert caplog.text.count("call_log_failed") == 1


def test_trouble_that_lasts_is_told_again(
    path: Path, writer: LogWriter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "TOLD_EVERY", 0.0)
    path.mkdir()
    writer.take(message(1))

    writer.write()
    writer.write()

    assert caplog.text.count("call_log_failed") == 2


def test_a_file_that_is_no_database_costs_nothing_once_it_is_moved_away(path: Path, writer: LogWriter) -> None:
    path.write_text("This is a shopping list, not a database.\n" * 100)
    writer.take(message(1))
    before = writer.write()
    path.rename(path.with_suffix(".broken"))

    assert (before, writer.write(), kept(path)) == (False, True, [1])


def test_a_file_that_is_removed_or_replaced_is_noticed(path: Path, writer: LogWriter) -> None:
    writer.take(message(1))
    writer.write()
    for name in (path, *path.parent.glob("calls.db-*")):
        name.unlink()
    writer.take(message(2))

    writer.write()

    assert kept(path) == [2]


def test_calls_wait_while_somebody_else_keeps_the_file(
    path: Path, writer: LogWriter, counts: Counts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("aiguillage.storage.calls.BUSY_SECONDS", 0.0)
    holder = open_log(path)
    writer.take(message(0))
    writer.write()
    holder.execute("BEGIN IMMEDIATE")
    writer.take(message(1))

    while_held = writer.write()
    holder.execute("ROLLBACK")
    holder.close()

    assert (while_held, writer.write(), kept(path), counts.total("log_failing")) == (False, True, [0, 1], 0)
    assert caplog.records == []


def test_what_can_never_be_written_is_counted_at_the_end(path: Path, counts: Counts) -> None:
    path.mkdir()
    writer = LogWriter(path, counts)
    writer.take(message(1, 2))

    writer.close()

    assert counts.total("dropped") == 2
