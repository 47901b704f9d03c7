"""The API's page and its assets."""

import re
from hashlib import sha256

import pytest

from aiguillage.api.docs import STATIC
from tests.standing import Standing

VENDORED = STATIC / "swagger-ui" / "VENDORED.md"
SUMS = dict(re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|", VENDORED.read_text()))


def assets_of(page: str) -> list[str]:
    """The addresses that a page names."""
    return re.findall(r'(?:src|href)="([^"]+)"', page)


def test_the_page_and_every_asset_that_it_names_are_served(standing: Standing) -> None:
    page = standing.ask("/docs")
    assets = assets_of(page.text)

    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert len(assets) > 4
    for asset in assets:
        assert standing.ask(asset).status == 200, asset


def test_the_page_asks_nothing_of_any_other_server(standing: Standing) -> None:
    page = standing.ask("/docs")
    policy = page.headers["content-security-policy"]

    assert all(asset.startswith("/") and not asset.startswith("//") for asset in assets_of(page.text))
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


def test_assets_are_kept_for_ever_and_addressed_by_their_contents(standing: Standing) -> None:
    assets = [asset for asset in assets_of(standing.ask("/docs").text) if "/assets/" in asset]

    for asset in assets:
        assert re.search(r"\?[0-9a-f]{12}$", asset)
        assert set(standing.ask(asset).headers["cache-control"].split(", ")) == {
            "public",
            "immutable",
            "max-age=31536000",
        }


def test_the_page_itself_is_asked_for_again_each_time(standing: Standing) -> None:
    assert standing.ask("/docs").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", sorted(SUMS))
def test_a_vendored_file_is_as_its_makers_built_it(name: str) -> None:
    assert sha256((VENDORED.parent / name).read_bytes()).hexdigest() == SUMS[name]


def test_every_vendored_file_is_listed() -> None:
    assert {path.name for path in VENDORED.parent.iterdir()} == {*SUMS, "VENDORED.md"}
