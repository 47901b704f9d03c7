"""How the secret of a fact is told: once, alone on standard output."""

import typer

from aiguillage.cli.printing import print_aside, print_done, print_json
from aiguillage.cli.words import _
from aiguillage.desk.facts import name_of
from aiguillage.storage.facts import Kept


def print_secret(kept: Kept, secret: str | None, *, json: bool) -> None:
    """Prints the new secret of a fact; None when it has none any more."""
    name = str(name_of(kept))
    if secret is None:
        print_done(_("{name} has no secret any more.").format(name=name), {"id": kept.id, "secret": None}, json=json)
    elif json:
        print_json({"id": kept.id, "secret": secret})
    else:
        print_aside(_("The secret of {name}. Keep it now: it is not shown again.").format(name=name))
        typer.echo(secret)
