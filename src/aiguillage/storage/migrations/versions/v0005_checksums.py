"""Checksums: each caller's key vouches for its facts, and every key is kept in a second tree; no more begun answers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BATCH = 20_000
"""Rows that one statement changes: SQLite keeps what it might take back of a single one in memory."""

UNTIL = sa.text(
    """SELECT account_id, kind, key, contact_id FROM caller_key
    WHERE (account_id, kind, key, contact_id) > (:account_id, :kind, :key, :contact_id)
    ORDER BY account_id, kind, key, contact_id LIMIT 1 OFFSET :offset"""
)
SUM = """UPDATE caller_key SET sum = row_sum(account_id, kind, key, facts)
    WHERE (account_id, kind, key, contact_id) > (:account_id, :kind, :key, :contact_id)"""
SUM_SOME = sa.text(
    f"{SUM} AND (account_id, kind, key, contact_id) <= (:to_account_id, :to_kind, :to_key, :to_contact_id)"
)
SUM_REST = sa.text(SUM)


def upgrade() -> None:
    """Adds a column and an index, and fills them for the keys that are there."""
    op.add_column("caller_key", sa.Column("sum", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    _sum_up()
    op.create_index("caller_keys_again", "caller_key", ["kind", "account_id", "key"])
    op.execute("DELETE FROM answered WHERE status = 0")


def _sum_up() -> None:
    connection, after = op.get_bind(), {"account_id": -1, "kind": "", "key": "", "contact_id": 0}
    while (row := connection.execute(UNTIL, {**after, "offset": BATCH - 1}).first()) is not None:
        until = dict(row._mapping)  # noqa: SLF001 - the driver's own way to a row's names
        connection.execute(SUM_SOME, {**after, **{f"to_{name}": value for name, value in until.items()}})
        after = until
    connection.execute(SUM_REST, after)
