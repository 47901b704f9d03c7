"""Every page and form of the console, as the routes have them: a new one cannot escape these walks."""

import re

import pytest

from aiguillage.console.pages import PAGES
from aiguillage.console.visits import Page
from aiguillage.domain.accounts import Role
from tests.console.visiting import HERE, MANAGER, OUTSIDER, READER, ROUTER, Site, first_id, text_of

ABOUT_ACCOUNTS = [page for page in PAGES if page.about_account]
SHOWN = [page for page in ABOUT_ACCOUNTS if page.method == "GET"]
TAKEN = [page for page in ABOUT_ACCOUNTS if page.method == "POST"]
EVERYBODYS = {"/console/sign-out", "/console/preferences"}
"""What anybody may send, whatever their role."""


def path_of(page: Page, account: str, **ids: str) -> str:
    """The page's address on an account; 1 for what it does not say."""
    path = "/console" + page.path.replace("{account}", account)
    return re.sub(r"\{(\w+)\}", lambda name: ids.get(name[1], "1"), path)


def name_of(page: Page) -> str:
    """What the test is called."""
    return f"{page.method} {page.path}"


@pytest.mark.parametrize("page", ABOUT_ACCOUNTS, ids=name_of)
def test_an_outsider_sees_of_each_page_what_they_see_of_an_account_that_is_not_there(site: Site, page: Page) -> None:
    outsider = site.as_(OUTSIDER)
    here, nowhere = (outsider.request(page.method, path_of(page, account)) for account in ("CL0000", "CL0099"))
    assert here.status_code == nowhere.status_code == 404
    assert here.content == nowhere.content


@pytest.mark.parametrize("page", ABOUT_ACCOUNTS, ids=name_of)
def test_whoever_is_not_signed_in_is_asked_to(site: Site, page: Page) -> None:
    with site.visitor() as nobody:
        answer = nobody.request(page.method, path_of(page, "CL0000"))
    assert answer.status_code == 401
    assert "Sign in" in text_of(answer)


@pytest.mark.parametrize("page", ABOUT_ACCOUNTS, ids=name_of)
def test_a_router_has_no_console(site: Site, page: Page) -> None:
    assert site.as_(ROUTER).request(page.method, path_of(page, "CL0000")).status_code == 403


@pytest.mark.parametrize("page", SHOWN, ids=name_of)
def test_a_manager_sees_each_page_without_a_failure(site: Site, page: Page) -> None:
    manager = site.as_(MANAGER)
    ids = {}
    if "{id}" in page.path:
        at = path_of(page, "CL0000").split("/1")[0]
        ids = {"id": first_id(manager.get(at), at) or "1"}
    answer = manager.get(path_of(page, "CL0000", **ids))
    assert answer.status_code in {200, 404}
    if "{" not in page.path.replace("{account}", "") or ids.get("id") not in {None, "1"}:
        assert answer.status_code == 200, text_of(answer)
    if answer.headers["content-type"].startswith("text/html"):
        assert not re.search(r"<(script|style)\b(?![^>]*\bsrc=)[^>]*>|\sstyle=\"|\son\w+=\"", answer.text)


@pytest.mark.parametrize("page", [page for page in SHOWN if page.role is Role.READ], ids=name_of)
def test_a_reader_has_no_button_that_would_be_refused(site: Site, page: Page) -> None:
    reader = site.as_(READER)
    at = path_of(page, "CL0000").split("/1")[0]
    ids = {"id": first_id(reader.get(at), at) or "1"} if "{id}" in page.path else {}
    answer = reader.get(path_of(page, "CL0000", **ids))
    sent = re.findall(r'<form method="post" action="([^"]*)"[^>]*>(.*?)</form>', answer.text, re.DOTALL)
    asked = {to for to, inside in sent if "<fieldset" not in inside or "disabled" not in inside}
    assert asked <= EVERYBODYS


@pytest.mark.parametrize("page", [page for page in TAKEN if page.role > Role.READ], ids=name_of)
def test_a_reader_can_send_no_form(site: Site, page: Page) -> None:
    reader = site.as_(READER)
    assert reader.post(path_of(page, "CL0000"), data={"token": reader.token()}).status_code == 403


@pytest.mark.parametrize("page", TAKEN, ids=name_of)
def test_a_form_of_another_site_is_refused(site: Site, page: Page) -> None:
    manager = site.as_(MANAGER)
    path, token = path_of(page, "CL0000"), manager.token()
    foreign: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({"token": token}, {"Origin": "https://elsewhere.example.org"}),
        ({"token": token}, {"Sec-Fetch-Site": "cross-site"}),
        ({"token": token}, {"Origin": "null"}),
        ({"token": "0" * 32}, {}),
        ({}, {}),
    )
    for sent, headers in foreign:
        answer = manager.post(path, data=sent, headers=headers)
        assert answer.status_code == 403, headers
        assert "did not come from this console" in text_of(answer)


def test_nothing_is_changed_by_a_get(site: Site) -> None:
    manager = site.as_(MANAGER)
    for page in TAKEN:
        if page.path not in {one.path for one in SHOWN}:
            assert manager.get(path_of(page, "CL0000")).status_code == 404


def test_what_is_nowhere_is_said_on_a_page(site: Site) -> None:
    for path in (f"{HERE}/nothing", "/console/x/y/z/a/b/c", f"{HERE}/contacts/99999999999999999999"):
        answer = site.as_(MANAGER).get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
