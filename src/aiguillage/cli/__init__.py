"""The terminal door: what operators, integrators and scripts type."""

import sys


def main() -> None:
    """The command `aiguillage`."""
    from aiguillage.cli.program import new_application, run  # noqa: PLC0415 - this package is imported by all in it

    if sys.argv[1:2] == ["serve"]:  # nobody waits for the other commands while a server starts
        from aiguillage.cli.serving import register_serve  # noqa: PLC0415 - same

        application = new_application()
        register_serve(application)
    else:
        from aiguillage.cli.commands import application  # noqa: PLC0415 - same

    run(application)
