"""Words: the index that contacts are found by. What SQLite's FTS5 does for it is written here and nowhere else.

    contacts         account 3, id 17: " garage belleville 4321 +33199001234"
       | triggers, whoever writes
    contact_words    3.+33199001234: 17   3.4321: 17   3.belleville: 17   3.garage: 17, 21   4.garage: 17   ...
       |
    contact_terms    the same seen row by row, in the order of the terms

Each term begins with its account's number. So all terms of an account lie together, another account's can neither be
found nor cost anything, and an entry need not say whose contact it is. The index has no copy of the words, for they are
in the contact's row: that tells what is to be taken out when they change.

FTS5 collects all that begins with a word before it gives the first of it: a third of a second for a million entries. So
a word's entries are counted first, row by row, until they are too many. Words that few contacts have are looked up
(`found_by`); those that many have are then looked for in the rows themselves (`has`).

Another engine keeps `contacts.words` alike, and answers these four questions by an index of its own
(docs/decisions/0050-contacts-are-found-by-fts5.md).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    column,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    union_all,
)

from aiguillage.domain.searching import Alternatives, Reading
from aiguillage.storage.schema import contacts

INDEX = "contact_words"
TERMS = "contact_terms"
LAST = "\U0010ffff"
"""Behind a beginning: comes after everything that begins with it."""

_index = table(INDEX, column("rowid"), column(INDEX))
_terms = table(TERMS, column("term"), column("doc"))


def count_begun(connection: Connection, account_id: int, word: Alternatives, most: int) -> int:
    """How many entries of the account begin with a word, counted no further than `most`."""
    begun = [f"{account_id}.{beginning}" for beginning in word]
    ranges = [select(_terms.c.doc).where(_terms.c.term >= start, _terms.c.term < start + LAST) for start in begun]
    some = union_all(*ranges).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def found_by(account_id: int, readings: Iterable[Reading]) -> Select[tuple[int]]:
    """The ids of the account's contacts that have all words of a reading."""
    sought = " OR ".join(f"({_all_of(account_id, reading)})" for reading in readings)
    return select(_index.c.rowid).where(column(INDEX).op("MATCH")(literal(sought)))


def _all_of(account_id: int, reading: Reading) -> str:
    """In FTS5's own syntax: words have no quotes, which end a text there."""
    words = (" OR ".join(f'"{account_id}.{beginning}"*' for beginning in word) for word in reading)
    return " AND ".join(f"({word})" for word in words)


def has(readings: Sequence[Reading]) -> ColumnElement[bool]:
    """Whether a contact has all words of a reading, seen from its row."""
    return or_(false(), *(and_(*map(_begins, reading)) for reading in readings))


def _begins(word: Alternatives) -> ColumnElement[bool]:
    return or_(*(func.instr(contacts.c.words, f" {beginning}") > 0 for beginning in word))


def forget_former(connection: Connection) -> None:
    """Leaves nothing in the index of words that contacts had and have no more; takes as long as the index is big.

    FTS5 notes what is taken out beside what was there, until it merges the two: `optimize` merges all of it.
    """
    connection.execute(insert(_index).values({INDEX: "optimize"}))
