"""The tables of webhooks: secrets, what is sent, how far each account was looked at. Moments as in schema.py."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from aiguillage.storage.schema import metadata

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("secret", String(64), nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("webhook_id", BigInteger, nullable=False),
    Column("event", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", BigInteger),
    Column("status", Integer),
    Column("trouble", String(200)),
    Column("delivered_at", BigInteger),
    Column("until", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("account_id", "id"),
    Index("deliveries_due", "next_at"),
    Index("deliveries_of_webhook", "account_id", "webhook_id", "id"),
    Index("deliveries_by_age", "created_at"),
)

webhook_looks = Table(
    "webhook_looks",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("calls_at", BigInteger),
    Column("facts_version", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("states", Text, nullable=False),
    PrimaryKeyConstraint("account_id"),
)
