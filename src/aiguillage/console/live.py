"""Live pages: a piece of a page is looked at anew for all who watch it together, and sent where it has changed.

```
    stream --+                     all as before: nothing
    stream --+--> a look every  -->|
    stream --+    two seconds      who may still see it?    who may not: their stream ends
                                   |
                                   the piece, made once for each language and role
                                   |
                                   to whom it is new: a `page`; to the others, now and then: a `beat`
```

The piece is what the page answers with `?live=1`, so whoever has no stream asks for the same. A stream that waits costs
no thread. It ends before the call workers would cut it, and then the browser opens another by itself. Browsers tell a
script of no comment in a stream: so a beat is an event, and a page that hears none knows that it is no longer live.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from random import uniform
from typing import NamedTuple

from litestar.background_tasks import BackgroundTask
from litestar.response import Stream as StreamResponse
from litestar.response.sse import ServerSentEventMessage

from aiguillage.console.visits import Page, Visit
from aiguillage.domain.accounts import Role
from aiguillage.domain.errors import about_error, limited
from aiguillage.domain.moments import SECOND
from aiguillage.lanes import Lane

LOOK_EVERY = 2.0
"""Seconds between two looks at what an account's live page shows."""

BEAT_EVERY = 10.0
"""Seconds after which the page is made anew though nothing was changed, for what begins or ends by the clock."""

LEAST_LIFE, LONGEST_LIFE = 200.0, 260.0
"""Seconds after which a stream ends: a call worker cuts every answer at 300. Not all end at the same moment."""

LEAST_RETRY, LONGEST_RETRY = 1.0, 4.0
"""Seconds after which a browser whose stream ended opens another."""

MOST, MOST_OF_ADDRESS, MOST_OF_SESSION = 64, 32, 4
"""Streams at a time: half of what a call worker hands on, so that other requests have the rest; in all, and of one
address. Of one session fewer than the six connections that a browser keeps with a server."""

ASK_EVERY = 10
"""Seconds after which a page without a stream asks again (live.js)."""

HEADERS = {"X-Accel-Buffering": "no"}
"""nginx, and proxies that do as it does, pass each event on as it comes."""

_log = logging.getLogger(__name__)

Viewer = tuple[str, Role | None]
"""Whom a piece is made for: a language and a role. What a live page shows depends on nothing else of who visits."""


class Mark(NamedTuple):
    """What a piece depends on: the account's last change, the newest call of the log, and the clock, in beats."""

    seq: int
    call: int
    beat: int


class Seen(NamedTuple):
    """What a look found: the pieces by whom they are for, and whose each visit gets, None for who may not see it."""

    mark: Mark
    pieces: dict[Viewer, str]
    viewers: list[Viewer | None]


Looks = Callable[[Page, Sequence[Visit], Seen | None], Seen]
"""Looks at a page, in a thread, for those who watch it. With the same mark, pieces seen before are used again."""


def beat_of(at: int) -> int:
    """The beat of a moment (microseconds)."""
    return at // round(BEAT_EVERY * SECOND)


class Stream:
    """One open page. What it has not taken yet is replaced by what is newer."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._ends = asyncio.get_running_loop().time() + uniform(LEAST_LIFE, LONGEST_LIFE)  # noqa: S311 - no secret
        self._wake = asyncio.Event()
        self._sent = ""
        self._next: ServerSentEventMessage | None = None
        self._over = False

    def put(self, piece: str, *, beat: bool) -> None:
        """Sends the piece where it is another than the last; else, at a beat, that nothing is new."""
        if piece != self._sent:
            self._sent = piece
            self._next = ServerSentEventMessage(piece, event="page")
        elif beat and self._next is None:
            self._next = ServerSentEventMessage("", event="beat")
        self._wake.set()

    def end(self) -> None:
        """Ends the stream at once; what was not sent yet is not."""
        self._over = True
        self._wake.set()

    async def events(self) -> AsyncIterator[bytes]:
        """The stream's bytes."""
        retry = round(1000 * uniform(LEAST_RETRY, LONGEST_RETRY))  # noqa: S311 - no secret
        yield ServerSentEventMessage(None, retry=retry).encode()
        while await self._woken():
            event, self._next = self._next, None
            if event is not None:
                yield event.encode()

    async def _woken(self) -> bool:
        """Waits for something to send; False when the stream is over."""
        try:
            async with asyncio.timeout_at(self._ends):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return not self._over


class _Watched:
    """A live page of one account, who watches it, and what was seen last."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.streams: dict[Stream, None] = {}
        self.seen: Seen | None = None
        self.task: asyncio.Task[None] | None = None


class Streams:
    """The streams of one desk process, of `desks`: each has its share of those that there may be."""

    def __init__(self, look: Looks, lane: Lane, desks: int) -> None:
        self._look, self._lane, self._desks = look, lane, desks
        self._watched: dict[tuple[str, str], _Watched] = {}
        self._count: Counter[str] = Counter()
        self._ended = False

    def open(self, page: Page, visit: Visit) -> StreamResponse:
        """A stream of the page's piece. Raises Refusal(limited)."""
        shares = self._shares(visit)
        if any(self._count[name] >= max(1, most // self._desks) for name, most in shares.items()):
            raise limited("Too many pages are live already. This one asks again every ten seconds instead.", ASK_EVERY)
        self._count.update(shares.keys())
        stream = Stream(visit)
        place = page.path, visit.code
        watched = self._watched.setdefault(place, _Watched(page))
        watched.streams[stream] = None
        if self._ended:
            stream.end()
        elif watched.task is None:
            watched.task = asyncio.create_task(self._watch(place, watched))
        closing = BackgroundTask(self._close, place, stream)
        return StreamResponse(stream.events(), media_type="text/event-stream", headers=HEADERS, background=closing)

    def end(self) -> None:
        """Ends all streams, and each that is opened from now on: the desk stops."""
        self._ended = True
        for watched in self._watched.values():
            for stream in watched.streams:
                stream.end()

    def _shares(self, visit: Visit) -> dict[str, int]:
        """What a stream takes of each limit, by name."""
        shares = {"": MOST, f"session {visit.session}": MOST_OF_SESSION}
        return shares if visit.address is None else shares | {f"from {visit.address}": MOST_OF_ADDRESS}

    async def _close(self, place: tuple[str, str], stream: Stream) -> None:
        """A stream has ended, whoever ended it."""
        for name in self._shares(stream.visit):
            self._count[name] -= 1
            if not self._count[name]:
                del self._count[name]
        watched = self._watched[place]
        del watched.streams[stream]
        if not watched.streams:
            del self._watched[place]
            if watched.task is not None:
                watched.task.cancel()

    async def _watch(self, place: tuple[str, str], watched: _Watched) -> None:
        """Looks again and again while somebody watches. A look that fails sends nothing, and is tried again later."""
        while True:
            streams = list(watched.streams)
            visits = [stream.visit for stream in streams]
            try:
                seen = await self._lane.carry(" ".join(place), self._look, watched.page, visits, watched.seen)
            except Exception as error:  # noqa: BLE001 - whatever it is, the pages that hear nothing ask for themselves
                _log.error("look_failed", extra={"about": about_error(error)})
                await asyncio.sleep(BEAT_EVERY)
                continue
            beat = watched.seen is None or seen.mark.beat != watched.seen.mark.beat
            watched.seen = seen
            for stream, viewer in zip(streams, seen.viewers, strict=True):
                if viewer is None:
                    stream.end()
                else:
                    stream.put(seen.pieces[viewer], beat=beat)
            await asyncio.sleep(LOOK_EVERY)
