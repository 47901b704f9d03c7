"""Calendars on their page: a feed that cannot be read says so, is read again on demand, and removed."""

import re

from tests.console.visiting import EDITOR, HERE, READER, Site, first_id, text_of

AT = f"{HERE}/calendars"


def test_a_feed_that_cannot_be_read_says_why_and_only_who_edits_sees_its_address(site: Site) -> None:
    editor = site.as_(EDITOR)
    queue = first_id(editor.get(f"{HERE}/call-queues"), f"{HERE}/call-queues")
    feed = {"name": "Agenda Ormeau", "owner": f"queue:{queue}", "url": "https://aiguillage.invalid/secret/basic.ics"}

    added = editor.send_form(AT, **feed)

    assert "The calendar is added. It cannot be read:" in text_of(added)
    assert feed["url"] in added.text
    shown = site.as_(READER).get(AT)
    assert "Agenda Ormeau" in text_of(shown)
    assert "aiguillage.invalid" in text_of(shown)
    assert "secret" not in shown.text
    mine = max(int(one) for one in re.findall(rf'action="{AT}/(\d+)/read"', added.text))
    assert "It cannot be read:" in text_of(editor.send_form(f"{AT}/{mine}/read"))
    assert "It is removed." in text_of(editor.send_form(f"{AT}/{mine}/remove"))


def test_a_feed_that_is_refused_stays_as_it_was_typed(site: Site) -> None:
    editor = site.as_(EDITOR)

    refused = editor.send_form(AT, name="Agenda Lenoir", owner="queue:1", url="http://example.org/a.ics")

    assert refused.status_code == 422
    assert 'value="Agenda Lenoir"' in refused.text
    assert "Agenda Lenoir" not in text_of(editor.get(AT))
