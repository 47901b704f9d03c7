"""How the program starts and ends: the options that stand before every command, and the last resort."""

import sys
import traceback
from typing import Annotated

import typer
from typer.core import TyperGroup

from aiguillage import __version__


def new_application(commands: type[TyperGroup]) -> typer.Typer:
    """A program with such commands."""
    application = typer.Typer(
        cls=commands,
        name="aiguillage",
        help="Tells a phone system where a caller goes.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    application.callback()(begin)
    return application


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aiguillage {__version__}")
        raise typer.Exit


def begin(
    context: typer.Context,
    email: Annotated[
        str | None,
        typer.Option("--as", metavar="EMAIL", help="Act as this user, with their rights, not as the operator."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Tells a phone system where a caller goes."""
    del version
    from aiguillage.cli.door import Person  # noqa: PLC0415 - every command needs it; the version and TAB do not
    from aiguillage.cli.moments import now  # noqa: PLC0415 - same

    context.obj = Person(email, now())


def run(application: typer.Typer) -> None:
    """Runs the command line; whatever happens, the person gets a sentence and never a stack trace."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no é gets a question mark, not an error.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        application(prog_name="aiguillage")
    except Exception as error:  # noqa: BLE001 - the last resort
        _tell(error)
        sys.exit(1)


def _tell(error: Exception) -> None:
    """Says what went wrong, and where if that is wanted."""
    from aiguillage.cli.printing import print_aside  # noqa: PLC0415 - only what goes wrong needs it
    from aiguillage.cli.words import _  # noqa: PLC0415 - same

    print_aside(_("aiguillage: this went wrong, and should not have:") + f" {type(error).__name__}: {error}")
    if _wants_details():
        traceback.print_exception(error)
    else:
        print_aside(_("Report it, please; AIGUILLAGE_LOG_LEVEL=debug shows where it happened."))


def _wants_details() -> bool:
    from aiguillage.domain.errors import Refusal  # noqa: PLC0415 - same
    from aiguillage.settings import read_settings  # noqa: PLC0415 - same

    try:
        return read_settings().log_level == "debug"
    except Refusal:
        return False
