"""Fallback: where an account's calls go for which nothing says where."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column to accounts. Nothing is set: calls go to the queues themselves."""
    op.add_column("accounts", sa.Column("fallback_destination", sa.String(128), nullable=True))
