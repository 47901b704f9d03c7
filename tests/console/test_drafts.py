"""Drafts in the console: the live pages' own forms change them, calls are replayed, all is published or nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.test_browser import context_of
from tests.console.test_hostile import HOSTILE, require_harmless
from tests.console.visiting import EDITOR, HERE, MANAGER, OUTSIDER, READER, Site, Visitor, first_id, opened, text_of

DRAFTS = f"{HERE}/drafts"


@pytest.fixture(scope="module")
def drafting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose demonstration has a draft; the tests of this module change it."""
    directory: Path = tmp_path_factory.mktemp("drafting")
    with opened(directory) as site:
        yield site


def begun(site: Site, name: str, who: str = EDITOR) -> str:
    """The number of a new draft."""
    answer = site.as_(who).send_form(DRAFTS, name=name)
    assert "The draft is begun." in text_of(answer)
    return str(answer.url).rpartition("/")[2]


def queue_of(site: Site) -> str:
    """The number of the first call queue."""
    return first_id(site.as_(EDITOR).get(f"{HERE}/call-queues"), f"{HERE}/call-queues") or ""


def rename(site: Site, draft: str, name: str, who: str = EDITOR) -> httpx.Response:
    """Renames the first call queue in a draft, by the form of the live page."""
    visitor, at = site.as_(who), f"{HERE}~{draft}/call-queues/{queue_of(site)}"
    seq = re.search(r'name="seq" value="(\d+)"', visitor.get(at).text)
    assert seq
    return visitor.send_form(at, seq=seq[1], name=name, code="accueil", number="207", default_destination="299")


def test_pages_in_a_draft_show_and_change_the_draft(drafting: Site) -> None:
    draft, editor = begun(drafting, "Renamed"), drafting.as_(EDITOR)

    said = text_of(rename(drafting, draft, "Réception"))

    assert "You are in the draft Renamed" in said
    assert "Réception" in said
    assert "Réception" not in text_of(editor.get(f"{HERE}/call-queues"))
    shown = text_of(editor.get(f"{DRAFTS}/{draft}"))
    assert "Accueil → Réception" in " ".join(shown.split())
    assert "Nothing was changed." in text_of(rename(drafting, draft, "Réception"))

    fact = f"queue/{queue_of(drafting)}"
    assert "It is taken out" in text_of(editor.send_form(f"{DRAFTS}/{draft}/out", fact=fact))
    assert "Nothing is changed yet" in text_of(editor.get(f"{DRAFTS}/{draft}"))
    assert editor.send_form(f"{DRAFTS}/{draft}/out", fact=fact).status_code == 409
    assert "Nothing is changed in this draft" in text_of(editor.send_form(f"{DRAFTS}/{draft}/publish"))


def test_only_facts_are_in_drafts_and_strangers_see_none(drafting: Site) -> None:
    manager, outsider = drafting.as_(MANAGER), drafting.as_(OUTSIDER)
    draft = begun(drafting, "Only facts")

    for path in ("contacts", "settings", "journal", "drafts", "today"):
        answer = manager.get(f"{HERE}~{draft}/{path}")
        assert (answer.status_code, "not part of a draft" in text_of(answer)) == (404, True)
    for place in ("call-queues", "holidays", "closing-days", "rotas", "switches", "geography", "blocked-callers"):
        assert manager.get(f"{HERE}~{draft}/{place}").status_code == 200
        assert drafting.as_(READER).get(f"{HERE}~{draft}/{place}").status_code == 200
        require_ways_on(manager, f"{HERE}~{draft}/{place}")
    for wrong in ("x", "0", "99999", "9" * 30):
        assert manager.get(f"{HERE}~{wrong}/call-queues").status_code == 404
    here, nowhere = (outsider.get(f"/console/{code}~{draft}/call-queues") for code in ("CL0000", "CL0099"))
    assert (here.status_code, here.content) == (404, nowhere.content)
    assert drafting.as_(READER).send_form(f"{HERE}~{draft}/groups/new", name="Un").status_code == 403


def require_ways_on(visitor: Visitor, at: str) -> None:
    """Every link of a page in a draft, and of the first of what it lists, leads on in the draft."""
    pages = [visitor.get(at)]
    if (first := first_id(pages[0], at)) is not None:
        pages.append(visitor.get(f"{at}/{first}"))
    links = {link for page in pages for link in re.findall(r'href="(/console/CL0000~[^"#?]*)', page.text)}
    assert {link: status for link in links if (status := visitor.get(link).status_code) != 200} == {}


