"""The command that says what needs a look on an account."""

import typer

from aiguillage.cli.door import REFUSED, AccountCode, Json, at_desk, command
from aiguillage.cli.printing import print_list
from aiguillage.cli.words import _
from aiguillage.desk.checks import check_account
from aiguillage.domain.checks import Finding


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "check")(check)


def check(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """Tell what needs a look: queues that never open, loops, gaps, old tokens; exits with 1 where there is anything."""
    with at_desk(context) as desk:
        found = check_account(desk.db, desk.actor, account)
    print_list(
        found,
        json=json,
        document=lambda one: {"check": one.name, "kind": one.kind, "id": one.id, "message": str(one)},
        headings=(_("kind"), _("id"), _("needs a look")),
        cells=lambda one: (one.kind, one.id, _told(one)),
        empty=_("Nothing needs a look."),
    )
    if found:
        raise typer.Exit(REFUSED)


def _told(finding: Finding) -> str:
    """The finding in the person's language; of its words days alone are ours to translate."""
    words = {name: _(word) if name == "day" else word for name, word in finding.words.items()}
    return _(finding.sentence).format_map(words)
