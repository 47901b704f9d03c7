"""Where in the database a number is mentioned, and how what is kept of it goes."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, select, text, update

from aiguillage.domain.contacts import PARTS
from aiguillage.domain.mentions import Mentions
from aiguillage.storage.journal import AT_ONCE, ERASED, as_json
from aiguillage.storage.schema import answered, drafts, imports, journal, survey_records

CHANGES = text(
    """SELECT seq, entity, entity_id FROM journal
    WHERE account_id = :account_id AND (mentions(before) OR mentions(after)) ORDER BY seq"""
)
CHANGES_OF = text(
    """SELECT seq, entity, entity_id FROM journal
    WHERE account_id = :account_id AND entity = 'contact' AND entity_id IN :ids ORDER BY seq"""
).bindparams(bindparam("ids", expanding=True))
DELIVERED = text("SELECT * FROM deliveries WHERE account_id = :account_id AND mentions(body) ORDER BY id")
FACTS = text("SELECT kind, id FROM facts WHERE account_id = :account_id AND mentions(body) ORDER BY kind, id")
CALENDARS = text("SELECT id FROM calendar_texts WHERE account_id = :account_id AND mentions(CAST(text AS TEXT))")
DRAFTS = text(
    """SELECT id, name FROM drafts WHERE account_id = :account_id AND id IN (
        SELECT draft_id FROM draft_changes WHERE account_id = :account_id AND (mentions(body) OR mentions(base))
    ) ORDER BY id"""
)
FIELDS = text(
    """SELECT position FROM fields WHERE account_id = :account_id AND (mentions(label) OR mentions(default_value))
    UNION SELECT position FROM field_options WHERE account_id = :account_id AND (mentions(name) OR mentions(value))"""
)


def _together(*columns: str) -> str:
    """The texts of some columns as one, so that the function is called once a row."""
    return " || ' , ' || ".join(f"coalesce({column}, '')" for column in columns)


_RECORD = _together("caller", "score_1", "score_2", "score_3", "agent_extension", "agent_name")
SURVEYED = text(
    f"""SELECT * FROM survey_records
    WHERE account_id = :account_id AND (caller = :number OR mentions({_RECORD})) ORDER BY id"""  # noqa: S608 - our own
)
_CONTACT = _together(*(part.name for part in PARTS.values() if part.erased), "given")
CONTACTS = text(f"SELECT id FROM contacts WHERE account_id = :account_id AND mentions({_CONTACT})")  # noqa: S608 - our own
ERASED_TEXT = as_json(ERASED)


class Trace(NamedTuple):
    """An entry of the journal that is about somebody."""

    seq: int
    entity: str
    entity_id: int


class Finder:
    """Looks for one number in the tables of an account, within a transaction."""

    def __init__(self, connection: Connection, account_id: int, mentions: Mentions) -> None:
        self._connection = connection
        self._account_id = account_id
        self._mentions = mentions
        driver: Any = connection.connection.dbapi_connection
        driver.create_function("mentions", 1, mentions.found_in, deterministic=True)

    def _rows(self, statement: Any, **values: object) -> list[Row[Any]]:  # noqa: ANN401 - a statement with its parameters
        return list(self._connection.execute(statement, {"account_id": self._account_id, **values}))

    def changes(self) -> list[Trace]:
        """The entries of the journal that mention it."""
        return [Trace(row.seq, row.entity, row.entity_id) for row in self._rows(CHANGES)]

    def changes_of(self, contact_ids: Collection[int]) -> list[Trace]:
        """All entries of the journal about these contacts."""
        rows = self._rows(CHANGES_OF, ids=list(contact_ids)) if contact_ids else []
        return [Trace(row.seq, row.entity, row.entity_id) for row in rows]

    def survey_records(self) -> list[dict[str, Any]]:
        """What its callers answered when they were asked, and answers that say it anywhere (an agent's)."""
        return [dict(row._mapping) for row in self._rows(SURVEYED, number=self._mentions.number)]  # noqa: SLF001 - SQLAlchemy's own name for it

    def deliveries(self) -> list[dict[str, Any]]:
        """What webhooks were told, or will be."""
        return [dict(row._mapping) for row in self._rows(DELIVERED)]  # noqa: SLF001 - same

    def answers(self) -> list[Row[Any]]:
        """The answers that are kept for their Idempotency-Key and mention it."""
        mine = select(answered).where(answered.c.account_id == self._account_id)
        return [row for row in self._connection.execute(mine) if self._mentions.found_in(row.body.decode())]

    def facts(self) -> Iterator[tuple[str, int]]:
        """Facts by kind and id, fields and calendars among them, whose values have it."""
        for row in self._rows(FACTS):
            yield row.kind, row.id
        for row in self._rows(CALENDARS):
            yield "calendar", row.id
        for row in self._rows(FIELDS):
            yield "field", row.position

    def drafts(self) -> list[str]:
        """The names of drafts in which some fact has it, as it is there or as it was live."""
        return [row.name for row in self._rows(DRAFTS)]

    def contacts(self) -> list[int]:
        """Contacts that have it anywhere in them."""
        return [row.id for row in self._rows(CONTACTS)]


def imports_of(connection: Connection, account_id: int, seqs: Iterable[int]) -> list[Row[Any]]:
    """The imports that these entries of the journal are part of, or are about: the name of a file may tell a number."""
    mine = select(imports).where(imports.c.account_id == account_id).order_by(imports.c.id)
    wanted = sorted(seqs)
    return [row for row in connection.execute(mine) if any(row.id <= seq <= row.last_seq for seq in wanted)]


def blank_changes(connection: Connection, account_id: int, seqs: Iterable[int]) -> None:
    """Leaves of these entries of the journal who did what and when, and not what it was."""
    wanted = sorted(set(seqs))
    for start in range(0, len(wanted), AT_ONCE):
        some = (journal.c.account_id == account_id) & journal.c.seq.in_(wanted[start : start + AT_ONCE])
        for side in (journal.c.before, journal.c.after):
            connection.execute(update(journal).where(some, side.is_not(None)).values({side.name: ERASED_TEXT}))


def erase_rows(connection: Connection, account_id: int, records: Iterable[int]) -> None:
    """Removes survey records, and all answers that the account's requests are kept for."""
    theirs = (survey_records.c.account_id == account_id) & survey_records.c.id.in_(list(records))
    connection.execute(delete(survey_records).where(theirs))
    connection.execute(delete(answered).where(answered.c.account_id == account_id, answered.c.status > 0))


def rename(connection: Connection, account_id: int, mentions: Mentions) -> None:
    """Takes the number out of the names of imported files and of drafts."""
    for table, name in ((imports, imports.c.file), (drafts, drafts.c.name)):
        for row_id, named in connection.execute(select(table.c.id, name).where(table.c.account_id == account_id)):
            if mentions.found_in(named):
                mine = (table.c.account_id == account_id) & (table.c.id == row_id)
                connection.execute(update(table).where(mine).values({name.name: "erased"}))
