"""Rights: until when a password that somebody else set is good, and when a session was last used."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column to users and one to tokens. Sessions that are open count as used when they were opened."""
    op.add_column("users", sa.Column("one_time_until", sa.BigInteger(), nullable=True))
    op.add_column("tokens", sa.Column("used_at", sa.BigInteger(), nullable=True))
