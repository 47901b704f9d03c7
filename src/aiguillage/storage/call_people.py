"""Somebody's calls in the call log: found under their number, their pseudonym and their contact; erased."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from aiguillage.domain.mentions import Mentions
from aiguillage.storage.call_retention import writing
from aiguillage.storage.calls import COLUMNS, Call

SOME = 10_000
"""Calls that are looked through at a time."""

ERASED = "erased"
CALLS = f"""
    SELECT id, {COLUMNS} FROM calls
    WHERE account_id = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?"""  # noqa: S608 - names of ours
ERASE = "DELETE FROM calls WHERE id = ?"
BLANK = "UPDATE calls SET destination = ?, destinations = ? WHERE id = ?"


class Sought(NamedTuple):
    """Whose calls: those with one of the numbers (the number itself, its pseudonym), and those of the contacts."""

    account_id: int
    mentions: Mentions
    numbers: frozenset[str]
    contacts: frozenset[int]


class _Found(NamedTuple):
    id: int
    call: Call
    theirs: bool


def calls_of(path: Path, sought: Sought) -> list[Call]:
    """Their calls, and those that were sent to them, oldest first. Raises Refusal."""
    return [found.call for some in _look_through(path, sought) for found in some]


def erase_calls(path: Path, sought: Sought) -> int:
    """Removes their calls, and from others' calls that they were sent there; how many are gone. Raises Refusal."""
    gone = 0
    for some in _look_through(path, sought):
        if not some:
            continue
        theirs = [(found.id,) for found in some if found.theirs]
        others = [(*_blanked(found.call, sought.mentions), found.id) for found in some if not found.theirs]
        with writing(path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(ERASE, theirs)
            connection.executemany(BLANK, others)
            connection.execute("COMMIT")
        gone += len(theirs)
    return gone


def _look_through(path: Path, sought: Sought) -> Iterator[list[_Found]]:
    """The account's calls, some at a time: so nobody waits for it, and the log goes on."""
    if not path.exists():
        return
    behind = (-1, -1)
    with writing(path) as connection:
        while rows := connection.execute(CALLS, (sought.account_id, *behind, SOME)).fetchall():
            yield [found for row in rows if (found := _found(row[0], Call(*row[1:]), sought)) is not None]
            behind = (rows[-1][1], rows[-1][0])


def _found(call_row: int, call: Call, sought: Sought) -> _Found | None:
    theirs = call.number in sought.numbers or call.contact_id in sought.contacts
    if theirs or sought.mentions.found_in(call.asked):
        return _Found(call_row, call, theirs=True)
    sent_to = any(sought.mentions.found_in(text) for text in (call.destination, call.destinations))
    return _Found(call_row, call, theirs=False) if sent_to else None


def _blanked(call: Call, mentions: Mentions) -> tuple[str | None, str | None]:
    one, several = (ERASED if mentions.found_in(text) else text for text in (call.destination, call.destinations))
    return one, several
