"""Brings a database's schema up to date, and tells whether it is."""

from functools import cache
from pathlib import Path

from sqlalchemy import inspect

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.engine import Database
from aiguillage.storage.sqlite import library, open_read_only

SCRIPTS = Path(__file__).parent / "migrations"
REVISION = "SELECT version_num FROM alembic_version"


@cache
def _revisions() -> tuple[str, ...]:
    """Every revision, the oldest first: the file of `0001` is named `v0001_` and what it brings."""
    return tuple(sorted(path.name[1:].partition("_")[0] for path in (SCRIPTS / "versions").glob("v*.py")))


def newest_revision() -> str:
    """The revision that this release's code wants."""
    return _revisions()[-1]


def current_revision(database: Database) -> str | None:
    """The revision of the file, None when it has no schema yet."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.exec_driver_sql(REVISION).scalar()
        return revision


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


def migrate(database: Database) -> tuple[str | None, str]:
    """Runs the missing steps, all or none; the revisions before and after. Raises Refusal(unavailable).

    Makes the file where there is none: whether there ought to be one, its caller knows.
    """
    if not database.path.exists():
        database.create()
    before, after = current_revision(database), newest_revision()
    if before is not None and before not in _revisions():
        raise Refusal(
            Kind.UNAVAILABLE,
            f"{database.path} was made by a newer release (schema {before}). Install that release, or restore a copy.",
        )
    if before != after:
        _upgrade(database)
    return before, after


def _upgrade(database: Database) -> None:
    from alembic import command  # noqa: PLC0415 - heavy, and no worker whose database is up to date needs it
    from alembic.config import Config  # noqa: PLC0415 - same

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
