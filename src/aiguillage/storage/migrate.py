"""Brings a database's schema up to date, and tells whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.engine import Database
from aiguillage.storage.sqlite import library, open_read_only

SCRIPTS = Path(__file__).parent / "migrations"
REVISION = "SELECT version_num FROM alembic_version"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@cache
def newest_revision() -> str:
    """The revision that this release's code wants."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:  # pragma: no cover - the package has migrations
        raise LookupError(SCRIPTS)
    return revision


def current_revision(database: Database) -> str | None:
    """The revision of the file, None when it has no schema yet."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


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
    """Runs the missing steps, all or none; the revisions before and after. Raises Refusal(unavailable)."""
    before, after = current_revision(database), newest_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if before is not None and before not in known:
        raise Refusal(
            Kind.UNAVAILABLE,
            f"{database.path} was made by a newer release (schema {before}). Install that release, or restore a copy.",
        )
    if before != after:
        with database.write() as connection:
            command.upgrade(_config(connection), "head")
    return before, after
