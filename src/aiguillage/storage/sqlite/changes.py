"""Many contacts written at once, from the stage: in sets and in the order of the keys, which is what makes it fast."""

from collections.abc import Callable, Iterator
from itertools import compress
from typing import Any

from sqlalchemy import Connection, TextClause, text

from aiguillage.domain.accounts import Actor
from aiguillage.storage.contacts import COLUMNS, MADE, count_contacts
from aiguillage.storage.schema import contacts
from aiguillage.storage.sqlite.staging import BATCH

Progress = Callable[[str, int, int], None]
"""Is told a stage, how much of it is done, and of how much."""

JOURNAL = text(
    """INSERT INTO journal (account_id, seq, at, actor, action, entity, entity_id, before, after)
    SELECT :account_id, change.seq, :at, :actor, change.action, 'contact', change.contact_id, former.before, draft.after
    FROM staged.change AS change
    LEFT JOIN staged.former AS former ON former.contact_id = change.contact_id
    LEFT JOIN staged.draft AS draft ON draft.n = change.n
    WHERE change.seq BETWEEN :first AND :last ORDER BY change.seq"""
)
# The stage keeps an empty text where there is nothing; in the texts that is a value of its own.
STAGED = {name: f"NULLIF(draft.{name}, '')" if contacts.c[name].nullable else f"draft.{name}" for name in COLUMNS}
INDEXED = ("reference", *MADE)
"""Columns with an index of their own: writing one costs a page of it, though it stays as it was."""

ADDED = text(
    f"""INSERT INTO contacts (account_id, id, {", ".join(STAGED)}, seq)
    SELECT :account_id, change.contact_id, {", ".join(STAGED.values())}, change.seq
    FROM staged.change AS change JOIN staged.draft AS draft ON draft.n = change.n
    WHERE change.action = 'add' AND change.seq BETWEEN :first AND :last ORDER BY change.seq"""  # noqa: S608 - our own names
)
# CROSS JOIN keeps SQLite to the order in which the tables are named: the stage first, contacts looked up by id.
_SET = """FROM staged.change AS change CROSS JOIN staged.draft AS draft CROSS JOIN contacts AS kept
    WHERE change.action = 'set' AND change.seq BETWEEN :first AND :last AND draft.n = change.n
    AND kept.account_id = :account_id AND kept.id = change.contact_id"""
DIFFERENT = text(f"SELECT {', '.join(f'MAX(kept.{name} IS NOT {STAGED[name]})' for name in INDEXED)} {_SET}")
FREED = text(
    f"""UPDATE contacts SET reference = NULL WHERE account_id = :account_id AND id IN (
        SELECT kept.id {_SET} AND kept.reference IS NOT {STAGED["reference"]})"""  # noqa: S608 - same
)
REMOVED = text(
    """DELETE FROM contacts WHERE account_id = :account_id AND id IN (
        SELECT contact_id FROM staged.change WHERE action = 'remove' AND seq BETWEEN :first AND :last)"""
)
PLACED = text(
    """INSERT INTO staged.placed (n, contact_id, facts)
    SELECT draft.n, change.contact_id, '[' || change.contact_id || draft.facts
    FROM staged.change AS change JOIN staged.draft AS draft ON draft.n = change.n
    WHERE change.seq BETWEEN :first AND :last ORDER BY change.seq"""
)
KEYS_UNTIL = text(
    """SELECT kind, key, n FROM staged.draft_key WHERE (kind, key, n) > (:kind, :key, :n)
    ORDER BY kind, key, n LIMIT 1 OFFSET :offset"""
)
KEYS = text(
    """INSERT INTO caller_key (account_id, kind, key, contact_id, facts, sum)
    SELECT :account_id, own.kind, own.key, placed.contact_id, placed.facts,
        row_sum(:account_id, own.kind, own.key, placed.facts)
    FROM staged.draft_key AS own JOIN staged.placed AS placed ON placed.n = own.n
    WHERE (own.kind, own.key, own.n) > (:kind, :key, :n) AND (own.kind, own.key, own.n) <= (:to_kind, :to_key, :to_n)
    AND own.kind <> 'r' ORDER BY own.kind, own.key, own.n
    ON CONFLICT DO UPDATE SET facts = excluded.facts, sum = excluded.sum
        WHERE facts <> excluded.facts OR sum <> excluded.sum"""
)
FORMER_KEYS_UNTIL = text(
    """SELECT kind, key, contact_id FROM staged.former_key WHERE (kind, key, contact_id) > (:kind, :key, :n)
    ORDER BY kind, key, contact_id LIMIT 1 OFFSET :offset"""
)
FORMER_KEYS = text(
    """DELETE FROM caller_key WHERE account_id = :account_id AND (kind, key, contact_id) IN (
        SELECT former.kind, former.key, former.contact_id FROM staged.former_key AS former
        WHERE (former.kind, former.key, former.contact_id) > (:kind, :key, :n)
        AND (former.kind, former.key, former.contact_id) <= (:to_kind, :to_key, :to_n)
        AND NOT EXISTS (SELECT 1 FROM staged.draft_key AS own CROSS JOIN staged.placed AS placed
            WHERE own.kind = former.kind AND own.key = former.key
            AND placed.n = own.n AND placed.contact_id = former.contact_id))"""
)
LAST = ("~", "", 0)
"""Comes after every kind of key."""


