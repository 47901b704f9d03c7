"""The frame of every command: who acts, when, on which database, and what becomes of a refusal."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, ParamSpec, TypeVar

import msgspec
import typer

from aiguillage.cli.printing import print_refusal
from aiguillage.domain.errors import Kind, Refusal, invalid, missing
from aiguillage.settings import Settings, read_settings
from aiguillage.storage.sqlite.library import WANTS_ROOM

if TYPE_CHECKING:
    from aiguillage.domain.accounts import Actor
    from aiguillage.storage.sqlite.engine import Database

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
REFUSED = 1
"""The exit status of a refusal; 0 is done, and 2 a command that was not understood."""

LARGEST = 2**63 - 1
AccountCode = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's code, as in CL0000.")]
ContactId = Annotated[int, typer.Argument(metavar="ID", help="The contact's number.", min=1, max=LARGEST)]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Limit = Annotated[int, typer.Option(help="At most so many, 0 for all.", min=0, max=LARGEST)]


class Person(msgspec.Struct, frozen=True):
    """Who is at the terminal, and when: `email` as given with --as, `at` in microseconds since 1970 UTC."""

    email: str | None
    at: int


class Desk(NamedTuple):
    """What a use case is called with: the database and the actor; and how this machine is set."""

    db: "Database"
    actor: "Actor"
    settings: Settings


def command(app: typer.Typer, name: str) -> Callable[[Callable[Parameters, None]], Callable[Parameters, None]]:
    """Makes a function a command whose refusals are told and end with status 1."""

    def register(function: Callable[Parameters, None]) -> Callable[Parameters, None]:
        @functools.wraps(function)
        def told(*args: Parameters.args, **options: Parameters.kwargs) -> None:
            try:
                with _as_refusals():
                    function(*args, **options)
            except Refusal as refusal:
                print_refusal(refusal, json=bool(options.get("json")))
                raise typer.Exit(REFUSED) from None

        app.command(name)(told)
        return function

    return register


def carried_out(desk: Desk, given: dict[str, Any], use_case: Callable[["Database", dict[str, Any]], Result]) -> Result:
    """What the use case gives for what was typed. Raises Refusal, with all faults of it."""
    from aiguillage.desk.trying import faults_of  # noqa: PLC0415 - `serve` starts without it

    try:
        return use_case(desk.db, given)
    except Refusal as refusal:
        raise faults_of(desk.db, refusal, [given], [{}], lambda db, left: use_case(db, left[0])) from None


@contextmanager
def _as_refusals() -> Iterator[None]:
    """Turns what the operating system says of a file into a refusal; a pipe that broke is typer's to end quietly."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        if error.errno in WANTS_ROOM:
            raise Refusal(Kind.UNAVAILABLE, f"{where}{error.strerror}. Free some space on its disk.") from error
        raise Refusal(
            Kind.UNAVAILABLE, f"{where}{error.strerror or error}. Check the path, and that this user may use it."
        ) from error
    except UnicodeEncodeError as error:
        raise invalid("Some of what was typed is not UTF-8. Type it again, or set LANG to a UTF-8 locale.") from error


@contextmanager
def at_desk(context: typer.Context) -> Iterator[Desk]:
    """The desk with an up-to-date database, and the person at the terminal as its actor. Raises Refusal."""
    from aiguillage.storage.sqlite.engine import Database  # noqa: PLC0415 - `serve` starts without it

    settings = read_settings()
    if not settings.database.exists():
        raise missing(
            f"There is no database at {settings.database}. Run: aiguillage init (or set AIGUILLAGE_DATA_DIR)."
        )
    database = Database(settings.database)
    try:
        _require_schema(database)
        yield Desk(database, actor_of(context, database), settings)
    finally:
        database.close()


def _require_schema(database: "Database") -> None:
    from aiguillage.storage.migrate import current_revision, newest_revision  # noqa: PLC0415 - same

    have, want = current_revision(database), newest_revision()
    if have != want:
        raise Refusal(
            Kind.UNAVAILABLE,
            f"{database.path} has the schema {have or 'none'}; this release wants {want}. Run: aiguillage migrate",
        )


def actor_of(context: typer.Context, database: "Database") -> "Actor":
    """The user named with --as, else the person at the machine's terminal, who is an operator. Raises Refusal."""
    person: Person = context.obj
    if person.email is None:
        return terminal(context)
    from aiguillage.desk.users import actor_named  # noqa: PLC0415 - the operator is no user

    return actor_named(database, person.email, person.at)


def terminal(context: typer.Context) -> "Actor":
    """The person at the machine's terminal. Raises Refusal where --as says that it shall be somebody else."""
    from aiguillage.domain.accounts import Actor  # noqa: PLC0415 - brings the plans of all countries along

    person: Person = context.obj
    if person.email is not None:
        raise Refusal(Kind.FORBIDDEN, "Only the operator of this machine may do this. Leave out --as.")
    return Actor("terminal", person.at, operator=True)
