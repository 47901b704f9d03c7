"""Traits: what many contacts have alike, in an index that lists are filtered by."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BATCH = 20_000
"""Rows that one statement changes: SQLite keeps what it might take back of a single one in memory."""

UNTIL = sa.text(
    "SELECT account_id, id FROM contacts WHERE (account_id, id) > (:account_id, :id) ORDER BY 1, 2 LIMIT 1 OFFSET :some"
)
FILL = """UPDATE contacts
    SET traits = COALESCE(select_1, '') || char(9) || language || char(9)
        || COALESCE(boolean_1, '-') || COALESCE(boolean_2, '-') || COALESCE(boolean_3, '-') || COALESCE(boolean_4, '-')
        || CASE telecoms WHEN '[]' THEN 'n' ELSE '' END
    WHERE (account_id, id) > (:account_id, :id)"""
FILL_SOME = sa.text(f"{FILL} AND (account_id, id) <= (:to_account_id, :to_id)")
FILL_REST = sa.text(FILL)


def upgrade() -> None:
    """Adds a column and its index, and fills them for the contacts that are there."""
    op.add_column("contacts", sa.Column("traits", sa.String(160), nullable=False, server_default=sa.text("''")))
    _fill()
    op.create_index("contacts_by_traits", "contacts", ["account_id", "traits"])


def _fill() -> None:
    connection, after = op.get_bind(), {"account_id": -1, "id": 0}
    while (row := connection.execute(UNTIL, {**after, "some": BATCH - 1}).first()) is not None:
        connection.execute(FILL_SOME, {**after, "to_account_id": row.account_id, "to_id": row.id})
        after = {"account_id": row.account_id, "id": row.id}
    connection.execute(FILL_REST, after)
