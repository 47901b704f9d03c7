"""Rules: an account's facts beside its contacts, CTI origins, secrets that stand for one fact, calendars' texts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the account's new settings and four tables."""
    op.add_column("accounts", sa.Column("vip_priority", sa.Integer(), nullable=False, server_default="10"))
    op.add_column("accounts", sa.Column("rota", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("geo_list", sa.BigInteger(), nullable=True))
    op.create_table(
        "facts",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id", "kind", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cti_origins",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("cti_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("destination_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("destination", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "cti_id", "key"),
        sqlite_with_rowid=False,
    )
    _secrets_and_texts()


def _secrets_and_texts() -> None:
    op.create_table(
        "secrets",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("fact_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id", "digest"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "calendar_texts",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
