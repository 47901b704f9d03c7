"""The stage seen from a transaction, as schema `staged`: what is found out about the drafts is written beside them."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Row, text
from sqlalchemy.types import TypeEngine

from aiguillage.domain.contacts import PARTS, Contact, caller_keys
from aiguillage.storage.journal import as_json
from aiguillage.storage.sqlite.staging import BATCH, CACHE_KIB, DRAFT_WIDTH, Stage, draft_keys, draft_row

BOOLEANS: dict[str, TypeEngine[Any]] = {part.name: Boolean() for part in PARTS.values() if part.flag}
"""What text(...).columns needs, to give a contact's columns as they are: SQLite itself knows numbers only."""

# CROSS JOIN keeps SQLite to the order in which the tables are named: the stage first, contacts looked up by id.
PAIRS = text(
    """SELECT found.n AS draft_n, draft.line, draft.speaks, draft.after, contact.*
    FROM staged.matched AS found CROSS JOIN staged.draft AS draft CROSS JOIN contacts AS contact
    WHERE draft.n = found.n AND contact.account_id = :account_id AND contact.id = found.contact_id
    AND found.n > :after AND NOT EXISTS (SELECT 1 FROM staged.refused AS refused WHERE refused.n = found.n)
    ORDER BY found.n LIMIT :some"""
).columns(**BOOLEANS)
LINE = text("SELECT line FROM staged.draft WHERE n = :n")
REMOVED = text(
    """SELECT contact.* FROM staged.removed AS removed CROSS JOIN contacts AS contact
    WHERE contact.account_id = :account_id AND contact.id = removed.contact_id AND removed.contact_id > :after
    ORDER BY removed.contact_id LIMIT :some"""
).columns(**BOOLEANS)
SETS = """FROM staged.matched AS found
    WHERE NOT EXISTS (SELECT 1 FROM staged.refused AS refused WHERE refused.n = found.n)
    AND NOT EXISTS (SELECT 1 FROM staged.unchanged AS unchanged WHERE unchanged.n = found.n)"""
# A new contact's id is its change's number.
CHANGES = (
    """INSERT INTO staged.change (seq, action, contact_id, n)
    SELECT :seq + ROW_NUMBER() OVER (ORDER BY contact_id), 'remove', contact_id, NULL FROM staged.removed""",
    f"""INSERT INTO staged.change (seq, action, contact_id, n)
    SELECT :seq + ROW_NUMBER() OVER (ORDER BY found.contact_id), 'set', found.contact_id, found.n {SETS}""",
    """INSERT INTO staged.change (seq, action, contact_id, n)
    SELECT added.seq, 'add', added.seq, added.n FROM (
        SELECT :seq + ROW_NUMBER() OVER (ORDER BY draft.n) AS seq, draft.n FROM staged.draft AS draft
        WHERE NOT EXISTS (SELECT 1 FROM staged.refused AS refused WHERE refused.n = draft.n)
        AND NOT EXISTS (SELECT 1 FROM staged.matched AS found WHERE found.n = draft.n)) AS added""",
)
# Of two drafts about one contact the first may be accepted though the second is refused.
KEPT_AFTER_ALL = """SELECT found.contact_id FROM staged.matched AS found
    JOIN staged.refused AS refused ON refused.n = found.n
    WHERE NOT EXISTS (SELECT 1 FROM staged.matched AS first WHERE first.contact_id = found.contact_id
        AND NOT EXISTS (SELECT 1 FROM staged.refused AS his WHERE his.n = first.n))"""
SOME = BATCH // 4
MARKS = ", ".join("?" * DRAFT_WIDTH)


class Rewrite(NamedTuple):
    """A draft that was merged with its contact: what the row alone said, and what the contact will be."""

    n: int
    line: int
    row: Contact
    after: Contact


