"""What the documents say is tested is tested: every test file that they name is there and has tests in it."""

import re

import pytest

from tests.docs.markdown import ROOT, codes, read, rows, section

SECURITY, RELIABILITY = "docs/security.md", "docs/reliability.md"
FINDINGS = [*(f"H{n}" for n in range(1, 7)), *(f"M{n}" for n in range(1, 8)), *(f"L{n}" for n in range(1, 15))]


def named(text: str) -> list[str]:
    """The test files that a text names."""
    return [code for code in codes(text) if code.startswith("tests/") and code.endswith(".py")]


@pytest.mark.parametrize("document", [SECURITY, RELIABILITY])
def test_every_test_that_is_named_is_there(document: str) -> None:
    files = named(read(document))

    lost = [name for name in files if not (ROOT / name).is_file() or "\ndef test_" not in (ROOT / name).read_text()]

    assert files
    assert lost == []


def test_every_finding_has_its_row_with_a_test() -> None:
    _, *found = rows(section(read(SECURITY), "## What a test of 0.1.0 found"))

    listed = {cells[0]: named(cells[-1]) for cells in found}

    assert list(listed) == FINDINGS
    assert all(listed.values())


def test_every_row_of_asvs_is_met_or_decided_once() -> None:
    met = [cells for cells in rows(section(read(SECURITY), "## ASVS 5.0, level 2")) if cells[0] != "row"]
    decided = rows(section(read(SECURITY), "## Decided otherwise than ASVS 5.0, level 2"))

    numbers = [number for cells in met for number in re.findall(r"[0-9]+\.[0-9]+\.[0-9]+", cells[0])]

    assert len(set(numbers)) == len(numbers)
    assert {len(cells) for cells in met} == {4}
    assert {len(cells) for cells in decided} == {2}
