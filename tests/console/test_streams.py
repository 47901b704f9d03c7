"""Streams of live pages in this process: one look for all who watch, so many and no more, each freed when it ends."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar.response import Stream

from aiguillage.console import live
from aiguillage.console.live import MOST, MOST_OF_ADDRESS, MOST_OF_SESSION, Mark, Seen, Streams
from aiguillage.console.pages import PAGES
from aiguillage.console.visits import Page, Visit
from aiguillage.domain.accounts import Account, Actor, Role
from aiguillage.domain.errors import Refusal
from aiguillage.lanes import Lanes

TODAY = next(page for page in PAGES if page.live)


class Looked:
    """What a look is answered with here, and how often there was one, by how many watched."""

    def __init__(self) -> None:
        self.watching: list[int] = []
        self.piece = "one"
        self.gone: set[str] = set()
        self.fails = 0

    def __call__(self, _page: Page, visits: Sequence[Visit], _before: Seen | None) -> Seen:
        self.watching.append(len(visits))
        if self.fails:
            self.fails -= 1
            raise OSError
        kinds = [None if visit.session in self.gone else (visit.language, visit.role) for visit in visits]
        pieces = {kind: f"<p>{self.piece} {kind[0]}</p>" for kind in kinds if kind is not None}
        return Seen(Mark(1, 1, len(self.watching)), pieces, kinds)


def visit(number: int = 0, *, session: str = "", address: str = "", language: str = "en") -> Visit:
    """A visit of somebody else, from elsewhere, for each number."""
    return Visit(
        db=None,  # type: ignore[arg-type] # the look is the test's
        log=None,  # type: ignore[arg-type]
        means={},
        actor=Actor("", 0),
        account=Account("CL0000"),
        role=Role.READ,
        path={},
        query={},
        form={},
        lists={},
        files={},
        language=language,
        theme="auto",
        session=session or f"session {number}",
        address=address or f"192.0.2.{number}",
        agent="",
        secure=False,
        url="",
        base="",
        cookies={},
    )


def events(response: Stream) -> AsyncIterator[bytes]:
    """A stream's events, without the moment after which it is opened again."""
    return response.iterator  # type: ignore[return-value] # bytes, as they come


async def close(response: Stream) -> None:
    """What the framework does when the client is gone."""
    assert response.background is not None
    await response.background()


def run(meeting: Coroutine[Any, Any, None]) -> None:
    """Runs what a test does, in a thread: where a browser was started before, this one has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(meeting, 30)).result()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks that wait for nothing."""
    monkeypatch.setattr(live, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(live, "BEAT_EVERY", 0.001)


def test_all_who_watch_an_account_are_one_look_and_each_has_their_language() -> None:
    async def meet() -> None:
        looked = Looked()
        streams = Streams(looked, Lanes().watching, 1)
        opened = [streams.open(TODAY, visit(n, language="fr" if n else "en")) for n in range(10)]
        first = [await anext(events(one)) for one in opened]
        pages = [await anext(events(one)) for one in opened]
        assert looked.watching[0] == 10
        assert all(one.startswith(b"retry: ") for one in first)
        assert pages[0] == b"event: page\r\ndata: <p>one en</p>\r\n\r\n"
        assert set(pages[1:]) == {b"event: page\r\ndata: <p>one fr</p>\r\n\r\n"}
        assert await anext(events(opened[0])) == b"event: beat\r\ndata: \r\n\r\n"
        for one in opened:
            await close(one)
        looks = len(looked.watching)
        await asyncio.sleep(0.01)
        assert len(looked.watching) <= looks + 1

    run(meet())


def test_who_may_not_see_it_any_more_is_sent_nothing_and_the_others_are() -> None:
    async def meet() -> None:
        looked = Looked()
        streams = Streams(looked, Lanes().watching, 1)
        kept, lost = (streams.open(TODAY, visit(n)) for n in range(2))
        for one in (kept, lost, kept, lost):
            await anext(events(one))
        looked.piece, looked.gone = "two", {"session 1"}
        assert [one async for one in events(lost) if b"beat" not in one] == []
        assert b"two" in [one async for one in _until_page(kept)][-1]

    run(meet())


async def _until_page(response: Stream) -> AsyncIterator[bytes]:
    async for event in events(response):
        yield event
        if b"page" in event:
            return


def test_what_was_not_taken_is_replaced_by_what_is_newer() -> None:
    async def meet() -> None:
        stream = live.Stream(visit())
        come = stream.events()
        await anext(come)
        stream.put("one", beat=True)
        stream.put("two", beat=True)
        stream.put("two", beat=True)
        assert b"data: two" in await anext(come)
        stream.put("three", beat=True)
        stream.end()
        assert [one async for one in come] == []

    run(meet())


def test_a_stream_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LEAST_LIFE", 0.0)
    monkeypatch.setattr(live, "LONGEST_LIFE", 0.0)

    async def meet() -> None:
        assert len([one async for one in live.Stream(visit()).events()]) == 1

    run(meet())


@pytest.mark.parametrize(
    ("most", "same"),
    [(MOST, {}), (MOST_OF_ADDRESS, {"address": "192.0.2.200"}), (MOST_OF_SESSION, {"session": "same"})],
)
@pytest.mark.parametrize("desks", [1, 2])
def test_there_are_so_many_streams_and_one_that_ends_makes_room(most: int, same: dict[str, str], desks: int) -> None:
    async def meet() -> None:
        streams = Streams(Looked(), Lanes().watching, desks)
        opened = [streams.open(TODAY, visit(n, **same)) for n in range(most // desks)]
        with pytest.raises(Refusal, match="asks again every ten seconds"):
            streams.open(TODAY, visit(most, **same))
        await close(opened.pop())
        opened.append(streams.open(TODAY, visit(most, **same)))
        for one in opened:
            await close(one)

    run(meet())


def test_a_look_that_fails_sends_nothing_and_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def meet() -> None:
        looked = Looked()
        looked.fails = 3
        opened = Streams(looked, Lanes().watching, 1).open(TODAY, visit())
        await anext(events(opened))
        assert b"event: page" in await anext(events(opened))
        assert len(looked.watching) > looked.fails == 0
        await close(opened)

    run(meet())
    assert "look_failed" in caplog.text


def test_a_desk_that_stops_opens_none_that_would_go_on() -> None:
    async def meet() -> None:
        streams = Streams(Looked(), Lanes().watching, 1)
        before = streams.open(TODAY, visit())
        streams.end()
        after = streams.open(TODAY, visit(1))
        for one in (before, after):
            assert len([event async for event in events(one)]) == 1
            await close(one)

    run(meet())
