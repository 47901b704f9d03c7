"""The page of worked cases, run from top to bottom: each command prints what is shown below it, to the letter."""

from itertools import pairwise

import pytest

from aiguillage.domain.routing import RULES
from tests.docs.conftest import activated, run
from tests.docs.markdown import Block, blocks, read

PAGE = read("docs/cases.md")
SHOWN = [block for block, below in pairwise(blocks(PAGE)) if below.language == "text"]


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> list[Block]:
    """The page's blocks anew: every script typed in its order into a terminal of 100 columns, and what it printed."""
    folder = activated(tmp_path_factory.mktemp("cases"))
    anew = []
    for script in blocks(PAGE, "sh"):
        told = run(folder, f"set -e; . .venv/bin/activate\n{script.text}", COLUMNS="100")
        assert told.returncode == 0, script.text + told.stderr
        anew.append(script)
        if script in SHOWN:
            anew.append(Block("text", "".join(f"{line.rstrip()}\n" for line in told.stdout.rstrip().splitlines())))
    return anew


def test_every_command_prints_what_is_shown(typed: list[Block]) -> None:
    assert typed == blocks(PAGE)


def test_every_question_is_about_a_moment_and_shows_its_trace() -> None:
    questions = [script.text for script in blocks(PAGE, "sh") if "aiguillage route" in script.text]

    assert questions == [script.text for script in SHOWN]
    assert all(" --at 2026-" in question and question.endswith(" --explain\n") for question in questions)


def test_every_rule_applies_in_some_case() -> None:
    shown = "".join(block.text for block in blocks(PAGE, "text"))

    assert [rule.__name__ for rule in RULES if f" {rule.__name__}: applies\n" not in shown] == []
