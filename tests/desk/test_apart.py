"""Files are read apart: a reading process that takes too much is ended, and what it told before is worth nothing."""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import msgspec
import pytest

from aiguillage.desk import apart
from aiguillage.desk.apart import Reader, read_apart
from aiguillage.domain.errors import Kind
from tests.desk.hungry import LIMITS
from tests.docs.markdown import ROOT
from tests.refusal import refused


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Who reads as tests/desk/hungry.py does."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Reader("tests.desk.hungry", LIMITS, "That is too much.", Lock())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with something in it."""
    path = tmp_path / "sent"
    path.write_text("sent")
    return path


def read(reader: Reader, file: Path, what: str) -> Iterator[object]:
    """What is told of the file, thing by thing."""
    with file.open("rb") as stream, read_apart(reader, stream, what) as things:
        for thing in things:
            yield msgspec.json.decode(thing)


def test_what_the_reading_process_finds_is_told_in_its_order(reader: Reader, file: Path) -> None:
    assert list(read(reader, file, "what was sent")) == ["one", "sent"]


@pytest.mark.parametrize("what", ["memory", "time", "line"])
def test_a_reading_process_that_takes_too_much_is_ended_and_its_file_refused(
    reader: Reader, file: Path, what: str
) -> None:
    with refused(Kind.INVALID, "That is too much"):
        list(read(reader, file, what))

    assert list(read(reader, file, "what was sent")) == ["one", "sent"]


def test_a_reading_process_refuses_in_words(reader: Reader, file: Path) -> None:
    with refused(Kind.INVALID, "This is refused"):
        list(read(reader, file, "nothing"))


def test_a_file_that_nobody_reads_to_its_end_makes_room_for_the_next(reader: Reader, file: Path) -> None:
    things = read(reader, file, "time")

    assert next(things) == "one"
    things.close()  # type: ignore[attr-defined] # a generator

    assert list(read(reader, file, "what was sent")) == ["one", "sent"]


def test_a_file_that_waits_too_long_for_another_is_refused_until_later(
    reader: Reader, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "LONGEST_WAIT", 0)

    with reader.alone, refused(Kind.UNAVAILABLE, "send it again in a minute"):
        list(read(reader, file, "what was sent"))
