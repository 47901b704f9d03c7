"""Webhooks: how far each account was looked at for events, and until when a delivery is tried."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column and two indexes to deliveries, and a table."""
    op.add_column("deliveries", sa.Column("until", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("deliveries_of_webhook", "deliveries", ["account_id", "webhook_id", "id"])
    op.create_index("deliveries_by_age", "deliveries", ["created_at"])
    op.create_table(
        "webhook_looks",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("calls_at", sa.BigInteger(), nullable=True),
        sa.Column("facts_version", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("states", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id"),
    )
