"""Which schema a database has and this release wants: looks that change nothing, and need no engine."""

from functools import cache
from pathlib import Path

from aiguillage.storage.sqlite import library, open_read_only

SCRIPTS = Path(__file__).parent / "migrations"
REVISION = "SELECT version_num FROM alembic_version"


@cache
def revisions() -> tuple[str, ...]:
    """Every revision, the oldest first: the file of `0001` is named `v0001_` and what it brings."""
    return tuple(sorted(path.name[1:].partition("_")[0] for path in (SCRIPTS / "versions").glob("v*.py")))


def newest_revision() -> str:
    """The revision that this release's code wants."""
    return revisions()[-1]


def revision_of(path: Path) -> str | None:
    """The revision of a file by a look that changes nothing, None if it has none: for a server that is asked often."""
    try:
        connection = open_read_only(path)
    except library.DatabaseError:
        return None
    try:
        row = connection.execute(REVISION).fetchone()
    except library.DatabaseError:
        return None
    finally:
        connection.close()
    return None if row is None else str(row[0])