def test_the_second_who_changes_the_same_fact_is_told(drafting: Site) -> None:
    one, other = begun(drafting, "First"), begun(drafting, "Second", MANAGER)
    rename(drafting, one, "Un")

    shown = text_of(drafting.as_(MANAGER).get(f"{HERE}~{other}/call-queues/{queue_of(drafting)}"))
    rename(drafting, other, "Deux", MANAGER)

    assert "The draft First of editor@example.org changes this too" in shown
    assert "The draft First of editor@example.org changes some of the same." in text_of(
        drafting.as_(MANAGER).get(f"{DRAFTS}/{other}")
    )

    seq = seq_of(drafting, one)
    assert "all of it is live now" in text_of(drafting.as_(EDITOR).send_form(f"{DRAFTS}/{one}/publish", seq=seq))
    refused = drafting.as_(MANAGER).send_form(f"{DRAFTS}/{other}/publish", seq=seq_of(drafting, other))
    said = " ".join(text_of(refused).split())
    assert refused.status_code == 409
    assert "Somebody changed it since it was put into the draft." in said
    assert "Accueil → Un" in said
    assert "Un → Deux" in said

    fact = f"queue/{queue_of(drafting)}"
    kept = drafting.as_(MANAGER).send_form(f"{DRAFTS}/{other}/keep", fact=fact)
    assert "The draft’s version will be published." in text_of(kept)
    seq = seq_of(drafting, other)
    assert drafting.as_(MANAGER).send_form(f"{DRAFTS}/{other}/publish", seq=seq).status_code == 200
    assert "Deux" in text_of(drafting.as_(EDITOR).get(f"{HERE}/call-queues"))
    assert "was published" in text_of(drafting.as_(EDITOR).send_form(f"{DRAFTS}/{other}/discard"))


def seq_of(site: Site, draft: str) -> str:
    """The number of a draft's last change, as its page has it."""
    found = re.search(r'name="seq" value="(\d+)"', site.as_(EDITOR).get(f"{DRAFTS}/{draft}").text)
    assert found
    return found[1]


def test_what_somebody_types_into_a_draft_is_shown_as_text(drafting: Site) -> None:
    draft = begun(drafting, HOSTILE)
    rename(drafting, draft, HOSTILE)

    for path in (DRAFTS, f"{DRAFTS}/{draft}", f"{HERE}~{draft}/call-queues"):
        require_harmless(drafting.as_(MANAGER).get(path).text)
    nameless = drafting.as_(EDITOR).send_form(DRAFTS, name=" ")
    assert (nameless.status_code, "Name the draft" in text_of(nameless)) == (422, True)
    assert drafting.as_(EDITOR).send_form(f"{DRAFTS}/{draft}/replay", days="400").status_code == 422
    assert "is discarded" in text_of(drafting.as_(EDITOR).send_form(f"{DRAFTS}/{draft}/discard"))


@pytest.fixture
def page(browser: Browser, drafting: Site) -> Iterator[Page]:
    """A page of the manager's, who says yes to what is asked."""
    context = context_of(browser, drafting)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()


def test_somebody_drafts_a_change_replays_publishes_and_reverts(page: Page) -> None:
    page.goto(DRAFTS)
    page.get_by_label("A new draft, for").fill("Out at lunch")
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_role("main").get_by_role("link", name="Switches").click()
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Lunch")
    page.get_by_label("Belongs to").select_option(label="The whole account")
    page.get_by_label("Destination", exact=True).fill("216")
    page.get_by_label("On", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("It is added.")
    page.get_by_role("link", name="See the draft").click()
    expect(page.locator("main")).to_contain_text("Lunch")

    page.get_by_role("button", name="Replay them").click()
    expect(page.locator("#replay .figure")).not_to_contain_text(re.compile(r"^0 "), timeout=30_000)
    expect(page.locator("#replay tbody tr").first).to_contain_text("→ 216")
    page.locator("#replay tbody a").first.click()
    expect(page.locator("tbody tr")).not_to_have_count(0)
    page.go_back()

    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("all of it is live now")
    page.goto(f"{HERE}/switches")
    expect(page.get_by_role("heading", name="Lunch")).to_be_visible()

    page.goto(DRAFTS)
    page.get_by_role("link", name="Out at lunch").click()
    page.get_by_role("button", name="Take all of it back").click()
    expect(page.get_by_role("status")).to_contain_text("The change is taken back.")
    page.goto(f"{HERE}/switches")
    expect(page.get_by_role("heading", name="Lunch")).to_have_count(0)
