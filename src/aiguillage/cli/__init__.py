"""The terminal door: what operators, integrators and scripts type."""


def main() -> None:
    """The command `aiguillage`."""
    # A worker of `serve` imports this package again when it starts, and has no use for the commands.
    from aiguillage.cli.commands import run  # noqa: PLC0415

    run()
