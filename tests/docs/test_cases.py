"""The page of worked cases, which test_manual.py runs: every question shows all that it prints."""

from aiguillage.domain.routing import RULES
from tests.docs.markdown import blocks, read, steps

PAGE = read("docs/cases.md")


def test_every_question_is_about_a_moment_and_shows_its_trace() -> None:
    questions = [script.text for script in blocks(PAGE, "sh") if "aiguillage route" in script.text]

    assert questions == [step.block.text for step in steps(PAGE) if step.shown is not None]
    assert all(" --at 2026-" in question and question.endswith(" --explain\n") for question in questions)


def test_every_rule_applies_in_some_case() -> None:
    shown = "".join(block.text for block in blocks(PAGE, "text"))

    assert [rule.__name__ for rule in RULES if f" {rule.__name__}: applies\n" not in shown] == []
