"""The list of all commands: `python -m aiguillage.cli.listing > src/aiguillage/cli/commands.json`."""

import json
from typing import Any

import typer
from typer.core import TyperGroup

from aiguillage.cli.commands import SOURCES, Source, loaded


def listing() -> str:
    """Every command with its sentence and its source, as JSON; in a group, commands come before groups."""
    tree: dict[str, Any] = {}
    for source in SOURCES:
        added = loaded(source.place)
        if source.group:
            group = tree.setdefault(source.group, {"help": added.help, "commands": {}})
            _add(group["commands"], added, source)
        else:
            _add(tree, added, source)
    return json.dumps(_in_order(tree), indent=1, ensure_ascii=False) + "\n"


def _add(listed: dict[str, Any], added: TyperGroup, source: Source) -> None:
    """Lists the commands of a group."""
    for name, one in added.commands.items():
        if isinstance(one, TyperGroup):
            listed[name] = {"help": one.help, "commands": {}}
            _add(listed[name]["commands"], one, source)
        else:
            listed[name] = {"help": one.help, "source": source.place}


def _in_order(listed: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(listed.items(), key=lambda named: "commands" in named[1]))


if __name__ == "__main__":
    typer.echo(listing(), nl=False)
