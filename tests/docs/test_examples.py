"""The example programs run, and every command that a document names is one."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from aiguillage.cli.commands import Listed, application
from tests.docs.conftest import Walked
from tests.docs.markdown import DOCUMENTS, ROOT, blocks, codes, name_of, read, section
from tests.docs.reader import PATIENCE, environment

PROGRAMS = {"ask.sh": "sh", "ask.py": sys.executable, "ask.php": "php"}


def ask(walked: Walked, program: str, *words: str, **variables: str) -> tuple[int, str]:
    """What an example program answers: its exit status, and what it prints."""
    if shutil.which(PROGRAMS[program]) is None:
        pytest.skip("PHP is not installed: apt install php-cli php-curl")
    given = {"ROUTING_URL": walked.url, "ROUTING_ACCOUNT": "CL0000", "ROUTING_TOKEN": walked.token} | variables
    command = [PROGRAMS[program], f"examples/{program}", *words]
    asked = subprocess.run(
        command, cwd=ROOT, env=environment(**given), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return asked.returncode, asked.stdout


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["0199001234"], (0, "207\n")),
        (["+33353017701"], (0, "216\n")),
        (["anonymous", "4321"], (0, "214\n")),
        (["0465710099", "2020"], (0, "200\n")),
        (["0465710099"], (4, "")),
        (["no number"], (4, "")),
    ],
)
def test_a_program_prints_the_destination_or_says_why_there_is_none(
    walked: Walked, program: str, words: list[str], expected: tuple[int, str]
) -> None:
    assert ask(walked, program, *words) == expected


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_is_refused_or_hears_nobody_ends_with_1(walked: Walked, program: str) -> None:
    refused = ask(walked, program, "0199001234", ROUTING_TOKEN="aig_wrong")
    silent = ask(walked, program, "0199001234", ROUTING_URL="http://127.0.0.1:9")

    assert (refused, silent) == ((1, ""), (1, ""))


def test_the_line_of_a_trace_in_the_reference_is_what_that_rule_says(walked: Walked) -> None:
    (shown,) = blocks(section(read("docs/v2.md"), "## Another moment, and why"), "json")

    answer = walked.server.ask("/api/v2/route?customerAccount=CL0000&number=0199001234&explain=1", walked.token)

    assert json.loads(shown.text) in json.loads(answer.body)["trace"]


def commands(document: Path) -> Iterator[list[str]]:
    """The words of every `aiguillage` command in a document, in shell blocks and between backticks."""
    text = read(document)
    lines = [line for block in blocks(text, "sh") for line in block.text.replace("\\\n", " ").splitlines()]
    for line in [*lines, *codes(text)]:
        words = shlex.split(line, comments=True) if line.count("'") % 2 == 0 else []
        places = [n for n, word in enumerate(words, start=1) if Path(word).name == "aiguillage"]
        if places:
            yield words[places[-1] :]


def misread(words: list[str]) -> str | None:
    """What of a command's words the command line would not understand."""
    command = typer.main.get_command(application)
    for word in words:
        if word in {">", "|", "..."}:
            return None
        options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        if word.startswith("-") and word.partition("=")[0] not in options | {"--help"}:
            return f"{command.name} has no {word}"
        if isinstance(command, TyperGroup) and word in command.commands:
            found = command.commands[word]
            command = found.command() if isinstance(found, Listed) else found
        elif isinstance(command, TyperGroup) and word.islower() and word.isalpha():
            return f"{command.name} has no {word}"
    return None


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path.name != "cli.md"], ids=name_of)
def test_every_command_in_a_document_is_one(document: Path) -> None:
    faults = [fault for words in commands(document) if (fault := misread(words)) is not None]

    assert faults == []
