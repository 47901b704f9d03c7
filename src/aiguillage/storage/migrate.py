"""Brings a database's schema up to date."""

from sqlalchemy import inspect

from aiguillage.domain.errors import Kind, Refusal
from aiguillage.storage.revisions import REVISION, SCRIPTS, newest_revision, revisions
from aiguillage.storage.sqlite.engine import Database

__all__ = ["current_revision", "migrate", "newest_revision"]


def current_revision(database: Database) -> str | None:
    """The revision of the file, None when it has no schema yet."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.exec_driver_sql(REVISION).scalar()
        return revision


def migrate(database: Database) -> tuple[str | None, str]:
    """Runs the missing steps, all or none; the revisions before and after. Raises Refusal(unavailable).

    Makes the file where there is none: whether there ought to be one, its caller knows.
    """
    if not database.path.exists():
        database.create()
    before, after = current_revision(database), newest_revision()
    if before is not None and before not in revisions():
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
