"""Which code a command imports: its own, and none that it does not need."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from aiguillage.cli.commands import LISTED, SOURCES, Listed, application
from aiguillage.cli.listing import listing
from tests.cast import ACCOUNT, NUMBER, Cast, known_caller
from tests.cli.terminal import PATIENCE, Terminal

WEB = {"litestar", "uvicorn", "httptools", "uvloop"}
HEAVY = WEB | {
    "sqlalchemy",
    "alembic",
    "pydantic",
    "rich",
    "msgspec",
    "phonenumbers",
    "argon2",
    "holidays",
    "icalendar",
}
HAS_COMMANDS = r"(?m)^\w+ = typer\.Typer\(|^def register\("
IMPORTED = re.compile(r"^import time: .*\| +([\w.]+)$", re.MULTILINE)


def imported(terminal: Terminal, *words: str, **environment: str) -> tuple[str, set[str]]:
    """What a command prints, and the packages that it imports, ours by the names of their modules."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "aiguillage", *words],
        env=os.environ | terminal.environment | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    names = set(IMPORTED.findall(run.stderr))
    return run.stdout, {name.partition(".")[0] for name in names} | {n for n in names if n.startswith("aiguillage.")}


def completed(terminal: Terminal, line: str) -> tuple[list[str], set[str]]:
    """What TAB offers at the end of a line in bash, and what is imported for it."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    out, modules = imported(terminal, _AIGUILLAGE_COMPLETE="complete_bash", **words)
    return out.split(), modules


def groups(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperGroup]]:
    """A group and all in it, each with the words that lead there."""
    yield path, group
    for name, inner in group.commands.items():
        if isinstance(inner, TyperGroup):
            yield from groups(inner, (*path, name))


def root() -> TyperGroup:
    """The program."""
    found = typer.main.get_command(application)
    assert isinstance(found, TyperGroup)
    return found


GROUPS = {" ".join(path): group for path, group in groups(root())}


def test_the_list_of_commands_is_up_to_date() -> None:
    run = ".venv/bin/python -m aiguillage.cli.listing > src/aiguillage/cli/commands.json"

    assert LISTED.read_text() == listing(), f"run: {run}"


def test_every_module_that_has_commands_is_a_source() -> None:
    having = {path.stem for path in LISTED.parent.glob("*.py") if re.search(HAS_COMMANDS, path.read_text())}

    assert {source.place.partition(".")[0] for source in SOURCES} == having


def test_every_command_that_is_listed_is_there_under_its_name_and_says_the_same() -> None:
    for path, group in GROUPS.items():
        for name, one in group.commands.items():
            if isinstance(one, Listed):
                command = one.command()
                assert (command.name, command.help) == (name, one.help), path


def test_the_version_is_told_without_any_of_the_house(bare: Terminal) -> None:
    out, modules = imported(bare, "--version")

    assert out.startswith("aiguillage ")
    assert modules & HEAVY == set()
    ours = {name.removeprefix("aiguillage.") for name in modules if name.startswith("aiguillage.")}
    assert ours == {"cli", "cli.commands", "cli.program"}


@pytest.mark.parametrize("path", GROUPS)
def test_tab_offers_every_command_of_a_group(bare: Terminal, path: str) -> None:
    offered, modules = completed(bare, f"aiguillage {path} ".replace("  ", " "))

    assert offered == list(GROUPS[path].commands)
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("aiguillage conta", ["contacts"]),
        ("aiguillage --a", ["--as"]),
        ("aiguillage --as a@example.org cont", ["contacts"]),
        ("aiguillage contacts im", ["import", "imports"]),
        ("aiguillage contacts list --n", ["--number"]),
        ("aiguillage contacts list CL0000 --number 1 --", ["--limit", "--json", "--help"]),
        ("aiguillage rota layer remove --", ["--json", "--help"]),
        ("aiguillage contacts list ", []),
    ],
)
def test_tab_completes(bare: Terminal, line: str, offered: list[str]) -> None:
    assert completed(bare, line)[0] == offered


@pytest.mark.parametrize("path", ["", "contacts", "rota layer"])
def test_a_groups_help_tells_every_command_and_imports_none(bare: Terminal, path: str) -> None:
    out, modules = imported(bare, *path.split(), "--help", COLUMNS="200")

    assert [
        name for name, one in GROUPS[path].commands.items() if f" {name} " not in out or str(one.help) not in out
    ] == []
    assert modules & (HEAVY - {"rich", "pydantic", "msgspec"}) == set()


def test_where_a_call_would_go_is_told_without_the_web_framework(cast: Cast, terminal: Terminal) -> None:
    known_caller(cast)

    out, modules = imported(terminal, "route", ACCOUNT, "--number", NUMBER, "--json")

    assert json.loads(out)["known"]
    assert modules & (WEB | {"rich", "argon2", "alembic", "holidays", "icalendar"}) == set()


@pytest.mark.parametrize("words", [("contacts", "list", ACCOUNT, "--json"), ("status", "--json")], ids=" ".join)
def test_a_command_imports_neither_the_web_framework_nor_what_others_need(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    out, modules = imported(terminal, *words)

    document: Any = json.loads(out)
    assert document is not None
    assert modules & (WEB | {"rich", "argon2", "alembic", "holidays", "icalendar", "zxcvbn"}) == set()


def test_the_settings_are_listed_without_the_database(bare: Terminal) -> None:
    assert "sqlalchemy" not in imported(bare, "settings", "--json")[1]


def test_a_server_starts_without_the_database_and_the_web_framework_in_its_supervisor(tmp_path: Path) -> None:
    program = "import sys, aiguillage.cli.serving, aiguillage.server; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert set(loaded.stdout.split()) & {"litestar", "uvicorn", "sqlalchemy", "alembic", "rich"} == set()
