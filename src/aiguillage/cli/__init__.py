"""The terminal door: what operators, integrators and scripts type."""

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def main() -> None:
    """The command `aiguillage`."""
    application = _application()
    from aiguillage.cli.program import run  # noqa: PLC0415 - this package is imported by all in it

    run(application)


def _application() -> "typer.Typer":
    """All commands. Until they are there, nothing has begun that Ctrl-C would have to leave in order."""
    interrupted = signal.getsignal(signal.SIGINT)
    if interrupted is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return _loaded()
    finally:
        signal.signal(signal.SIGINT, interrupted)


def _loaded() -> "typer.Typer":
    from aiguillage.cli.program import new_application  # noqa: PLC0415 - as above

    if sys.argv[1:2] != ["serve"]:
        from aiguillage.cli.commands import application  # noqa: PLC0415 - same

        return application
    # Nobody waits for the other commands while a server starts.
    from aiguillage.cli.serving import register_serve  # noqa: PLC0415 - same

    application = new_application()
    register_serve(application)
    return application
