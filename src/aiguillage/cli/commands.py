"""All commands in one tree. A list tells what each is called and does; its code is imported when it is asked for.

SOURCES        which module has which commands
   |
   |  python -m aiguillage.cli.listing > src/aiguillage/cli/commands.json
   v
commands.json  every command: its sentence, its source         --> help of groups, TAB
   |
   |  the command that was typed
   v
its source is imported                                         --> its options, its work
"""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from aiguillage.cli import loading
from aiguillage.cli.program import new_application

LISTED = Path(__file__).with_name("commands.json")


class Source(NamedTuple):
    """Where commands are: the group that they are of, "" for none; their module, and in it what has them.

    That is a Typer, or a function that adds them to one.
    """

    group: str
    place: str


SOURCES = (
    Source("", "serving.register"),
    Source("", "installation.register"),
    Source("", "settings.register"),
    Source("", "explaining.register"),
    Source("", "week.register"),
    Source("", "checking.register"),
    Source("", "integrating.register"),
    Source("", "calls.register"),
    Source("", "replaying.register"),
    Source("account", "accounts.group"),
    Source("user", "users.group"),
    Source("token", "tokens.group"),
    Source("session", "sessions.group"),
    Source("field", "fields.group"),
    Source("contacts", "contacts.group"),
    Source("contacts", "exchange.register"),
    Source("contacts", "sources.register"),
    Source("queue", "queues.queue_commands"),
    Source("group", "queues.group_commands"),
    Source("hours", "hours.hours_commands"),
    Source("exception", "hours.exception_commands"),
    Source("holiday", "holidays.holiday_commands"),
    Source("calendar", "calendars.calendar_commands"),
    Source("switch", "switches.switch_commands"),
    Source("geo", "geo.geo_commands"),
    Source("rota", "rotas.rota_commands"),
    Source("rota", "turns.register"),
    Source("blocked", "blocked.blocked_commands"),
    Source("cti", "ctis.cti_commands"),
    Source("phone-system", "phone_systems.phone_system_commands"),
    Source("webhook", "webhooks.webhook_commands"),
    Source("facts", "documents.facts_commands"),
    Source("person", "people.person_commands"),
)


def loaded(place: str) -> TyperGroup:
    """The commands of a source, as in `calls.register`."""
    module, _dot, name = place.partition(".")
    with loading():
        found = getattr(import_module(f"aiguillage.cli.{module}"), name)
    if isinstance(found, typer.Typer):
        return get_group(found)
    group = typer.Typer()
    found(group)
    return get_group(group)


class Listed(TyperCommand):
    """A command that is known from the list; the words lead to it below its source."""

    def __init__(self, listed: Mapping[str, Any], words: tuple[str, ...]) -> None:
        super().__init__(words[-1], help=listed["help"])
        self._source: str = listed["source"]
        self._words = words

    def command(self) -> TyperCommand:
        """The command itself."""
        found: Any = loaded(self._source)
        for word in self._words:
            found = found.commands[word]
        return cast("TyperCommand", found)

    def make_context(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as of typer, which keeps its types private
        """What a command is run or completed in: the command itself's."""
        return self.command().make_context(*args, **options)


class Group(TyperGroup):
    """A group of commands, whose options TAB looks at only where one was typed: what judges values is heavy."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as of typer
        """Reads the options that stand before the command."""
        if ctx.resilient_parsing and not (args and args[0].startswith("-")):
            ctx.args = args
            return args
        return super().parse_args(ctx, args)


class Root(Group):
    """The program: every command of the list."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - as of typer
        super().__init__(**given | {"commands": _commands(json.loads(LISTED.read_bytes()))})


def _commands(listed: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """Each command and group that is listed there, by its name."""
    return {name: _command(one, (*above, name)) for name, one in listed.items()}


def _command(listed: Mapping[str, Any], path: tuple[str, ...]) -> TyperCommand | TyperGroup:
    if "commands" not in listed:
        return Listed(listed, path[1:] or path)
    return Group(name=path[-1], help=listed["help"], no_args_is_help=True, commands=_commands(listed["commands"], path))


application = new_application(Root)
