"""The console in a real browser: what staff do every day, by mouse or keyboard, and what axe-core says of a page.

Pictures of the pages are kept in build/screenshots.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, expect  # noqa: A004 - theirs

from aiguillage.cli.demo_examples import PASSWORD
from tests.console.test_walk import SHOWN, path_of
from tests.console.visiting import HERE, MANAGER, Site, first_id, opened

AXE = Path(__file__).parent / "axe.js"
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
WIDE, PHONE = 1440, 390
"""How wide a screen is, in pixels."""

SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that the browser visits."""
    with opened(tmp_path_factory.mktemp("visited")) as site:
        yield site


def context_of(browser: Browser, site: Site, language: str = "en") -> BrowserContext:
    """A browser of the manager's, signed in."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{site.server.port}",
        locale=language,
        viewport={"width": WIDE, "height": 900},
        reduced_motion="reduce",  # a colour is what it will be at once
    )
    secret = site.as_(MANAGER).cookies["aiguillage"]
    context.add_cookies([{"name": "aiguillage", "value": secret, "domain": "127.0.0.1", "path": "/"}])
    return context


@pytest.fixture
def page(browser: Browser, visited: Site) -> Iterator[Page]:
    """A page of the manager's; nothing that it loads or runs may fail."""
    context = context_of(browser, visited)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda said: failures.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert not failures


def test_somebody_signs_in_by_keyboard_alone(browser: Browser, visited: Site) -> None:
    context = browser.new_context(base_url=f"http://127.0.0.1:{visited.server.port}", locale="fr")
    page = context.new_page()
    page.goto("/")
    page.keyboard.type(MANAGER)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/console/CL0000/today"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    context.close()


def test_a_contact_is_found_by_a_word_in_the_middle_of_its_name_as_it_is_typed(page: Page) -> None:
    page.goto(f"{HERE}/contacts")
    expect(page.locator("#list tbody tr")).to_have_count(6)
    page.locator("#q").press_sequentially("acac", delay=20)
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list")).to_contain_text("Clinique des Acacias")
    expect(page).to_have_url(re.compile("q=acac"))


def test_a_contact_is_changed_beside_its_list_and_what_is_typed_goes_only_when_somebody_says_so(page: Page) -> None:
    page.goto(f"{HERE}/contacts?q=acac")
    link = page.get_by_role("link", name="Clinique des Acacias").first
    panel = page.get_by_role("dialog")
    link.press("Enter")
    expect(panel.locator("h1")).to_have_text("Clinique des Acacias")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()
    link.click()
    panel.get_by_label("First name").fill("Salomé")
    page.once("dialog", lambda asked: asked.dismiss())
    panel.get_by_role("button", name="Close").click()
    expect(panel.get_by_label("First name")).to_have_value("Salomé")
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The contact is changed.")
    expect(page).to_have_url(re.compile("q=acac"))
    expect(page.locator("#list")).to_contain_text("Salomé")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("What was changed is as it was before.")


def test_the_search_box_finds_a_number_in_any_spelling_by_keyboard(page: Page) -> None:
    page.goto(f"{HERE}/today")
    page.locator("#search").press_sequentially("01.99.00.12.34", delay=10)
    expect(page.locator("#found")).to_contain_text("Clinique des Acacias")
    expect(page.locator("#found")).to_contain_text("Where would +33199001234 go now?")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Clinique des Acacias")


def test_a_stranger_of_the_call_log_is_made_a_contact(page: Page) -> None:
    page.goto(f"{HERE}/calls?known=0&number=0639985501")
    page.get_by_role("link", name="Make a contact").first.click()
    expect(page.locator("#f-numbers")).to_have_value("+33639985501")
    page.get_by_label("Company").fill("Serrurerie Colbert")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The contact is added.")
    page.get_by_role("link", name="Where would they go now?").click()
    expect(page.locator("main")).to_contain_text("Serrurerie Colbert")


def test_a_call_is_tried_and_says_why(page: Page) -> None:
    page.goto(f"{HERE}/try")
    page.get_by_label("The caller's number").fill("0261910042")
    page.get_by_label("At another moment than now").fill("2026-11-24T10:00")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator(".way")).to_contain_text("Opening hours")
    expect(page.locator("main")).to_contain_text("Fonderie Vauquelin")
    expect(page.locator("pre").first).to_contain_text("customerAccount=CL0000")


