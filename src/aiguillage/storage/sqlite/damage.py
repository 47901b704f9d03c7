"""Damage: a walk through the whole database that finds what no longer is as it was written, in small steps.

    every table and index     SQLite's own integrity_check
    contacts --> caller_key   each key of a contact is there, and says of it what the contact says
    caller_key --> contacts   each row has the sum of what it says, and a contact that has the key

What a walk found stands beside the database, in `damage.json`, for those who do not walk themselves.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, text, tuple_

from aiguillage.domain.contacts import KeyKind
from aiguillage.domain.errors import Kind, Refusal
from aiguillage.domain.moments import DAY
from aiguillage.domain.sums import WITHHELD, row_sum
from aiguillage.storage.contacts import contact_of, key_rows
from aiguillage.storage.schema import contacts, metadata
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.library import broken, tells_damage
from aiguillage.storage.sqlite.word_index import INDEX

SOME = 1_000
"""Rows that one step looks at."""

MOST_TOLD = 100
"""Findings that are listed; all are counted."""

CHECKED = ("account_id", "kind", "key", "contact_id")
KEPT_OF = text(
    """WITH wanted AS MATERIALIZED (SELECT key AS n, value ->> 0 AS account_id, value ->> 1 AS kind, value ->> 2 AS key,
        value ->> 3 AS contact_id FROM json_each(:wanted))
    SELECT held.facts, held.sum, CASE WHEN held.facts IS NULL THEN EXISTS (
            SELECT 1 FROM caller_key AS again INDEXED BY caller_keys_again WHERE again.account_id = wanted.account_id
            AND again.kind = wanted.kind AND again.key = wanted.key AND again.contact_id = wanted.contact_id)
            END AS again
    FROM wanted LEFT JOIN caller_key AS held ON held.account_id = wanted.account_id AND held.kind = wanted.kind
        AND held.key = wanted.key AND held.contact_id = wanted.contact_id
    ORDER BY wanted.n"""
)
KEYS_AFTER = text(
    """SELECT held.*, contact.code, contact.telecoms
    FROM (SELECT * FROM caller_key WHERE (account_id, kind, key, contact_id) > (:account_id, :kind, :key, :contact_id)
        ORDER BY account_id, kind, key, contact_id LIMIT :some) AS held
    LEFT JOIN contacts AS contact ON contact.account_id = held.account_id AND contact.id = held.contact_id
    ORDER BY held.account_id, held.kind, held.key, held.contact_id"""
)
WITHHOLD = text(
    """INSERT OR IGNORE INTO caller_key (account_id, kind, key, contact_id, facts, sum)
    SELECT :account_id, :kind, :key, :contact_id, '', :sum WHERE EXISTS (
        SELECT 1 FROM contacts WHERE account_id = :account_id AND id = :contact_id AND seq = :seq)"""
)


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it was written. `account_id` and `contact_id` are 0 where it is about no one of them."""

    what: str
    account_id: int = 0
    contact_id: int = 0


