"""The journal in the console: changes in words, filtered, taken back and taken back again."""

import re

from tests.console.visiting import HERE, MANAGER, READER, Site, text_of

JOURNAL = f"{HERE}/journal"


def test_a_change_is_said_with_before_and_after_and_taken_back(site: Site) -> None:
    manager = site.as_(MANAGER)
    added = manager.send_form(f"{HERE}/blocked-callers/new", number="0199009201", label="Before")
    assert "It is added." in text_of(added)
    number = re.search(rf'action="{JOURNAL}/(\d+)/undo"', added.text)
    assert number

    shown = manager.get(f"{JOURNAL}?entity=blocked&actor={MANAGER}")
    assert "+33199009201" in text_of(shown)
    assert "added" in text_of(shown)

    back = manager.send_form(f"{JOURNAL}/{number[1]}/revert")
    assert "The change is taken back." in text_of(back)
    assert "+33199009201" not in text_of(manager.get(f"{HERE}/blocked-callers"))

    again = manager.send_form(f"{JOURNAL}/{number[1]}/revert")
    assert again.status_code == 409
    assert "has since been changed" in text_of(again)


def test_the_journal_is_filtered_and_paged(site: Site) -> None:
    manager = site.as_(MANAGER)
    first = manager.get(JOURNAL)
    more = re.search(rf'href="{JOURNAL}\?([^"]*before=[^"]*)"', first.text)
    assert more

    assert manager.get(f"{JOURNAL}?{more[1].replace('&amp;', '&')}").status_code == 200
    assert "No change like that" in text_of(manager.get(f"{JOURNAL}?actor=nobody@example.org"))
    assert manager.get(f"{JOURNAL}?since=yesterday").status_code == 422
    assert manager.get(f"{JOURNAL}?since=2020-01-01&entity=contact&entity_id=x").status_code == 200


def test_a_reader_sees_no_journal(site: Site) -> None:
    assert site.as_(READER).get(JOURNAL).status_code == 403
