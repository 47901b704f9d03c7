"""The manual runs: on every page, what a reader is to type is typed from top to bottom, and prints what is shown."""

from pathlib import Path

import pytest

from tests.docs.conftest import copied
from tests.docs.markdown import DOCUMENTS, ENGLISH, blocks, name_of, read
from tests.docs.reader import FILES, LEFT_OUT, NOT_TYPED, activated, follow, left_out

TYPED = {"sh", "python"}
ALL = [block for document in DOCUMENTS for block in blocks(read(document))]


def is_typed(document: Path) -> bool:
    """Whether a document has anything to type."""
    return any(block.language in TYPED and left_out(block) is None for block in blocks(read(document)))


PAGES = [document for document in DOCUMENTS if is_typed(document) and document != ENGLISH]
"""All but README.md, which is followed to get to where the others begin."""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path, installed: Path) -> None:
    begins_with_nothing = "aiguillage init" in "".join(block.text for block in blocks(read(page), "sh"))

    follow(page, activated(tmp_path) if begins_with_nothing else copied(installed, tmp_path))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("```sh\nfalse\ntrue\n```\n", "ended with 1"),
        ("```sh\nmake bench\n```\n", "ended with 1"),
        ("```sh\necho 207\n```\n\n```text\n209\n```\n", "line 1"),
        ("```python\nprint([207])\n```\n\n```json\n[209]\n```\n", "line 1"),
    ],
)
def test_a_page_whose_block_fails_or_prints_something_else_is_found(text: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(text)

    with pytest.raises(AssertionError, match=what):
        follow(tmp_path / "page.md", activated(tmp_path))


def test_everything_that_is_left_out_stands_in_some_document() -> None:
    assert {left_out(block) for block in ALL if block.language == "sh"} == {None, *LEFT_OUT}


def test_every_block_is_typed_or_kept_or_of_a_language_that_is_for_no_terminal() -> None:
    assert {block.language for block in ALL} == TYPED | FILES | NOT_TYPED.keys()
