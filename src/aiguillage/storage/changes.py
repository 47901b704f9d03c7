"""Many contacts written at once, from the stage: in sets and in the order of the keys, which is what makes it fast."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, bindparam, delete, text

from aiguillage.domain.accounts import Actor
from aiguillage.storage.schema import caller_key
from aiguillage.storage.staging import BATCH, CONTACT_COLUMNS

Progress = Callable[[str, int, int], None]
"""Is told a stage, how much of it is done, and of how much."""

TEXTS = ("language", "company", "first_name", "last_name", "telecoms", "emails")
JOURNAL = text(
    """INSERT INTO journal (account_id, seq, at, actor, action, entity, entity_id, before, after)
    SELECT :account_id, change.seq, :at, :actor, change.action, 'contact', change.contact_id, former.before, draft.after
    FROM staged.change AS change
    LEFT JOIN staged.former AS former ON former.contact_id = change.contact_id
    LEFT JOIN staged.draft AS draft ON draft.n = change.n
    WHERE change.seq BETWEEN :first AND :last ORDER BY change.seq"""
)
# The stage keeps an empty text where there is nothing; in the texts that is a value of its own.
_STAGED = [f"draft.{name}" if name in TEXTS else f"NULLIF(draft.{name}, '')" for name in CONTACT_COLUMNS]
CONTACTS = text(
    f"""INSERT INTO contacts (account_id, id, {", ".join(CONTACT_COLUMNS)}, seq)
    SELECT :account_id, change.contact_id, {", ".join(_STAGED)}, change.seq
    FROM staged.change AS change JOIN staged.draft AS draft ON draft.n = change.n
    WHERE change.seq BETWEEN :first AND :last ORDER BY change.seq"""  # noqa: S608 - our own names
)
KEYS_UNTIL = text(
    """SELECT kind, key, n FROM staged.draft_key WHERE (kind, key, n) > (:kind, :key, :n)
    ORDER BY kind, key, n LIMIT 1 OFFSET :offset"""
)
KEYS = text(
    """INSERT INTO caller_key (account_id, kind, key, contact_id, facts)
    SELECT :account_id, own.kind, own.key, change.contact_id, '[' || change.contact_id || known.facts
    FROM staged.draft_key AS own
    JOIN staged.change AS change ON change.n = own.n
    JOIN staged.draft_facts AS known ON known.n = own.n
    WHERE (own.kind, own.key, own.n) > (:kind, :key, :n) AND (own.kind, own.key, own.n) <= (:to_kind, :to_key, :to_n)
    AND own.kind <> 'r' ORDER BY own.kind, own.key, own.n"""
)
FORMER_KEYS = text("SELECT kind, key, contact_id FROM staged.former_key ORDER BY kind, key, contact_id")
FORMER_CONTACTS = text(
    "DELETE FROM contacts WHERE account_id = :account_id AND id IN (SELECT contact_id FROM staged.former)"
)
LAST = ("~", "", 0)
"""Comes after every kind of key."""


def write_changes(connection: Connection, account_id: int, actor: Actor, seqs: range, progress: Progress) -> None:
    """Carries out what staged.change says, and journals it: each contact's change is one of `seqs`, without a gap."""
    _erase_former(connection, account_id)
    done = 0
    for first in seqs[::BATCH]:
        span = {"account_id": account_id, "first": first, "last": min(first + BATCH, seqs.stop) - 1}
        connection.execute(JOURNAL, {**span, "at": actor.at, "actor": actor.name})
        connection.execute(CONTACTS, span)
        done = min(done + BATCH // 2, len(seqs) // 2)
        progress("writing", done, len(seqs))
    for start, end in _key_spans(connection):
        span = dict(zip(("kind", "key", "n", "to_kind", "to_key", "to_n"), (*start, *end), strict=True))
        connection.execute(KEYS, {"account_id": account_id, **span})
        done = min(done + BATCH // 4, len(seqs))
        progress("writing", done, len(seqs))


def _erase_former(connection: Connection, account_id: int) -> None:
    """Removes the contacts that are replaced or removed, and their keys."""
    statement = delete(caller_key).where(
        caller_key.c.account_id == account_id,
        caller_key.c.kind == bindparam("of_kind"),
        caller_key.c.key == bindparam("of_key"),
        caller_key.c.contact_id == bindparam("of_contact"),
    )
    for batch in connection.execute(FORMER_KEYS, execution_options={"yield_per": BATCH}).partitions():
        connection.execute(
            statement, [dict(zip(("of_kind", "of_key", "of_contact"), key, strict=True)) for key in batch]
        )
    connection.execute(FORMER_CONTACTS, {"account_id": account_id})


def _key_spans(connection: Connection) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """The staged keys in spans of one batch each: after the first key, up to the second."""
    start: tuple[Any, ...] = ("", "", 0)
    while start != LAST:
        after = dict(zip(("kind", "key", "n"), start, strict=True))
        row = connection.execute(KEYS_UNTIL, {**after, "offset": BATCH - 1}).first()
        end = LAST if row is None else tuple(row)
        yield start, end
        start = end
