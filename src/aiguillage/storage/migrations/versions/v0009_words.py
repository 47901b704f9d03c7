"""Words: contacts are found by the beginning of any word, in an index of SQLite's FTS5 that triggers keep."""

from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from aiguillage.domain.contacts import Contact, Telecom
from aiguillage.domain.searching import words_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 20_000
"""Rows that one statement changes: SQLite keeps what it might take back of a single one in memory."""

UNTIL = sa.text(
    "SELECT account_id, id FROM contacts WHERE (account_id, id) > (:account_id, :id) ORDER BY 1, 2 LIMIT 1 OFFSET :some"
)
FILL = """UPDATE contacts
    SET words = words_of(company_folded, last_name_folded, first_name_folded, code, telecoms, emails)
    WHERE (account_id, id) > (:account_id, :id)"""
FILL_SOME = sa.text(f"{FILL} AND (account_id, id) <= (:to_account_id, :to_id)")
FILL_REST = sa.text(FILL)
INDEX = (
    """CREATE VIRTUAL TABLE contact_words USING fts5(
        words, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '.+-@_'")""",
    "CREATE VIRTUAL TABLE contact_terms USING fts5vocab(contact_words, instance)",
    """INSERT INTO contact_words (rowid, words)
    SELECT id, replace(words, ' ', ' ' || account_id || '.') FROM contacts ORDER BY account_id, id""",
)
ADD = """INSERT INTO contact_words (rowid, words)
    VALUES (new.id, replace(new.words, ' ', ' ' || new.account_id || '.'))"""
TAKE_OUT = """INSERT INTO contact_words (contact_words, rowid, words)
    VALUES ('delete', old.id, replace(old.words, ' ', ' ' || old.account_id || '.'))"""
TRIGGERS = (
    f"CREATE TRIGGER contact_words_added AFTER INSERT ON contacts BEGIN {ADD}; END",
    f"CREATE TRIGGER contact_words_removed AFTER DELETE ON contacts BEGIN {TAKE_OUT}; END",
    f"""CREATE TRIGGER contact_words_set AFTER UPDATE OF words ON contacts WHEN new.words <> old.words
    BEGIN {TAKE_OUT}; {ADD}; END""",
)
_decode_telecoms = msgspec.json.Decoder(tuple[Telecom, ...]).decode
_decode_emails = msgspec.json.Decoder(tuple[str, ...]).decode


def upgrade() -> None:
    """Adds a column and its index, and fills them for the contacts that are there."""
    op.add_column("contacts", sa.Column("words", sa.Text(), nullable=False, server_default=sa.text("''")))
    _fill()
    for statement in (*INDEX, *TRIGGERS):
        op.execute(statement)


def _fill() -> None:
    connection, after = op.get_bind(), {"account_id": -1, "id": 0}
    driver: Any = connection.connection.dbapi_connection
    driver.create_function("words_of", 6, _words, deterministic=True)
    while (row := connection.execute(UNTIL, {**after, "some": BATCH - 1}).first()) is not None:
        connection.execute(FILL_SOME, {**after, "to_account_id": row.account_id, "to_id": row.id})
        after = {"account_id": row.account_id, "id": row.id}
    connection.execute(FILL_REST, after)


def _words(company: str, last_name: str, first_name: str, code: str | None, telecoms: str, emails: str) -> str:
    found = Contact(code=code, telecoms=_decode_telecoms(telecoms), emails=_decode_emails(emails))
    return words_of(found, (company, last_name, first_name))
