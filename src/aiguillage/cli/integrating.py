"""The command that fills in what a call-flow designer copies into a phone system."""

from pathlib import Path
from typing import Annotated

import typer

from aiguillage.cli.door import Json, at_desk, command
from aiguillage.cli.printing import print_done, print_json, print_table
from aiguillage.cli.words import _
from aiguillage.desk.accounts import show_account
from aiguillage.domain.errors import invalid
from aiguillage.integrations import TITLES, TOKEN, Place, files_of, lines_for, systems

ALL = "list"
"""What is written in a system's place to see which there are."""

System = Annotated[
    str, typer.Argument(metavar="SYSTEM", help=f"The phone system, as in kamailio; `{ALL}` shows which there are.")
]


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "integration")(integration)


def integration(
    context: typer.Context,
    system: System,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's code, as in CL0000.")] = "",
    url: Annotated[str, typer.Option(help="The address at which the phone system reaches this server.")] = "",
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="A file with the token to fill in; without it you put one in.")
    ] = None,
    into: Annotated[Path | None, typer.Option("--into", help="The folder to write the files to.")] = None,
    json: Json = False,
) -> None:
    """Print what to copy into a phone system, filled in for an account; with --into write it as files."""
    if system == ALL:
        _print_systems(json=json)
        return
    if not account:
        raise invalid("The account is missing. Write its code after the phone system, as in CL0000.")
    with at_desk(context) as desk:
        code = show_account(desk.db, desk.actor, account).code
        address = (url or desk.settings.public_url or f"http://{desk.settings.host}:{desk.settings.port}").rstrip("/")
    token = TOKEN if token_file is None else _read_token(token_file)
    place = Place(address, code, token)
    files = files_of(system, place)
    if into is not None:
        _write(files, into, json=json)
    elif json:
        print_json({"system": system, "files": files, "line": lines_for(place).get(system)})
    else:
        _print(files)


def _print_systems(*, json: bool) -> None:
    if json:
        print_json({name: {"title": TITLES[name], "files": files} for name, files in systems().items()})
    else:
        rows = [(name, TITLES[name], ", ".join(files)) for name, files in systems().items()]
        print_table((_("system"), _("name"), _("files")), rows)


def _read_token(file: Path) -> str:
    """The token in a file. Raises Refusal(invalid)."""
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        raise invalid(f"The token cannot be read from {file}. Name a file that has it, and nothing else.") from None


def _print(files: dict[str, str]) -> None:
    """One file as it is; of more, each below its name."""
    for name, text in files.items():
        if len(files) > 1:
            typer.echo(f"==> {name} <==")
        typer.echo(text.rstrip("\n"))


def _write(files: dict[str, str], into: Path, *, json: bool) -> None:
    """Writes the files, none over one that is there. Raises Refusal(invalid)."""
    there = [name for name in files if (into / name).exists()]
    if there:
        raise invalid(f"{into / there[0]} is there already. Move it away, or choose another folder.")
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (into / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise invalid(f"{into} cannot be written to: {error.strerror}. Choose another folder.") from None
    print_done(
        _("Written to {folder}: {names}").format(folder=into, names=", ".join(files)), {"files": list(files)}, json=json
    )
