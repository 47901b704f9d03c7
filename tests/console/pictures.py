"""Pictures of the console for README and docs: `make pictures` takes them from the demonstration, in both languages."""

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from tests.console.visiting import HERE, MANAGER, Site, first_id, opened

TO = Path(__file__).parents[2] / "docs" / "pictures"
LANGUAGES = ("en", "fr")
WIDTH, HEIGHT = 1280, 860


class Picture(NamedTuple):
    """One picture: its name, and the page; `of` is the list whose first entry is shown."""

    name: str
    path: str
    of: str = ""
    look: str = "light"


PICTURES = (
    Picture("today", "/today"),
    Picture("try", "/try?number=0261910042&at=2026-11-24T10:00"),
    Picture("calls", "/calls"),
    Picture("draft", "/drafts/", "/drafts"),
    Picture("contacts", "/contacts"),
    Picture("import", "/import"),
    Picture("geography", "/geography"),
    Picture("queue", "/call-queues/", "/call-queues"),
    Picture("holidays", "/holidays"),
    Picture("rota", "/rotas/", "/rotas"),
    Picture("switches", "/switches"),
    Picture("settings", "/settings"),
    Picture("journal", "/journal"),
)


def main() -> None:
    """Takes them all anew."""
    TO.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, opened(Path(directory)) as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        draft = f"{HERE}/drafts/{first_id(site.as_(MANAGER).get(f'{HERE}/drafts'), f'{HERE}/drafts')}"
        site.as_(MANAGER).send_form(f"{draft}/replay", days="14")
        for language in LANGUAGES:
            context = chromium.new_context(
                base_url=f"http://127.0.0.1:{site.server.port}",
                locale=language,
                viewport={"width": WIDTH, "height": HEIGHT},
            )
            secret = site.as_(MANAGER).cookies["aiguillage"]
            context.add_cookies([{"name": "aiguillage", "value": secret, "domain": "127.0.0.1", "path": "/"}])
            page = context.new_page()
            for picture in PICTURES:
                take(site, page, picture, language)
            context.close()
        chromium.close()


def take(site: Site, page: Page, picture: Picture, language: str) -> None:
    """One picture, as much of the page as a window shows."""
    path = HERE + picture.path
    if picture.of:
        at = HERE + picture.of
        path = f"{at}/{first_id(site.as_(MANAGER).get(at), at)}"
    page.goto(path)
    page.wait_for_timeout(400)
    page.screenshot(path=TO / f"{picture.name}-{language}.png")


if __name__ == "__main__":
    main()
