"""Commands about all of an account's facts at once."""

import typer

from aiguillage.cli.door import AccountCode, Json, at_desk, command
from aiguillage.desk.documents import export_facts
from aiguillage.domain.documents import encode_document

facts_commands = typer.Typer(help="All facts of an account but its contacts, as one document.", no_args_is_help=True)


@command(facts_commands, "export")
def export(context: typer.Context, account: AccountCode, json: Json = False) -> None:
    """Print the account's settings, its fields and all its facts as a JSON document, with or without --json."""
    del json
    with at_desk(context) as desk:
        document = export_facts(desk.db, desk.actor, account)
    typer.echo(encode_document(document).decode())
