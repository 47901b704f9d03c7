"""Which schema a database has and this release wants, and whether it is whole: looks that change nothing.

They need no engine, and no more of the disk than calls do.
"""

from functools import cache
from pathlib import Path

from aiguillage.storage.sqlite.frozen import open_to_read
from aiguillage.storage.sqlite.library import broken, library, tells_damage

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
        connection = open_to_read(path)
    except library.DatabaseError:
        return None
    try:
        row = connection.execute(REVISION).fetchone()
    except library.DatabaseError:
        return None
    finally:
        connection.close()
    return None if row is None else str(row[0])


def check(path: Path) -> None:
    """Reads the whole file. Raises Refusal(unavailable) if it is damaged."""
    try:
        connection = open_to_read(path)
    except library.DatabaseError:
        return  # who has to use it will say what is wrong
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except library.DatabaseError as error:
        found = str(error)
        if not tells_damage(found):
            return
    finally:
        connection.close()
    if found != "ok":
        raise broken(path, found)
