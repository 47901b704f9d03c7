"""Drafts: changes to an account's facts that are not live yet."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds two tables, both empty."""
    op.create_table(
        "drafts",
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("author", sa.String(255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("replay", sa.Text()),
        sa.Column("published_at", sa.BigInteger()),
        sa.Column("published_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    op.create_table(
        "draft_changes",
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("fact_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("base_seq", sa.BigInteger()),
        sa.Column("base", sa.Text()),
        sa.PrimaryKeyConstraint("account_id", "draft_id", "kind", "fact_id"),
    )
