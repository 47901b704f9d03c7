"""Today is live: calls and changes come by a stream while rights last, and by asking again where no stream comes."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from aiguillage.app import open_database
from aiguillage.cli.demo_facts import ACCOUNT
from aiguillage.console.live import MOST_OF_SESSION
from aiguillage.desk.users import grant_role, revoke_role
from aiguillage.domain.accounts import Actor, Role
from tests.console.test_browser import context_of
from tests.console.visiting import EDITOR, HERE, MANAGER, OPERATOR, OUTSIDER, READER, Site, Visitor, opened, text_of
from tests.server import eventually

LIVE = f"{HERE}/today?live=1"
STREAM = {"Accept": "text/event-stream"}
CALL = f"/api/v1/smartRoutings?customerAccount={ACCOUNT}&number=0199001234"
COMES_BACK = 45_000
"""Milliseconds in which a page is as live as it can be again, whatever happened."""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose Today is watched."""
    with opened(tmp_path_factory.mktemp("watched")) as site:
        yield site


@contextmanager
def stream(visitor: Visitor) -> Iterator[tuple[httpx.Response, Iterator[str]]]:
    """Today as a stream, and its events of pages."""
    with visitor.stream("GET", LIVE, headers=STREAM) as answer:
        yield answer, pages_of(answer.iter_lines())


def pages_of(lines: Iterator[str]) -> Iterator[str]:
    """What the stream's pages say, as they come."""
    event: list[str] = []
    for line in lines:
        if line:
            event.append(line)
            continue
        if "event: page" in event:
            html = "\n".join(part.removeprefix("data: ") for part in event if part.startswith("data: "))
            yield text_of(httpx.Response(200, text=html))
        event = []


def place_call(site: Site) -> None:
    """A call on the account, with the manager's session."""
    assert site.server.ask(CALL, site.as_(MANAGER).cookies["aiguillage"]).status == 200


def calls_of(text: str) -> int:
    """How many calls a page of Today counts."""
    return int(text.partition("Calls today ")[2].split()[0])


def test_each_change_comes_at_once_and_ends_with_the_right_to_see_it(watched: Site) -> None:
    editor = watched.as_(EDITOR)
    with watched.visitor() as reader:
        reader.sign_in(READER)
        with stream(reader) as (answer, pages):
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["x-accel-buffering"] == "no"
            first = next(pages)
            assert "Make a contact" not in first
            place_call(watched)
            assert calls_of(next(pages)) == calls_of(first) + 1
            editor.send_form(f"{HERE}/call-queues/new", name="Atelier", code="atelier", number="231", active="1")
            assert "Atelier" in next(pages)
            reader.send_form("/console/sign-out")
            assert list(pages) == []
        assert reader.get(LIVE, headers=STREAM).status_code == 401


def test_whoever_loses_their_role_loses_the_stream_and_nobody_else_does(watched: Site) -> None:
    with stream(watched.as_(MANAGER)) as (_, kept), stream(watched.as_(EDITOR)) as (_, lost):
        first = next(kept)
        assert "Make a contact" in next(lost)
        database = open_database(watched.settings)
        operator = Actor("terminal", time.time_ns() // 1000, operator=True)
        revoke_role(database, operator, EDITOR, ACCOUNT)
        assert list(lost) == []
        assert watched.as_(EDITOR).get(LIVE, headers=STREAM).status_code == 404
        place_call(watched)
        assert calls_of(next(kept)) == calls_of(first) + 1
        grant_role(database, operator, EDITOR, ACCOUNT, Role.EDIT)
        database.close()


def test_an_outsider_gets_no_stream_but_what_is_said_of_no_account(watched: Site) -> None:
    outsider = watched.as_(OUTSIDER)
    here, nowhere = (outsider.get(f"/console/{one}/today?live=1", headers=STREAM) for one in (ACCOUNT, "CL0099"))
    assert here.status_code == nowhere.status_code == 404
    assert here.content == nowhere.content


def test_a_session_has_a_few_streams_and_other_pages_of_its_go_on_without(watched: Site, browser: Browser) -> None:
    context = context_of(browser, watched)
    page = context.new_page()
    with ExitStack() as stack:
        for _ in range(MOST_OF_SESSION):
            stack.enter_context(stream(watched.as_(MANAGER)))
        refused = watched.as_(MANAGER).get(LIVE, headers=STREAM)
        assert refused.status_code == 429
        assert "This one asks again every ten seconds instead." in text_of(refused)
        page.goto(f"{HERE}/today")
        shown = int(figure(page).inner_text())
        place_call(watched)
        expect(figure(page)).to_have_text(str(shown + 1), timeout=COMES_BACK)
    context.close()


def test_a_call_is_on_today_without_a_reload_and_what_is_open_stays_open(watched: Site, browser: Browser) -> None:
    context = context_of(browser, watched)
    page = context.new_page()
    opened: list[str] = []
    page.on("request", lambda request: opened.append(request.url) if "live=1" in request.url else None)
    page.goto(f"{HERE}/today")
    page.get_by_text("As a table").click()
    page.get_by_role("link", name="Accueil").focus()
    page.evaluate("window.stays = document.activeElement")
    expect(page.locator(".chart canvas")).to_have_count(1)
    shown = int(figure(page).inner_text())
    place_call(watched)
    expect(figure(page)).to_have_text(str(shown + 1))
    assert page.evaluate(
        "window.stays === document.activeElement && document.querySelector('[data-live] details').open"
    )
    assert len(opened) == 1

    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    with ExitStack() as stack:  # as many as there may be, once the page has none any more
        for _ in range(MOST_OF_SESSION - 1):
            stack.enter_context(stream(watched.as_(MANAGER)))
        eventually(lambda: stack.enter_context(stream(watched.as_(MANAGER)))[0].status_code == HTTPStatus.OK)
    context.close()


def test_a_page_goes_on_after_its_desk_was_killed_and_asks_to_sign_in_when_its_session_ends(
    watched: Site, browser: Browser
) -> None:
    with watched.visitor() as operator:
        operator.sign_in(OPERATOR)
        context = context_of(browser, watched)
        context.add_cookies(
            [{"name": "aiguillage", "value": operator.cookies["aiguillage"], "domain": "127.0.0.1", "path": "/"}]
        )
        page = context.new_page()
        with page.expect_request(lambda request: "live=1" in request.url):
            page.goto(f"{HERE}/today")
        shown = int(figure(page).inner_text())
        os.kill(watched.server.desk, signal.SIGKILL)
        place_call(watched)
        expect(figure(page)).to_have_text(str(shown + 1), timeout=COMES_BACK)
        operator.send_form("/console/sign-out")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=COMES_BACK)
        context.close()


def test_a_desk_or_a_server_that_is_told_to_stop_ends_streams_first(own_site: Site) -> None:
    server = own_site.server
    desk = server.desk
    with own_site.visitor() as reader:
        reader.sign_in(READER)
        with stream(reader) as (_, pages):
            next(pages)
            os.kill(desk, signal.SIGTERM)
            assert list(pages) == []
        eventually(lambda: reader.get(LIVE).status_code == HTTPStatus.OK and server.desk != desk)
        with stream(reader) as (_, pages):
            next(pages)
            os.kill(server.process.pid, signal.SIGTERM)
            assert list(pages) == []
    assert server.process.wait(timeout=5) == 0


def figure(page: Page) -> Locator:
    """How many calls Today counts."""
    return page.locator("[data-live] .figure").first
