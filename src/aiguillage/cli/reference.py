"""docs/cli.md, written from the commands: `python -m aiguillage.cli.reference > docs/cli.md`."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from aiguillage.cli.commands import Listed, application

HEAD = """\
# The command `aiguillage`

Written from the code by `python -m aiguillage.cli.reference > docs/cli.md`; a test holds the two together.

- Exit status: 0 done; 1 refused, with one line on standard error that says what to do; 2 not understood.
- Every command takes `--json`: one JSON document on standard output, lists as arrays with an
  element a line, moments in ISO 8601 UTC; a refusal is `{"refused": KIND, "message": "..."}`,
  with `errors` by the names of the values where several are refused.
- `aiguillage --as EMAIL COMMAND ...` acts as that user, with their rights. Without it you are the machine's operator.
- Messages and headings are in the language of `LANGUAGE`, `LC_ALL`, `LC_MESSAGES` or `LANG` (English, French); the help
  texts are in English.
- Settings come from the environment: `aiguillage settings` lists them.
"""


def reference() -> str:
    """The reference of all commands, in Markdown."""
    root = typer.main.get_command(application)
    return "\n".join([HEAD, *_sections(root, "aiguillage")])


def _sections(command: object, path: str) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        if path == "aiguillage":
            yield from _options(command, path)
        for name, inner in command.commands.items():
            yield from _sections(inner, f"{path} {name}")
    elif isinstance(command, Listed):
        yield from _options(command.command(), path)


def _options(command: TyperCommand | TyperGroup, path: str) -> Iterator[str]:
    """A command's heading, its sentence, and a row for each argument and option."""
    arguments = [parameter for parameter in command.params if isinstance(parameter, TyperArgument)]
    usage = "".join(f" {argument.metavar}" for argument in arguments)
    yield f"## {path}{usage}\n"
    yield f"{command.help}\n"
    rows = [_row(parameter) for parameter in command.params if isinstance(parameter, TyperArgument | TyperOption)]
    if rows:
        yield "| | |\n|---|---|\n" + "\n".join(rows) + "\n"


def _row(parameter: TyperArgument | TyperOption) -> str:
    help_ = (parameter.help or "").replace("|", "\\|")
    if isinstance(parameter, TyperArgument):
        return f"| `{parameter.metavar}` | {help_} |"
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    value = "" if parameter.is_flag else f" {parameter.metavar or (parameter.name or '').upper().replace('_', '-')}"
    shown = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    default = f" Default: {shown}." if shown not in {None, False, ""} else ""
    required = " Required." if parameter.required else ""
    return f"| `{names}{value}` | {help_}{default}{required} |"


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
