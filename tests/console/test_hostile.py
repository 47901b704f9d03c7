"""What somebody hostile types: it is shown as it is, on every page that lists it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiguillage.app import open_database
from aiguillage.console.labels import SUBJECTS
from aiguillage.desk.fields import set_field
from aiguillage.desk.users import actor_named
from tests.console.test_walk import SHOWN, path_of
from tests.console.visiting import EDITOR, HERE, MANAGER, Site, first_id, opened, text_of

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"><img src=x onerror='alert(2)'>{{7*7}}"
HOSTILE = f"{SCRIPT}{QUOTES}"
EACH = {
    "groups": {"name": HOSTILE},
    "call-queues": {"name": HOSTILE, "code": "hostile", "number": QUOTES},
    "closing-days": {"owner": "queue:{queue}", "day": "2027-02-01", "last_day": "2027-02-01", "label": HOSTILE},
    "time-spans": {
        "owner": "queue:{queue}",
        "day_of_week": "1",
        "start_time": "09:00",
        "end_time": "12:00",
        "destination": QUOTES,
    },
    "own-holidays": {"day": "2027-02-02", "label": HOSTILE, "destination": QUOTES},
    "rotas": {
        "code": "hostile",
        "name": HOSTILE,
        "members.0.name": HOSTILE,
        "members.0.number": "06 39 98 12 77",
        "layers.0.name": HOSTILE,
        "layers.0.members": HOSTILE,
        "layers.0.start": "2026-11-02",
    },
    "switches": {"name": HOSTILE, "owner": "account:", "destination": QUOTES},
    "blocked-callers": {"number": "05 36 49 66 66", "label": HOSTILE},
    "geography": {"list_id": "hostile", "list_name": HOSTILE, "geo_routing_model_id": "1"},
    "zones": {"geo_routing_list_id": "{list}", "zones": "75", "nickname": HOSTILE, "destination_1": QUOTES},
    "ctis": {"name": HOSTILE},
    "origins": {"cti_id": "{cti}", "origin": HOSTILE, "destination": QUOTES},
    "surveys": {"name": HOSTILE},
    "phone-systems": {
        "code": "hostile",
        "name": HOSTILE,
        "system": "webhook",
        "fallback_destination": QUOTES,
        "prompt": HOSTILE,
        "prompt_language": "en",
        "number_parameter": "number",
        "media_type": "text",
        "answer": SCRIPT,
    },
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose account has a script in every name and label."""
    directory: Path = tmp_path_factory.mktemp("hostile")
    with opened(directory) as site:
        editor = site.as_(EDITOR)
        sent = {"company": HOSTILE, "first_name": HOSTILE, "last_name": HOSTILE, "numbers": "01 99 00 66 66"}
        sent |= {"select_1": QUOTES, "reference": HOSTILE}
        assert "The contact is added." in text_of(editor.send_form(f"{HERE}/contacts/new", **sent))
        for slug, values in EACH.items():
            filled = dict(values)
            for name, one in (("queue", "call-queues"), ("list", "geography"), ("cti", "ctis")):
                known = str(first_id(editor.get(f"{HERE}/{one}"), f"{HERE}/{one}"))
                filled = {key: value.replace(f"{{{name}}}", known) for key, value in filled.items()}
            added = editor.send_form(f"{HERE}/{slug}/new", **filled)
            assert "It is added." in text_of(added), (slug, text_of(added))
        database = open_database(site.settings)
        manager = actor_named(database, MANAGER, 1_795_000_000_000_000)
        set_field(database, manager, "CL0000", "select_1", label=HOSTILE)
        database.close()
        yield site


def test_each_kind_of_fact_is_tried() -> None:
    assert set(EACH) == {subject.slug for subject in SUBJECTS}


@pytest.mark.parametrize("page", [page for page in SHOWN if "{id}" not in page.path], ids=lambda page: page.path)
def test_every_page_shows_it_as_text(hostile: Site, page: object) -> None:
    answer = hostile.as_(MANAGER).get(path_of(page, "CL0000"))  # type: ignore[arg-type]
    require_harmless(answer.text)


@pytest.mark.parametrize("slug", [*EACH, "contacts"])
def test_every_page_of_one_thing_shows_it_as_text(hostile: Site, slug: str) -> None:
    manager = hostile.as_(MANAGER)
    at = f"{HERE}/{slug}"
    listed = manager.get(at)
    ids = re.findall(rf'href="{at}/(\d+)["?]', listed.text)
    assert ids
    shown = [manager.get(f"{at}/{one}").text for one in ids]
    for text in shown:
        require_harmless(text)
    escaped = ("&lt;script&gt;alert(1)&lt;/script&gt;", "&#34;&gt;&lt;img")
    assert any(one in text for text in [listed.text, *shown] for one in escaped)


@pytest.mark.parametrize("path", ["search?q=", "found?q=", "contacts?q=", "calls?number=", "try?number=", "try?at="])
def test_what_is_asked_for_is_shown_as_text_too(hostile: Site, path: str) -> None:
    answer = hostile.as_(MANAGER).get(f"{HERE}/{path}", params={path.partition("?")[2].rstrip("="): HOSTILE})
    assert answer.status_code in {200, 422}
    require_harmless(answer.text)


def require_harmless(text: str) -> None:
    """Nothing that was typed is a tag, nor was it carried out by a template."""
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert ">49<" not in text
