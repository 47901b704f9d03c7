"""A table beside which nothing can be written: right as long as nobody writes, and opened anew when somebody does."""

from collections.abc import Callable
from sqlite3 import Connection, OperationalError

import pytest

from aiguillage.callpath.table import OPEN_AGAIN, Table
from aiguillage.domain.calls import Question
from aiguillage.storage.sqlite.frozen import open_as_it_lies
from aiguillage.storage.sqlite.library import open_read_only
from tests.cast import ACCOUNT, NOW, NUMBER, Cast, known_caller


class Opening:
    """Opens the cast's file in one way, until it is told another; keeps a clock."""

    def __init__(self, cast: Cast) -> None:
        self.way: Callable[[], Connection] = lambda: open_as_it_lies(cast.db.path)
        self.now = 0.0
        self.table = Table(self.open, lambda: self.now)

    def open(self) -> Connection:
        """The file, in the way of the moment."""
        return self.way()

    def knows(self) -> bool:
        """Whether the caller is known in one turn of calls."""
        self.table.begin()
        entry = self.table.entry(ACCOUNT)
        assert entry is not None
        known = bool(self.table.find(entry.facts, Question(number=NUMBER), NOW).by_number)
        self.table.end()
        return known


@pytest.fixture
def opening(cast: Cast) -> Opening:
    """A table that is read as it lies."""
    return Opening(cast)


def no_longer_there() -> Connection:
    raise OperationalError("unable to open database file")


def test_what_somebody_writes_is_seen_by_the_next_turn(cast: Cast, opening: Opening) -> None:
    before = opening.knows()
    known_caller(cast)

    assert (before, opening.knows(), opening.table.frozen) == (False, True, True)


def test_it_is_opened_as_usual_once_it_can_be(cast: Cast, opening: Opening) -> None:
    opening.way = lambda: open_read_only(cast.db.path)
    opening.table.watch()
    at_once = opening.table.frozen
    opening.now += OPEN_AGAIN
    opening.table.watch()
    known_caller(cast)

    assert (at_once, opening.table.frozen, opening.knows()) == (True, False, True)


def test_a_file_that_cannot_be_opened_again_is_read_on(cast: Cast, opening: Opening) -> None:
    known_caller(cast)
    before = opening.knows()
    opening.way = no_longer_there
    opening.now += OPEN_AGAIN
    opening.table.watch()

    assert (before, opening.knows(), opening.table.frozen) == (True, True, True)
