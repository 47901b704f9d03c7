"""Management: sign-in, retention, answers kept for their keys, surveys, webhooks, what a contact's owner sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds columns to accounts, users, tokens and contacts, and five tables."""
    _columns()
    _sign_in_and_answers()
    _surveys()
    _webhooks()


def _columns() -> None:
    for name, days in (("keep_calls_days", "365"), ("pseudonymise_days", "30")):
        op.add_column("accounts", sa.Column(name, sa.Integer(), nullable=False, server_default=days))
    op.add_column("users", sa.Column("totp_secret", sa.String(length=64), nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("tokens", sa.Column("kind", sa.String(length=8), nullable=False, server_default="personal"))
    op.add_column("tokens", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("contacts", sa.Column("email_destination", sa.String(length=255), nullable=True))
    op.add_column("contacts", sa.Column("telecom_destination", sa.String(length=128), nullable=True))
    op.add_column("contacts", sa.Column("given", sa.Text(), nullable=True))
    op.create_index("contacts_by_seq", "contacts", ["account_id", "seq"])


def _sign_in_and_answers() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "answered",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", "key"),
    )


def _surveys() -> None:
    op.create_table(
        "survey_records",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        *(sa.Column(f"score_{n}", sa.String(length=64), nullable=True) for n in range(1, 4)),
        sa.Column("agent_extension", sa.String(length=64), nullable=True),
        sa.Column("agent_name", sa.String(length=200), nullable=True),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    op.create_index("survey_records_of_survey", "survey_records", ["account_id", "survey_id", "id"])


def _webhooks() -> None:
    op.create_table(
        "webhook_secrets",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    op.create_table(
        "deliveries",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    op.create_index("deliveries_due", "deliveries", ["next_at"])
