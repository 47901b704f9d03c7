"""Phone systems in the console: added from what is known of each, with their address; what Twilio signs with."""

import html
import re

from tests.console.visiting import EDITOR, HERE, MANAGER, READER, Site, text_of

AT = f"{HERE}/phone-systems"
KEY = "0123456789abcdef0123456789abcdef"


def test_a_system_is_added_as_it_is_known_and_shows_its_address(site: Site) -> None:
    editor = site.as_(EDITOR)
    shown = editor.get(f"{HERE}/integrations/aircall")
    new = html.unescape(re.search(r'href="([^"]*/phone-systems/new\?[^"]*)"', shown.text)[1])  # type: ignore[index]

    added = editor.fill_in(new)

    assert "It is added." in text_of(added)
    one = re.search(rf'href="({AT}/\d+)"><strong>Aircall', added.text)
    assert one
    page = editor.get(one[1])
    assert "/dialects/webhook/CL0000/aircall" in text_of(page)
    assert "&#34;target&#34;: &#34;{destination}&#34;" in page.text
    assert "Aircall" in text_of(editor.get(f"{HERE}/integrations/aircall")).partition("ask here already")[2]
    assert editor.send_form(f"{one[1]}/remove").status_code == 200


def test_the_auth_token_of_twilio_is_kept_by_a_manager_and_never_shown(site: Site) -> None:
    manager = site.as_(MANAGER)
    added = manager.fill_in(f"{AT}/new?code=voice&name=Voice&system=twilio")
    one = re.search(rf'href="({AT}/\d+)"><strong>Voice', added.text)
    assert one
    assert "Its auth token is missing" in text_of(manager.get(one[1]))
    for name in (EDITOR, READER):
        assert "auth_token" not in site.as_(name).get(one[1]).text

    refused = manager.send_form(f"{one[1]}/auth-token", auth_token="short")
    kept = manager.send_form(f"{one[1]}/auth-token", auth_token=KEY)

    assert refused.status_code == 422
    assert "Copy it from the console of Twilio" in text_of(refused)
    assert "The auth token of Voice is kept." in text_of(kept)
    assert "missing" not in text_of(kept)
    assert KEY not in kept.text
    gone = manager.send_form(f"{one[1]}/auth-token/forget")
    assert "Voice has no auth token any more." in text_of(gone)
    assert "Its auth token is missing" in text_of(gone)
    manager.send_form(f"{one[1]}/remove")