def test_pointing_at_the_week_or_the_year_says_what_a_caller_would_get(page: Page) -> None:
    page.goto(f"{HERE}/call-queues")
    page.get_by_role("link", name="Accueil").click()
    page.locator(".ec-body").first.hover(position={"x": 600, "y": 200})
    expect(page.locator("#then")).to_contain_text("Thursday")
    expect(page.locator("#then")).to_contain_text("A stranger’s call goes to")
    page.get_by_label("25 December: holiday Noël").focus()
    expect(page.locator("#then")).to_contain_text("Friday 25 December")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#then")).to_contain_text("Friday 18 December")
    page.keyboard.press("Enter")
    expect(page.locator("#f-exceptionable_day, #f-day")).to_have_value("2026-12-18")


def test_a_row_is_added_to_a_list_in_a_form(page: Page) -> None:
    page.goto(f"{HERE}/rotas/new")
    page.locator("#f-code").fill("soirs")
    page.locator("#f-name").fill("Soirs")
    members = page.locator("fieldset.rows", has=page.locator("legend", has_text="Members")).first
    for number, name in enumerate(("Ana Roche", "Yanis Morel")):
        members.get_by_role("button", name="One more").click()
        page.locator(f"[name='members.{number}.name']").fill(name)
        page.locator(f"[name='members.{number}.number']").fill(f"063998120{number}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("It is added.")
    expect(page.locator("table")).to_contain_text("Ana Roche, Yanis Morel")


def test_a_destructive_step_asks_once(page: Page) -> None:
    page.goto(f"{HERE}/groups/new")
    page.locator("#f-name").fill("Provisoire")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Provisoire").click()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("h1")).to_have_text("Provisoire")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("It is removed.")
    page.go_back()
    page.reload()
    expect(page.locator("main")).to_contain_text("no group")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_axe_finds_nothing_serious_on_any_page_and_none_is_wider_than_a_phone(
    browser: Browser, visited: Site, language: str
) -> None:
    context = context_of(browser, visited, language)
    page = context.new_page()
    found, wide = [], []
    for path in paths(visited):
        page.goto(path)
        page.evaluate(AXE.read_text())
        name = f"{path.strip('/').replace('/', '-')}-{language}"
        # A page is drawn once: its look and its width are the device's. Of axe-core's rules one depends on the look.
        found += [f"{path}: {fault}" for fault in faults_of(page, {})]
        page.emulate_media(color_scheme="dark")
        found += [f"{path} dark: {fault}" for fault in faults_of(page, {"runOnly": ["color-contrast"]})]
        if language == "en":
            page.emulate_media(color_scheme="light")
        keep_picture(page, name)
        page.set_viewport_size({"width": PHONE, "height": 900})
        if not fits(page):
            wide.append(path)
        page.set_viewport_size({"width": WIDE, "height": 900})
        page.emulate_media(color_scheme="light")
    context.close()
    assert (found, wide) == ([], [])


def fits(page: Page) -> bool:
    """Whether nothing is wider than a phone, once charts are drawn anew: they follow the window a moment later."""
    try:
        page.wait_for_function(f"document.documentElement.scrollWidth <= {PHONE}", timeout=5_000)
    except TimeoutError:
        return False
    return True


def faults_of(page: Page, options: dict[str, list[str]]) -> list[str]:
    """What axe-core finds on the page that is serious."""
    result = page.evaluate("options => axe.run(document, options)", {"resultTypes": ["violations"], **options})
    return [
        f"{one['id']}: {node['target']}: {node['failureSummary']}"
        for one in result["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def paths(site: Site) -> list[str]:
    """Every page that can be shown, and the one on which to sign in."""
    manager = site.as_(MANAGER)
    shown = ["/console/accounts", "/console/me", f"{HERE}/try?number=0199001234", f"{HERE}/search?q=0199001234"]
    for one in SHOWN:
        path = path_of(one, "CL0000")
        if "{id}" in one.path:
            at = path.split("/1")[0]
            path = path.replace("/1", f"/{first_id(manager.get(at), at) or 1}", 1)
        if manager.get(path).headers["content-type"].startswith("text/html"):
            shown.append(path)
    return [path for path in shown if not path.endswith("/found")]


def keep_picture(page: Page, name: str) -> None:
    """A picture of the page, to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{re.sub(r'[^A-Za-z0-9-]+', '-', name)}.png", full_page=True)
