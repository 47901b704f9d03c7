"""A year of a call queue: its days out of the ordinary, each with the way to change it and back again."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.console.test_hours import QUEUES, newest
from tests.console.visiting import EDITOR, HERE, MANAGER, READER, Site, Visitor, form_of, newest_id, text_of


@pytest.fixture
def editor(site: Site) -> Visitor:
    return site.as_(EDITOR)


@pytest.fixture(scope="module")
def queue(site: Site) -> str:
    """The address of a queue in a group of its own."""
    editor = site.as_(EDITOR)
    group = newest(editor.send_form(f"{HERE}/groups/new", name="Année"), f"{HERE}/groups")
    sent = {"name": "Année", "code": "annee", "number": "461", "default_destination": "299", "active": "1"}
    return editor.send_form(f"{QUEUES}/new", call_queue_group_id=group, **sent).url.path


def day_of(page: str, day: str) -> tuple[str, str, str]:
    """How a day looks, where it leads and what is said of it."""
    found = re.search(rf'<a class="([^"]*)" href="([^"]*)" data-day="{day}" title="([^"]*)"', page)
    assert found, day
    return found[1], unescape(found[2]), unescape(found[3])


def test_a_day_is_closed_from_the_year_and_changed_there_again(editor: Visitor, queue: str) -> None:
    year = editor.get(queue, params={"year": "2031"})
    look, to, words = day_of(year.text, "2031-08-04")
    assert (look, words) == ("day", "4 August")

    shown = editor.get(to)
    sent = form_of(shown, f"{HERE}/closing-days/new") | {"last_day": "2031-08-14", "label": "Congés"}
    back = editor.send_form(f"{HERE}/closing-days/new", **sent)

    assert back.url.path == queue
    assert dict(back.url.params) == {"year": "2031"}
    assert "It is added." in text_of(back)
    look, to, words = day_of(back.text, "2031-08-14")
    assert (look, words) == ("day day-exception", "14 August: exception Congés")
    assert "04 Aug 2031 – 14 Aug 2031" in text_of(back)
    assert form_of(editor.get(to), urlsplit(to).path)["label"] == "Congés"

    back = editor.send_form(f"{urlsplit(to).path}/remove", back=parse_qs(urlsplit(to).query)["back"][0])
    assert back.url.path == queue
    assert day_of(back.text, "2031-08-14")[0] == "day"


def test_days_of_the_group_and_of_every_year_lead_to_what_they_are_of(editor: Visitor, queue: str) -> None:
    group = form_of(editor.get(queue), queue)["call_queue_group_id"]
    sent = {"owner": f"group:{group}", "day": "2024-12-30", "last_day": "2025-01-02", "every_year": "1"}
    days = f"{HERE}/closing-days"
    added = newest_id(editor.send_form(f"{days}/new", label="Fêtes", destination="298", **sent), days)

    year = editor.get(queue, params={"year": "2031"}).text
    for day in ("2031-01-02", "2031-12-31"):
        look, to, words = day_of(year, day)
        assert (look, urlsplit(to).path) == ("day day-exception", f"{days}/{added}")
        assert words.endswith("exception Fêtes → 298")
    assert day_of(year, "2031-01-03")[0] == "day"
    of_group = editor.get(f"{HERE}/groups/{group}", params={"year": "2031"}).text
    assert day_of(of_group, "2031-01-02")[1].startswith(f"{days}/{added}?")


def test_holidays_are_in_the_year_and_a_reader_sees_it_without_ways_to_change_it(
    site: Site, editor: Visitor, queue: str
) -> None:
    look, to, words = day_of(editor.get(queue, params={"year": "2026"}).text, "2026-12-25")
    assert (look, words) == ("day day-holiday", "25 December: holiday Noël")
    assert "/closing-days/new?" in to

    shown = site.as_(READER).get(queue, params={"year": "2026"})
    assert 'title="25 December: holiday Noël"' in shown.text
    assert "closing-days/" not in shown.text


@pytest.mark.parametrize("year", ["", "soon", "0", "99999"])
def test_any_year_that_is_asked_for_shows_one(editor: Visitor, queue: str, year: str) -> None:
    assert editor.get(queue, params={"year": year}).status_code == 200


@pytest.mark.parametrize("back", ["https://elsewhere.example.org/", "//elsewhere.example.org", "/console/CL0001/today"])
def test_a_form_leads_back_to_pages_of_the_account_alone(editor: Visitor, queue: str, back: str) -> None:
    owner = queue.rpartition("/")[2]
    sent = {"owner": f"queue:{owner}", "day": "2033-01-10", "last_day": "2033-01-10", "back": back}
    answer = editor.send_form(f"{HERE}/closing-days/new", **sent)
    assert answer.url.path == f"{HERE}/closing-days"


def test_pointing_at_a_moment_says_what_a_caller_would_get_then(site: Site, editor: Visitor, queue: str) -> None:
    at = f"{HERE}/hours/call-queues/{queue.rpartition('/')[2]}/then"

    shown = editor.get(at, params={"at": "2026-12-25T10:00"})

    assert "<main" not in shown.text
    assert "Friday 25 December 2026 10:00" in text_of(shown)
    assert "closed → 299 (holiday Noël" in text_of(shown)
    assert "A stranger’s call goes to 299, decided by: Unknown caller" in text_of(shown)
    assert "That is no moment." in text_of(editor.get(at, params={"at": "soon"}))
    assert site.as_(MANAGER).get(f"{HERE}/hours/rotas/1/then").status_code == 404