class Walked(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk found: when it ended (microseconds since 1970), how many findings in all, and the first of them."""

    at: int
    count: int
    findings: list[Finding]


NAME = "damage.json"
"""Microseconds."""


class Walk:
    """One walk, step by step, each in a short transaction of its own.

    With `withhold` a key that is lost without a trace is put back without facts: its caller is refused an answer, and
    not taken for a stranger.
    """

    def __init__(self, *, withhold: bool = False) -> None:
        self.count = 0
        self.findings: list[Finding] = []
        self._withhold = withhold
        self._contact: tuple[int, int] = (-1, 0)
        self._key: tuple[int, str, str, int] = (-1, "", "", 0)
        self._tables = [INDEX, *(table.name for table in metadata.sorted_tables)]
        self._parts: list[Callable[[Database], bool]] = [self._check_table, self._compare_contacts, self._compare_keys]

    def step(self, db: Database) -> bool:
        """Looks at some more; whether there is more to look at. Raises Refusal where the file cannot be read at all."""
        with self._damage_found():
            if self._parts and self._parts[0](db):
                return True
        del self._parts[:1]
        return bool(self._parts)

    @contextmanager
    def _damage_found(self) -> Iterator[None]:
        """What cannot even be read is a finding, and ends the part of the walk that met it."""
        try:
            yield
        except Refusal as refusal:
            if refusal.kind is not Kind.UNAVAILABLE or not tells_damage(refusal.message):
                raise
            self._found(Finding("SQLite finds the file malformed"))

    def _found(self, finding: Finding) -> None:
        self.count += 1
        if len(self.findings) < MOST_TOLD:
            self.findings.append(finding)

    def _check_table(self, db: Database) -> bool:
        name = self._tables.pop()
        with db.read() as connection:
            for line in connection.exec_driver_sql(f"PRAGMA integrity_check({name})").scalars():
                if line != "ok":
                    self._found(Finding(f"table {name}: {line}"))
        return bool(self._tables)

    def _compare_contacts(self, db: Database) -> bool:
        after = tuple_(contacts.c.account_id, contacts.c.id) > self._contact
        statement = select(contacts).where(after).order_by(contacts.c.account_id, contacts.c.id).limit(SOME)
        with db.read() as connection:
            rows = connection.execute(statement).all()
            lost = list(self._lost_keys(connection, rows))
        if self._withhold and lost:
            with db.write() as connection:
                connection.execute(WITHHOLD, lost)
        if rows:
            self._contact = rows[-1].account_id, rows[-1].id
        return len(rows) == SOME

    def _lost_keys(self, connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
        """The keys of these contacts that neither tree has."""
        wanted = [key | {"seq": row.seq} for row in rows for key in self._keys_of(row)]
        places = msgspec.json.encode([[key[name] for name in CHECKED] for key in wanted]).decode()
        for key, kept in zip(wanted, connection.execute(KEPT_OF, {"wanted": places}), strict=True):
            about = key["account_id"], key["contact_id"]
            if kept.facts is None:
                self._found(Finding("a key of the contact is lost", *about))
                if not kept.again:
                    yield {name: key[name] for name in (*CHECKED, "seq")} | {"sum": WITHHELD}
            elif kept.sum != WITHHELD and kept.facts != key["facts"]:
                self._found(Finding("calls are answered otherwise than the contact says", *about))

    def _keys_of(self, row: Row[Any]) -> list[dict[str, Any]]:
        try:
            return key_rows(row.account_id, row.id, contact_of(row))
        except msgspec.DecodeError:
            self._found(Finding("the contact cannot be read", row.account_id, row.id))
            return []

    def _compare_keys(self, db: Database) -> bool:
        after = dict(zip(CHECKED, self._key, strict=True))
        with db.read() as connection:
            rows = connection.execute(KEYS_AFTER, {**after, "some": SOME}).all()
        for row in rows:
            about = row.account_id, row.contact_id
            if row.sum != row_sum(row.account_id, row.kind, row.key, row.facts):
                self._found(Finding("what is kept beside a key of the contact is altered or lost", *about))
            elif not _has_key(row):
                self._found(Finding("a key is kept that the contact does not have", *about))
        if rows:
            self._key = rows[-1].account_id, rows[-1].kind, rows[-1].key, rows[-1].contact_id
        return len(rows) == SOME


def _has_key(row: Row[Any]) -> bool:
    if row.kind == KeyKind.CODE:
        return bool(row.code == row.key)
    star = "*" if row.kind == KeyKind.PREFIX else ""
    return row.telecoms is not None and f'"{row.key}{star}"' in row.telecoms


def require_whole(db: Database) -> None:
    """Walks through all of it at once. Raises Refusal(unavailable) that says what is damaged."""
    walk = Walk()
    while walk.step(db):
        pass
    if walk.findings:
        raise broken(db.path, told_of(walk.findings[0]) + (f", and {walk.count - 1} more" if walk.count > 1 else ""))


def told_of(finding: Finding) -> str:
    """A finding in words."""
    about = f"contact {finding.contact_id} of account number {finding.account_id}: " if finding.contact_id else ""
    return about + finding.what


class Watch:
    """The walks of a process that lives long: one when it starts, then one a day, and one when a copy was put back."""

    def __init__(self) -> None:
        self._walk: Walk | None = None
        self._began = 0

    def step(self, db: Database, at: int) -> Walked | None:
        """Goes on a little where a walk is due (`at` in microseconds since 1970); what it found, when it has ended.

        Raises OSError where that cannot be kept: the next step tries again.
        """
        if self._walk is None:
            self._walk, self._began = Walk(withhold=True), at
        if self._walk.step(db):
            return None
        walked = Walked(at=at, count=self._walk.count, findings=self._walk.findings)
        self._walk = None
        _keep(db.path, walked)
        return walked

    def is_due(self, database: Path, at: int) -> bool:
        """Whether a walk is under way or ought to begin."""
        over = self._walk is None and self._began <= at < self._began + DAY
        return not over or not database.with_name(NAME).exists()


def _keep(database: Path, walked: Walked) -> None:
    """Puts the file in place whole, for this user alone."""
    fresh = database.with_name(f"{NAME}.new")
    fresh.unlink(missing_ok=True)
    with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(msgspec.json.encode(walked))
    fresh.replace(database.with_name(NAME))


def forget_damage(database: Path) -> None:
    """What a walk found was in a database that another was put in the place of: a new walk begins."""
    database.with_name(NAME).unlink(missing_ok=True)


def read_damage(database: Path) -> list[Finding]:
    """What the last walk that ended has found, at most MOST_TOLD; nothing where none has ended yet."""
    try:
        return msgspec.json.decode(database.with_name(NAME).read_bytes(), type=Walked).findings
    except FileNotFoundError:
        return []
