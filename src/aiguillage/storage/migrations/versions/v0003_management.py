"""Management: sign-in, retention, kept answers, surveys, webhooks; what contacts are searched and counted by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from aiguillage.domain.contacts import folded

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EMPTY = sa.text("''")
NAMES = ("company", "last_name", "first_name")
NAMES_AFTER = sa.text(
    """SELECT account_id, id, company, last_name, first_name FROM contacts
    WHERE (account_id, id) > (:account_id, :id) ORDER BY account_id, id LIMIT 10000"""
)
FOLD = sa.text(
    """UPDATE contacts SET company_folded = :company, last_name_folded = :last_name, first_name_folded = :first_name
    WHERE account_id = :account_id AND id = :id"""
)


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
    op.add_column("tokens", sa.Column("switched_from", sa.BigInteger(), nullable=True))
    op.add_column("contacts", sa.Column("email_destination", sa.String(length=255), nullable=True))
    op.add_column("contacts", sa.Column("telecom_destination", sa.String(length=128), nullable=True))
    op.add_column("contacts", sa.Column("given", sa.Text(), nullable=True))
    op.create_index("contacts_by_seq", "contacts", ["account_id", "seq"])
    op.add_column("accounts", sa.Column("contacts", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE accounts SET contacts = (SELECT COUNT(*) FROM contacts WHERE account_id = accounts.id)")
    for name in NAMES:
        column = sa.Column(f"{name}_folded", sa.String(length=200), nullable=False, server_default=EMPTY)
        op.add_column("contacts", column)
    _fold_names()
    op.create_index("journal_by_at", "journal", ["account_id", "at"])
    for name in NAMES:
        op.create_index(f"contacts_by_{name}", "contacts", ["account_id", f"{name}_folded"])


def _fold_names() -> None:
    """What contacts are searched and sorted by, for those that are there already."""
    connection, after = op.get_bind(), (-1, 0)
    while rows := connection.execute(NAMES_AFTER, {"account_id": after[0], "id": after[1]}).all():
        folds = [{"account_id": row[0], "id": row[1], **_folds(row[2:])} for row in rows]
        connection.execute(FOLD, folds)
        after = (rows[-1][0], rows[-1][1])


def _folds(names: Sequence[str]) -> dict[str, str]:
    return {name: folded(text) for name, text in zip(NAMES, names, strict=True)}


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
