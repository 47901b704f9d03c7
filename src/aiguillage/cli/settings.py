"""The command that lists the settings."""

import typer

from aiguillage.cli.door import Json, command
from aiguillage.cli.printing import print_list
from aiguillage.cli.words import _
from aiguillage.settings import MEANING, PREFIX, Settings, origin, read_settings, shown


def register(application: typer.Typer) -> None:
    """Adds the command."""
    command(application, "settings")(settings)


def settings(json: Json = False) -> None:
    """List all settings: value, origin, meaning."""
    kept = read_settings()
    print_list(
        Settings.__struct_fields__,
        json=json,
        document=lambda name: {
            "name": PREFIX + name.upper(),
            "value": shown(kept, name),
            "origin": origin(name),
            "meaning": MEANING[name],
        },
        headings=(_("setting"), _("value"), _("origin"), _("meaning")),
        cells=lambda name: (
            PREFIX + name.upper(),
            shown(kept, name),
            _("default") if origin(name) == "default" else _("environment"),
            _(MEANING[name]),
        ),
        empty="",
    )