def write_changes(connection: Connection, account_id: int, actor: Actor, seqs: range, progress: Progress) -> None:
    """Carries out what staged.change says, and journals it: each contact's change is one of `seqs`, without a gap."""
    spans = [
        {"account_id": account_id, "first": first, "last": min(first + BATCH, seqs.stop) - 1} for first in seqs[::BATCH]
    ]
    different = _make_room(connection, account_id, spans)
    done = 0
    for span in spans:
        connection.execute(JOURNAL, {**span, "at": actor.at, "actor": actor.name})
        connection.execute(_replacing(different), span)
        count_contacts(connection, account_id, connection.execute(ADDED, span).rowcount)
        done = min(done + BATCH // 2, len(seqs) // 2)
        progress("writing", done, len(seqs))
    for keys in _spans(connection, KEYS_UNTIL):
        connection.execute(KEYS, {"account_id": account_id, **keys})
        done = min(done + BATCH // 4, len(seqs))
        progress("writing", done, len(seqs))


def _make_room(connection: Connection, account_id: int, spans: list[dict[str, int]]) -> set[str]:
    """Removes contacts, and the keys and references that change hands; which of INDEXED will be written."""
    different = set()
    for span in spans:
        connection.execute(PLACED, {"first": span["first"], "last": span["last"]})
        different |= set(compress(INDEXED, connection.execute(DIFFERENT, span).one()))
    for keys in _spans(connection, FORMER_KEYS_UNTIL):
        connection.execute(FORMER_KEYS, {"account_id": account_id, **keys})
    for span in spans:
        count_contacts(connection, account_id, -connection.execute(REMOVED, span).rowcount)
        if "reference" in different:
            connection.execute(FREED, span)
    return different


def _replacing(different: set[str]) -> TextClause:
    """Sets contacts to what the stage says; of INDEXED only those that differ anywhere."""
    written = [name for name in STAGED if name not in INDEXED or name in different]
    return text(
        f"""UPDATE contacts SET {", ".join(f"{name} = {STAGED[name]}" for name in written)}, seq = change.seq
        FROM staged.change AS change CROSS JOIN staged.draft AS draft
        WHERE change.action = 'set' AND change.seq BETWEEN :first AND :last AND draft.n = change.n
        AND contacts.account_id = :account_id AND contacts.id = change.contact_id"""  # noqa: S608 - our own names
    )


def _spans(connection: Connection, until: TextClause) -> Iterator[dict[str, Any]]:
    """Staged keys in spans of one batch each: after a kind, key and number, up to another."""
    start, names = ("", "", 0), ("kind", "key", "n")
    while start != LAST:
        after = dict(zip(names, start, strict=True))
        row = connection.execute(until, {**after, "offset": BATCH - 1}).first()
        end = LAST if row is None else (row[0], row[1], row[2])
        yield {**after, "to_kind": end[0], "to_key": end[1], "to_n": end[2]}
        start = end
