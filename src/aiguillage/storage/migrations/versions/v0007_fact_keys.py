"""Keys of facts: what a fact is found by, so that a change need not read all others of its kind."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWNED = ("time_span", "exception", "calendar", "switch")


def upgrade() -> None:
    """Adds a table, and writes the keys of the facts that are there."""
    table = op.create_table(
        "fact_keys",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("fact_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account_id", "kind", "key", "fact_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("fact_keys_of_fact", "fact_keys", ["account_id", "kind", "fact_id"])
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT account_id, kind, id, body FROM facts")).all():
        keys = set(_keys(row.kind, json.loads(row.body)))
        mine = {"account_id": row.account_id, "kind": row.kind, "fact_id": row.id}
        if keys:
            connection.execute(sa.insert(table), [{**mine, "key": key} for key in keys])
    # An origin as it is compared stands beside its destination already.
    connection.execute(
        sa.text(
            "INSERT INTO fact_keys (account_id, kind, key, fact_id)"
            " SELECT account_id, 'cti_destination', '=' || cti_id || '/' || key, destination_id FROM cti_origins"
        )
    )


def _keys(kind: str, body: dict[str, Any]) -> Iterator[str]:
    """The keys of a fact as this revision writes them."""
    if kind in OWNED and body.get("owner_id") is not None:
        yield f"{body['owner_type']}/{body['owner_id']}"
    if kind == "queue":
        yield from (f"={body[name].lower()}" for name in ("code", "number") if body.get(name) is not None)
        yield from (f"{name}/{body[name]}" for name in ("group", "rota") if body.get(name) is not None)
    if kind == "rota" and body.get("level2") is not None:
        yield f"rota/{body['level2']}"
    if kind == "blocked":
        yield f"={body['number']}"
    if kind == "geo_destination":
        yield from (f"={body['geo_list']}/{zone}" for zone in body["zones"])
        yield f"geo_list/{body['geo_list']}"
    if kind == "cti_destination":
        yield f"cti/{body['cti']}"
