"""Every link inside the documents leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, ENGLISH, anchors, links, name_of, read


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(document: Path) -> None:
    lost = []
    for _, link in links(read(document)):
        target, _, anchor = link.partition("#")
        if target.startswith(("http://", "https://")):
            continue
        file = (document.parent / target).resolve() if target else document
        if not (file.exists() or is_made_by_the_bench(file)) or (anchor and anchor not in anchors(file.read_text())):
            lost.append(link)

    assert lost == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_link_that_is_called_by_a_number_leads_to_the_record_with_that_number(document: Path) -> None:
    numbered = [(name, link) for name, link in links(read(document)) if re.fullmatch("[0-9]{4}", name)]

    assert [pair for pair in numbered if not Path(pair[1]).name.startswith(f"{pair[0]}-")] == []


def is_made_by_the_bench(file: Path) -> bool:
    """What a full run of the bench writes is kept, but a new checkout may be measured first."""
    return file.parent.name == "results" and file.parent.parent.name == "bench"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_no_document_is_lost(document: Path) -> None:
    """Every one can be reached from README.md, which links to it or to one that does."""
    reached: set[Path] = set()
    waiting = [ENGLISH]
    while waiting:
        current = waiting.pop()
        if current in reached:
            continue
        reached.add(current)
        targets = ((current.parent / link.partition("#")[0]).resolve() for _, link in links(read(current)))
        waiting += [target for target in targets if target in DOCUMENTS]

    assert document in reached