def attach(connection: Connection, stage: Stage) -> None:
    """Lets a transaction see a filled stage. The connection is closed afterwards, not used again."""
    connection.detach()
    connection.execute(text("ATTACH :path AS staged"), {"path": str(stage.path)})
    short = stage.count <= BATCH
    facts_kib, stage_kib = (2 * CACHE_KIB, CACHE_KIB) if short else (CACHE_KIB, 2 * CACHE_KIB)
    for pragma in ("staged.journal_mode = OFF", f"staged.cache_size = -{stage_kib}", f"cache_size = -{facts_kib}"):
        connection.exec_driver_sql(f"PRAGMA {pragma}")


def pairs(connection: Connection, account_id: int) -> Iterator[list[Row[Any]]]:
    """Each matched draft beside its contact, in batches: draft_n, line, speaks, after, and the contact's columns."""
    after = 0
    while batch := list(connection.execute(PAIRS, {"account_id": account_id, "after": after, "some": SOME})):
        yield batch
        after = batch[-1].draft_n


def removed_contacts(connection: Connection, account_id: int) -> Iterator[list[Row[Any]]]:
    """The contacts in staged.removed, in batches."""
    after = 0
    while batch := list(connection.execute(REMOVED, {"account_id": account_id, "after": after, "some": SOME})):
        yield batch
        after = batch[-1].id


def line_of(connection: Connection, n: int) -> int:
    """The line on which a draft stands in its file."""
    return int(connection.execute(LINE, {"n": n}).scalar_one())


def count(connection: Connection, table: str) -> int:
    """How many rows a staged table has."""
    return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM staged.{table}").scalar_one())  # noqa: S608 - our own


def insert(connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Adds rows to a staged table; those that are there already stay as they are."""
    rows = list(rows)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.exec_driver_sql(f"INSERT OR IGNORE INTO staged.{table} VALUES ({marks})", rows)  # noqa: S608 - our own


def rewrite(connection: Connection, rewrites: list[Rewrite]) -> None:
    """Puts merged contacts in place of drafts."""
    if not rewrites:
        return
    said, kept = (
        {key[:3]: key for draft in rewrites for key in draft_keys(draft.n, contact(draft))}
        for contact in (attrgetter("row"), attrgetter("after"))
    )
    gone = list(said.keys() - kept.keys())
    if gone:
        connection.exec_driver_sql("DELETE FROM staged.draft_key WHERE kind = ? AND key = ? AND n = ?", gone)
    rows = [draft_row(draft.n, draft.line, 0, None, draft.after) for draft in rewrites]
    connection.exec_driver_sql(f"REPLACE INTO staged.draft VALUES ({MARKS})", rows)  # noqa: S608 - marks alone
    insert(connection, "draft_key", sorted(kept[key] for key in kept.keys() - said.keys()))


def write_former(connection: Connection, formers: list[tuple[int, Contact]]) -> None:
    """Notes contacts, by id, that are going to be replaced or removed."""
    insert(connection, "former", ((contact_id, as_json(contact)) for contact_id, contact in formers))
    keys = [(kind.value, key, contact_id) for contact_id, contact in formers for kind, key in caller_keys(contact)]
    insert(connection, "former_key", sorted(keys))


def keep_refused(connection: Connection) -> None:
    """Contacts whose drafts were refused after all are not replaced."""
    for table in ("former", "former_key"):
        connection.exec_driver_sql(f"DELETE FROM staged.{table} WHERE contact_id IN ({KEPT_AFTER_ALL})")  # noqa: S608


def count_sets(connection: Connection) -> int:
    """How many contacts drafts replace."""
    return int(connection.exec_driver_sql(f"SELECT COUNT(*) {SETS}").scalar_one())


def number_changes(connection: Connection, seq: int) -> None:
    """Fills staged.change, numbered on from `seq`: removals first, so that what they free can be taken."""
    for statement in CHANGES:
        seq += connection.execute(text(statement), {"seq": seq}).rowcount
