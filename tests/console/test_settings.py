"""Settings in the console: the account, its fields, people, tokens, webhooks; each taken, refused, proven."""

import re
from contextlib import closing
from sqlite3 import connect

import pytest

from aiguillage.cli.demo_examples import PASSWORD
from tests.console.visiting import HERE, MANAGER, Site, Visitor, form_of, text_of

SETTINGS = f"{HERE}/settings"
PEOPLE, TOKENS, WEBHOOKS = f"{SETTINGS}/people", f"{SETTINGS}/tokens", f"{SETTINGS}/webhooks"
OWN = "what I chose in 2026 alone"
LINK = re.compile(r'<code class="secret">http://[^/]+(/console/link/[^<]+)</code>')
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


def manager_of_old(site: Site) -> Visitor:
    """A manager whose session is too old to be a proof of who they are."""
    manager = site.as_(MANAGER)
    with closing(connect(site.settings.database)) as connection, connection:
        connection.execute("UPDATE tokens SET created_at = 0 WHERE kind = 'session'")
    return manager


def test_the_account_is_changed_and_a_wrong_value_stays_as_typed(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    sent = form_of(manager.get(SETTINGS), SETTINGS)

    taken = manager.post(SETTINGS, data=sent | {"name": "Clinique du Parc", "vip_priority": "7"})
    assert "The settings are changed." in text_of(taken)
    assert 'value="Clinique du Parc"' in taken.text

    stale = manager.post(SETTINGS, data=sent | {"name": "Somebody else's"})
    assert stale.status_code == 409
    assert "Clinique du Parc" in text_of(stale)
    assert 'value="Somebody else&#39;s"' in stale.text

    now = form_of(manager.get(SETTINGS), SETTINGS)
    for name, value in (("country", "Francia"), ("vip_priority", "much"), ("time_zone", "Paris")):
        refused = manager.post(SETTINGS, data=now | {name: value})
        assert refused.status_code == 422
        assert f'value="{value}"' in refused.text


def test_a_field_is_changed_with_its_options(own_site: Site) -> None:
    manager, page = own_site.as_(MANAGER), f"{SETTINGS}/fields/2"
    sent = {"label": "Second queue", "strict": "1", "default": "209"}
    sent |= {"options.0.value": "209", "options.0.name": "Support", "options.9.value": "210", "options.9.name": ""}
    sent |= {"state": form_of(manager.get(page), page)["state"]}

    taken = manager.send_form(page, **sent)

    assert "The field is changed." in text_of(taken)
    assert "Support, 210" in text_of(taken)
    assert manager.send_form(page, **sent).status_code == 409
    now = {"state": form_of(manager.get(page), page)["state"]}
    refused = manager.send_form(page, **sent | now | {"default": "211"})
    assert refused.status_code == 422
    assert "211" in text_of(refused)
    assert manager.send_form(page, **sent | now | {"options.9.value": "209"}).status_code == 422
    assert manager.get(f"{SETTINGS}/fields/9").status_code == 404


def test_somebody_new_is_invited_and_chooses_a_password_by_the_link_that_is_shown_once(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    assert manager.send_form(PEOPLE, email="no address", role="edit").status_code == 422

    invited = manager.send_form(PEOPLE, email="newcomer@example.org", role="edit")
    known = manager.send_form(PEOPLE, email="outsider@example.org", role="read")

    assert "can sign in as newcomer@example.org, until they have chosen a password" in text_of(invited)
    link, useless = LINK.search(invited.text), LINK.search(known.text)
    assert link
    assert useless
    with own_site.visitor() as newcomer, own_site.visitor() as outsider:
        for _ in range(2):
            assert "newcomer@example.org" in text_of(newcomer.get(link[1]))
        assert newcomer.send_form(link[1], page=link[1], new="too short").status_code == 422
        assert newcomer.send_form(link[1], page=link[1], new=OWN).url.path == f"{HERE}/today"
        assert newcomer.get(link[1]).status_code == 404
        assert newcomer.post(link[1], data={"token": newcomer.token(f"{HERE}/contacts"), "new": OWN}).status_code == 404
        assert outsider.get(useless[1]).status_code == 404
        assert outsider.post(useless[1], data={"new": OWN}).status_code == 404
        assert outsider.sign_in("outsider@example.org").status_code == 200


def test_a_role_is_changed_and_taken_away(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    editor = re.search(rf'href="({PEOPLE}/\d+)"><strong>editor@', manager.get(PEOPLE).text)
    assert editor
    state = form_of(manager.get(editor[1]), editor[1])["state"]

    assert "The role is changed." in text_of(manager.send_form(editor[1], role="read", state=state))
    assert manager.send_form(editor[1], role="manage", state=state).status_code == 409
    assert manager.send_form(editor[1], role="king").status_code == 422
    assert "The role is taken away." in text_of(manager.send_form(f"{editor[1]}/remove"))
    assert manager.get(editor[1]).status_code == 404


@pytest.mark.parametrize(
    ("page", "values"),
    [(PEOPLE, {"email": "proof@example.org", "role": "read"}), (TOKENS, {"name": "CRM", "role": "read"})],
)
def test_an_old_session_is_asked_for_the_password(own_site: Site, page: str, values: dict[str, str]) -> None:
    manager = manager_of_old(own_site)

    for proof, said in ({}, "Type your password"), ({"proof": "not mine at all"}, "The password or the code is wrong"):
        asked = manager.send_form(page, **values, **proof)
        assert asked.status_code == 422
        assert said in text_of(asked)
        assert not SECRET.search(asked.text)

    assert SECRET.search(manager.send_form(page, **values, proof=PASSWORD).text)


def test_a_token_s_secret_is_shown_once_and_revoked(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    issued = manager.send_form(TOKENS, kind="call_flow", name="Nantes", hosts="192.0.2.0/24", expires_at="2099-01-01")
    secret = SECRET.search(issued.text)
    assert secret
    assert secret[1].startswith("aig_")
    assert manager.send_form(TOKENS, kind="call_flow", name="Nantes", hosts="everywhere").status_code == 422

    listed = manager.get(TOKENS)
    assert "192.0.2.0/24" in text_of(listed)
    assert secret[1] not in listed.text
    revoke = re.search(rf"Nantes.*?action=\"({TOKENS}/\d+/revoke)\"", listed.text, re.DOTALL)
    assert revoke
    assert "The token is revoked" in text_of(manager.send_form(revoke[1], kind="call_flow"))
    assert "Nantes" not in text_of(manager.get(TOKENS))

    manager.send_form(TOKENS, kind="personal", name="Mine", role="edit")
    own = re.search(rf"Mine.*?action=\"({TOKENS}/\d+/revoke)\"", manager.get(TOKENS).text, re.DOTALL)
    assert own
    assert "The token is revoked" in text_of(manager.send_form(own[1], kind="personal"))


def test_a_webhook_is_added_changed_tested_and_removed(own_site: Site) -> None:
    manager = own_site.as_(MANAGER)
    refused = manager.send_form(WEBHOOKS, name="CRM", url="http://example.org/plain", events="contact.changed")
    assert refused.status_code == 422
    assert 'value="http://example.org/plain"' in refused.text

    added = manager.send_form(WEBHOOKS, name="CRM", url="https://192.0.2.1/hooks", events=["contact.changed"])
    assert added.status_code == 422, "an address that nobody may have us ask"
    added = manager.send_form(WEBHOOKS, name="CRM", url="https://hooks.example.org/calls", events=["contact.changed"])
    assert SECRET.search(added.text)
    one = re.search(rf'href="({WEBHOOKS}/\d+)"><strong>CRM', manager.get(WEBHOOKS).text)
    assert one

    changed = manager.send_form(one[1], name="ERP", url="https://hooks.example.org/calls", events=["import.finished"])
    assert "The webhook is changed." in text_of(changed)
    assert manager.send_form(one[1], name="", url="https://hooks.example.org/calls").status_code == 422
    tested = manager.send_form(f"{one[1]}/test")
    assert tested.status_code == 409
    assert "a test" in text_of(tested)
    assert SECRET.search(manager.send_form(f"{one[1]}/secret").text)
    assert "The webhook is removed." in text_of(manager.send_form(f"{one[1]}/remove"))
    assert manager.get(one[1]).status_code == 404
