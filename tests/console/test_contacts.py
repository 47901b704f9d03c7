"""Contacts on their pages: several changed at once, removals taken back, one contact's history."""

import html
import re
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.console.visiting import EDITOR, HERE, MANAGER, READER, Site, Visitor, form_of, text_of

AT = f"{HERE}/contacts"


def test_all_that_are_found_are_changed_and_removed_and_taken_back_at_once(site: Site) -> None:
    manager = site.as_(MANAGER)
    for n in (1, 2):
        added = manager.send_form(f"{AT}/new", company=f"Zinguerie {n}", numbers=f"01 99 00 88 0{n}")
        assert "The contact is added." in text_of(added)
    found = manager.get(AT, params={"q": "zinguerie"})
    assert "all 2 that are found" in text_of(found)
    sent = form_of(found, f"{AT}/set") | {"which": "found", "part": "boolean_1", "value": "oui"}

    changed = manager.post(f"{AT}/set", data=sent)

    assert "2 contacts are changed." in text_of(changed)
    assert "q=zinguerie" in str(changed.url)
    assert undone(manager, changed).status_code == 200
    assert "VIP" not in text_of(manager.get(AT, params={"q": "zinguerie"})).partition("Flags")[2].partition("Change")[0]

    removed = manager.post(f"{AT}/remove", data=sent)

    assert "2 contacts are removed." in text_of(removed)
    assert "Nobody found" in text_of(removed)
    undone(manager, removed)
    assert "Zinguerie 2" in text_of(manager.get(AT, params={"q": "zinguerie"}))

    for name, value, status in (("total", "3", 409), ("part", "code", 422), ("value", "perhaps", 422)):
        refused = manager.post(f"{AT}/set", data=sent | {name: value})
        assert refused.status_code == status
        assert 'role="alert"' in refused.text
        assert f'value="{(sent | {name: value})["value"]}"' in refused.text
    assert manager.post(f"{AT}/remove", data=sent | {"which": "ticked"}).status_code == 422
    manager.post(f"{AT}/remove", data=sent)


def undone(manager: Visitor, shown: httpx.Response) -> httpx.Response:
    """What comes of the button beside a message."""
    to = re.search(r'action="([^"]*/journal/\d+/undo)"', shown.text)
    assert to
    return manager.send_form(to[1])


def test_one_contact_that_was_removed_comes_back(site: Site) -> None:
    manager = site.as_(MANAGER)
    added = manager.send_form(f"{AT}/new", company="Ardoises Lenoir")
    one = str(added.url.path)

    removed = manager.send_form(f"{one}/remove")

    assert manager.get(one).status_code == 404
    back = undone(manager, removed)
    assert "What was changed is as it was before." in text_of(back)
    assert manager.get(one).status_code == 200
    manager.send_form(f"{one}/remove")


def test_who_came_from_a_list_goes_back_to_it_as_it_was(site: Site) -> None:
    manager = site.as_(MANAGER)
    listed = manager.get(AT, params={"q": "acacias", "sort": "company"})
    one = html.unescape(re.search(r'href="([^"]*)" data-panel', listed.text)[1])  # type: ignore[index]

    changed = manager.fill_in(one)

    assert "Nothing was changed." in text_of(changed)
    assert changed.url.path == AT
    assert dict(changed.url.params) == {"q": "acacias", "sort": "company"}
    assert "Clinique des Acacias" in text_of(changed)
    elsewhere = one.partition("?")[0]
    for back in ("https://example.com/", "//example.com", "/console/CL0001/contacts", "javascript:alert(1)"):
        assert manager.fill_in(f"{elsewhere}?{urlencode({'back': back})}").url.path == elsewhere


def test_a_contact_has_its_history_for_who_manages(site: Site) -> None:
    manager = site.as_(MANAGER)
    added = manager.send_form(f"{AT}/new", company="Couverture Durand")
    one = str(added.url.path)
    sent = form_of(manager.get(one), one) | {"company": "Couverture Vauquelin"}
    manager.post(one, data=sent)

    history = text_of(manager.get(f"{one}/history"))

    assert "Couverture Durand → Couverture Vauquelin" in history
    assert MANAGER in history
    assert f'hx-get="{one}/history?piece=1"' in manager.get(one).text
    assert site.as_(EDITOR).get(f"{one}/history").status_code == 403
    assert "/history" not in site.as_(READER).get(one).text
    manager.send_form(f"{one}/remove")


def test_a_queue_that_was_removed_comes_back_with_its_opening_times(site: Site) -> None:
    manager = site.as_(MANAGER)
    added = manager.send_form(f"{HERE}/call-queues/new", name="Zinc", code="zinc", number="299")
    queue = max(int(one) for one in re.findall(rf'href="{HERE}/call-queues/(\d+)"', added.text))
    at = f"{HERE}/call-queues/{queue}"
    days: dict[str, Any] = {"days": ["1", "2", "3"], "start_time": "09:00", "end_time": "12:00"}
    times = manager.send_form(f"{HERE}/hours/call-queues/{queue}/add", **days)
    undone(manager, times)
    assert "09:00" not in text_of(manager.get(at)).partition("Add opening times")[0]
    manager.send_form(f"{HERE}/hours/call-queues/{queue}/add", **days)

    removed = manager.send_form(f"{at}/remove")
    assert manager.get(at).status_code == 404
    undone(manager, removed)

    assert manager.get(at).text.count("data-span=") == 3
    manager.send_form(f"{at}/remove")
