"""How the program starts and ends: the options that stand before every command, and the last resort."""

import sys
import traceback
from typing import Annotated

import typer

from aiguillage import __version__
from aiguillage.cli.door import REFUSED, Person
from aiguillage.cli.moments import now
from aiguillage.cli.printing import print_aside
from aiguillage.cli.words import _
from aiguillage.domain.errors import Refusal
from aiguillage.settings import read_settings


def new_application() -> typer.Typer:
    """A program without commands."""
    application = typer.Typer(
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
    context.obj = Person(email, now())


def run(application: typer.Typer) -> None:
    """Runs the command line; whatever happens, the person gets a sentence and never a stack trace."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no é gets a question mark, not an error.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        application(prog_name="aiguillage")
    except Exception as error:  # noqa: BLE001 - the last resort
        print_aside(_("aiguillage: this went wrong, and should not have:") + f" {type(error).__name__}: {error}")
        if _wants_details():
            traceback.print_exc()
        else:
            print_aside(_("Report it, please; AIGUILLAGE_LOG_LEVEL=debug shows where it happened."))
        sys.exit(REFUSED)


def _wants_details() -> bool:
    try:
        return read_settings().log_level == "debug"
    except Refusal:
        return False
