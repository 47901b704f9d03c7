"""A new account's staff reach a routed call without a terminal."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from aiguillage.cli.demo_examples import PASSWORD
from tests.console.visiting import OPERATOR, Site

FILE = "Firme;Ligne directe;Poste\nLibrairie Ormeau;01 99 00 70 70;301\nMairie de Valombre;02 61 91 70 70;301\n"
"""Its second column is called as nobody calls numbers."""

AT = "/console/CL0042"


@pytest.fixture
def operator(browser: Browser, own_site: Site) -> Iterator[Page]:
    """A page of the operator's, who signs in as people do."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{own_site.server.port}", locale="en")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/")
    page.get_by_label("E-mail address").fill(OPERATOR)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Accounts")
    yield page
    context.close()


def test_from_nothing_to_a_routed_call(operator: Page, own_site: Site, tmp_path: Path) -> None:
    page = operator
    page.get_by_label("Code").fill("CL0042")
    page.get_by_label("Name").fill("Librairies du Port")
    page.get_by_role("button", name="Add the account").click()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()

    add_a_queue_with_hours(page)
    import_a_file(page, tmp_path)
    page.goto(f"{AT}/today")
    expect(page.get_by_role("link", name="Issue a token for your phone system")).to_be_visible()
    invite_and_sign_in(page, own_site)
    secret = issue_a_token(page)
    page.goto(f"{AT}/today")
    expect(page.get_by_role("heading", name="First steps")).to_be_hidden()

    answer = own_site.server.ask("/api/v1/smartRoutings?customerAccount=CL0042&number=0199007070", secret)
    assert (answer.status, '"destination1": "301"' in answer.text) == (200, True)

    page.goto(f"{AT}/try?number=0199007070&at=2026-11-24T10:00")
    expect(page.locator(".figure")).to_contain_text("301")
    expect(page.locator(".figure")).to_contain_text("Comptoir")


def add_a_queue_with_hours(page: Page) -> None:
    """By the first steps' own links; Monday is typed, and copied to the other working days."""
    page.get_by_role("link", name=re.compile("Add a call queue")).click()
    page.locator("#f-name").fill("Comptoir")
    page.locator("#f-code").fill("comptoir")
    page.locator("#f-number").fill("301")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("It is added.")
    expect(page.get_by_role("heading", name="Comptoir")).to_be_visible()
    page.locator("form[action$='/add'] label", has_text="Monday").click()
    page.locator("form[action$='/add']").get_by_label("From").fill("09:00")
    page.locator("form[action$='/add']").get_by_label("To", exact=True).fill("18:00")
    page.locator("form[action$='/add']").get_by_role("button", name="Add").click()
    expect(page.locator("[data-span]")).to_have_count(1)
    page.locator("form[action$='/copy']").get_by_role("button", name="Copy").click()
    expect(page.locator("[data-span]")).to_have_count(5)


def import_a_file(page: Page, directory: Path) -> None:
    """A file with a column that is not recognised: it is said what it means, and then it is imported."""
    file = directory / "clients.csv"
    file.write_text(FILE, encoding="utf-8")
    page.goto(f"{AT}/today")
    page.get_by_role("link", name="Import your contacts").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    for column, means in (("Firme", "Company"), ("Ligne directe", "Numbers"), ("Poste", "Destination 1")):
        row = page.locator("tr", has=page.get_by_text(column, exact=True)).first
        row.locator("select").select_option(label=means)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("main")).to_contain_text("To be added")
    page.get_by_role("button", name=re.compile(r"^Import: 2 contacts")).click()
    expect(page.locator("main")).to_contain_text("It is imported.", timeout=30_000)


def invite_and_sign_in(page: Page, site: Site) -> None:
    """A colleague is invited, and chooses a password by the link that was shown."""
    page.goto(f"{AT}/settings/people")
    page.get_by_label("E-mail address").fill("colleague@example.org")
    page.locator("#f-role").select_option("edit")
    page.get_by_role("button", name="Invite").click()
    link = page.locator(".secret").first.inner_text().strip()
    with site.visitor() as colleague:
        answer = colleague.send_form(link, page=link, new="quite another horse battery")
        assert answer.url.path == f"{AT}/today"


def issue_a_token(page: Page) -> str:
    """A token for the phone system; its secret is shown once."""
    page.goto(f"{AT}/settings/tokens")
    page.locator("input[name=kind][value=call_flow]").check()
    page.locator("#f-name").fill("Switchboard")
    page.get_by_role("button", name="Issue the token").click()
    return page.locator(".secret").first.inner_text().strip()
