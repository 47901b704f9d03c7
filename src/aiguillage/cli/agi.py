"""The command that answers Asterisk's FastAGI."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from aiguillage.cli.door import Json, command
from aiguillage.domain.errors import invalid
from aiguillage.settings import AGI_TOKEN, is_web_address, read_settings


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "agi")(agi)


def agi(
    url: Annotated[str, typer.Option(help="The server that is asked.")] = "http://127.0.0.1:8000",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The TCP port to listen on.", min=0, max=65535)] = 4573,
    allow: Annotated[str, typer.Option(help="Who may ask: addresses or networks, with commas.")] = "127.0.0.0/8,::1",
    token_file: Annotated[
        str | None, typer.Option(help="A file with the token.", show_default="AIGUILLAGE_AGI_TOKEN")
    ] = None,
    json: Json = False,
) -> None:
    """Answer Asterisk's FastAGI by asking a server; it needs no database. --json tells a refusal as JSON."""
    del json
    from aiguillage.agi import Gateway, parse_networks, serve  # noqa: PLC0415 - brings the web client along
    from aiguillage.logs import configure_lines  # noqa: PLC0415 - same

    settings = read_settings()
    if not is_web_address(url):
        raise invalid(f"--url is '{url}'. Use one like https://calls.example.org")
    allowed = parse_networks(allow)
    token = settings.agi_token if token_file is None else _read(token_file)
    if not token.isascii():
        raise invalid(f"{token_file or AGI_TOKEN} has something that no token has. Copy the token again.")
    configure_lines(settings.log_level)

    async def run() -> None:
        await serve(Gateway(url, token, allowed), host, port)

    asyncio.run(run())


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise invalid(f"{file} cannot be read. Name a file with the token.") from error
