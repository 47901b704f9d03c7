"""The operator's pages: users found, roles given, links made, sessions ended; and nobody else sees any of it."""

import re
from collections.abc import Iterator

import pytest

from aiguillage.console.pages import PAGES
from aiguillage.console.visits import Page
from tests.console.test_hostile import HOSTILE, require_harmless
from tests.console.visiting import HERE, MANAGER, OPERATOR, OUTSIDER, Site, Visitor, text_of

USERS = "/console/users"
OWN = "correct horse battery"
LINK = re.compile(r'<code class="secret">http://[^/]+(/console/link/[^<]+)</code>')
THEIRS = [page for page in PAGES if page.path.startswith("/users")]


@pytest.fixture(scope="module")
def operator(site: Site) -> Iterator[Visitor]:
    """An operator who has just signed in."""
    with site.visitor() as visitor:
        assert visitor.sign_in(OPERATOR).status_code == 200
        yield visitor


def page_of(operator: Visitor, email: str) -> str:
    """Where somebody's page is, found by their address."""
    found = re.search(
        rf'href="({USERS}/\d+)"><strong>{re.escape(email)}', operator.get(USERS, params={"q": email}).text
    )
    assert found
    return found[1]


@pytest.mark.parametrize("who", [MANAGER, OUTSIDER])
@pytest.mark.parametrize("page", THEIRS, ids=lambda page: f"{page.method} {page.path}")
def test_only_operators_see_users(site: Site, operator: Visitor, page: Page, who: str) -> None:
    visitor = site.as_(who)
    path = "/console" + page.path.replace("{id}", page_of(operator, MANAGER).rpartition("/")[2])

    answer = visitor.request(page.method, path, data={"token": visitor.token("/console/me")})

    assert answer.status_code == 403
    assert MANAGER not in answer.text


@pytest.mark.parametrize("page", THEIRS, ids=lambda page: f"{page.method} {page.path}")
def test_whoever_is_not_signed_in_is_asked_to(site: Site, page: Page) -> None:
    with site.visitor() as nobody:
        assert nobody.request(page.method, "/console" + page.path.replace("{id}", "1")).status_code == 401


def test_a_user_is_added_given_a_role_and_a_link_and_disabled(site: Site, operator: Visitor) -> None:
    email = "trainee@example.org"
    assert operator.send_form(USERS, email="no address").status_code == 422
    added = operator.send_form(USERS, email=email, name="Trainee")
    assert "The user is added" in text_of(added)
    at = page_of(operator, email)

    assert operator.send_form(f"{at}/grant", account="CL0000", role="king").status_code == 422
    assert "The role is given" in text_of(operator.send_form(f"{at}/grant", account="CL0000", role="edit"))
    link = LINK.search(operator.send_form(f"{at}/link").text)
    assert link
    with site.visitor() as trainee:
        trainee.send_form(link[1], page=link[1], new=OWN)
        assert trainee.get(f"{HERE}/contacts").status_code == 200
        assert "CL0000 edit" in text_of(operator.get(USERS, params={"q": "TRAINEE cl0000"}))

        assert "are ended: 1" in text_of(operator.send_form(f"{at}/sessions/end"))
        assert trainee.get(f"{HERE}/contacts").status_code == 401
        assert trainee.sign_in(email, OWN).status_code == 200
        assert "is taken away" in text_of(operator.send_form(f"{at}/revoke", revoked="CL0000"))
        assert trainee.get(f"{HERE}/contacts").status_code == 404
    assert "is disabled" in text_of(operator.send_form(f"{at}/disable"))
    assert operator.send_form(f"{at}/link").status_code == 422
    assert "is enabled" in text_of(operator.send_form(f"{at}/enable"))
    assert "Their second factor is off" in text_of(operator.send_form(f"{at}/one-factor"))


def test_a_name_is_shown_as_text_and_a_stranger_is_not_found(operator: Visitor) -> None:
    operator.send_form(USERS, email="hostile@example.org", name=HOSTILE)

    for path in (USERS, page_of(operator, "hostile@example.org"), f"{USERS}?q={HOSTILE}"):
        require_harmless(operator.get(path).text)
    assert "Nobody found" in text_of(operator.get(USERS, params={"q": "nobody at all"}))
    assert operator.get(f"{USERS}/1").status_code == 404
