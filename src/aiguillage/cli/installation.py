"""Commands about the installation as a whole: made, migrated, copied, looked at."""

import platform
from pathlib import Path
from typing import Annotated, Any

import typer

from aiguillage import __version__
from aiguillage.cli.door import REFUSED, Json, command, terminal
from aiguillage.cli.printing import (
    print_aside,
    print_done,
    print_facts,
    print_json,
    print_line,
    print_refusal,
)
from aiguillage.cli.readers import warn_of_readers
from aiguillage.cli.words import _
from aiguillage.desk.installation import count_facts
from aiguillage.domain.accounts import Actor
from aiguillage.domain.errors import Kind, Refusal, conflict, missing
from aiguillage.settings import Settings, read_settings
from aiguillage.storage.migrate import current_revision, migrate, newest_revision
from aiguillage.storage.sqlite import backup as copies
from aiguillage.storage.sqlite.damage import require_whole
from aiguillage.storage.sqlite.engine import Database
from aiguillage.storage.sqlite.library import library

File = Annotated[Path, typer.Argument(metavar="FILE", help="The copy.")]


def register(application: typer.Typer) -> None:
    """Adds the commands."""
    for name, function in (
        ("init", init),
        ("migrate", migrate_database),
        ("backup", backup),
        ("restore", restore),
        ("status", status),
    ):
        command(application, name)(function)


def init(
    context: typer.Context,
    operator: Annotated[str | None, typer.Option(metavar="EMAIL", help="Also add a user who is an operator.")] = None,
    name: Annotated[str, typer.Option(help="The operator's name.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the operator's password from standard input.")
    ] = False,
    json: Json = False,
) -> None:
    """Make the data directory and the database."""
    from aiguillage.cli.users import read_password  # noqa: PLC0415 - passwords are judged and kept by heavy libraries
    from aiguillage.desk.users import add_user  # noqa: PLC0415 - same

    actor, kept = terminal(context), read_settings()
    password = read_password(wanted=password_stdin)
    _make_directory(kept)
    _require_unused(kept)
    database = Database(kept.database)
    try:
        before, after = migrate(database)
        if operator is not None:
            add_user(database, actor, operator, name=name, operator=True, password=password, one_time=False)
    finally:
        database.close()
    done = _("{path} is ready.") if before is None else _("{path} is there already, and ready.")
    print_done(
        done.format(path=kept.database),
        {"database": str(kept.database), "schema": after, "created": before is None, "operator": operator},
        json=json,
    )


def _make_directory(kept: Settings) -> None:
    try:
        kept.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = f"{kept.data_dir} cannot be created ({error.strerror}). Choose a directory with AIGUILLAGE_DATA_DIR."
        raise Refusal(Kind.UNAVAILABLE, why) from error


def _require_unused(kept: Settings) -> None:
    """Raises Refusal(conflict) where a database was before: a new one would hide that it is gone."""
    left = [path.name for path in (Path(f"{kept.database}-wal"), kept.calls) if path.exists()]
    if left and not kept.database.exists():
        raise conflict(
            f"{kept.data_dir} contains {left[0]}, but no {kept.database.name}: it was removed, or its "
            f"disk is not mounted. Put it back (aiguillage restore FILE), or move {left[0]} away to start "
            "afresh."
        )


def migrate_database(context: typer.Context, json: Json = False) -> None:
    """Bring the database's schema up to this release."""
    terminal(context)
    kept = read_settings()
    if not kept.database.exists():
        raise missing(f"There is no database at {kept.database}. Run: aiguillage init (or set AIGUILLAGE_DATA_DIR).")
    database = Database(kept.database)
    try:
        before, after = migrate(database)
    finally:
        database.close()
    text = _("The schema is {after} already.") if before == after else _("The schema is now {after}, it was {before}.")
    print_done(text.format(after=after, before=before or "-"), {"before": before, "after": after}, json=json)


def backup(context: typer.Context, file: File, json: Json = False) -> None:
    """Write a copy of the database, also while it serves."""
    terminal(context)
    size = copies.backup(read_settings().database, file)
    print_done(
        _("{file} holds a copy ({size} bytes).").format(file=file, size=size),
        {"file": str(file), "bytes": size},
        json=json,
    )


def restore(
    context: typer.Context,
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    json: Json = False,
) -> None:
    """Put a copy in the database's place, also while it serves; the database as it was stays beside it."""
    actor, kept = terminal(context), read_settings()
    _make_directory(kept)

    def ask() -> None:
        if not yes and kept.database.exists():
            question = _("Put {file} in the place of {database}? All changes since that copy are then in it no more.")
            typer.confirm(question.format(file=file, database=kept.database), abort=True, err=True)

    before = copies.restore(kept.database, file, actor.at, ask)
    print_done(
        _("{database} is now what {file} holds.").format(database=kept.database, file=file),
        {"database": str(kept.database), "file": str(file), "before": None if before is None else str(before)},
        json=json,
    )
    if before is not None:
        print_aside(
            _("As it was before, it is in {before}. Remove that when you need it no more.").format(before=before)
        )


def status(context: typer.Context, json: Json = False) -> None:
    """Tell versions, schema and counts, and check the database file."""
    actor, kept = terminal(context), read_settings()
    facts: dict[str, Any] = {
        "aiguillage": __version__,
        "python": platform.python_version(),
        "sqlite": library.sqlite_version,
        "data_dir": str(kept.data_dir.absolute()),
        "newest_schema": newest_revision(),
    }
    trouble = None
    try:
        facts |= _look_into(kept.database, actor)
    except Refusal as refusal:
        trouble = refusal
    if json:
        print_json(facts | {"trouble": None if trouble is None else trouble.message})
    else:
        print_facts(facts)
        if trouble is None:
            print_line(_("The database is whole and up to date."))
        else:
            print_refusal(trouble, json=False)
    if trouble is not None:
        raise typer.Exit(REFUSED)
    warn_of_readers(kept.data_dir)


def _look_into(path: Path, actor: Actor) -> dict[str, Any]:
    """What the database says of itself. Raises Refusal when it is missing, damaged or not up to date."""
    if not path.exists():
        raise missing(f"There is no database at {path}. Run: aiguillage init")
    database = Database(path)
    try:
        database.check()
        revision = current_revision(database)
        if revision != newest_revision():
            raise missing(
                f"The schema of {path} is not the newest (it is {revision or 'none'}). Run: aiguillage migrate"
            )
        require_whole(database)
        return {"schema": revision, "bytes": path.stat().st_size, **count_facts(database, actor)}
    finally:
        database.close()
