"""What a command prints: tables for people, JSON for machines, refusals for both."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import typer

from aiguillage.cli.words import _
from aiguillage.domain.errors import Refusal
from aiguillage.settings import language
from aiguillage.translation import refused_in

Thing = TypeVar("Thing")
STEERING = {"Cc", "Cf", "Cs"}
"""Unicode's controls, formats (which turn text around) and halves of characters."""


def plain(value: object) -> str:
    """A value as a terminal may show it: yes and no in words, and nothing that would steer the terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "".join("\ufffd" if unicodedata.category(c) in STEERING and c != "\n" else c for c in str(value))


def print_json(value: object) -> None:
    """One JSON document."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_json_list(values: Iterable[object]) -> None:
    """One JSON array with a line for each value, written as they come: lists may be long."""
    before = "[\n"
    for value in values:
        typer.echo(before + msgspec.json.encode(value).decode(), nl=False)
        before = ",\n"
    typer.echo("[]" if before == "[\n" else "\n]")


def print_list(
    things: Iterable[Thing],
    *,
    json: bool,
    document: Callable[[Thing], object],
    headings: Sequence[str],
    cells: Callable[[Thing], Sequence[object]],
    empty: str,
) -> None:
    """A list: an array of each thing's document, or a table with a row of cells for each."""
    if json:
        print_json_list(map(document, things))
        return
    rows = [cells(thing) for thing in things]
    if rows:
        print_table(headings, rows)
    else:
        print_line(empty)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table; cells that are too long are folded, never cut, and the first column last of all."""
    from aiguillage.cli.tables import print_columns  # noqa: PLC0415 - brings rich along

    print_columns(headings, [[plain(cell) for cell in row] for row in rows])


def print_facts(facts: Mapping[str, object]) -> None:
    """Names and values, one a line."""
    from aiguillage.cli.tables import print_pairs  # noqa: PLC0415 - brings rich along

    print_pairs({name: plain(value) for name, value in facts.items()})


def print_line(text: str) -> None:
    """A line for people."""
    typer.echo(plain(text))


def print_done(text: str, document: Mapping[str, Any], *, json: bool) -> None:
    """What was done: a sentence, or a JSON object."""
    if json:
        print_json(document)
    else:
        print_line(text)


def print_aside(text: str) -> None:
    """A line beside the command's output, on standard error."""
    typer.echo(plain(text), err=True)


def print_refusal(refusal: Refusal, *, json: bool) -> None:
    """A refusal: one line on standard error, or a JSON object on standard output."""
    message, errors = refused_in(language(), refusal.message, refusal.errors)
    if json:
        print_json({"refused": refusal.kind, "message": message} | ({} if errors is None else {"errors": errors}))
    else:
        print_aside("aiguillage: " + " ".join(message.split()))
