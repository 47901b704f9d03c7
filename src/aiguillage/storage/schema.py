"""The tables. Every primary key of an account's facts starts with account_id; moments are microseconds since 1970."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from aiguillage.domain.contacts import FOLDED, PARTS, Part

metadata = MetaData()

DIRECTORY_ID = 0
"""The account that stands for the installation: its journal and facts_version are those of users, tokens, accounts."""

LARGEST_ID = 2**63 - 1


def can_be_id(value: int) -> bool:
    """Whether a number that somebody asks for fits the column of an id at all."""
    return 0 < value <= LARGEST_ID


accounts = Table(
    "accounts",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("code", String(32), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("country", String(2), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("shared_numbers", String(16), nullable=False),
    Column("vip_priority", Integer, nullable=False, server_default="10"),
    Column("rota", BigInteger),
    Column("geo_list", BigInteger),
    Column("fallback_destination", String(128)),
    Column("keep_calls_days", Integer, nullable=False, server_default="365"),
    Column("pseudonymise_days", Integer, nullable=False, server_default="30"),
    Column("contacts", BigInteger, nullable=False, server_default="0"),
    Column("seq", BigInteger, nullable=False),
    Column("facts_version", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("email", String(255), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("password", String(255)),
    Column("operator", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("totp_secret", String(64)),
    Column("totp_step", BigInteger),
    Column("one_time_until", BigInteger),
    Column("language", String(2)),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("user_id", BigInteger, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("seen_by", BigInteger),  # the account whose manager was shown it
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("user_id", "digest"),
)

mails = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("email", String(255), nullable=False),
    Column("language", String(2), nullable=False),
    Column("account", BigInteger),
    Column("facts", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("trouble", String(200)),
    Index("mails_due", "next_at"),
    Index("mails_by_email", "email"),
)

grants = Table(
    "grants",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("user_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("role", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", "user_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("role", Integer, nullable=False),
    Column("accounts", Text),
    Column("hosts", Text),
    Column("unknown", String(8)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("kind", String(8), nullable=False, server_default="personal"),
    Column("address", String(64)),
    Column("switched_from", BigInteger),
    Column("used_at", BigInteger),
)

fields = Table(
    "fields",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("label", String(200), nullable=False),
    Column("default_value", String(128)),
    Column("strict", Boolean, nullable=False),
    PrimaryKeyConstraint("account_id", "position"),
)

field_options = Table(
    "field_options",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("value", String(128), nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "position", "value"),
)


def _contact_column(part: Part) -> Column[Any]:
    text = Text() if part.several else String(part.longest)
    return Column(part.name, Boolean() if part.flag else text, nullable=part.empty is None)


contacts = Table(
    "contacts",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    *map(_contact_column, PARTS.values()),
    Column("given", Text),
    *(Column(f"{name}_folded", String(200), nullable=False, server_default=text("''")) for name in FOLDED),
    Column("words", Text, nullable=False, server_default=text("''")),
    Column("traits", String(160), nullable=False, server_default=text("''")),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    Index("contacts_by_reference", "account_id", "reference", unique=True),
    Index("contacts_by_seq", "account_id", "seq"),
    Index("contacts_by_traits", "account_id", "traits"),
    *(Index(f"contacts_by_{name}", "account_id", f"{name}_folded") for name in FOLDED),
    sqlite_with_rowid=False,
)

caller_key = Table(
    "caller_key",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("kind", String(1), nullable=False),
    Column("key", String(64), nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),
    Column("sum", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("account_id", "kind", "key", "contact_id"),
    Index("caller_keys_again", "kind", "account_id", "key"),  # a second tree: a key that one has lost is in the other
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "kind", "id"),
    sqlite_with_rowid=False,
)

fact_keys = Table(
    "fact_keys",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("key", String(200), nullable=False),
    Column("fact_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "kind", "key", "fact_id"),
    Index("fact_keys_of_fact", "account_id", "kind", "fact_id"),
    sqlite_with_rowid=False,
)

cti_origins = Table(
    "cti_origins",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("cti_id", BigInteger, nullable=False),
    Column("key", String(64), nullable=False),
    Column("destination_id", BigInteger, nullable=False),
    Column("origin", String(64), nullable=False),
    Column("destination", String(128), nullable=False),
    PrimaryKeyConstraint("account_id", "cti_id", "key"),
    sqlite_with_rowid=False,
)

secrets = Table(
    "secrets",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("fact_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "digest"),
)

phone_system_keys = Table(
    "phone_system_keys",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("secret", String(128), nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
)

calendar_texts = Table(
    "calendar_texts",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("read_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("text", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
)

source_runs = Table(
    "source_runs",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("running_at", BigInteger),
    Column("tries", Integer, nullable=False),
    Column("last", Text),
    PrimaryKeyConstraint("account_id", "id"),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
)

answered = Table(
    "answered",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("key", String(255), nullable=False),
    Column("request", LargeBinary(32), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "user_id", "key"),
)

survey_records = Table(
    "survey_records",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("survey_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("caller", String(64), nullable=False),
    *(Column(f"score_{n}", String(64)) for n in range(1, 4)),
    Column("agent_extension", String(64)),
    Column("agent_name", String(200)),
    Column("moment", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    Index("survey_records_of_survey", "account_id", "survey_id", "id"),
)

journal = Table(
    "journal",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("action", String(16), nullable=False),
    Column("entity", String(32), nullable=False),
    Column("entity_id", BigInteger, nullable=False),
    Column("before", Text),
    Column("after", Text),
    PrimaryKeyConstraint("account_id", "seq"),
    Index("journal_by_at", "account_id", "at"),
    sqlite_with_rowid=False,
)

imports = Table(
    "imports",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("file", String(255), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("deleted", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
    PrimaryKeyConstraint("account_id", "id"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("author", String(255), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("replay", Text),
    Column("published_at", BigInteger),
    Column("published_seq", BigInteger),
    PrimaryKeyConstraint("account_id", "id"),
)

draft_changes = Table(
    "draft_changes",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("draft_id", BigInteger, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("fact_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("body", Text),
    Column("base_seq", BigInteger),
    Column("base", Text),
    PrimaryKeyConstraint("account_id", "draft_id", "kind", "fact_id"),
)
