"""What needs a look stands on Today, each line with the page on which it is mended."""

import re

from tests.console.visiting import EDITOR, HERE, MANAGER, READER, Site, text_of


def test_what_needs_a_look_leads_to_where_it_is_mended(own_site: Site) -> None:
    editor = own_site.as_(EDITOR)
    assert "What needs a look" not in text_of(editor.get(f"{HERE}/today"))
    editor.send_form(f"{HERE}/call-queues/new", name="Atelier", code="atelier", number="231", active="1")
    shown = own_site.as_(READER).get(f"{HERE}/today")
    assert "Queue atelier has no opening hours: it is always open." in text_of(shown)
    to = re.findall(r'href="([^"]+)">Queue atelier has', shown.text)[0]
    assert "Atelier" in text_of(editor.get(to))
    assert "What needs a look" not in text_of(editor.get(f"{HERE}/today", params={"live": "1"}))


def test_each_kind_of_finding_leads_somewhere(own_site: Site) -> None:
    editor = own_site.as_(EDITOR)
    editor.send_form(f"{HERE}/holidays/forget")
    for day in re.findall(rf'href="{HERE}/own-holidays/(\d+)"', editor.get(f"{HERE}/own-holidays").text):
        editor.send_form(f"{HERE}/own-holidays/{day}/remove")
    editor.send_form(f"{HERE}/call-queues/new", name="Ancien", code="ancien", number="232")
    editor.send_form(f"{HERE}/switches/new", name="Tempête", owner="account:", destination="232")
    manager = own_site.as_(MANAGER)
    shown = manager.get(f"{HERE}/today")
    found = dict(re.findall(r'<a href="([^"]+)">([^<]*(?:No holidays|Tempête sends)[^<]*)</a>', shown.text))
    assert f"{HERE}/holidays" in found
    assert len(found) == 2
    for to in found:
        assert manager.get(to).status_code == 200
